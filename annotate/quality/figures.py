"""Figures with their intervals: sums over articles, drawn again and again.

A figure is a function of sums over articles. A bootstrap draws articles with replacement, which
gives every article a count; the sums of all draws are then one product of matrices. Spans are
never drawn by themselves: those of one article are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import ndtr, stdtrit

from annotate.quality.overlaps import Floats

CONFIDENCE = 0.95
FEWEST_ARTICLES = 5  # all draws of fewer lie too close together: scripts/interval_coverage.py
NOTHING, ONE_VALUE = "no units", "no variation"
_EXACT = 1e-9
_BLOCK = 128  # draws at a time
Counts = NDArray[np.int16]


@dataclass(frozen=True)
class Figure:
    """A value with its 95 % interval; None where undefined, and `why` then tells the reason.

    `n` counts what was compared; `unit` says what that is.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: str
    why: str = ""


class Sums(NamedTuple):
    """A figure before it is computed: a row for each article; `formula` takes their sums.

    The formula takes an array whose last axis are the columns, and gives NaN where undefined.
    The last column counts what was compared. A table of many values is sparse.
    """

    name: str
    unit: str
    columns: Floats | csr_array
    formula: Callable[[Floats], Floats]


def alpha_of(sums: Floats) -> Floats:
    """From observed and expected disagreement: 1 - observed / expected."""
    return 1 - _ratio(sums[..., 0], sums[..., 1])


def f1_of(sums: Floats) -> Floats:
    """From pairs in common, and what both sides have together."""
    return 2 * _ratio(sums[..., 0], sums[..., 1])


def share_of(sums: Floats) -> Floats:
    return _ratio(sums[..., 0], sums[..., 1])


def nominal_of(sums: Floats) -> Floats:
    """From pairs with equal values, the count of every value on both sides, and pairs: α."""
    equal, counts, pairs = sums[..., 0], sums[..., 1:-1], sums[..., -1]
    total = 2 * pairs
    expected = total**2 - (counts**2).sum(axis=-1)
    return 1 - _ratio((pairs - equal) * 2 * (total - 1), expected)


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.asarray(
        np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > _EXACT)
    )


def draw(articles: int, draws: int, seed: int) -> Counts:
    """Draw articles with replacement: how often each is in every draw, a row a draw."""
    random = np.random.default_rng(seed)
    counts = np.empty((draws, articles), dtype=np.int16)
    for row in counts:
        row[:] = np.bincount(random.integers(0, articles, articles), minlength=articles)
    return counts


def summed(drawn: Counts, table: Floats | csr_array) -> Floats:
    """Add up the rows of the articles that each draw has; small numbers are kept small."""
    blocks = (drawn[at : at + _BLOCK].astype(float) for at in range(0, len(drawn), _BLOCK))
    return np.concatenate([block @ table for block in blocks])


def compute(sums: Sequence[Sums], drawn: Counts) -> list[Figure]:
    """Compute all figures of the same articles; `drawn` comes from `draw`."""
    dense = [each.columns for each in sums if isinstance(each.columns, np.ndarray)]
    borders = np.cumsum([columns.shape[1] for columns in dense])[:-1]
    # One product for all of them: the draws are the largest table there is.
    products = iter(np.split(summed(drawn, np.hstack(dense)), borders, axis=1) if dense else ())
    found = []
    for each in sums:
        totals = (
            next(products) if isinstance(each.columns, np.ndarray) else summed(drawn, each.columns)
        )
        whole = np.asarray(each.columns.sum(axis=0))
        value, n = float(each.formula(whole)), round(float(whole[-1]))
        found.append(figure(each.name, each.unit, value, (each.formula(totals), len(drawn.T)), n))
    return found


def figure(name: str, unit: str, value: float, again: tuple[Floats, int], n: int) -> Figure:
    """Make a figure of its value and those of the draws of so many articles.

    A draw may be undefined; too few articles give no interval.
    """
    if np.isnan(value):
        return Figure(name, None, None, None, n, unit, ONE_VALUE if n else NOTHING)
    draws, articles = again
    defined = draws[~np.isnan(draws)]
    if articles < FEWEST_ARTICLES or not len(defined):
        return Figure(name, value, None, None, n, unit)
    outside = 100 * tail(articles)
    low, high = np.percentile(defined, (outside, 100 - outside))
    return Figure(name, value, float(low), float(high), n, unit)


def tail(articles: int) -> float:
    """Give the share of draws that an interval leaves out on either side.

    Draws of few articles vary less than Student's t asks for. Expanded percentiles, Hesterberg:
    What Teachers Should Know About the Bootstrap, The American Statistician 69, 2015.
    """
    quantile = stdtrit(articles - 1, (1 + CONFIDENCE) / 2)
    return float(ndtr(-np.sqrt(articles / (articles - 1)) * quantile))
