"""Measures `annotate diff` alone, as `scripts/bench publish` does among the rest.

scripts/bench diff [--diff-rows N]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench_publish import difference
from bench_report import table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--diff-rows", type=int, default=200_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        limits = difference(Path(folder), options.diff_rows)
    print(table(("", "what", "figure", "", "limit", ""), [limit.row() for limit in limits]))
    return 0 if all(limit.holds for limit in limits) else 1


if __name__ == "__main__":
    sys.exit(main())
