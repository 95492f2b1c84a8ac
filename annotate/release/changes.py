"""Every single change between two releases: on disk, and counted as they come."""

from __future__ import annotations

import heapq
import marshal
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from annotate.labels.spill import Spill
from annotate.release.span_changes import Change

EXAMPLES = 5
_SORTED = 10_000  # changes that are sorted at a time


class Changes(Spill[Change]):
    """Changes in the order in which they were found; of each kind, the first few are held."""

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
        """Read all changes of a kind."""
        if kind not in self.examples:
            return []
        return [change for change in self if change.kind == kind]

    def in_order(self) -> Iterator[Change]:
        """Give all changes, sorted: parts of them are, on disk, and these are merged."""
        changes, runs = iter(self), list[Changes]()
        while run := sorted(islice(changes, _SORTED)):
            runs.append(Changes.of(run))
        return heapq.merge(*runs)

    def _encoded(self, value: Change) -> bytes:
        return marshal.dumps(tuple(value))

    def _decoded(self, data: bytes) -> Change:
        return Change(*marshal.loads(data))  # noqa: S302 - our own
