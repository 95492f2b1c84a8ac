"""Sums of small decision trees, all of whole numbers, so that they say the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_BLOCK = 512  # lines judged at once, so that what is asked of them stays near the processor
SCALE = 1000  # leaves are log-odds in thousandths


class _Pairs(NamedTuple):
    """Trees two by two, for to look up the sum of two leaves takes no longer than one.

    `asked[level]` holds the questions of all pairs, from the highest bit of an answer down;
    `values` the sums of all pairs in a row, those of each from its place in `first` on.
    """

    asked: Array
    values: Array
    first: Array


@dataclass(frozen=True)
class Trees:
    """Trees in which all nodes of a level ask the same question.

    `feature` and `border` hold the questions, each once; `asked[tree, level]` is the question of
    a level, and `leaves[tree, answers]` what the answers, read as bits, are worth. `bias` is added.
    """

    feature: Array
    border: Array
    asked: Array
    leaves: Array
    bias: int

    @classmethod
    def read(cls, file: Mapping[str, Array], name: str) -> Trees:
        """Read the trees that are kept under a name."""
        parts = [file[f"{name}_{part}"] for part in ("feature", "border", "asked", "leaves")]
        return cls(parts[0], parts[1], parts[2], parts[3], int(file[f"{name}_bias"]))

    def arrays(self) -> dict[str, Array]:
        """Give what is to be kept."""
        return {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}

    def sums(self, matrix: Array) -> Array:
        """Add up what the trees say, in thousandths; `matrix` has a column for each line."""
        total = np.empty(matrix.shape[1], np.int64)
        for start in range(0, len(total), _BLOCK):
            block = slice(start, start + _BLOCK)
            total[block] = self._block(np.ascontiguousarray(matrix[:, block]))
        return total + self.bias

    def _block(self, matrix: Array) -> Array:
        yes = matrix.take(self.feature, axis=0) > self.border[:, None]
        answers = yes.view(np.uint8)
        leaf = answers.take(self._pairs.asked[0], axis=0)
        for asked in self._pairs.asked[1:]:
            leaf += leaf
            leaf |= answers.take(asked, axis=0)
        values = self._pairs.values.take(leaf + self._pairs.first)
        total: Array = values.sum(axis=0, dtype=np.int32)
        return total

    @cached_property
    def _pairs(self) -> _Pairs:
        asked, leaves = self.asked, self.leaves
        if len(leaves) % 2:
            asked = np.concatenate((asked, asked[:1]))
            leaves = np.concatenate((leaves, np.zeros_like(leaves[:1])))
        values = leaves[::2, None, :] + leaves[1::2, :, None]
        count, size = len(values), values[0].size
        levels = np.concatenate((asked[::2], asked[1::2]), axis=1).T[::-1]
        first = np.arange(0, count * size, size, dtype=np.intp)
        return _Pairs(levels.astype(np.intp), values.ravel(), first[:, None])


def chance(sums: Array) -> Array:
    """Turn sums of trees into chances in a thousand."""
    return np.take(_CHANCES, np.clip(sums // 10, -_REACH, _REACH) + _REACH)


_REACH = 800
_CHANCES = np.array(
    [round(1000 / (1 + 2.718281828459045 ** (-step / 100))) for step in range(-_REACH, _REACH + 1)]
)
