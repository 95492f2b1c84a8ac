"""Answers in columns: what annotators said, small enough to hold for a whole corpus.

Only answers that stand count: given, not skipped, and of one person's several answers to a chunk
the last. Numbers stand for names; the tuples beside the columns say which.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from annotate.corpus.names import Numbers
from annotate.labels.annotation import Annotation
from annotate.labels.pseudonyms import UNKNOWN
from annotate.labels.read import ChunkOf
from annotate.labels.triples import Triple, triples_of
from annotate.quality.overlaps import Ints
from annotate.schema.model import Schema

Json = dict[str, Any]


class Given(NamedTuple):
    """What is known of an answer besides its spans. `lead_time` is seconds, None if unknown."""

    annotator: str
    chunk_id: str
    project_id: int
    task_id: int
    annotation_id: int
    updated_at: str
    lead_time: float | None


class Place(NamedTuple):
    """A chunk that somebody answered; `length` is code points."""

    article_id: str
    part: int
    length: int


@dataclass(frozen=True)
class Answers:
    """All answers, and their spans, replies, links and positions in columns.

    `spans` has columns (answer, layer, label, start, end), its rows in order of the answers;
    `replies` (span row, attribute, value); `links` (answer, type, head row, tail row);
    `positions` (answer, triple). A label is its place in its layer, as the schema orders them.
    """

    schema: Schema
    given: list[Given]
    chunks: dict[str, Place]
    spans: Ints
    replies: Ints
    links: Ints
    positions: Ints
    values: tuple[tuple[str, ...], ...]
    triples: tuple[Triple, ...]


@dataclass
class Collector:
    """Takes answers one by one; the answers themselves are not kept."""

    schema: Schema
    given: list[Given] = field(default_factory=list)
    chunks: dict[str, Place] = field(default_factory=dict)
    _columns: dict[str, array[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("spans", "replies", "links", "positions"):
            self._columns[name] = array("q")
        self._rows = 0
        self._labels = {
            label.name: (place, number)
            for place, layer in enumerate(self.schema.layers)
            for number, label in enumerate(layer.labels)
        }
        nominal = (item.name for item in self.schema.attributes if item.type != "text")
        self._attributes = {name: number for number, name in enumerate(nominal)}
        self._values = [Numbers() for _ in self._attributes]
        self._types = {item.name: number for number, item in enumerate(self.schema.relations)}
        self._triples = Numbers()

    def add(self, answer: Annotation, chunk: Json) -> None:
        """Take an answer to `chunk`, as it was pushed, unless it does not count."""
        if not answer.says_something or answer.annotator == UNKNOWN:
            return
        number = len(self.given)
        self.given.append(
            Given(
                answer.annotator,
                answer.chunk_id,
                answer.project_id,
                answer.task_id,
                answer.annotation_id,
                answer.updated_at,
                answer.lead_time,
            )
        )
        text = chunk["text"]
        self.chunks.setdefault(
            answer.chunk_id, Place(chunk["article_id"], chunk["index"], len(text))
        )
        rows = self._add_spans(answer, number)
        for link in answer.relations:
            if link.head in rows and link.tail in rows and link.type in self._types:
                ends = (rows[link.head], rows[link.tail])
                self._columns["links"].extend((number, self._types[link.type], *ends))
        for triple in triples_of(answer, text, None)[0]:
            self._columns["positions"].extend((number, self._triples[triple]))

    def _add_spans(self, answer: Annotation, number: int) -> dict[str, int]:
        rows: dict[str, int] = {}
        for span in answer.spans:
            rows[span.id] = self._rows
            layer, label = self._labels[span.label]
            self._columns["spans"].extend((number, layer, label, span.start, span.end))
            for item in span.attributes:
                if (attribute := self._attributes.get(item.name)) is not None:
                    value = self._values[attribute][item.value]
                    self._columns["replies"].extend((self._rows, attribute, value))
            self._rows += 1
        return rows

    def done(self) -> Answers:
        tables = {
            name: np.frombuffer(column, dtype=np.int64).reshape(-1, _WIDTHS[name])
            for name, column in self._columns.items()
        }
        return Answers(
            self.schema,
            self.given,
            self.chunks,
            tables["spans"],
            tables["replies"],
            tables["links"],
            tables["positions"],
            tuple(tuple(numbers) for numbers in self._values),
            tuple(self._triples),
        )


_WIDTHS = {"spans": 5, "replies": 3, "links": 4, "positions": 2}


def collect(answers: Iterable[Annotation], schema: Schema, chunk_of: ChunkOf) -> Answers:
    """Put answers into columns; `chunk_of` gives a chunk as it was pushed, None to leave it out."""
    collector = Collector(schema)
    for answer in answers:
        chunk = chunk_of(answer.chunk_id)
        if chunk is not None:
            collector.add(answer, chunk)
    return collector.done()


def standing(given: Iterable[Given]) -> dict[str, dict[str, int]]:
    """Give by chunk and annotator which answer counts: of several the last."""
    found: dict[str, dict[str, int]] = {}
    numbered = sorted(
        enumerate(given), key=lambda item: (item[1].updated_at, item[1].annotation_id)
    )
    for number, one in numbered:
        found.setdefault(one.chunk_id, {})[one.annotator] = number
    return found
