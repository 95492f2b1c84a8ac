"""Compute γ of pygamma-agreement on units from standard input; run by scripts/bench_quality.py.

With `--published`, for scripts/agreement_values.py, as Mathet and others 2015 have it: α 3, and
random continua that are the real one shuffled.

It is GPL, so it lives in an environment of its own and nothing of ours imports it.
"""

from __future__ import annotations

import json
import sys
import time

from pyannote.core import Segment
from pygamma_agreement import (
    CombinedCategoricalDissimilarity,
    Continuum,
    ShuffleContinuumSampler,
)


def continuum(coders: dict[str, list[tuple[int, int, str]]]) -> Continuum:
    made = Continuum()
    for name, units in coders.items():
        for start, end, label in units:
            made.add(name, Segment(start, end), label)
    return made


def published(given: dict[str, list[tuple[int, int, str]]]) -> dict[str, object]:
    dissimilarity = CombinedCategoricalDissimilarity(alpha=3, beta=1, delta_empty=1)
    found = [
        continuum(given).compute_gamma(
            dissimilarity, sampler=ShuffleContinuumSampler(), precision_level=0.02
        )
        for _ in range(3)
    ]
    disorder = float(found[0].best_alignment.disorder)
    return {"gammas": [float(each.gamma) for each in found], "disorder": disorder}


def main() -> None:
    given = json.load(sys.stdin)
    if "--published" in sys.argv:
        print(json.dumps(published(given)))
        return
    few = {name: units[:8] for name, units in given.items()}
    continuum(few).compute_gamma()  # compiles what it compiles
    begun = time.perf_counter()
    found = continuum(given).compute_gamma()
    print(json.dumps({"gamma": float(found.gamma), "seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    main()
