"""Every single change between two releases: on disk, and counted as they come."""

from __future__ import annotations

import heapq
import marshal
from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from annotate.labels.spill import Spill
from annotate.release.span_changes import Change

EXAMPLES = 5
_SORTED = 10_000  # changes that are sorted at a time
_READ = 100  # of one sorted part at a time


class _Stored(Spill[Change]):
    """Changes in an order."""

    def between(self, begin: int, end: int) -> Iterator[Change]:
        """Read some that follow one another, a few at a time: others are read in between."""
        for at in range(begin, end, _READ):
            yield from self[at : min(at + _READ, end)]

    def _encoded(self, value: Change) -> bytes:
        return marshal.dumps(tuple(value))

    def _decoded(self, data: bytes) -> Change:
        return Change(*marshal.loads(data))  # noqa: S302 - our own


class Changes(_Stored):
    """All changes in the order in which they were found; of each kind, the first few are held."""

    def __init__(self) -> None:
        super().__init__()
        self.by_config: Counter[tuple[str, str]] = Counter()  # by kind and config
        self.flow: Counter[tuple[str, str]] = Counter()  # which label became which
        self.examples: dict[str, list[Change]] = {}  # by kind

    def append(self, value: Change) -> None:
        super().append(value)
        self.by_config[value.kind, value.config] += 1
        if value.kind == "span relabelled":
            self.flow[value.label_before, value.label_after] += 1
        first = self.examples.setdefault(value.kind, [])
        if len(first) < EXAMPLES:
            first.append(value)

    @property
    def counts(self) -> dict[str, int]:
        """How often each kind of change occurs, by name."""
        found: Counter[str] = Counter()
        for (kind, _), count in self.by_config.items():
            found[kind] += count
        return dict(sorted(found.items()))

    def of_kind(self, kind: str) -> list[Change]:
        """Give all changes of a kind; they are read if there are many."""
        if self.counts.get(kind, 0) <= EXAMPLES:
            return list(self.examples.get(kind, ()))
        return [change for change in self if change.kind == kind]

    def in_order(self) -> Iterator[Change]:
        """Give all changes, sorted: parts of them are, in one file, and these are merged."""
        changes, runs, borders = iter(self), _Stored(), [0]
        while run := sorted(islice(changes, _SORTED)):
            runs.extend(run)
            borders.append(len(runs))
        return heapq.merge(*(runs.between(*each) for each in pairwise(borders)))

    def take_along(self, _before: Self, _numbers: NDArray[np.int64]) -> None:
        raise TypeError("changes are counted as they come, so there is no choosing some")
