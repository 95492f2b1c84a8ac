"""Units of many texts on one axis: which of them share characters, and how many.

A unit is a labelled range `[start, end)`. Texts are laid end to end, so that one search answers
for all of them at once; `track` numbers the text and coder that a unit belongs to.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Units(NamedTuple):
    """Units in columns; `label` is a number."""

    track: Ints
    start: Ints
    end: Ints
    label: Ints


class Overlaps(NamedTuple):
    """Pairs of units that share characters: their rows on both sides, and how many they share."""

    one: Ints
    two: Ints
    shared: Ints


def find_overlaps(one: Units, two: Units) -> Overlaps:
    """Find every pair of units, one from each side and of the same track, that overlap."""
    span = 1 + max((int(side.end.max()) for side in (one, two) if len(side.end)), default=0)
    (first, last), (begin, end) = (
        (side.track * span + side.start, side.track * span + side.end) for side in (one, two)
    )
    order = np.argsort(begin, kind="stable")
    begin, end = begin[order], end[order]
    # Of nested units a long one may end behind later ones: what ends before it stays a candidate.
    low = np.searchsorted(np.maximum.accumulate(end), first, side="right")
    high = np.searchsorted(begin, last, side="left")
    left = np.repeat(np.arange(len(first)), np.maximum(high - low, 0))
    right = ranges(low, np.maximum(high - low, 0))
    shared = np.minimum(last[left], end[right]) - np.maximum(first[left], begin[right])
    kept = shared > 0
    return Overlaps(left[kept], order[right[kept]], shared[kept])


def ranges(starts: Ints, lengths: Ints) -> Ints:
    """Write `start, start + 1, …` of every range one after the other."""
    total = int(lengths.sum())
    before = np.cumsum(lengths) - lengths
    return np.asarray(np.arange(total) + np.repeat(starts - before, lengths))


class Flat(NamedTuple):
    """Units of which no two overlap; `labels` says for each number which labels it is."""

    units: Units
    labels: tuple[tuple[int, ...], ...]


def flatten(units: Units, labels: int) -> Flat:
    """Lay units flat, as unitising coefficients need it. `labels` is how many there are.

    Twins on one stretch become one unit with the set of their labels, nested units go for the
    one around them, and of two that cross the later one loses what both cover.
    """
    order = np.lexsort((units.label, -units.end, units.start, units.track))
    track, start, end, label = (column[order] for column in units)
    keys = np.stack([track, start, end])
    new = np.ones(len(track), dtype=bool)
    new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    sets, label = _label_sets(label, new, labels)
    track, start, end = keys[:, new]
    return Flat(_uncovered(Units(track, start, end, label)), sets)


def _label_sets(
    label: Ints, new: NDArray[np.bool_], labels: int
) -> tuple[tuple[tuple[int, ...], ...], Ints]:
    """Give each unit the number of its label, twins that of the set of theirs."""
    sets = [(number,) for number in range(labels)]
    found = label[new]
    known: dict[tuple[int, ...], int] = {}
    starts = np.flatnonzero(new)
    sizes = np.diff(np.append(starts, len(label)))
    for unit in np.flatnonzero(sizes > 1):
        members = tuple(sorted(set(label[starts[unit] : starts[unit] + sizes[unit]].tolist())))
        if len(members) > 1 and members not in known:
            known[members] = len(sets)
            sets.append(members)
        found[unit] = known[members] if len(members) > 1 else members[0]
    return tuple(sets), found


def _uncovered(units: Units) -> Units:
    """Drop what lies inside an earlier unit of its track; `units` are sorted."""
    if not len(units.track):
        return units
    span = int(units.end.max()) + 1
    reach = np.maximum.accumulate(units.track * span + units.end)
    before = np.concatenate(([0], reach[:-1])) - units.track * span
    start = np.maximum(units.start, before)
    kept = start < units.end
    return Units(units.track[kept], start[kept], units.end[kept], units.label[kept])
