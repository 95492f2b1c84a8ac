"""Check the laws of the corpus on 10,000 examples each, and print how that ended.

    scripts/bench laws [PYTEST OPTIONS]

The laws are the tests marked `@law`: they run with 500 examples in `scripts/test`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "unit" / "corpus"
_LAW = re.compile(r"^@law\n(?:@.*\n)*def (test_\w+)", re.MULTILINE)


def main() -> None:
    names = {
        path: _LAW.findall(path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob("test_*.py"))
    }
    chosen = [f"{path}::{name}" for path, found in names.items() for name in found]
    command = (
        sys.executable,
        "-m",
        "pytest",
        "--durations=0",
        "-o",
        "addopts=--import-mode=importlib",
        *chosen,
        *sys.argv[1:],
    )
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "HYPOTHESIS_PROFILE": "long"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    print(f"{len(chosen)} laws, 10,000 examples each, a few that are slow 2,500:")
    for line in done.stdout.splitlines():
        if (" call " in line or "passed" in line or "failed" in line) and "::" not in line[:6]:
            print(line.replace("tests/unit/corpus/", "").strip())
    if done.returncode:
        print(done.stdout, file=sys.stderr)
    raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
