"""Labels in a release, read back as the answer that they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import orjson

from annotate.corpus.names import NameIndex
from annotate.labels.annotation import Annotation, Attribute, Relation, Span
from annotate.labels.spill import Pile
from annotate.release.annotation_rows import ADJUDICATOR
from annotate.release.proof.opened import Json


class GivenAnswers:
    """What `annotations` says of each chunk: on disk, for there may be a million.

    Everything is taken in before the first is asked for.
    """

    def __init__(self) -> None:
        self._lines, self._decided = Pile(), Pile()
        self.by_chunk = NameIndex()  # of the answers that count, in their order
        self._decisions: dict[str, int] = {}
        self._last: tuple[str, list[Json]] = "", []

    def look(self, row: Json, line: bytes) -> None:
        """Take in a row, `line` is its JSON; an answer that does not count is passed over."""
        if row["counts"]:
            self.by_chunk.add(row["id"])
            self._lines.append(line)
        elif row["role"] == ADJUDICATOR:
            self._decisions[row["id"]] = len(self._decided)
            self._decided.append(line)

    def __getitem__(self, number: int) -> Json:
        found: Json = orjson.loads(self._lines[number])
        return found

    def to(self, chunk_id: str) -> list[Json]:
        """Give the answers to a chunk that count."""
        if self._last[0] != chunk_id:
            rows = (self[number] for number in self.by_chunk.at(chunk_id))
            self._last = chunk_id, [row for row in rows if row["id"] == chunk_id]
        return self._last[1]

    @property
    def decisions(self) -> Mapping[str, Annotation]:
        """What people decided, by chunk; read when it is asked for."""
        return _Decisions(self._decided, self._decisions)


class _Decisions(Mapping[str, Annotation]):
    def __init__(self, lines: Pile, places: Mapping[str, int]) -> None:
        self._lines, self._places = lines, places

    def __getitem__(self, chunk_id: str) -> Annotation:
        return annotation_of(orjson.loads(self._lines[self._places[chunk_id]]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def annotation_of(row: Json) -> Annotation:
    """Read a row of `annotations` or `spans`; the latter tells neither who nor when.

    The time is a day, and the numbers of answer, task and project are not told.
    """
    spans = tuple(
        Span(
            span["id"],
            span["start"],
            span["end"],
            span["layer"],
            span["label"],
            tuple(Attribute(i["key"], i["value"], i["origin"]) for i in span["attributes"]),
            span["origin"],
        )
        for span in row["spans"]
    )
    relations = tuple(
        Relation(one["type"], one["head"], one["tail"], one["origin"]) for one in row["relations"]
    )
    document = tuple((item["key"], item["value"]) for item in row["document"])
    who, day = row.get("annotator", ""), row.get("created_at", "")
    return Annotation(
        0, row["id"], 0, 0, who, "", day, day, None, False, False, False, spans, relations, document
    )
