"""One gold out of five answers or more: what each token is, given how each annotator errs.

Dawid and Skene 1979, by layer: a token is outside or has one of the layer's labels; for each
annotator there is a table of what they say for what is true. Tokens that everybody answered in
the same way are one row with a count, so that a corpus takes no more room than its patterns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from annotate.labels.annotation import Annotation, Span
from annotate.quality.candidates import THRESHOLD, Ballot, Kept, iou
from annotate.quality.overlaps import Floats, Ints

OUTSIDE = ""
ITERATIONS = 50
SMOOTHING = 0.5  # added to each cell of a table that is counted
Places = Sequence[tuple[int, int]]
Pattern = tuple[tuple[str, ...], tuple[str, ...]]  # annotators, and what each of them says
Truth = Mapping[Pattern, str]


@dataclass
class Patterns:
    """Counts, by layer, how often annotators said what of a token."""

    counts: dict[str, Counter[Pattern]] = field(default_factory=dict)

    def add(self, answers: Sequence[Annotation], places: Places) -> None:
        """Take the answers to one chunk, whose tokens are at `places`."""
        answers = sorted(answers, key=lambda answer: answer.annotator)
        names = tuple(answer.annotator for answer in answers)
        for layer in layers_of(answers):
            counts = self.counts.setdefault(layer, Counter())
            for said in _said(answers, layer, places):
                counts[names, said] += 1

    def truths(self) -> dict[str, Truth]:
        """Estimate for every layer what is most likely true where a pattern stands."""
        return {layer: _truth(counts) for layer, counts in self.counts.items()}


def layers_of(answers: Sequence[Annotation]) -> list[str]:
    return sorted({span.layer for answer in answers for span in answer.spans})


def _said(answers: Sequence[Annotation], layer: str, places: Places) -> Iterator[tuple[str, ...]]:
    tracks = [_track(answer, layer, places) for answer in answers]
    return zip(
        *([span.label if span else OUTSIDE for span in track] for track in tracks), strict=True
    )


def _track(answer: Annotation, layer: str, places: Places) -> list[Span | None]:
    """Say which span each token is in; of nested ones the outer."""
    track: list[Span | None] = [None] * len(places)
    own = [span for span in answer.spans if span.layer == layer]
    for span in sorted(own, key=lambda one: (one.end - one.start, one.id)):
        for number, (start, end) in enumerate(places):
            if start < span.end and span.start < end:
                track[number] = span
    return track


def _truth(counts: Counter[Pattern]) -> Truth:
    """Run EM over the patterns of one layer."""
    patterns = sorted(counts)
    people = sorted({name for names, _ in patterns for name in names})
    classes = sorted({OUTSIDE}.union(*(said for _, said in patterns)))
    table = _table(patterns, people, classes)
    often = np.array([counts[pattern] for pattern in patterns], dtype=float)
    found = _expected(table, often, len(classes))
    return {
        pattern: classes[number]
        for pattern, number in zip(patterns, found.argmax(axis=1).tolist(), strict=True)
    }


def _table(patterns: Sequence[Pattern], people: Sequence[str], classes: Sequence[str]) -> Ints:
    """Put what each annotator (column) says in each pattern (row) as numbers; -1 for nothing."""
    column = {name: number for number, name in enumerate(people)}
    number = {name: place for place, name in enumerate(classes)}
    table = np.full((len(patterns), len(people)), -1, dtype=np.int64)
    for row, (names, said) in enumerate(patterns):
        for name, label in zip(names, said, strict=True):
            table[row, column[name]] = number[label]
    return table


def _expected(table: Ints, often: Floats, classes: int) -> Floats:
    """Give the probability of every class for every pattern, from their votes onwards."""
    votes = np.stack([(table == number).sum(axis=1) for number in range(classes)], axis=1)
    found: Floats = votes / votes.sum(axis=1, keepdims=True)
    for _ in range(ITERATIONS):
        weighed = found * often[:, None]
        likely = np.tile(np.log(weighed.sum(axis=0) + SMOOTHING), (len(table), 1))
        for said in table.T:
            there = said >= 0
            confused = np.full((classes, classes), SMOOTHING)  # what is true, what is said
            np.add.at(confused.T, said[there], weighed[there])
            confused /= confused.sum(axis=1, keepdims=True)
            likely[there] += np.log(confused[:, said[there]]).T
        likely -= likely.max(axis=1, keepdims=True)
        found = np.exp(likely)
        found /= found.sum(axis=1, keepdims=True)
    return found


def read_spans(
    ballots: Sequence[Ballot], places: Places, truths: Mapping[str, Truth]
) -> list[Kept]:
    """Read spans off the tokens: runs of one label, cut where most of its annotators cut them."""
    answers = [ballot.answer for ballot in ballots]
    names = tuple(answer.annotator for answer in answers)
    found: list[Kept] = []
    for layer in layers_of(answers):
        tracks = [_track(answer, layer, places) for answer in answers]
        said = _said(answers, layer, places)
        truth = [truths[layer][names, each] for each in said]
        for first, last, label in _runs(truth, tracks):
            span = Span("", places[first][0], places[last][1], layer, label)
            members = dict(_members(span, answers))
            behind = {(one.start, one.end) for one in members.values() if one.label == label}
            if behind:  # else nobody meant it; a border inside a token stays if it is everybody's
                start, end = behind.pop() if len(behind) == 1 else (span.start, span.end)
                found.append(Kept(start, end, layer, label, members))
    return found


def _runs(
    truth: Sequence[str], tracks: Sequence[Sequence[Span | None]]
) -> Iterator[tuple[int, int, str]]:
    begin = 0
    for number in range(1, len(truth) + 1):
        same = number < len(truth) and truth[number] == truth[begin]
        if not same or _begins(number, truth[begin], tracks):
            if truth[begin] != OUTSIDE:
                yield begin, number - 1, truth[begin]
            begin = number


def _begins(number: int, label: str, tracks: Sequence[Sequence[Span | None]]) -> bool:
    """Whether most of those who have the label on both sides of a border have two spans there."""
    both = [
        (track[number - 1], track[number])
        for track in tracks
        for before, after in [(track[number - 1], track[number])]
        if before and after and before.label == after.label == label
    ]
    return 2 * sum(before is not after for before, after in both) > len(both)


def _members(span: Span, answers: Sequence[Annotation]) -> Iterator[tuple[int, Span]]:
    """Find each annotator's span that is nearest to one that stands, if it is near at all."""
    for number, answer in enumerate(answers):
        best = max(answer.spans, key=lambda one: iou(span, one), default=None)
        if best is not None and iou(span, best) >= THRESHOLD:
            yield number, best
