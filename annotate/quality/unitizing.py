"""Krippendorff's α for unitising: who marked which stretch of a text, and as what.

Krippendorff, Mathet, Bouvry, Widlöcher: On the reliability of unitizing textual continua, 2016,
doi 10.1007/s11135-015-0266-1. Every quantity in it is a sum over ordered pairs of coders divided
by m - 1, so that sums over pairs are all that is kept; a gap is what no unit of a coder covers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from annotate.quality.overlaps import Floats, Ints, Units, find_overlaps


class Disagreement(NamedTuple):
    """Observed and expected disagreement, in characters; α is 1 - observed / expected."""

    observed: Floats
    expected: Floats


@dataclass(frozen=True)
class Coincidences:
    """What pairs of coders have in common, a row for each pair, a column for each label.

    `length` counts characters twice, once for each coder, as do the others: `marked` those with
    the label, `same` where the other has it too, `valued` where the other has any label;
    `squares` sums squared lengths of units, `covered` those of what the other's units cover of
    them. `gaps` counts where neither has a unit.
    """

    length: Floats
    gaps: Floats
    marked: Floats
    same: Floats
    valued: Floats
    squares: Floats
    covered: Floats

    def take(self, rows: Ints) -> Coincidences:
        return Coincidences(*(getattr(self, field.name)[rows] for field in fields(self)))

    def summed(self, group: Ints, groups: int, weight: Floats) -> Coincidences:
        """Add rows up by group; `weight` is 1 / (m - 1) for a pair out of m coders."""
        rows = np.arange(len(group))
        gather = csr_array((weight, (group, rows)), shape=(groups, len(group)))
        return Coincidences(*(gather @ getattr(self, field.name) for field in fields(self)))


def coincidences(one: Units, two: Units, lengths: Ints, labels: int) -> Coincidences:
    """Compare both coders of each track; `lengths` are those of the tracks' texts.

    The units of one coder must not overlap.
    """
    tracks = len(lengths)
    found = find_overlaps(one, two)
    alike = one.label[found.one] == two.label[found.two]

    def by_label(track: Ints, label: Ints, weight: Floats | Ints) -> Floats:
        cells = np.bincount(track * labels + label, weight, minlength=tracks * labels)
        return cells.reshape(tracks, labels).astype(float)

    sides = ((one, found.one), (two, found.two))
    marked = np.zeros((tracks, labels))
    squares, valued, covered = np.zeros_like(marked), np.zeros_like(marked), np.zeros_like(marked)
    for units, place in sides:
        size = units.end - units.start
        common = np.bincount(place, found.shared, minlength=len(size))
        marked += by_label(units.track, units.label, size)
        squares += by_label(units.track, units.label, size * size)
        valued += by_label(units.track, units.label, common)
        covered += by_label(units.track, units.label, common * common)
    place = found.one[alike]
    same = 2 * by_label(one.track[place], one.label[place], found.shared[alike])
    union = marked.sum(axis=1) - valued.sum(axis=1) / 2
    length = lengths.astype(float)
    return Coincidences(2 * length, 2 * (length - union), marked, same, valued, squares, covered)


def all_labels(of: Coincidences) -> Disagreement:
    """Where coders differ at all: uα."""
    gap = of.length - of.marked.sum(axis=1)
    scale = _scale(of, gap)
    expected = scale * ((of.marked**2 - of.squares).sum(axis=1) + gap**2 - gap)
    return Disagreement(
        of.length - of.same.sum(axis=1) - of.gaps, np.maximum(of.length - expected, 0)
    )


def units_or_gaps(of: Coincidences) -> Disagreement:
    """Where one coder has a unit and another has none: |uα."""
    gap = of.length - of.marked.sum(axis=1)
    return Disagreement(gap - of.gaps, _scale(of, gap) * gap * (of.length - gap))


def shared_units(of: Coincidences) -> Disagreement:
    """Which label stretches have that several coders marked: cuα."""
    both = of.valued.sum(axis=1)
    expected = _shared_scale(of) * (of.valued**2 - of.covered).sum(axis=1)
    return Disagreement(both - of.same.sum(axis=1), np.maximum(both - expected, 0))


def single_label(of: Coincidences) -> Disagreement:
    """Whether stretches that several coders marked have one label: (k)uα, a column for each."""
    both, scale = of.valued.sum(axis=1)[:, None], _shared_scale(of)[:, None]
    total = scale * (of.valued * both - of.covered)
    other = total - scale * (of.valued**2 - of.covered)
    ratio = np.divide(of.valued, total, out=np.zeros_like(total), where=total > 0)
    return Disagreement(of.valued - of.same, ratio * other)


def coverage(of: Coincidences) -> Floats:
    """Give which share of all characters several coders marked."""
    return np.asarray(of.valued.sum(axis=1) / of.length)


def _scale(of: Coincidences, gap: Floats) -> Floats:
    """Give n / (n² - Σ λ), the factor before every expected coincidence."""
    rest = of.length**2 - of.squares.sum(axis=1) - gap
    return np.asarray(np.divide(of.length, rest, out=np.zeros_like(rest), where=rest > 0))


def _shared_scale(of: Coincidences) -> Floats:
    """Give 1 / (n' - Σ w / n'), the factor before the expected coincidences of shared units."""
    both = of.valued.sum(axis=1)
    inner = np.divide(of.covered.sum(axis=1), both, out=np.zeros_like(both), where=both > 0)
    rest = both - inner
    return np.asarray(np.divide(1.0, rest, out=np.zeros_like(rest), where=rest > 0))


class UnitizingAlpha(NamedTuple):
    """The family for one text; None where it is undefined: there is nothing to differ about."""

    u: float | None
    binary: float | None
    coded: float | None
    by_label: dict[str, float | None]
    coverage: float


Coder = Iterable[tuple[int, int, str]]


def unitizing_alpha(coders: Sequence[Coder], length: int) -> UnitizingAlpha:
    """Compute the family for the units `(start, end, label)` of several coders of one text."""
    given = [list(coder) for coder in coders]
    names = sorted({label for coder in given for _, _, label in coder})
    pairs = [(i, j) for i in range(len(given)) for j in range(i + 1, len(given))]
    one, two = (_units([given[pair[side]] for pair in pairs], names) for side in (0, 1))
    rows = coincidences(one, two, np.full(len(pairs), length), len(names))
    weight = np.full(len(pairs), 1 / (len(given) - 1))
    whole = rows.summed(np.zeros(len(pairs), dtype=np.int64), 1, weight)
    single = single_label(whole)
    return UnitizingAlpha(
        _alpha(*all_labels(whole)),
        _alpha(*units_or_gaps(whole)),
        _alpha(*shared_units(whole)),
        {
            name: _alpha(single.observed[:, k], single.expected[:, k])
            for k, name in enumerate(names)
        },
        float(coverage(whole)[0]),
    )


def _units(tracks: Sequence[Coder], names: Sequence[str]) -> Units:
    rows = [
        (track, start, end, names.index(label))
        for track, coder in enumerate(tracks)
        for start, end, label in coder
    ]
    return Units(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)


def _alpha(observed: Floats, expected: Floats) -> float | None:
    return float(1 - observed[0] / expected[0]) if expected[0] > 0 else None
