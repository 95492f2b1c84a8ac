"""Put published and computed values of the coefficients side by side into docs/quality.md.

    python scripts/agreement_values.py [--check]

With `krippendorff` installed its values are compared as well; it is GPL and no dependency.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from annotate.quality.coefficients import alpha, masi_distance
from annotate.quality.unitizing import unitizing_alpha

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
LEVELS = (("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797))


class Value(NamedTuple):
    """One value as it was published, to so many digits, and as it is computed here."""

    of: str
    figure: str
    published: float
    digits: int
    computed: float | None

    @property
    def holds(self) -> bool:
        return self.computed is not None and (
            abs(self.computed - self.published) <= 0.5 * 10**-self.digits + 1e-9
        )

    def row(self) -> str:
        published = f"{self.published:.{self.digits}f}"
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


def main() -> int:
    found = list(values())
    document = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    written = before + BEGIN + table(found) + END + after
    if "--check" in sys.argv:
        return 0 if written == document and all(value.holds for value in found) else 1
    DOCUMENT.write_text(written, encoding="utf-8")
    print(table(found), *oracle(), sep="\n")
    return 0 if all(value.holds for value in found) else 1


if __name__ == "__main__":
    sys.exit(main())
