"""The rows of every config: what was published, in an order that stays."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from annotate.corpus import Article, Chunk
from annotate.labels.annotation import Annotation, Relation, Span
from annotate.labels.read import Labels
from annotate.labels.triples import Triple, triples_of, without_surface
from annotate.release.bio import bio_row
from annotate.release.splits import SPLITS, TRAIN
from annotate.release.stance import stance_rows
from annotate.release.version import Version
from annotate.schema import Schema

Json = dict[str, Any]
LEAD_TIMES = (30, 60, 120, 300, 600)  # seconds: the borders of the published bins


@dataclass(frozen=True)
class Source:
    """Everything a release is built from. `chunks` are those that were pushed, with an article.

    Articles that `split_of` does not name are in `train`, a group of their own.
    """

    schema: Schema
    articles: Mapping[str, Article]
    chunks: Sequence[Chunk]
    labels: Labels
    aggregation: str
    licence: str
    simulated: bool
    split_of: Mapping[str, str] = field(default_factory=dict)
    group_of: Mapping[str, str] = field(default_factory=dict)
    standoff: frozenset[str] = frozenset()  # articles whose words are not published

    def text_of(self, chunk: Chunk) -> str | None:
        """Give a chunk's text if it may be published."""
        return None if chunk.article_id in self.standoff else chunk.text

    @property
    def answered(self) -> dict[str, Article]:
        """Give the articles that somebody has answered about: no other belongs into a release."""
        answered = {answer.chunk_id for answer in self.labels.annotations}
        used = {chunk.article_id for chunk in self.chunks if chunk.id in answered}
        return {name: self.articles[name] for name in sorted(used)}


@dataclass
class Built:
    """Rows by config, the split of each article, and what is worth counting."""

    rows: dict[str, list[Json]] = field(default_factory=dict)
    split_of: dict[str, str] = field(default_factory=dict)
    undecided: int = 0
    groups_without_triple: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)

    def part(self, config: str, split: str) -> list[Json]:
        """Give the rows of one config that are in one split."""
        return [row for row in self.rows[config] if self.split_of[row["article_id"]] == split]

    def splits(self, config: str) -> list[str]:
        """List the splits in which a config has rows."""
        found = {self.split_of[row["article_id"]] for row in self.rows[config]}
        return [split for split in SPLITS if split in found]


def build_rows(source: Source) -> Built:
    """Make the rows of all configs; `with_versions` completes those of `spans`."""
    answers = _answers_by_chunk(source.labels.annotations)
    decided = {
        chunk.id: answer
        for chunk in source.chunks
        if (answer := decide(answers.get(chunk.id, ()), source.aggregation)) is not None
    }
    built = Built(undecided=len(source.chunks) - len(decided))
    built.set_aside.update(finding.code for finding in source.labels.findings)
    built.rows["spans"] = [
        _spans_row(source, chunk, decided[chunk.id], len(_submitted(answers[chunk.id])))
        for chunk in source.chunks
        if chunk.id in decided
    ]
    built.rows["annotations"] = _annotation_rows(source)
    built.rows["triples"] = _triple_rows(source, decided, built)
    built.rows["stance"] = _stance_rows(source, decided, answers)
    built.rows["bio"] = _bio_rows(source, decided)
    built.rows["articles"] = _article_rows(source)
    if source.answered.keys() <= source.standoff:
        built.rows = {config: list(map(_without_text, rows)) for config, rows in built.rows.items()}
    built.split_of = {row["article_id"]: row["split"] for row in built.rows["articles"]}
    return built


def decide(answers: Sequence[Annotation], aggregation: str) -> Annotation | None:
    """Choose the answer that stands for a chunk, None while there is no decision.

    `first`: the earliest that was submitted and not skipped. `single`: the only such one.
    """
    submitted = _submitted(answers)
    if not submitted or (aggregation == "single" and len(submitted) > 1):
        return None
    return submitted[0]


def _submitted(answers: Iterable[Annotation]) -> list[Annotation]:
    given = [answer for answer in answers if not answer.skipped]
    return sorted(given, key=lambda answer: (answer.created_at, answer.annotation_id))


