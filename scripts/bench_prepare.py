"""Measure `annotate prepare`: against a script of well-known packages, stage by stage, by size.

    scripts/bench prepare [--quick] [--json] [--seed N] [--write FILE]

Every measurement is a fresh process. Its CPU time (user and system, children included) and its
peak memory are what the kernel says when it ends; what the same command takes for one tiny
article is its start-up, and is taken off. All that is compared runs in turn, round after round,
so that a machine that slows down slows all of it. Exit status 1 when a limit is not met.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

from bench_corpus import origin
from bench_report import Limit, table
from bench_runs import CHANGED, FULL, QUICK, Bench

PASS, GOAL = 5.0, 10.0  # MB of received bytes for each CPU second
PASS_RATIO, GOAL_RATIO = 60.0, 120.0  # against the naive pipeline
MEMORY = 400.0  # MB at any size
GROWTH = 1.10  # CPU time for each MB against that of the smallest size
AGAIN = 0.15  # share of the first run, when few articles have changed
LEAST = 60.0  # MB of the corpus that counts


class Figures:
    """What the runs say."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.plan, self.runs = bench, bench.plan, bench.runs
        self.main = self.runs[f"prepare {self.plan.main}"]
        self.sizes = {count: self.runs[f"prepare {count}"] for count in sorted(self.plan.sizes)}

    def growth(self) -> dict[int, float]:
        """CPU time for each MB, against that of the smallest size."""
        smallest = next(iter(self.sizes.values()))
        return {count: smallest.rate / run.rate for count, run in self.sizes.items()}

    def ratio(self) -> float:
        return self.main.rate / self.runs["naive"].rate

    def again(self) -> tuple[float, float]:
        """CPU and wall-clock time of the second run as shares of the first, start-up included."""
        (second,) = self.runs["again"].costs
        first = self.sizes[max(self.sizes)].costs
        cpu, wall = (statistics.median(cost[at] for cost in first) for at in (0, 1))
        return second.cpu / cpu, second.wall / wall

    def limits(self) -> list[Limit]:
        peak = max(run.peak for name, run in self.runs.items() if name in self.bench.counts)
        cpu, wall = self.again()
        growth = [
            Limit(f"CPU time for each MB, {count} articles", grown, GROWTH, f"× {min(self.sizes)}")
            for count, grown in list(self.growth().items())[1:]
        ]
        small = [
            Limit("speed", self.main.rate, PASS, "MB per CPU second", at_least=True),
            Limit("speed against naive", self.ratio(), PASS_RATIO, "×", at_least=True),
            Limit("peak memory at any size", peak, MEMORY, "MB"),
            *growth,
        ]
        if self.plan is QUICK:
            return small
        return [
            Limit("size of the corpus", self.main.megabytes, LEAST, "MB", at_least=True),
            *small,
            Limit(f"second run, {CHANGED} changed: CPU", cpu, AGAIN, "of the first"),
            Limit(f"second run, {CHANGED} changed: wall", wall, AGAIN, "of the first"),
        ]


def speed_table(figures: Figures) -> str:
    heads = ("", "articles", "MB", "runs", "start s", "CPU s", "MB/CPU s: min", "median", "max")
    rows = []
    names = {f"prepare {figures.plan.main}": "annotate prepare", "naive": "naive pipeline"}
    names |= {"pages": "annotate prepare, HTML", "trafilatura": "trafilatura alone, HTML"}
    for name, label in names.items():
        run = figures.runs[name]
        cpu = statistics.median(run.net())
        rates = (f"{value:.3f}" for value in (min(run.rates()), run.rate, max(run.rates())))
        start = f"{run.startup:.2f}"
        row = (label, run.articles, f"{run.megabytes:.1f}", len(run.costs), start, f"{cpu:.2f}")
        rows.append((*row, *rates, f"{run.articles / cpu:.0f}", f"{run.peak:.0f}"))
    return table((*heads, "articles/CPU s", "peak MB"), rows)


