"""Push and pull between a faulty network, killed processes and a killed server: what is lost?

    scripts/chaos [--rounds N] [--seed N] [--first ROUND] [--folder DIR] [--write FILE]

One round is one workspace of at most 200 chunks and its project on a real Label Studio. A round
follows from the seed and its number alone; with `--folder`, `--first` goes on after a stop, and
the tables at the end count the earlier rounds as well. Exit status 1 when anything was lost.
"""

from __future__ import annotations

import argparse
import json
import shlex
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path

from bench_report import Limit, replaced, section, table
from chaos_rounds import DECK, Result, Round, draw, hosting
from faults import Fault

METHODS = ("GET", "POST", "PATCH", "DELETE")
MOST_NOTES = 20
NOTHING_OF = (
    "doubled chunks",
    "lost chunks",
    "lost annotations",
    "lost deletions",
    "unreadable ledgers",
    "chunks missing in the ledger",
    "unknown tasks",
    "second projects",
    "clean runs that found work",
    "runs that ended in a bug or hung",
    "rounds that never came through",
)
HEAD = ("round", "seed", "kind", "chunks", "requests", "faults", "attempts", "exits", "s", "")
WIDTHS = (5, 4, 26, 6, 8, 6, 8, 16, 4, 0)


class Report:
    """What is printed, kept for a document as well."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str = "") -> None:
        print(text, flush=True)
        self.lines += text.split("\n")

    def row(self, cells: Sequence[object]) -> None:
        pairs = zip(map(str, cells), WIDTHS, strict=True)
        self.say(
            "  ".join(
                cell.rjust(width) if cell.isdigit() else cell.ljust(width) for cell, width in pairs
            ).rstrip()
        )


def line_of(result: Result, seed: int) -> tuple[object, ...]:
    wrong = ", ".join(f"{count} {name}" for name, count in result.wrong.items())
    exits = " | ".join(" ".join(map(str, job["exits"])) for job in result.jobs)
    attempts = sum(len(job["exits"]) for job in result.jobs)
    faults = sum(result.injected.values())
    head = (result.number, seed, result.kind, result.chunks, result.requests, faults, attempts)
    return (*head, exits, round(result.seconds), wrong or "ok")


def fault_table(results: Sequence[Result]) -> str:
    total: Counter[str] = Counter()
    for result in results:
        total.update(result.injected)
    rows = [
        (fault, *(total[f"{method} {fault}"] for method in METHODS)) for fault in map(str, Fault)
    ]
    return table(("faults injected", *METHODS), rows)


def kill_table(results: Sequence[Result]) -> str:
    total: Counter[str] = Counter()
    for result in results:
        total.update(result.events)
    return table(("what else happened", "times"), sorted(total.items()))


def job_rows(results: Sequence[Result]) -> list[tuple[str, int, int, int]]:
    """Count, for each command, first attempts that met a fault, and those of them that ended 0."""
    rows = []
    for verb in ("push", "pull"):
        jobs = [job for result in results for job in result.jobs if job["verb"] == verb]
        hit = [job for job in jobs if job["first_faults"] and not job["harmed"]]
        through = [job for job in hit if job["exits"][0] == 0]
        later = [job for job in jobs if job["exits"][-1] == 0 and job["faults"]]
        rows.append((verb, len(hit), len(through), len(later)))
    return rows


def limits(results: Sequence[Result], jobs: Sequence[tuple[str, int, int, int]]) -> list[Limit]:
    total: Counter[str] = Counter()
    for result in results:
        total.update(result.wrong)
    found = [Limit(name, total[name], 0) for name in NOTHING_OF]
    through = sum(job[2] for job in jobs)
    return [*found, Limit("first attempts through under faults", through, 1, at_least=True)]


def conclude(results: Sequence[Result], report: Report) -> bool:
    """Print the tables; says whether every limit holds."""
    jobs = job_rows(results)
    heads = ("", "first attempts under faults", "of them through", "through under faults at last")
    bounds = limits(results, jobs)
    for part in (
        fault_table(results),
        kill_table(results),
        table(heads, jobs),
        table(("", "", "found", "", "bound", ""), [bound.row() for bound in bounds]),
    ):
        report.say()
        report.say(part)
    return all(bound.holds for bound in bounds)


def earlier(folder: Path, seed: int, first: int) -> list[Result]:
    """Read the rounds before `first` that an earlier run of this seed left; the last one counts."""
    path = folder / "rounds.jsonl"
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = {row["number"]: row for row in rows if row.pop("seed") == seed}
    return [Result(**found[number]) for number in sorted(found) if number < first]


def play(options: argparse.Namespace, folder: Path, report: Report) -> list[Result]:
    """Play the rounds, each printed as it ends."""
    results = earlier(folder, options.seed, options.first)
    report.row(HEAD)
    for result in results:
        report.row(line_of(result, options.seed))
    with hosting(folder, options.seed) as host, (folder / "rounds.jsonl").open("a") as kept:
        for number in range(options.first, options.rounds + 1):
            started = time.monotonic()
            result = Round(host, draw(options.seed, number)).play()
            result.seconds = time.monotonic() - started
            kept.write(json.dumps({"seed": options.seed, **asdict(result)}) + "\n")
            kept.flush()
            results.append(result)
            report.row(line_of(result, options.seed))
            for note in result.notes[:MOST_NOTES]:
                print(f"round {number}: {note}", file=sys.stderr, flush=True)
    return results


@contextmanager
def chosen_folder(folder: Path | None) -> Iterator[Path]:
    """Give the folder that was asked for, and keep it; or one that goes."""
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    with nullcontext(folder) if folder else tempfile.TemporaryDirectory(prefix="chaos-") as found:
        yield Path(found).resolve()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=100, help=f"{len(DECK)} hold every kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, metavar="ROUND")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="keep everything here")
    parser.add_argument("--write", type=Path, metavar="FILE", help="a document with a section")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))  # the server must not outlive us
    report = Report()
    with chosen_folder(options.folder) as folder:
        results = play(options, folder, report)
    holds = conclude(results, report)
    if options.write:
        command = shlex.join(
            ("scripts/chaos", "--rounds", str(options.rounds), "--seed", str(options.seed))
        )
        document = options.write.read_text(encoding="utf-8") if options.write.is_file() else ""
        written = section("chaos", command, "\n".join(report.lines))
        options.write.write_text(replaced(document, "chaos", written), encoding="utf-8")
    raise SystemExit(not holds)


if __name__ == "__main__":
    main()
