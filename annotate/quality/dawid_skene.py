"""One gold out of five answers or more: what each token is, given how each annotator errs.

Dawid and Skene 1979, by layer: a token is outside or has one of the layer's labels; for each
annotator there is a table of what they say for what is true. Tokens that everybody answered in
the same way are one row with a count, so that a corpus takes no more room than its patterns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from annotate.labels.annotation import Annotation, Span
from annotate.quality.candidates import THRESHOLD, Ballot, Conflict, Kept, Kind, iou
from annotate.quality.elections import Elected, more_than_half
from annotate.quality.overlaps import Floats, Ints

OUTSIDE = ""
ITERATIONS = 50
SMOOTHING = 0.5  # added to each cell of a table that is counted
Places = Sequence[tuple[int, int]]
People = Sequence[str]
Tracks = Sequence[Sequence[Span | None]]  # by annotator, the span that each token is in
Pattern = tuple[tuple[str, ...], tuple[str, ...]]  # annotators, and what each of them says
Truth = Mapping[Pattern, tuple[str, ...]]  # the most likely label; several are equally likely
_EXACT = 1e-6  # of a probability: rounding sets apart what is equally likely


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
    likely = found >= found.max(axis=1, keepdims=True) - _EXACT
    return {
        pattern: tuple(classes[number] for number in np.flatnonzero(row))
        for pattern, row in zip(patterns, likely, strict=True)
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
) -> tuple[list[Kept], list[Conflict]]:
    """Read spans off the tokens: runs of one label, cut where most of its annotators cut them.

    Where several things are equally likely, or as many cut a run as do not, there is a conflict.
    """
    answers = [ballot.answer for ballot in ballots]
    names = tuple(answer.annotator for answer in answers)
    found: list[Kept] = []
    conflicts: list[Conflict] = []
    for layer in layers_of(answers):
        tracks = [_track(answer, layer, places) for answer in answers]
        said = _said(answers, layer, places)
        likely = [truths[layer][names, each] for each in said]
        truth = [each[0] for each in likely]
        conflicts += [*_ties(likely, tracks, names), *_tied_cuts(truth, tracks, names)]
        for first, last, label in _runs(truth, tracks):
            span = Span("", places[first][0], places[last][1], layer, label)
            members = dict(_members(span, answers))
            behind = {(one.start, one.end) for one in members.values() if one.label == label}
            if behind:  # else nobody meant it; a border inside a token stays if it is everybody's
                start, end = behind.pop() if len(behind) == 1 else (span.start, span.end)
                found.append(Kept(start, end, layer, label, members))
    return found, conflicts


def _ties(likely: Sequence[tuple[str, ...]], tracks: Tracks, names: People) -> Iterator[Conflict]:
    """Give a conflict for each run of tokens of which the same things are equally likely."""
    for tied, run in groupby(range(len(likely)), key=likely.__getitem__):
        if len(tied) > 1:
            kind: Kind = "missed" if OUTSIDE in tied else "label"
            yield Conflict(kind, _spans_at(list(run), tracks, names))


def _tied_cuts(truth: Sequence[str], tracks: Tracks, names: People) -> Iterator[Conflict]:
    """Give a conflict for each border inside a run at which half of its annotators cut it."""
    for number in range(1, len(truth)):
        same = truth[number - 1] == truth[number] != OUTSIDE
        if same and _cut(number, truth[number], tracks).tied:
            yield Conflict("boundary", _spans_at([number - 1, number], tracks, names))


def _spans_at(numbers: Sequence[int], tracks: Tracks, names: People) -> tuple[tuple[str, str], ...]:
    """Name the spans that some tokens are in, by annotator and id, each once."""
    found = (
        (name, span.id)
        for name, track in zip(names, tracks, strict=True)
        for span in (track[number] for number in numbers)
        if span
    )
    return tuple(dict.fromkeys(found))


def _runs(truth: Sequence[str], tracks: Tracks) -> Iterator[tuple[int, int, str]]:
    begin = 0
    for number in range(1, len(truth) + 1):
        same = number < len(truth) and truth[number] == truth[begin]
        if not same or _cut(number, truth[begin], tracks).value:
            if truth[begin] != OUTSIDE:
                yield begin, number - 1, truth[begin]
            begin = number


def _cut(number: int, label: str, tracks: Tracks) -> Elected[bool]:
    """Whether most of those who have the label on both sides of a border have two spans there.

    Where they are tied, everybody is asked whether a span begins or ends there.
    """
    sides = [(track[number - 1], track[number]) for track in tracks]
    both = [each for each in sides if all(span and span.label == label for span in each)]
    found = _most_apart(both)
    return _most_apart(sides) if found.tied else found


def _most_apart(sides: Sequence[tuple[Span | None, Span | None]]) -> Elected[bool]:
    """Whether most have two different spans there, or one span and nothing."""
    apart = sum(before is not after for before, after in sides)
    return more_than_half(apart, len(sides)) if sides else Elected(value=False, tied=False)


def _members(span: Span, answers: Sequence[Annotation]) -> Iterator[tuple[int, Span]]:
    """Find each annotator's span that is nearest to one that stands, if it is near at all."""
    for number, answer in enumerate(answers):
        best = max(answer.spans, key=lambda one: iou(span, one), default=None)
        if best is not None and iou(span, best) >= THRESHOLD:
            yield number, best