def _answers_by_chunk(annotations: Iterable[Annotation]) -> dict[str, list[Annotation]]:
    found: dict[str, list[Annotation]] = {}
    for annotation in annotations:
        found.setdefault(annotation.chunk_id, []).append(annotation)
    return found


def _spans_row(source: Source, chunk: Chunk, answer: Annotation, answers: int) -> Json:
    article = source.articles[chunk.article_id]
    return {
        "id": chunk.id,
        "article_id": chunk.article_id,
        "chunk_index": chunk.index,
        "start": chunk.start,
        "end": chunk.end,
        "text": source.text_of(chunk),
        "text_sha256": _sha256(chunk.text),
        "spans": [span_cell(span, source.text_of(chunk)) for span in answer.spans],
        "relations": [relation_cell(relation) for relation in answer.relations],
        "document": _pairs(answer.document),
        "answers": answers,
        "outlet": article.outlet,
        "published_at": article.published_at,
        "url": article.url,
        "language": article.language,
        "event": article.event,
    }


def _without_text(row: Json) -> Json:
    """Take the columns away that a release without any text does not have."""
    kept = {key: value for key, value in row.items() if key != "text"}
    if "spans" in kept:
        cells = kept["spans"]
        kept["spans"] = [{key: cell[key] for key in cell if key != "text"} for cell in cells]
    return kept


def with_versions(
    built: Built,
    version: str,
    before: Mapping[str, tuple[str, str]],
    changed: Collection[str],
) -> Built:
    """Say of each chunk since when it is there and when it last changed, old ones first.

    The files of the next version then begin like those of the last. `before` holds both versions
    as the last release says them, by chunk; `changed` are the chunks that differ from it.
    """
    rows = []
    for row in built.rows["spans"]:
        first, last = before.get(row["id"], (version, version))
        last = version if row["id"] in changed else last
        rows.append(row | {"first_version": first, "last_changed_version": last})
    rows.sort(key=_place)
    since = {row["id"]: _number(row["first_version"]) for row in rows}
    of_article = {row["article_id"]: since[row["id"]] for row in reversed(rows)}

    def age(row: Json) -> Version:
        return since.get(row.get("id", ""), of_article.get(row["article_id"], _number(version)))

    others = {config: sorted(found, key=age) for config, found in built.rows.items()}
    return replace(built, rows=others | {"spans": rows})


def _place(row: Json) -> tuple[Version, str, int]:
    return _number(row["first_version"]), row["article_id"], row["start"]


def _number(version: str) -> Version:
    number = Version.parse(version)
    assert number is not None, "a release's own versions are numbers"
    return number


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def span_cell(span: Span, text: str | None) -> Json:
    attributes = sorted(span.attributes, key=lambda item: item.name)
    return {
        "id": span.id,
        "start": span.start,
        "end": span.end,
        "text": None if text is None else text[span.start : span.end],
        "layer": span.layer,
        "label": span.label,
        "attributes": [
            {"key": item.name, "value": item.value, "origin": item.origin} for item in attributes
        ],
        "origin": span.origin,
    }


def relation_cell(relation: Relation) -> Json:
    return {
        "type": relation.type,
        "head": relation.head,
        "tail": relation.tail,
        "origin": relation.origin,
    }


def _pairs(answers: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"key": key, "value": value} for key, value in answers]


def _annotation_rows(source: Source) -> list[Json]:
    chunks = {chunk.id: chunk for chunk in source.chunks}
    rows = [
        _annotation_row(source, chunks[answer.chunk_id], answer)
        for answer in source.labels.annotations
        if answer.chunk_id in chunks
    ]
    return sorted(rows, key=lambda row: (row["article_id"], row["id"], row["annotation_id"]))


