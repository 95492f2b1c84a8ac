"""The runs that bench_prepare measures: each a fresh process on a generated corpus, in turn."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from bench_corpus import articles, write_jsonl
from bench_pages import page

SCRIPTS = Path(__file__).parent
CHANGED = 10
# With a decomposed letter, for tables that are made when one is met belong to the start-up.
TINY = "The cafe\u0301 on the ferry was shut. “It was\xa0late,” said Ada Norwick of Tarnby."


@dataclass(frozen=True)
class Plan:
    """What is measured: sizes in articles with the number of runs each, the rest likewise."""

    sizes: dict[int, int]
    main: int
    naive: int
    pages: int
    sample: int
    rounds: int = 3


# The small runs are repeated most: beside them the start-up, which varies, weighs most.
FULL = Plan({1000: 9, 5000: 5, 20_000: 3, 50_000: 2}, 20_000, naive=150, pages=1000, sample=1000)
QUICK = Plan({1000: 5, 4000: 2}, 4000, naive=100, pages=300, sample=200)


class Cost(NamedTuple):
    """What a process took: CPU and wall-clock seconds, and at most so many MB of memory."""

    cpu: float
    wall: float
    peak: float


@dataclass
class Run:
    """The costs of one measurement in all rounds, and what of them is start-up."""

    articles: int
    megabytes: float
    costs: list[Cost] = field(default_factory=list)
    startup: float = 0.0

    def net(self) -> list[float]:
        return [cost.cpu - self.startup for cost in self.costs]

    def rates(self) -> list[float]:
        """MB for each CPU second, sorted."""
        return sorted(self.megabytes / seconds for seconds in self.net())

    @property
    def rate(self) -> float:
        return statistics.median(self.rates())

    @property
    def peak(self) -> float:
        return max(cost.peak for cost in self.costs)


def measured(command: Sequence[str | Path], output: Path) -> Cost:
    """Run a command to its end; its standard output goes into a file."""
    say(f"running {' '.join(str(part) for part in command[1:])}")
    with output.open("wb") as out, output.with_suffix(".err").open("wb") as err:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(
            f"error: {command} failed\n{output.with_suffix('.err').read_text()[-2000:]}"
        )
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024 / 1e6)


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


class Bench:
    """Makes the corpora in a folder and runs everything on them."""

    def __init__(self, folder: Path, plan: Plan, seed: int) -> None:
        self.folder, self.plan, self.seed = folder, plan, seed
        self.runs: dict[str, Run] = {}
        self.counts: dict[str, dict[str, int]] = {}
        self.stages: dict[str, Any] = {}
        self.corpora: dict[int, Path] = {}

    def run(self) -> None:
        """Measure everything, in turn."""
        jobs = self._jobs()
        for number in range(max(rounds for _, rounds, _ in jobs)):
            for name, rounds, measure in jobs:
                if number < rounds:
                    self.runs[name].costs.append(measure())
        self._again()
        self._stages()
        for name, run in self.runs.items():
            start = self.runs.get(f"start of {name.split()[0]}")
            if start and not name.startswith("start of"):
                run.startup = statistics.median(cost.cpu for cost in start.costs)

    def _jobs(self) -> list[tuple[str, int, Callable[[], Cost]]]:
        plan, rounds = self.plan, self.plan.rounds
        tiny = self._written("tiny", iter([{"id": "tiny", "text": TINY}]))
        tiny_page = self._written("tiny-page", iter([{"id": "tiny", "html": f"<p>{TINY}</p>"}]))
        largest = self._written("articles", articles(max(plan.sizes), self.seed))
        self.corpora = {count: self._head(largest, count) for count in plan.sizes}
        part = self._head(largest, plan.naive)
        pages = self._written("pages", (page(index, self.seed) for index in range(plan.pages)))
        jobs = [
            self._job("start of prepare", 3 * rounds, tiny, self._prepare),
            self._job("start of naive", rounds, tiny, self._naive),
            self._job("start of trafilatura", rounds, tiny_page, self._trafilatura),
            self._job("naive", rounds, part, self._naive),
            self._job("trafilatura", rounds, pages, self._trafilatura),
            self._job("start of pages", rounds, tiny_page, self._prepare),
            self._job("pages", rounds, pages, self._prepare),
        ]
        for count, corpus in self.corpora.items():
            jobs.append(self._job(f"prepare {count}", plan.sizes[count], corpus, self._prepare))
        return jobs

    def _job(
        self, name: str, rounds: int, corpus: Path, command: Callable[[Path, str], Cost]
    ) -> tuple[str, int, Callable[[], Cost]]:
        with corpus.open("rb") as file:
            lines = sum(1 for _ in file)
        self.runs[name] = Run(lines, corpus.stat().st_size / 1e6)
        return name, rounds, lambda: command(corpus, name)

    def _written(self, name: str, records: Iterator[dict[str, str]]) -> Path:
        path = self.folder / f"{name}.jsonl"
        say(f"making {path.name}")
        write_jsonl(path, records)
        return path

    def _head(self, corpus: Path, count: int) -> Path:
        if count == max(self.plan.sizes):
            return corpus
        path = self.folder / f"first-{count}.jsonl"
        with corpus.open("rb") as whole, path.open("wb") as file:
            file.writelines(itertools.islice(whole, count))
        return path

    def _prepare(self, corpus: Path, name: str) -> Cost:
        """Prepare a corpus in a new workspace, which stays if it is the largest."""
        workspace = self.folder / name.replace(" ", "-")
        shutil.rmtree(workspace, ignore_errors=True)
        annotate = (sys.executable, "-m", "annotate")
        subprocess.run([*annotate, "init", workspace], check=True, capture_output=True)
        os.link(corpus, workspace / "articles" / "corpus.jsonl")
        cost = self._prepare_in(workspace, name)
        if corpus != self.corpora[max(self.plan.sizes)]:
            shutil.rmtree(workspace)
        return cost

    def _prepare_in(self, workspace: Path, name: str) -> Cost:
        output = self.folder / "output"
        command = (sys.executable, "-m", "annotate", "prepare", "-C", workspace, "--json")
        cost = measured(command, output)
        counts = json.loads(output.read_bytes())
        ends = ("ready", "duplicate", "needs_review", "rejected")
        assert counts["inputs"] == sum(counts[end] for end in ends), "every input comes out"
        assert counts["inputs"] == self.runs[name].articles, "every record comes in"
        self.counts[name] = counts
        return cost

    def _naive(self, corpus: Path, _name: str) -> Cost:
        command = (sys.executable, SCRIPTS / "bench_naive.py", corpus)
        return measured(command, self.folder / "output")

    def _trafilatura(self, corpus: Path, _name: str) -> Cost:
        command = (sys.executable, SCRIPTS / "bench_pages.py", "read", corpus)
        return measured(command, self.folder / "output")

    def _again(self) -> None:
        """Prepare the largest corpus once more, a few of its articles having changed."""
        largest = max(self.plan.sizes)
        first = self.runs[f"prepare {largest}"]
        workspace = self.folder / f"prepare-{largest}"
        corpus = workspace / "articles" / "corpus.jsonl"
        _change(corpus, first.articles)
        run = Run(first.articles, corpus.stat().st_size / 1e6)
        self.runs["again"] = run
        run.costs.append(self._prepare_in(workspace, "again"))

    def _stages(self) -> None:
        corpus = self.corpora[self.plan.main]
        sizes = (str(self.plan.sample), str(self.seed), str(self.plan.rounds))
        output = self.folder / "output"
        measured((sys.executable, SCRIPTS / "bench_stages.py", corpus, *sizes), output)
        self.stages = json.loads(output.read_bytes())
        with corpus.open("rb") as file:
            taken = sum(map(len, itertools.islice(file, self.plan.sample)))
        self.stages["megabytes"] = taken / 1e6


def _change(corpus: Path, count: int) -> None:
    """Add a sentence to a few records, all over the file."""
    places = {number * count // CHANGED for number in range(CHANGED)}
    draft = corpus.with_suffix(".new")
    with corpus.open("rb") as old, draft.open("wb") as new:
        for index, line in enumerate(old):
            if index in places:
                record = json.loads(line)
                record["text"] += f"\n\nThe editors of Tarnby added sentence {index} to this."
                new.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
            else:
                new.write(line)
    draft.replace(corpus)
