"""Put published and computed values of the coefficients side by side into docs/quality.md.

    python -m scripts.agreement_values [--check] [--gamma PYTHON]

With `krippendorff` installed its values are compared as well, with the Python of an environment
that has `pygamma-agreement` its γ; both are GPL and no dependencies.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from annotate.quality.coefficients import alpha, masi_distance
from annotate.quality.unitizing import unitizing_alpha
from scripts.gamma import disorder, gamma

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "quality.md"
BEGIN, END = "<!-- values begin -->\n", "<!-- values end -->"

CODERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
WORKED = ([(0, 4, "a"), (6, 8, "b")], [(1, 4, "a"), (6, 9, "b")])
MATHET = (
    [(2, 9, "1"), (11, 17, "2"), (24, 30, "5"), (32, 36, "6"), (36, 44, "6"), (44, 60, "7")],
    [(2, 9, "1"), (11, 17, "3"), (19, 25, "5"), (32, 44, "6")],
    [(2, 9, "1"), (11, 17, "4"), (21, 27, "5"), (32, 36, "6"), (36, 40, "6"), (40, 44, "6")],
)
PIECES = ([(1, 9, "a")], [(2, 3, "a"), (4, 5, "a"), (6, 7, "a")])
TWELVE = "Krippendorff, 4 coders × 12 units"
DRAWS = 100
LEVELS = (("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797))


class Value(NamedTuple):
    """One value as it was published, to so many digits, and as it is computed here.

    `upto` is the other end where a range was published: γ rests on random draws.
    """

    of: str
    figure: str
    published: float
    digits: int
    computed: float | None
    upto: float | None = None

    @property
    def holds(self) -> bool:
        if self.computed is None:
            return False
        slack = 1e-9 if self.upto else 0.5 * 10**-self.digits + 1e-9
        high = self.upto or self.published
        return self.published - slack <= self.computed <= high + slack

    def row(self) -> str:
        published = f"{self.published:.{self.digits}f}"
        published += f" to {self.upto:.{self.digits}f}" if self.upto else ""
        computed = "undefined" if self.computed is None else f"{self.computed:.5f}"
        equal = "yes" if self.holds else "no"
        return f"| {self.of} | {self.figure} | {published} | {computed} | {equal} |"


def values() -> Iterator[Value]:
    items = list(zip(*CODERS, strict=True))
    for level, published in LEVELS:
        yield Value(TWELVE, f"{level} α", published, 3, alpha(items, level))
    for name, coders, length, expected in (
        ("two coders, length 10", WORKED, 10, (0.7298, 0.6313, 1.0, 0.50)),
        ("Mathet 2015, three coders, length 60", MATHET, 60, (0.5097, 0.4132, 0.7241, 0.4611)),
    ):
        found = unitizing_alpha(coders, length)
        computed = (found.u, found.binary, found.coded, found.coverage)
        for figure, value, own in zip(
            ("uα", "\\|uα", "cuα", "coverage"), expected, computed, strict=True
        ):
            yield Value(name, figure, value, 4, own)
    aps = "Mathet 2015, three coders, length 60"
    yield Value(aps, "disorder of the best alignment", 0.96, 2, disorder(MATHET))
    yield Value(aps, f"γ, {DRAWS} draws", 0.44, 2, gamma(MATHET, 60, draws=DRAWS), 0.47)
    yield Value("1–9 against 2–3, 4–5, 6–7", "uα", 0.1818, 4, unitizing_alpha(PIECES, 10).u)
    yield Value("{1, 2}, {1, 2, 3}", "MASI distance", 0.5556, 4, masi_distance({1, 2}, {1, 2, 3}))
    yield Value("{1, 2}, {2, 3}", "MASI distance", 0.8889, 4, masi_distance({1, 2}, {2, 3}))


def table(found: list[Value]) -> str:
    heads = "| of | figure | published | computed | equal |\n|---|---|---:|---:|---|\n"
    return heads + "\n".join(value.row() for value in found) + "\n"


def oracle() -> Iterator[str]:
    """Compare α with the package `krippendorff`, where it is installed."""
    if find_spec("krippendorff") is None:
        yield "krippendorff is not installed: not compared"
        return
    import krippendorff
    import numpy as np

    data = np.array([[np.nan if v is None else v for v in row] for row in CODERS], dtype=float)
    for level, _ in LEVELS:
        theirs = krippendorff.alpha(reliability_data=data, level_of_measurement=level)
        ours = alpha(list(zip(*CODERS, strict=True)), level)
        yield f"{level}: krippendorff {theirs:.9f}, here {ours:.9f}"


def other_gamma(python: str) -> str:
    """Have pygamma-agreement compute γ as it is published, three times for the draws differ."""
    coders = {str(number): units for number, units in enumerate(MATHET)}
    script = Path(__file__).with_name("bench_gamma.py")
    command = [python, str(script), "--published"]
    done = subprocess.run(
        command, input=json.dumps(coders), capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout.splitlines()[-1])
    gammas = ", ".join(f"{each:.3f}" for each in told["gammas"])
    own = f"disorder {disorder(MATHET):.4f}, γ {gamma(MATHET, 60, draws=DRAWS):.3f}"
    return f"pygamma-agreement: disorder {told['disorder']:.4f}, γ {gammas}; here: {own}"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--gamma", metavar="PYTHON")
    options = parser.parse_args()
    found = list(values())
    document = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    written = before + BEGIN + table(found) + END + after
    if options.check:
        return 0 if written == document and all(value.holds for value in found) else 1
    DOCUMENT.write_text(written, encoding="utf-8")
    print(table(found), *oracle(), sep="\n")
    if options.gamma:
        print(other_gamma(options.gamma))
    return 0 if all(value.holds for value in found) else 1


if __name__ == "__main__":
    sys.exit(main())
