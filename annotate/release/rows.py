"""The rows of every config: what was published, in an order that stays."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotate.corpus import Article, Chunk
from annotate.labels.annotation import Annotation
from annotate.labels.spill import ChunkSpill
from annotate.labels.triples import Triple, triples_of, without_surface
from annotate.quality.answers import Collector
from annotate.quality.gold import Gold, Judge, Outcome, counted, free_questions, judge
from annotate.release.annotation_rows import annotation_rows
from annotate.release.bio import bio_row
from annotate.release.built import Built
from annotate.release.leak import quoting
from annotate.release.memory import giving_back
from annotate.release.row_spill import RowSpill
from annotate.release.source import Source
from annotate.release.splits import TRAIN
from annotate.release.stance import stance_rows
from annotate.release.standing import (
    GOLD,
    decide,
    gold_columns,
)

Json = dict[str, Any]
CONFIGS = ("spans", "annotations", "triples", "stance", "bio", "articles")


def build_rows(source: Source) -> Built:
    """Make the rows of all configs; `with_versions` completes those of `spans`.

    One chunk after the other: no more than the answers to it, and the evidence of its article,
    are held at a time.
    """
    built = Built({config: RowSpill() for config in CONFIGS})
    built.set_aside.update(finding.code for finding in source.labels.findings)
    known, several = _judge(source), Collector(source.schema)
    built.weights = known.weights
    bare = source.standoff.issuperset(source.answered)
    placed = array("q")
    evidence: dict[tuple[str, Triple], list[Json]] = {}
    # In the order of all configs but `spans`, which follows the text.
    for number, chunk in giving_back(_by_name(source.placed)):
        if any(article != chunk.article_id for article, _ in evidence):
            _add_triples(source, evidence, built)
        found = _found(source, chunk, known)
        if chunk.article_id in source.standoff:
            who = quoting(found.with_decision, source.articles, chunk.article_id)
            built.leaked += (f"chunk {chunk.id}, {name}" for name in who)
        for config, rows in _rows_of_chunk(source, found):
            for row in rows:
                built.rows[config].append(_without_text(row) if bare else row)
        for answer in found.counted if len(found.counted) > 1 else ():
            several.add(answer, chunk.to_json())
        if found.outcome.gold is None:
            _count_undecided(found, built)
        else:
            placed.append(number)
            built.groups_without_triple += _gather(source, found, evidence)
    _add_triples(source, evidence, built)
    for row in _article_rows(source):
        built.rows["articles"].append(_without_text(row) if bare else row)
        built.split_of.add(row["article_id"], row["split"])
    built.rows["spans"] = built.rows["spans"].chosen(_as_in_text(source.placed, placed))
    built.compared = several.done()
    return built


def _as_in_text(chunks: ChunkSpill, numbers: array[int]) -> NDArray[np.int64]:
    """Give the places of some chunks in the order of their articles and starts."""
    order = chunks.in_order()
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return np.argsort(rank[np.array(numbers, np.int64)], kind="stable")


def _by_name(chunks: ChunkSpill) -> Iterator[tuple[int, Chunk]]:
    """Give all chunks with their numbers, by article and id; those of one article are held."""
    for numbers in chunks.each_article():
        own = [(number, chunks[number]) for number in numbers.tolist()]
        yield from sorted(own, key=lambda item: item[1].id)


class _Found(NamedTuple):
    """A chunk with all answers to it, those that count, and what stands for it."""

    chunk: Chunk
    answers: Sequence[Annotation]
    counted: Sequence[Annotation]
    decision: Annotation | None
    outcome: Outcome

    @property
    def with_decision(self) -> list[Annotation]:
        return [*self.answers, *([] if self.decision is None else [self.decision])]


def _judge(source: Source) -> Judge:
    """Learn how well annotators do from everything that several of them answered."""
    free = free_questions(source.schema.attributes)
    several = _several(source) if source.aggregation == GOLD else ()
    return judge(several, adjudicated=source.adjudicated, free=free)


def _several(source: Source) -> Iterator[tuple[list[Annotation], str]]:
    answers_to = source.given.by_chunk.counts(np.array(source.placed.by_id.hashes))
    for number in np.flatnonzero(answers_to > 1).tolist():
        chunk = source.placed[number]
        answers = counted(source.given.to(chunk.id))
        if len(answers) > 1:
            yield answers, chunk.text


def _found(source: Source, chunk: Chunk, known: Judge) -> _Found:
    answers = source.given.to(chunk.id)
    count = counted(answers)
    outcome = decide(source.aggregation, known, chunk.id, count, chunk.text)
    return _Found(chunk, answers, count, known.adjudicated.get(chunk.id), outcome)


def _count_undecided(found: _Found, built: Built) -> None:
    built.undecided += 1
    built.in_conflict += bool(found.counted)
    built.conflicts.update(conflict.kind for conflict in found.outcome.conflicts)


def _rows_of_chunk(source: Source, found: _Found) -> Iterator[tuple[str, Iterable[Json]]]:
    """Make the rows that a chunk has in each config, but for `triples`."""
    chunk, gold = found.chunk, found.outcome.gold
    text = source.text_of(chunk)
    given = annotation_rows(chunk, found.answers, found.counted, found.decision, text)
    yield "annotations", [row | {"simulated": source.simulated} for row in given]
    if gold is None:
        return
    yield "spans", [_spans_row(source, chunk, gold)]
    if chunk.article_id not in source.standoff:
        outlet = source.articles[chunk.article_id].outlet
        stances = stance_rows(chunk, gold.annotation, found.counted, outlet)
        yield "stance", sorted(stances, key=lambda row: (row["start"], row["span_id"]))
        layers = [layer.name for layer in source.schema.layers]
        yield "bio", [bio_row(chunk, gold.annotation.spans, layers)]


def _spans_row(source: Source, chunk: Chunk, gold: Gold) -> Json:
    article = source.articles[chunk.article_id]
    return {
        "id": chunk.id,
        "article_id": chunk.article_id,
        "chunk_index": chunk.index,
        "start": chunk.start,
        "end": chunk.end,
        "text": source.text_of(chunk),
        "text_sha256": _sha256(chunk.text),
        **gold_columns(gold, source.text_of(chunk)),
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


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _gather(source: Source, found: _Found, evidence: dict[tuple[str, Triple], list[Json]]) -> int:
    """Add what a chunk says to the evidence of its article; counts the groups without a triple."""
    chunk, gold = found.chunk, found.outcome.gold
    if gold is None:
        return 0
    outlet = source.articles[chunk.article_id].outlet
    triples, without = triples_of(gold.annotation, chunk.text, outlet)
    for triple, spans in triples.items():
        hidden = chunk.article_id in source.standoff
        named = replace(triple, entity=without_surface(triple.entity)) if hidden else triple
        cells = [{"id": chunk.id, "span": span} for span in spans]
        evidence.setdefault((chunk.article_id, named), []).extend(cells)
    return without


def _add_triples(
    source: Source, evidence: dict[tuple[str, Triple], list[Json]], built: Built
) -> None:
    """Write the triples of an article that is through, and forget its evidence."""
    for (article_id, triple), cells in sorted(evidence.items(), key=lambda item: item[0]):
        article = source.articles[article_id]
        built.rows["triples"].append(
            {
                "article_id": article_id,
                "outlet": article.outlet,
                "event": article.event,
                "entity": triple.entity,
                "polarity": triple.polarity,
                "topic": triple.topic,
                "evidence": sorted(cells, key=lambda cell: (cell["id"], cell["span"])),
            }
        )
    evidence.clear()


def _article_rows(source: Source) -> Iterator[Json]:
    counts, numbers = source.placed.counts(), source.placed.articles
    for name in source.answered:
        yield _article_row(source, source.articles[name], int(counts[numbers[name]]))


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
