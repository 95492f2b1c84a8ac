"""Measure `annotate --help` against a bare Typer program with as many commands.

Both run in turn, A B A B, so that a machine that slows down slows both; the ratio is the median
of the ratios of the pairs.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from annotate.cli import app

PAIRS = 15
LIMIT = 1.5


def bare_program(commands: int, groups: int) -> str:
    lines = ["import typer", "app = typer.Typer(no_args_is_help=True, help='Bare.')"]
    for number in range(commands):
        lines += ["@app.command()", f"def command{number}(name: str = 'x') -> None:"]
        lines += [f'    """Do {number}."""']
    for number in range(groups):
        lines += [f"group{number} = typer.Typer(help='Group.')"]
        lines += [f"app.add_typer(group{number}, name='group{number}')"]
    return "\n".join([*lines, "app()", ""])


def seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    commands, groups = len(app.registered_commands), len(app.registered_groups)
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(bare_program(commands, groups), encoding="utf-8")
        ours = [sys.executable, "-m", "annotate", "--help"]
        theirs = [sys.executable, str(bare), "--help"]
        for command in (ours, theirs):
            seconds(command)
        pairs = [(seconds(ours), seconds(theirs)) for _ in range(PAIRS)]
    ratio = statistics.median(mine / other for mine, other in pairs)
    print(f"annotate --help    {statistics.median(mine for mine, _ in pairs):.3f} s")
    print(f"bare Typer program {statistics.median(other for _, other in pairs):.3f} s")
    print(f"ratio              {ratio:.2f} (limit {LIMIT}, {PAIRS} pairs, {commands} commands)")


if __name__ == "__main__":
    main()
