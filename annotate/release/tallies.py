"""Counts by article, for as many articles as there may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from annotate.corpus.names import place_of


class Tallies(Mapping[str, Counter[str]]):
    """What was counted for each of some articles; `names` are sorted.

    Counts are held in columns, four bytes each: a counter is made when it is asked for.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._columns: dict[str, NDArray[np.int32]] = {}

    def row(self, name: str) -> int:
        """Give the number by which an article is counted for, -1 for one of others."""
        return place_of(self._names, name)

    def add(self, row: int, what: str, count: int = 1) -> None:
        if what not in self._columns:
            self._columns[what] = np.zeros(len(self._names), np.int32)
        self._columns[what][row] += count

    def __getitem__(self, name: str) -> Counter[str]:
        row = self.row(name)
        if row < 0:
            raise KeyError(name)
        counts = {what: int(column[row]) for what, column in self._columns.items()}
        return Counter({what: count for what, count in sorted(counts.items()) if count})

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
