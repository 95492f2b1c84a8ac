"""The chunks in conflict: what several people answered and no vote decides, and what they share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from annotate.labels.annotation import Annotation, Attribute, Relation, Span
from annotate.quality.cases import each_case
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
    """Find the chunks that go to a person: those on which the vote of several people is tied.

    With `chunks = "differing"` in the settings it is all of which not everybody says the same.
    """
    settings, seed = workspace.settings.review, workspace.settings.agreement.seed
    return {
        case.chunk_id: _conflict(case.chunk_id, case.answers, seed)
        for case in each_case(workspace)
        if case.is_for_review(settings)
    }


def _conflict(chunk_id: str, answers: Iterable[Annotation], seed: int) -> Conflict:
    def drawn(answer: Annotation) -> bytes:
        return hashlib.sha256(f"{seed} {chunk_id} {answer.annotator}".encode()).digest()

    versions = [_said(answer) for answer in sorted(answers, key=drawn)]
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
