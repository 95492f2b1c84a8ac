"""Votes that count by weight, and never resolve a tie."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Generic, NamedTuple, TypeVar

_Value = TypeVar("_Value")


class Elected(NamedTuple, Generic[_Value]):
    """What most votes are for. With `tied`, something else has as many: nothing is decided."""

    value: _Value
    tied: bool


def elect(votes: Iterable[tuple[_Value, float]]) -> Elected[_Value]:
    """Choose the value with the most weight; among equal ones the first that was named."""
    sums: dict[_Value, float] = {}
    for value, weight in votes:
        sums[value] = sums.get(value, 0.0) + weight
    first, *others = sorted(sums, key=lambda value: -sums[value])
    return Elected(first, bool(others) and equal(sums[first], sums[others[0]]))


def more_than_half(weight: float, whole: float) -> Elected[bool]:
    """Say whether a weight is more than half of the whole."""
    return Elected(weight > whole / 2, equal(weight, whole / 2))


def weighted_median(votes: Iterable[tuple[int, float]]) -> Elected[int]:
    """Find the value below and above which at most half of the weight lies.

    Between two values that halve the weight between them nothing is decided; that is the lower.
    """
    ordered = sorted(votes)
    half, below = sum(weight for _, weight in ordered) / 2, 0.0
    for number, (value, weight) in enumerate(ordered):
        below += weight
        if equal(below, half) and number + 1 < len(ordered):
            return Elected(value, ordered[number + 1][0] != value)
        if below > half:
            return Elected(value, tied=False)
    return Elected(ordered[-1][0], tied=False)


def equal(one: float, two: float) -> bool:
    """Compare sums of weights, which rounding sets apart."""
    return math.isclose(one, two, rel_tol=1e-9)
