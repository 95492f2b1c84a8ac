"""Compute γ of pygamma-agreement on units from standard input; run by scripts/bench_quality.py.

It is GPL, so it lives in an environment of its own and nothing of ours imports it.
"""

from __future__ import annotations

import json
import sys
import time

from pyannote.core import Segment
from pygamma_agreement import Continuum


def continuum(coders: dict[str, list[tuple[int, int, str]]]) -> Continuum:
    made = Continuum()
    for name, units in coders.items():
        for start, end, label in units:
            made.add(name, Segment(start, end), label)
    return made


def main() -> None:
    given = json.load(sys.stdin)
    few = {name: units[:8] for name, units in given.items()}
    continuum(few).compute_gamma()  # compiles what it compiles
    begun = time.perf_counter()
    found = continuum(given).compute_gamma()
    print(json.dumps({"gamma": float(found.gamma), "seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    main()
