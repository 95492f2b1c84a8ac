"""The chunks in conflict: where the answers of several people differ, and what they share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from annotate.labels.annotation import Annotation, Attribute, Relation, Span
from annotate.quality.agreement import Compared
from annotate.quality.answers import collect
from annotate.quality.differences import counts_of
from annotate.quality.ledgers import each_annotation, pushed_chunks
from annotate.quality.measure import tally
from annotate.quality.pairings import pair_up
from annotate.schema import load_schema
from annotate.workspace import Workspace

Place = tuple[str, str, int, int]


@dataclass(frozen=True)
class Version:
    """What one answer says of a chunk, or all of them: spans and what a person said about them."""

    spans: tuple[Span, ...]
    relations: tuple[Relation, ...]
    document: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Conflict:
    """`versions` stand in an order drawn by a seed, which does not tell whose they are."""

    versions: tuple[Version, ...]
    agreed: Version


def find_conflicts(workspace: Workspace) -> dict[str, Conflict]:
    """Find the chunks that several people labelled and any two of them differently.

    Only the last answer of each person to a chunk counts; one that was skipped does not.
    """
    standing = _differing(workspace)
    found: dict[str, dict[str, Annotation]] = {}
    for answer in each_annotation(workspace):
        if answer.annotator in standing.get(answer.chunk_id, {}):
            number = standing[answer.chunk_id][answer.annotator]
            if (answer.project_id, answer.annotation_id) == number:
                found.setdefault(answer.chunk_id, {})[answer.annotator] = answer
    seed = workspace.settings.agreement.seed
    return {chunk_id: _conflict(chunk_id, answers, seed) for chunk_id, answers in found.items()}


def _differing(workspace: Workspace) -> dict[str, dict[str, tuple[int, int]]]:
    """Give by chunk in conflict and annotator which answer counts: its project, and its id."""
    schema = load_schema(workspace.schema_file)
    answers = collect(each_annotation(workspace), schema, pushed_chunks(workspace))
    pairs = pair_up(answers)
    if not len(pairs.rows.one):
        return {}
    compared = Compared(answers, pairs, tally(answers, pairs.rows))
    differ = set(pairs.rows.chunk[counts_of(compared) > 0].tolist())
    found: dict[str, dict[str, tuple[int, int]]] = {}
    rows = pairs.rows.take(np.flatnonzero(np.isin(pairs.rows.chunk, list(differ))))
    for number in {*rows.one.tolist(), *rows.two.tolist()}:
        given = answers.given[number]
        place = (given.project_id, given.annotation_id)
        found.setdefault(given.chunk_id, {})[given.annotator] = place
    return found


def _conflict(chunk_id: str, answers: Mapping[str, Annotation], seed: int) -> Conflict:
    def drawn(annotator: str) -> bytes:
        return hashlib.sha256(f"{seed} {chunk_id} {annotator}".encode()).digest()

    versions = [_said(answers[annotator]) for annotator in sorted(answers, key=drawn)]
    named = (_named(version, chr(ord("a") + at)) for at, version in enumerate(versions))
    return Conflict(tuple(named), _named(agreed(versions), "s"))


def _said(answer: Annotation) -> Version:
    """Keep what a person said: what a rule derives from it, it derives again."""
    spans = (
        replace(span, attributes=tuple(_human(span.attributes)), origin="human")
        for span in answer.spans
    )
    drawn = tuple(item for item in answer.relations if item.origin == "human")
    return Version(tuple(spans), drawn, answer.document)


def _human(attributes: Iterable[Attribute]) -> Iterator[Attribute]:
    return (item for item in attributes if item.origin == "human")


def _named(version: Version, letter: str) -> Version:
    """Name the spans anew: the names that the page gave them would tell who is who."""
    names = {span.id: f"review-{letter}{number}" for number, span in enumerate(version.spans, 1)}
    return replace(
        version,
        spans=tuple(replace(span, id=names[span.id]) for span in version.spans),
        relations=tuple(
            replace(item, head=names[item.head], tail=names[item.tail])
            for item in version.relations
        ),
    )


def agreed(versions: Sequence[Version]) -> Version:
    """Take what all versions say: spans of equal borders and label, and of these what is equal."""
    first, others = versions[0], versions[1:]
    placed = [{_place(span): span for span in each.spans} for each in others]
    spans = [
        replace(span, attributes=tuple(_shared(span, [each[_place(span)] for each in placed])))
        for span in first.spans
        if all(_place(span) in each for each in placed)
    ]
    kept, arrows = {span.id for span in spans}, [set(_arrows(each)) for each in others]
    return Version(
        tuple(spans),
        tuple(
            item
            for item, arrow in zip(first.relations, _arrows(first), strict=True)
            if {item.head, item.tail} <= kept and all(arrow in each for each in arrows)
        ),
        tuple(pair for pair in first.document if all(pair in each.document for each in others)),
    )


def _place(span: Span) -> Place:
    return span.layer, span.label, span.start, span.end


def _shared(span: Span, others: Sequence[Span]) -> Iterator[Attribute]:
    return (item for item in span.attributes if all(item in each.attributes for each in others))


def _arrows(version: Version) -> Iterator[tuple[str, Place, Place]]:
    places = {span.id: _place(span) for span in version.spans}
    for item in version.relations:
        yield item.type, places[item.head], places[item.tail]
