"""Count how often an interval of 95 % holds the value that it is about, in simulated corpora.

    python -m scripts.interval_coverage [--check]

Writes its table into docs/quality.md; `--check` compares it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from annotate.quality.figures import draw, f1_of, nominal_of, tail
from annotate.quality.overlaps import Floats

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "quality.md"
BEGIN, END = "<!-- coverage begin -->\n", "<!-- coverage end -->"
ARTICLES = (2, 3, 5, 10, 20, 40)
CORPORA, DRAWS, MANY = 500, 1000, 50_000
PLAIN = 0.025
LABELS = 3


class Case(NamedTuple):
    """A figure, and how the sums of so many articles are drawn, a row for each."""

    name: str
    formula: Callable[[Floats], Floats]
    sums: Callable[[np.random.Generator, int], Floats]


def spans(random: np.random.Generator, articles: int) -> Floats:
    """Two people mark some spans; articles differ in how many they have and how hard they are."""
    size, both = random.poisson(8, articles) + 1, random.beta(6, 2, articles)
    total = 2 * size + random.poisson(2, articles)
    return np.column_stack([random.binomial(size, both), total, total]).astype(float)


def labels(random: np.random.Generator, articles: int) -> Floats:
    """Two people label the same spans; each article has its own mixture of labels."""
    return np.array([_labelled(random) for _ in range(articles)], dtype=float)


def _labelled(random: np.random.Generator) -> list[int]:
    size, mixture, sure = random.poisson(8) + 1, random.dirichlet([2] * LABELS), random.beta(6, 2)
    one, other = (random.choice(LABELS, size, p=mixture) for _ in range(2))
    two = np.where(random.random(size) < sure, one, other)
    counts = np.bincount(np.concatenate([one, two]), minlength=LABELS)
    return [int((one == two).sum()), *counts.tolist(), size]


CASES = (Case("F1 of spans", f1_of, spans), Case("α of labels", nominal_of, labels))


def coverage(case: Case, articles: int, corpora: int = CORPORA) -> tuple[float, float]:
    """Give the share of corpora whose interval holds the value: by plain percentiles, and ours."""
    random = np.random.default_rng(articles)
    truth = float(case.formula(case.sums(random, MANY).sum(axis=0)))
    held = np.zeros(2)
    for seed in range(corpora):
        again = case.formula(draw(articles, DRAWS, seed) @ case.sums(random, articles))
        for way, outside in enumerate((PLAIN, tail(articles))):
            low, high = np.nanpercentile(again, (100 * outside, 100 * (1 - outside)))
            held[way] += low <= truth <= high
    plain, ours = (held / corpora).tolist()
    return plain, ours


def table() -> Iterator[str]:
    yield "| figure | articles | 2.5 to 97.5 % of the draws | as widened here |"
    yield "|---|---:|---:|---:|"
    for case in CASES:
        for articles in ARTICLES:
            plain, ours = coverage(case, articles)
            yield f"| {case.name} | {articles} | {plain:.3f} | {ours:.3f} |"


def main() -> int:
    document = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = document.partition(BEGIN)
    after = rest.partition(END)[2]
    lines = list(table())
    written = before + BEGIN + "\n".join(lines) + "\n" + END + after
    if "--check" in sys.argv:
        return 0 if written == document else 1
    DOCUMENT.write_text(written, encoding="utf-8")
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
