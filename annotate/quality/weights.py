"""How much an annotator's vote counts: by agreement with the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from annotate.labels.annotation import Annotation, Span
from annotate.quality.candidates import aligned

FLOOR = 0.01  # so that nobody's voice is nothing


class Weights:
    """Adds up, chunk by chunk, how well annotators match; nothing else is held.

    A span matches one of the same layer and label with half of their union in common.
    """

    def __init__(self) -> None:
        self._matched: Counter[tuple[str, str]] = Counter()
        self._spans: Counter[tuple[str, str]] = Counter()

    def add(self, answers: Sequence[Annotation]) -> None:
        """Take the answers of several annotators to one chunk."""
        for one, two in combinations(sorted(answers, key=lambda each: each.annotator), 2):
            pair = (one.annotator, two.annotator)
            self._matched[pair] += matches(one.spans, two.spans)
            self._spans[pair] += len(one.spans) + len(two.spans)

    def done(self) -> Mapping[str, float]:
        """Give each annotator's weight: the mean of F1 by partner."""
        found: dict[str, list[float]] = {}
        for pair, spans in sorted(self._spans.items()):
            for name in pair if spans else ():
                found.setdefault(name, []).append(2 * self._matched[pair] / spans)
        means = {name: sum(values) / len(values) for name, values in sorted(found.items())}
        return {name: max(FLOOR, value) for name, value in means.items()}


def matches(one: Sequence[Span], two: Sequence[Span]) -> int:
    """Count the spans of two sides that are the same and have the same label."""
    return sum(1 for mine, theirs in aligned(one, two) if mine.label == theirs.label)
