"""Measure push and pull against a real Label Studio, on SQLite and on PostgreSQL.

    scripts/bench studio [--quick] [--databases sqlite,postgresql] [--sizes N,N]
                         [--picture FILE.svg] [--seed N] [--write FILE]

Every measurement is a fresh process; its wall-clock time and its peak memory count. What the
same command takes with nothing to do in a workspace of one chunk is its start-up; the shortest
one is taken off. Of label-studio-sdk only the calls count. All that is compared runs in turn,
against the same server. Exit status 1 when a limit is not met.
"""

from __future__ import annotations

import argparse
import math
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from importlib.metadata import version
from pathlib import Path

from bench_report import Limit, table
from bench_runs import say
from bench_studio_answers import SPANS
from bench_studio_picture import draw
from bench_studio_runs import (
    AGAIN,
    CHECK,
    CREATE,
    EXPORT,
    FULL,
    GROWING,
    IMPORT,
    LIST,
    PREDICTED,
    PULL,
    PULL_CHANGED,
    PUSH,
    QUICK,
    START_PULL,
    START_PUSH,
    STARTS,
    Bench,
    Corpora,
    Plan,
)
from servers import LiveStudio, postgres_studio, sqlite_studio

SQLITE, POSTGRESQL = "sqlite", "postgresql"
LOOP = 100.0  # times as many tasks a second as `tasks.create`
BARE = 0.9  # of the bare bulk import
BARE_EXPORT, BARE_LIST = 0.95, 1.5  # of the bare export, of `tasks.list`
LESS = 20.0  # times as fast as the full pull, when few answers changed
IDLE = 1.0  # second above start-up, for each 10,000 chunks or part of them
IDLE_CHUNKS = 10_000
REQUESTS = 5
MEMORY = 300.0  # MB


class Figures:
    """What the runs against one server say."""

    def __init__(self, database: str, bench: Bench) -> None:
        self.database, self.bench, self.plan = database, bench, bench.plan
        self.kind = bench.studio.kind
        self.main = {name: run for (name, size), run in bench.runs.items() if self._is_main(size)}
        self.main[CREATE] = next(run for (name, _), run in bench.runs.items() if name == CREATE)

    def _is_main(self, size: int) -> bool:
        return size == self.plan.main

    def ratio(self, name: str, other: str) -> float:
        """Tasks a second of one way against another."""
        return self.main[name].rate / self.main[other].rate

    def limits(self) -> Iterator[Limit]:
        yield from self._push_limits()
        yield from self._pull_limits()
        yield from self._idle_limits()
        largest = max(self.plan.sizes)
        peak = max(self.bench.runs[name, largest].peak for name in GROWING)
        yield self._limit(f"peak memory, {largest} tasks", peak, MEMORY, "MB")

    def _push_limits(self) -> Iterator[Limit]:
        if self.database == SQLITE:
            loop = self.ratio(PUSH, CREATE)
            yield self._limit("push against tasks.create", loop, LOOP, "×", at_least=True)
        bare = self.ratio(PUSH, IMPORT)
        yield self._limit("push against the bare import_tasks", bare, BARE, "×", at_least=True)

    def _pull_limits(self) -> Iterator[Limit]:
        for name in (PULL, CHECK):
            if name in self.main:
                for other, bound in ((EXPORT, BARE_EXPORT), (LIST, BARE_LIST)):
                    what, figure = f"{name} against {other}", self.ratio(name, other)
                    yield self._limit(what, figure, bound, "×", at_least=True)
        times = self.ratio(PULL_CHANGED, PULL)
        yield self._limit("pull, 1 % changed, against all", times, LESS, "×", at_least=True)

    def _idle_limits(self) -> Iterator[Limit]:
        for size in sorted({self.plan.main, max(self.plan.sizes)}):
            seconds = self.bench.runs[AGAIN, size].seconds
            bound = IDLE * math.ceil(size / IDLE_CHUNKS)
            yield self._limit(f"{AGAIN}, {size} tasks", seconds, bound, "s above start-up")
        most = max(map(len, self.bench.requests.values()))
        yield self._limit(AGAIN, most, REQUESTS, "requests at any size")

    def _limit(
        self, what: str, figure: float, bound: float, unit: str, *, at_least: bool = False
    ) -> Limit:
        return Limit(f"{self.database}: {what}", figure, bound, unit, at_least)