def _annotation_row(source: Source, chunk: Chunk, answer: Annotation) -> Json:
    # With its number: a program may answer twice within a tick of the clock.
    number = answer.annotation_id
    identity = f"{answer.chunk_id} {answer.annotator} {answer.created_at} {number}"
    return {
        "annotation_id": f"a-{hashlib.sha256(identity.encode()).hexdigest()[:16]}",
        "id": answer.chunk_id,
        "article_id": chunk.article_id,
        "start": chunk.start,
        "end": chunk.end,
        "annotator": answer.annotator,
        "simulated": source.simulated,
        "schema_version": answer.schema_version,
        "created_at": answer.created_at[:10],
        "lead_time": _binned(answer.lead_time),
        "was_prelabelled": answer.prelabelled,
        "skipped": answer.skipped,
        "spans": [span_cell(span, source.text_of(chunk)) for span in answer.spans],
        "relations": [relation_cell(relation) for relation in answer.relations],
        "document": _pairs(answer.document),
    }


def _binned(seconds: float | None) -> str | None:
    """Put a lead time into words: exact times could give a person away."""
    if seconds is None:
        return None
    borders = [*LEAD_TIMES, None]
    low = 0
    for high in borders:
        if high is None:
            return f"{low} s or more"
        if seconds < high:
            return f"{low}–{high} s"
        low = high
    raise AssertionError


def _triple_rows(source: Source, decided: Mapping[str, Annotation], built: Built) -> list[Json]:
    evidence: dict[tuple[str, Triple], list[Json]] = {}
    for chunk in source.chunks:
        if chunk.id not in decided:
            continue
        outlet = source.articles[chunk.article_id].outlet
        found, without = triples_of(decided[chunk.id], chunk.text, outlet)
        built.groups_without_triple += without
        for triple, spans in found.items():
            hidden = chunk.article_id in source.standoff
            named = replace(triple, entity=without_surface(triple.entity)) if hidden else triple
            cells = [{"id": chunk.id, "span": span} for span in spans]
            evidence.setdefault((chunk.article_id, named), []).extend(cells)
    return [
        {
            "article_id": article_id,
            "outlet": source.articles[article_id].outlet,
            "event": source.articles[article_id].event,
            "entity": triple.entity,
            "polarity": triple.polarity,
            "topic": triple.topic,
            "evidence": sorted(cells, key=lambda cell: (cell["id"], cell["span"])),
        }
        for (article_id, triple), cells in sorted(evidence.items())
    ]


def _stance_rows(
    source: Source,
    decided: Mapping[str, Annotation],
    answers: Mapping[str, Sequence[Annotation]],
) -> list[Json]:
    rows = [
        row
        for chunk in source.chunks
        if chunk.id in decided and chunk.article_id not in source.standoff
        for row in stance_rows(
            chunk,
            decided[chunk.id],
            _submitted(answers[chunk.id]),
            source.articles[chunk.article_id].outlet,
        )
    ]
    return sorted(
        rows, key=lambda row: (row["article_id"], row["id"], row["start"], row["span_id"])
    )


def _bio_rows(source: Source, decided: Mapping[str, Annotation]) -> list[Json]:
    layers = [layer.name for layer in source.schema.layers]
    rows = [
        bio_row(chunk, decided[chunk.id].spans, layers)
        for chunk in source.chunks
        if chunk.id in decided and chunk.article_id not in source.standoff
    ]
    return sorted(rows, key=lambda row: (row["article_id"], row["id"]))


def _article_rows(source: Source) -> list[Json]:
    counts = Counter(chunk.article_id for chunk in source.chunks)
    return [_article_row(source, one, counts[key]) for key, one in source.answered.items()]


def _article_row(source: Source, article: Article, chunks: int) -> Json:
    return {
        "article_id": article.id,
        "outlet": article.outlet,
        "title": article.title,
        "url": article.url,
        "published_at": article.published_at,
        "language": article.language,
        "event": article.event,
        "sha256": article.source.sha256,
        "licence": source.licence,
        "split": source.split_of.get(article.id, TRAIN),
        "group": source.group_of.get(article.id),
        "chunks": chunks,
        "rights": "standoff" if article.id in source.standoff else "full",
        "text_sha256": _sha256(article.text),
        # They make the text of a copy of what was received: `annotate hydrate`.
        "edits": [edit._asdict() for edit in article.edits],
        "text": None if article.id in source.standoff else article.text,
    }
