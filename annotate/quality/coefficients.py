"""Krippendorff's α for values, and the MASI distance between sets.

Krippendorff: Content Analysis, 2nd edition 2004, chapter 11. Passonneau: Measuring Agreement on
Set-valued Items (MASI), LREC 2006.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from itertools import chain
from typing import Any, Literal

import numpy as np

from annotate.quality.overlaps import Floats

Level = Literal["nominal", "ordinal", "interval", "ratio"]
SUBSET, CROSSING = 2 / 3, 1 / 3


def alpha(items: Sequence[Sequence[Any]], level: Level = "nominal") -> float | None:
    """Compute α; each item holds one value a coder, None for none.

    Undefined (None) when no item has two values, or all values are one. Values are numbers for
    every level but `nominal`.
    """
    given = [[value for value in item if value is not None] for item in items]
    pairable = [item for item in given if len(item) > 1]
    values = sorted(set(chain.from_iterable(pairable)))
    number = {value: place for place, value in enumerate(values)}
    table = np.zeros((len(values), len(values)))
    for item in pairable:
        counts = np.bincount([number[value] for value in item], minlength=len(values))
        table += (np.outer(counts, counts) - np.diag(counts)) / (len(item) - 1)
    totals = table.sum(axis=1)
    distance = _DISTANCES[level](values, totals)
    expected = float((np.outer(totals, totals) * distance).sum())
    if not expected:
        return None
    return float(1 - (totals.sum() - 1) * (table * distance).sum() / expected)


def _nominal(values: Sequence[Any], _totals: Floats) -> Floats:
    return 1.0 - np.eye(len(values))


def _ordinal(_values: Sequence[Any], totals: Floats) -> Floats:
    """Count the values that lie between two, those of both halved."""
    middle = np.cumsum(totals) - totals / 2
    return np.asarray(np.subtract.outer(middle, middle) ** 2)


def _interval(values: Sequence[Any], _totals: Floats) -> Floats:
    return np.asarray(np.subtract.outer(values, values) ** 2, dtype=float)


def _ratio(values: Sequence[Any], _totals: Floats) -> Floats:
    total = np.abs(np.add.outer(values, values)).astype(float)
    differ = np.abs(np.subtract.outer(values, values)).astype(float)
    return np.asarray(np.divide(differ, total, out=np.zeros_like(total), where=total > 0) ** 2)


_DISTANCES: dict[Level, Callable[[Sequence[Any], Floats], Floats]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "interval": _interval,
    "ratio": _ratio,
}


def masi_distance(one: Collection[Hashable], two: Collection[Hashable]) -> float:
    """Compute 1 - Jaccard · monotonicity; two empty sets are the same."""
    first, second = set(one), set(two)
    if first == second:
        return 0.0
    common = first & second
    if not common:
        return 1.0
    monotone = SUBSET if common in (first, second) else CROSSING
    return 1 - len(common) / len(first | second) * monotone