def comparison(figures: Figures) -> str:
    """All ways at the main size; the last column sets each beside push or pull."""
    rows: list[tuple[object, ...]] = []
    for name, ours in (
        (PUSH, PUSH),
        (IMPORT, PUSH),
        (CREATE, PUSH),
        (PREDICTED, PUSH),
        (AGAIN, PUSH),
        (PULL, PULL),
        (EXPORT, PULL),
        (LIST, PULL),
        (PULL_CHANGED, PULL),
        (CHECK, PULL),
    ):
        run = figures.main.get(name)
        if run is None:
            continue
        net = run.net()
        spread = f"{net[0]:.2f}–{net[-1]:.2f}"
        seconds = (f"{run.startup:.2f}" if name in STARTS else "", f"{run.seconds:.2f}", spread)
        against = f"{run.rate / figures.main[ours].rate:.3g}"
        rates = (f"{run.rate:.0f}", against, f"{run.peak:.0f}")
        rows.append((name, run.tasks, len(run.costs), *seconds, *rates))
    for name in (START_PUSH, START_PULL):
        run = figures.bench.runs[name, 1]
        net = run.net()
        spread = f"{net[0]:.2f}–{net[-1]:.2f}"
        rows.append(
            (name, 1, len(net), "", f"{run.seconds:.2f}", spread, "", "", f"{run.peak:.0f}")
        )
    heads = ("tasks", "runs", "start s", "s", "min–max", "tasks/s", "× push, pull", "peak MB")
    return table((figures.kind, *heads), rows)


def growth(figures: Figures) -> str:
    """Each way at each size."""
    rows = []
    for name in GROWING:
        for size in figures.plan.sizes:
            run = figures.bench.runs[name, size]
            asked = len(figures.bench.requests[size]) if name == AGAIN else ""
            spent = (f"{run.seconds:.2f}", f"{run.rate:.0f}", f"{run.peak:.0f}", asked)
            rows.append((name, size, *spent))
    heads = ("tasks", "s", "tasks/s", "peak MB", "requests")
    return table((figures.kind, *heads), rows)


def curves(found: Sequence[Figures]) -> dict[str, dict[str, list[tuple[int, float]]]]:
    """Give seconds by size, for each way on each database."""
    return {
        figures.kind: {
            name: [(size, figures.bench.runs[name, size].seconds) for size in figures.plan.sizes]
            for name in GROWING
        }
        for figures in found
    }


def measured_on(database: str, folder: Path, corpora: Corpora, plan: Plan) -> Figures:
    say(f"starting Label Studio on {database}")
    with _server(database, folder / f"{database}-server") as studio:
        bench = Bench(studio, folder / database, corpora, plan)
        bench.run()
    return Figures(database, bench)


def _server(database: str, folder: Path) -> AbstractContextManager[LiveStudio]:
    return sqlite_studio(folder) if database == SQLITE else postgres_studio(folder)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="1,000 and 2,000 tasks")
    parser.add_argument("--databases", default=f"{SQLITE},{POSTGRESQL}")
    parser.add_argument("--sizes", help="tasks; the comparisons are at 10,000 or the largest")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _plan(options: argparse.Namespace) -> Plan:
    plan = QUICK if options.quick else FULL
    if not options.sizes:
        return plan
    sizes = {size: plan.sizes.get(size, 2) for size in map(int, options.sizes.split(","))}
    main = plan.main if plan.main in sizes else max(sizes)
    return Plan(sizes, main, plan.created)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # servers end with their blocks
    options = _options()
    plan = _plan(options)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        corpora = Corpora(Path(folder), options.seed)
        found = [
            measured_on(database, Path(folder), corpora, plan)
            for database in options.databases.split(",")
        ]
        characters = corpora.characters(plan.main)
    if options.picture:
        options.picture.write_text(draw(curves(found)), encoding="utf-8")
    limits = [limit for figures in found for limit in figures.limits()]
    told = f"seed {options.seed}: chunks of {characters:.0f} characters, {SPANS} spans each"
    print(f"{told}; Label Studio {version('label-studio')}, SDK {version('label-studio-sdk')}")
    for figures in found:
        print(f"\n{comparison(figures)}\n\n{growth(figures)}")
    print(f"\n{table(('', 'limit', 'figure', '', 'bound', ''), [each.row() for each in limits])}")
    raise SystemExit(not all(limit.holds for limit in limits))


if __name__ == "__main__":
    main()
