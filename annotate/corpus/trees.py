"""Sums of small decision trees, all of whole numbers, so that they say the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_BLOCK = 256  # lines judged at once, so that what is asked of them stays near the processor
SCALE = 1000  # leaves are log-odds in thousandths


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
            total[block] = self._block(matrix[:, block])
        return total + self.bias

    def _block(self, matrix: Array) -> Array:
        yes = (matrix[self.feature] > self.border[:, None]).view(np.uint8)
        leaf = yes[self.asked[:, 0]]
        for level in range(1, self.asked.shape[1]):
            leaf |= yes[self.asked[:, level]] << np.uint8(level)
        count, answers = self.leaves.shape
        first = np.arange(0, count * answers, answers, dtype=np.intp)
        values: Array = self.leaves.ravel().take(leaf + first[:, None])
        total: Array = values.sum(axis=0, dtype=np.int64)
        return total


def chance(sums: Array) -> Array:
    """Turn sums of trees into chances in a thousand."""
    return np.take(_CHANCES, np.clip(sums // 10, -_REACH, _REACH) + _REACH)


_REACH = 800
_CHANCES = np.array(
    [round(1000 / (1 + 2.718281828459045 ** (-step / 100))) for step in range(-_REACH, _REACH + 1)]
)
