"""Run a benchmark; with `--write FILE`, put what it printed into its section of a document.

    python scripts/bench_report.py NAME [--write FILE] [OPTIONS OF THE BENCHMARK]

A section stands between `<!-- bench NAME begin -->` and `<!-- bench NAME end -->` and holds the
date, the machine, the command and its output. The exit status is that of the benchmark.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

SCRIPTS = Path(__file__).parent
OTHER_NAMES = {"body": "score_body.py", "chaos": "chaos.py", "rules": "score_rules.py"}


class Limit(NamedTuple):
    """A figure and what it must not exceed, or must reach."""

    what: str
    figure: float
    bound: float
    unit: str = ""
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.figure >= self.bound if self.at_least else self.figure <= self.bound

    def row(self) -> tuple[str, ...]:
        sign = "≥" if self.at_least else "≤"
        figure, bound = f"{self.figure:.3g}", f"{self.bound:g}"
        return ("PASS" if self.holds else "FAIL", self.what, figure, sign, bound, self.unit)


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Set rows below their heads; numbers stand to the right."""
    cells = [list(map(str, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    numeric = [all(map(_is_number, column)) for column in zip(*cells, strict=True)] or [False]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in (list(heads), *cells)
    )


def _is_number(cell: str) -> bool:
    return cell == "" or cell[0].isdigit() or (cell[0] in "+-" and cell[1:2].isdigit())


def machine() -> str:
    """Describe the machine: processor, cores, memory, system, Python."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    python = f"Python {platform.python_version()}"
    system = f"{platform.system()} {platform.machine()}"
    return f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, {system}, {python}"


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text(encoding="utf-8").splitlines() if known.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown processor")


def section(name: str, command: str, output: str) -> str:
    """Write the section of a benchmark, markers included."""
    day = datetime.now(UTC).date().isoformat()
    return (
        f"<!-- bench {name} begin -->\n"
        f"{day}, {machine()}\n\n```console\n$ {command}\n{output.rstrip()}\n```\n"
        f"<!-- bench {name} end -->"
    )


def replaced(document: str, name: str, written: str) -> str:
    """Put a section in place of the one of that name; a new one goes to the end."""
    begin, end = f"<!-- bench {name} begin -->", f"<!-- bench {name} end -->"
    before, found, rest = document.partition(begin)
    if not found:
        return f"{document.rstrip()}\n\n## {name}\n\n{written}\n"
    _, closed, after = rest.partition(end)
    if not closed:
        raise ValueError(f"the section {name} has no end")
    return before + written + after


def run(name: str, options: Sequence[str]) -> tuple[int, str]:
    """Run a benchmark, and pass on what it prints while it does; errors go their own way."""
    script = SCRIPTS / OTHER_NAMES.get(name, f"bench_{name}.py")
    if not script.is_file():
        raise SystemExit(f"error: there is no benchmark {name}")
    command = [sys.executable, "-u", str(script), *options]
    printed = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None, "it was asked for"
        for line in process.stdout:
            print(line, end="", flush=True)
            printed.append(line)
    return process.returncode, "".join(printed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", help="the first word of a line in scripts/bench")
    parser.add_argument("--write", type=Path, metavar="FILE")
    options, others = parser.parse_known_args()
    status, output = run(options.name, others)
    if options.write:
        command = shlex.join(("scripts/bench", options.name, *others))
        document = options.write.read_text(encoding="utf-8") if options.write.is_file() else ""
        written = replaced(document, options.name, section(options.name, command, output))
        options.write.write_text(written, encoding="utf-8")
    raise SystemExit(status)


if __name__ == "__main__":
    main()
