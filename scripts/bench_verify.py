"""Breaks a release in every way that the tests know, and tells what `annotate verify` finds.

    scripts/bench verify

Each way is tried on a fresh copy of a whole release; many make all sums and counts again, so that
only the meaning is wrong. What is told is the finding with the expected code, or else the first.
Exit status 1 when a way is not found, or something is found in a whole release.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench_report import Limit, table

from annotate.findings import Finding
from annotate.release.verify import verify_release
from tests.unit.release.breaks import BREAKS
from tests.unit.release.workshop import Workshop, whole_release

FEWEST = 25  # ways
SAMPLES = Path(__file__).parents[1] / "datasets" / "summit-call"


def found_in(way: str, whole: Path, folder: Path) -> Finding | None:
    """Break a copy of a release in one way, and give what is found of it."""
    broken, code = BREAKS[way]
    shop = Workshop(whole, folder / whole.name)
    broken(shop)
    found = verify_release(shop.folder)
    return next((one for one in found if one.code == code), next(iter(found), None))


def main() -> int:
    lines, missed = [], 0
    with tempfile.TemporaryDirectory() as temporary:
        whole = whole_release(Path(temporary))
        sound = {"the release that is broken": whole}
        sound |= {f"sample {path.name}": path for path in sorted(SAMPLES.glob("*.*.*"))}
        false = sum(len(verify_release(path)) for path in sound.values())
        for number, (way, (_, code)) in enumerate(BREAKS.items()):
            one = found_in(way, whole, Path(temporary) / str(number))
            missed += one is None or one.code != code
            lines.append((way, *((one.code, one.place) if one else ("nothing", ""))))
    print(table(("broken", "found as", "at"), lines), end="\n\n")
    limits = [
        Limit("ways to break a release", len(BREAKS), FEWEST, at_least=True),
        Limit("of them not found, or found as something else", missed, 0),
        Limit(f"findings in whole releases: {', '.join(sound)}", false, 0),
    ]
    print(table(("", "what", "figure", "", "limit", ""), [limit.row() for limit in limits]))
    return 0 if all(limit.holds for limit in limits) else 1


if __name__ == "__main__":
    sys.exit(main())
