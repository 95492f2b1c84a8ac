"""What a text speaks of: the content words of its lines, and how well another line fits them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from annotate.corpus.lines import Page

_MOST_STEMS = 24  # the words of a line do not speak independently of each other
_FEW_STEMS = 8  # fewer say little by not being known
_LEAST, _MOST = 0.25, 0.6  # of the words of other lines, against those of the body, are known
_LIMIT = 4.0
_FLOOR = 0.06


class Topic:
    """The words of some lines of a page, and how likely other lines of it hold them."""

    def __init__(
        self, page: Page, members: Sequence[int], others: Iterable[int], title: int | None
    ) -> None:
        self._page = page
        self._members = frozenset(members)
        titled = members if title is None else (*members, title)
        counts = Counter(chain.from_iterable(map(page.stems, titled)))
        self._known = frozenset(counts)
        self.shared = frozenset(stem for stem, count in counts.items() if count > 1)
        inside = min(max(self._rate(members), _FLOOR), 0.9)
        outside = min(max(self._rate(others), _LEAST * inside, 0.02), _MOST * inside)
        self._gain = math.log(inside / outside)
        self._loss = math.log((1 - inside) / (1 - outside))

    def _rate(self, indices: Iterable[int]) -> float:
        """Measure which share of the words of lines is known from other lines."""
        known = total = 0
        for index in indices:
            hits, size = self.known(index)
            known += hits
            total += size
        return known / total if total else 0.0

    def known(self, index: int) -> tuple[int, int]:
        """Count the different words of a line: those that another line holds too, and all."""
        stems = self._page.stems(index)
        known = self.shared if index in self._members else self._known
        return len(stems & known), len(stems)

    def evidence(self, index: int) -> float:
        """Give the log-odds that a line speaks of the topic, by its words."""
        known, size = self.known(index)
        if not size:
            return 0.0
        odds = known * self._gain + (size - known) * self._loss
        if odds < 0:
            odds *= min(1.0, size / _FEW_STEMS)
        return max(-1.5 * _LIMIT, min(_LIMIT, odds * min(1.0, _MOST_STEMS / size)))
