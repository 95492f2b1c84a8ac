"""What is derived is derived again: positions, stances and tags from the spans, votes from answers.

What stands for a chunk is another matter: `proof.standing`.

Sums over each article's rows are compared, so that little is held; the rows of articles where
they differ are read once more, to name what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from annotate.corpus import Chunk
from annotate.corpus.names import Column
from annotate.labels.triples import triples_of, without_surface
from annotate.release.bio import bio_row
from annotate.release.proof.answers import GivenAnswers, annotation_of
from annotate.release.proof.opened import Findings, Json, Part, Release
from annotate.release.proof.texts import Texts
from annotate.release.stance import Place, shares, stance_rows, votes_for

NAMED_ARTICLES = 5
VOTES = ("soft", "votes", "answers")  # they are derived from `annotations`
DERIVED = ("triples", "stance", "bio")


class DerivedProof:
    """Looks at `spans` and `annotations` before the configs that are derived from them."""

    def __init__(
        self, release: Release, texts: Texts, given: GivenAnswers, findings: Findings
    ) -> None:
        self.release, self.texts, self.given, self.findings = release, texts, given, findings
        manifest = release.manifest
        labels = manifest.schema_.labels if manifest else []
        self.layers = list(dict.fromkeys(item.layer for item in labels))
        lists = manifest.schema_.class_labels if manifest else {}
        self.positions = bool(lists.get("polarity") and lists.get("topic"))
        self.sums = {config: Column() for config in DERIVED}  # by the numbers of articles
        self._submitted: tuple[str, list[list[Place]]] = "", []  # those of one chunk
        self.hidden: set[str] = set()

    def look(self, part: Part, row: Json, number: int) -> None:
        """Add one row to the sums."""
        place = f"{part.name}, row {number}"
        if part.config == "articles" and row.get("rights") == "standoff":
            self.hidden.add(row["article_id"])
        elif part.config == "spans":
            self._expect(row)
        elif part.config in DERIVED:
            for item in self._found(part.config, row):
                self._add(part.config, row["article_id"], -hash(item))
            if part.config == "stance":
                self._votes(row, place)

    def finish(self) -> None:
        """Tell where the sums differ."""
        for config, sums in sorted(self.sums.items()):
            if any(sums[number] for number in range(len(sums))):
                names = enumerate(self.texts.names())
                self._name(config, sorted({name for number, name in names if sums[number]}))

    def _add(self, config: str, article: str, value: int) -> None:
        self.sums[config].add(self.texts.number(article), value)

    def _stances(self, chunk_id: str) -> list[list[Place]]:
        """Give the stances of each answer to a chunk."""
        if self._submitted[0] != chunk_id:
            places = [
                [
                    Place(span["start"], span["end"], span["label"])
                    for span in row["spans"]
                    if span["layer"] == "stance"
                ]
                for row in self.given.to(chunk_id)
            ]
            self._submitted = chunk_id, places
        return self._submitted[1]

    def _votes(self, row: Json, place: str) -> None:
        """Count again how all answers voted on a stance."""
        answers = self._stances(row["id"])
        start, end = row.get("start"), row.get("end")
        if start is None or end is None or start >= end:
            return
        votes = votes_for((start, end), answers)
        made = {"soft": shares(votes), "votes": votes.total(), "answers": len(answers)}
        wrong = [name for name in VOTES if name in row and row[name] != made[name]]
        if wrong:
            message = f"{', '.join(wrong)} are not what the answers of annotations give"
            self.findings.add("votes-differ", place, message)

    def _expect(self, row: Json) -> None:
        for config, made in self._derive(row):
            for item in self._found(config, made):
                self._add(config, row["article_id"], hash(item))

    def _derive(self, row: Json) -> Iterator[tuple[str, Json]]:
        """Make the rows of the other configs that follow from a chunk, without votes."""
        text, article = self._text(row), row["article_id"]
        chunk = Chunk(row["id"], article, 0, row["start"], row["end"], text or "")
        answer, outlet = annotation_of(row), row.get("outlet")
        hidden = article in self.hidden or self.release.rights == "standoff"
        found = triples_of(answer, chunk.text, outlet)[0] if self.positions else {}
        for triple, spans in found.items():
            entity = without_surface(triple.entity) if hidden else triple.entity
            named = {"entity": entity, "polarity": triple.polarity, "topic": triple.topic}
            cells = [{"id": row["id"], "span": span} for span in spans]
            about = {"article_id": article, "outlet": outlet, "event": row.get("event")}
            yield "triples", about | named | {"evidence": cells}
        if text is None or hidden:
            return
        for made in stance_rows(chunk, answer, (), outlet) if self.positions else ():
            yield "stance", {key: made[key] for key in made if key not in VOTES}
        yield "bio", bio_row(chunk, answer.spans, self.layers)

    def _text(self, row: Json) -> str | None:
        whole = self.texts.get(row["article_id"])
        return None if whole is None else whole[row["start"] : row["end"]]

    def _found(self, config: str, row: Json) -> Iterator[object]:
        """Break a row into what is summed up: a triple by its evidence, others whole."""
        if config != "triples":
            kept = {key: value for key, value in row.items() if key not in VOTES}
            yield orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)
        elif not (row["entity"].startswith("?") and self.texts.get(row["article_id"]) is None):
            named = [row.get(key) for key in ("article_id", "outlet", "event")]
            position = (*named, row["entity"], row["polarity"], row["topic"])
            for cell in row["evidence"]:
                yield (*position, cell["id"], cell["span"])

    def _name(self, config: str, articles: list[str]) -> None:
        """Read the rows of some articles again, and tell what does not belong together."""
        for article in articles[:NAMED_ARTICLES]:
            self._name_rows(config, article)
        if others := articles[NAMED_ARTICLES:]:
            message = f"in {len(others)} more articles rows do not follow from spans"
            self.findings.add("derived-differs", config, message)

    def _name_rows(self, config: str, article: str) -> None:
        made, there = self._made(config, article), dict(self._there(config, article))
        left = {place: row for place, row in there.items() if row not in made}
        missing = [row for row in made if row not in there.values()]
        for place, row in left.items():
            near = max(missing, key=lambda one: _alike(one, row), default=None)
            if near is not None and _alike(near, row) > len(row) / 2:
                missing.remove(near)
                wrong = sorted(key for key in row if row[key] != near.get(key))
                message = f"not what spans gives: {', '.join(wrong)}"
            else:
                message = "does not follow from spans"
            self.findings.add("derived-differs", place, message)
        for row in missing:
            name = row.get("span_id") or row.get("id") or row["evidence"][0]["span"]
            message = f"what spans gives for {name} is not there"
            self.findings.add("derived-missing", f"{config}, article {article}", message)
        if not left and not missing:
            message = "a row is there more than once"
            self.findings.add("derived-differs", f"{config}, article {article}", message)

    def _made(self, config: str, article: str) -> list[Json]:
        found: list[Json] = []
        for _, row in self._rows("spans", article):
            found += [made for kind, made in self._derive(row) if kind == config]
        return _joined(found) if config == "triples" else found

    def _there(self, config: str, article: str) -> Iterator[tuple[str, Json]]:
        for place, row in self._rows(config, article):
            yield place, {key: row[key] for key in row if key not in VOTES}

    def _rows(self, config: str, article: str) -> Iterator[tuple[str, Json]]:
        for part in self.release.of(config):
            for number, row in enumerate(self.release.rows(part)):
                if row.get("article_id") == article:
                    yield f"{part.name}, row {number}", row


def _joined(rows: list[Json]) -> list[Json]:
    """Put the evidence of each position together, as `triples` has it."""
    found: dict[tuple[str, str, str], Json] = {}
    for row in rows:
        key = (row["entity"], row["polarity"], row["topic"])
        before = found.get(key, row | {"evidence": []})
        cells = sorted(before["evidence"] + row["evidence"], key=lambda c: (c["id"], c["span"]))
        found[key] = before | {"evidence": cells}
    return list(found.values())


def _alike(one: Json, two: Json) -> int:
    return sum(1 for key in two if one.get(key) == two[key])
