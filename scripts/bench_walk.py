"""Run every browser test and print how long each took, and each step of the walk in the stream.

    scripts/bench walk [PYTEST OPTIONS]

The tests drive a real Chromium against a real Label Studio; starting the two is not counted.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from scripts.bench_report import table

if TYPE_CHECKING:
    from lxml.etree import _Element

ROOT = Path(__file__).parents[1]
Row = tuple[str, str, str]


def rows(case: _Element) -> Iterator[Row]:
    """Give a test, its end and its seconds, then the steps that it recorded."""
    ended = [kind for kind in ("failure", "error", "skipped") if case.find(kind) is not None]
    name = str(case.get("name")).removeprefix("test_").replace("[SQLite]", "")
    name = name.replace("[SQLite-", " [").replace("_", " ")
    yield name, *(ended or ["passed"]), f"{float(str(case.get('time'))):.1f}"
    for step in case.iter("property"):
        yield f"    {str(step.get('name')).replace('_', ' ')}", "", str(step.get("value"))


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.xml"
        command = (sys.executable, "-m", "pytest", "-m", "browser", "tests/live")
        told = (f"--junitxml={report}", "-o", "junit_duration_report=call")
        done = subprocess.run(
            (*command, *told, *sys.argv[1:]),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        found = [row for case in etree.parse(report).iter("testcase") for row in rows(case)]
    print(table(("test", "result", "seconds"), found))
    print()
    print(done.stdout.strip().splitlines()[-1])
    if done.returncode:
        print(done.stdout, file=sys.stderr)
    raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