def growth_table(figures: Figures) -> str:
    grown = figures.growth()
    rows = []
    for count, run in figures.sizes.items():
        cpu = statistics.median(run.net())
        each = f"{1000 * cpu / count:.3f}"
        spread = f"{min(run.net()):.2f}–{max(run.net()):.2f}"
        figure = (f"{run.megabytes:.1f}", f"{cpu:.2f}", spread, each, f"{run.rate:.2f}")
        rows.append((count, len(run.costs), *figure, f"{grown[count]:.3f}", f"{run.peak:.0f}"))
    heads = ("articles", "runs", "MB", "CPU s", "min–max", "ms/article", "MB/CPU s", "growth")
    return table((*heads, "peak MB"), rows)


def stage_table(figures: Figures) -> str:
    found = figures.bench.stages
    count, megabytes = figures.plan.sample, found["megabytes"]
    rows = []
    for stage in found["rounds"][0]:
        times = sorted(1000 * each[stage] / count for each in found["rounds"])
        middle = statistics.median(times)
        spread = (f"{value:.4f}" for value in (times[0], middle, times[-1]))
        rows.append((stage, *spread, f"{1000 * megabytes / (count * middle):.1f}"))
    return table(("stage", "ms/article: min", "median", "max", "MB/CPU s"), rows)


def body_table(figures: Figures) -> str:
    body = figures.bench.stages["body"]
    heads = ("layout", "texts", "precision", "recall", "F1", "titles")
    names = ("texts", "precision", "recall", "f1", "titles")
    return table(heads, [(layout, *(row[each] for each in names)) for layout, row in body.items()])


def text(figures: Figures) -> str:
    """Write all tables."""
    counts = figures.bench.counts[f"prepare {figures.plan.main}"]
    known = ", ".join(f"{name} {count}" for name, count in counts.items())
    goals = [
        Limit("speed", figures.main.rate, GOAL, "MB per CPU second", at_least=True),
        Limit("speed against naive", figures.ratio(), GOAL_RATIO, "×", at_least=True),
    ]
    cpu, wall = figures.again()
    html = figures.runs["pages"].rate / figures.runs["trafilatura"].rate
    (second,) = figures.runs["again"].costs
    spent = (
        f"CPU {second.cpu:.2f} s ({cpu:.1%} of the first), wall {second.wall:.2f} s "
        f"({wall:.1%}), peak {second.peak:.0f} MB"
    )
    limits = ("", "limit", "figure", "", "bound", "")
    copies = sum(origin(at, figures.bench.seed)[0] is not None for at in range(figures.plan.main))
    return "\n".join(
        (
            f"seed {figures.bench.seed}: {known}; {copies} are copies of earlier ones",
            "",
            speed_table(figures),
            f"against naive {figures.ratio():.1f} ×, on HTML against trafilatura {html:.2f} ×",
            "",
            growth_table(figures),
            f"second run, {CHANGED} of {max(figures.sizes)} changed: {spent}",
            "",
            stage_table(figures),
            "",
            "body of noisy scrapes:",
            body_table(figures),
            "",
            table(limits, [limit.row() for limit in figures.limits()]),
            "",
            table(("", "goal", "figure", "", "bound", ""), [goal.row() for goal in goals]),
        )
    )


def as_json(figures: Figures) -> dict[str, Any]:
    return {
        "seed": figures.bench.seed,
        "runs": {
            name: {
                "articles": run.articles,
                "megabytes": run.megabytes,
                "startup": run.startup,
                "costs": [cost._asdict() for cost in run.costs],
            }
            for name, run in figures.runs.items()
        },
        "ratio": figures.ratio(),
        "growth": figures.growth(),
        "again": dict(zip(("cpu", "wall"), figures.again(), strict=True)),
        "counts": figures.bench.counts,
        "stages": figures.bench.stages,
        "limits": [{**each._asdict(), "holds": each.holds} for each in figures.limits()],
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="smaller sizes, fewer rounds")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bench = Bench(Path(folder), QUICK if options.quick else FULL, options.seed)
        bench.run()
    figures = Figures(bench)
    print(json.dumps(as_json(figures), indent=1) if options.json else text(figures))
    raise SystemExit(not all(limit.holds for limit in figures.limits()))


if __name__ == "__main__":
    main()
