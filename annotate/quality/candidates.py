"""Which spans of several answers are one: what a gold is voted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal, NamedTuple

from annotate.labels.annotation import Annotation, Span

THRESHOLD = 0.5  # of the union of two spans; from here on two annotators mean the same

Kind = Literal["missed", "boundary", "label", "answer", "relation"]


class Ballot(NamedTuple):
    """One annotator's answer to a chunk, and how much it counts."""

    answer: Annotation
    weight: float


class Conflict(NamedTuple):
    """A tie that a person has to decide; `spans` are (annotator, span id) of what differs."""

    kind: Kind
    spans: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Kept:
    """A span that stands, without an id yet; `members` are the spans behind it, by ballot."""

    start: int
    end: int
    layer: str
    label: str
    members: Mapping[int, Span]


@dataclass(eq=False)
class Candidate:
    """Spans that are the same one, by the number of the ballot that they stand on."""

    members: dict[int, Span] = field(default_factory=dict)

    def fits(self, other: Candidate) -> bool:
        """Whether all spans of both share characters, one pair is near, and no annotator has two.

        Where every two of some ranges overlap, all of them have a character in common: a chain of
        neighbours is not one span.
        """
        near = [iou(one, two) for one in self.members.values() for two in other.members.values()]
        return (
            not self.members.keys() & other.members.keys()
            and min(near) > 0
            and max(near) >= THRESHOLD
        )

    @property
    def place(self) -> tuple[str, int, int, int]:
        spans = self.members.values()
        first = min(self.members)
        return (
            self.members[first].layer,
            min(span.start for span in spans),
            -max(span.end for span in spans),
            first,
        )


def iou(one: Span, two: Span) -> float:
    """Measure intersection over union; spans of different layers have nothing in common."""
    common = min(one.end, two.end) - max(one.start, two.start)
    if common <= 0 or one.layer != two.layer:
        return 0.0
    return common / (one.end - one.start + two.end - two.start - common)


def candidates(answers: Sequence[Annotation]) -> list[Candidate]:
    """Cluster the spans of all answers, the nearest first, at most one of each annotator."""
    own = [
        [Candidate({number: span}) for span in answer.spans]
        for number, answer in enumerate(answers)
    ]
    joined: dict[Candidate, Candidate] = {}
    for one, two in _nearest_first(own):
        first, second = _found(one, joined), _found(two, joined)
        if first is not second and first.fits(second):
            first.members |= second.members
            joined[second] = first
    kept = (each for found in own for each in found if each not in joined)
    return sorted(kept, key=lambda each: each.place)


def _found(candidate: Candidate, joined: Mapping[Candidate, Candidate]) -> Candidate:
    while candidate in joined:
        candidate = joined[candidate]
    return candidate


def _nearest_first(own: Sequence[Sequence[Candidate]]) -> list[tuple[Candidate, Candidate]]:
    """Give all near pairs; between equally near ones, those of one label come first."""
    pairs = [
        (-near, one.label != two.label, number, first, second)
        for number, ((a, mine), (b, theirs)) in enumerate(combinations(enumerate(own), 2))
        for first in mine
        for second in theirs
        for one, two in [(first.members[a], second.members[b])]
        if (near := iou(one, two)) >= THRESHOLD
    ]
    return [pair[3:] for pair in sorted(pairs, key=lambda pair: pair[:3])]


def aligned(one: Sequence[Span], two: Sequence[Span]) -> list[tuple[Span, Span]]:
    """Pair near spans of two sides, the nearest first, each at most once."""
    near = sorted(
        (-found, mine.label != theirs.label, first, second)
        for first, mine in enumerate(one)
        for second, theirs in enumerate(two)
        if (found := iou(mine, theirs)) >= THRESHOLD
    )
    pairs: dict[int, int] = {}
    for _, _, first, second in near:
        if first not in pairs and second not in pairs.values():
            pairs[first] = second
    return [(one[first], two[second]) for first, second in sorted(pairs.items())]
