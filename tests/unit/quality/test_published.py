"""The table of published against computed values in the documentation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_documented_table_is_what_is_computed_and_every_value_holds():
    command = [sys.executable, "-m", "scripts.agreement_values", "--check"]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == 0
    text = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
    assert text.count("| yes |") >= 17
