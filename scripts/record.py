"""Record the sample's ledger again, from a real labelling run against a real Label Studio.

Two simulated annotators answer through the API; what the server gives back is kept verbatim in
annotate/sample/labels, where unit tests and the sample release take it from.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from annotate.flows.demo import demo

ROOT = Path(__file__).resolve().parent.parent


def say(line: str) -> None:
    print(line, file=sys.stderr)


def main() -> None:
    target = ROOT / "annotate" / "sample" / "labels"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "sample"
        with demo(folder, say=say, progress=lambda _: None):
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(folder / "labels", target)
    subprocess.run([sys.executable, str(ROOT / "scripts" / "generate.py")], check=True)


if __name__ == "__main__":
    main()
