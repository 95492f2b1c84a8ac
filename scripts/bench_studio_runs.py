"""The runs that bench_studio measures: fresh processes against one server, in turn."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench_corpus import write_jsonl
from bench_runs import Cost, measured, say
from bench_studio_answers import People, articles, counting
from servers import LiveStudio

from annotate.schema import load_schema

SCRIPTS = Path(__file__).parent
ANNOTATE = (sys.executable, "-m", "annotate")
SDK = (sys.executable, SCRIPTS / "bench_studio_sdk.py")
CHANGED = 0.01  # share of the answers that change between two pulls
PUSH, AGAIN, CHECK = "push", "push, nothing to do", "pull --full"
PREDICTED = "push, predicting"
PULL, PULL_CHANGED = "pull, all", "pull, 1 % changed"
CREATE, IMPORT, EXPORT, LIST = "tasks.create", "import_tasks", "JSON export", "tasks.list"
START_PUSH, START_PULL = "start of push", "start of pull"
STARTS = {
    PUSH: START_PUSH,
    PREDICTED: START_PUSH,
    AGAIN: START_PUSH,
    PULL: START_PULL,
    PULL_CHANGED: START_PULL,
    CHECK: START_PULL,
}
PREDICTIONS = ("predictions = true", "predictions = false")
GROWING = (PUSH, AGAIN, PULL, PULL_CHANGED)


@dataclass(frozen=True)
class Plan:
    """Sizes in tasks with the number of rounds each; everything is compared at `main`."""

    sizes: dict[int, int]
    main: int
    created: int  # tasks that `tasks.create` makes in all rounds together


# Repeated are those that are compared, and small ones, beside which start-up weighs most.
FULL = Plan({1000: 3, 5000: 2, 10_000: 3, 50_000: 1}, 10_000, created=300)
QUICK = Plan({1000: 2, 2000: 2}, 2000, created=60)


@dataclass
class Run:
    """What one kind of run took in all rounds; `startup` is what of the seconds is no work."""

    tasks: int
    costs: list[Cost] = field(default_factory=list)
    startup: float = 0.0

    def net(self) -> list[float]:
        """Wall-clock seconds of each run above start-up, sorted; never nothing."""
        return sorted(max(cost.wall - self.startup, 0.01) for cost in self.costs)

    @property
    def seconds(self) -> float:
        return statistics.median(self.net())

    @property
    def rate(self) -> float:
        return self.tasks / self.seconds

    @property
    def peak(self) -> float:
        return max(cost.peak for cost in self.costs)


class Corpora:
    """Prepared workspaces, one of each size; what is measured works on copies of them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seed = folder, seed
        self.made: dict[int, Path] = {}

    def of(self, size: int) -> Path:
        """Prepare a workspace of `size` chunks, each an article of its own."""
        if size not in self.made:
            self.made[size] = self._prepared(size)
        return self.made[size]

    def characters(self, size: int) -> float:
        """Tell the mean size of a chunk."""
        with (self.of(size) / "corpus" / "chunks.jsonl").open("rb") as chunks:
            return sum(len(json.loads(line)["text"]) for line in chunks) / size

    def _prepared(self, size: int) -> Path:
        say(f"preparing {size} chunks")
        workspace = self.folder / f"prepared-{size}"
        _run(*ANNOTATE, "init", workspace, "--json")
        changed(workspace, 'body = "select"', 'body = "as-is"')
        # The SDK's calls send texts alone, so push is set beside them without predicted regions.
        changed(workspace, *PREDICTIONS)
        write_jsonl(workspace / "articles" / "corpus.jsonl", articles(size, self.seed))
        counts = json.loads(_run(*ANNOTATE, "prepare", "-C", workspace, "--json"))
        assert counts["chunks"] == size, counts
        return workspace


def copied(workspace: Path, target: Path) -> Path:
    """Copy a workspace; what push and pull only read is shared."""
    shutil.copytree(workspace, target, ignore=shutil.ignore_patterns("articles", "corpus"))
    for name in ("articles", "corpus"):
        shutil.copytree(workspace / name, target / name, copy_function=os.link)
    return target


def changed(workspace: Path, before: str, after: str) -> None:
    """Change a setting."""
    settings = workspace / "annotate.toml"
    text = settings.read_text(encoding="utf-8")
    assert before in text, before
    settings.write_text(text.replace(before, after), encoding="utf-8")


def renewed(workspace: Path) -> Path:
    """Give a copy an id of its own, and with it a project of its own."""
    settings = workspace / "annotate.toml"
    fresh = f'workspace_id = "{secrets.token_hex(6)}"'
    text = re.sub(r'workspace_id = "\w+"', fresh, settings.read_text(encoding="utf-8"))
    settings.write_text(text, encoding="utf-8")
    return workspace


def _run(*command: str | Path) -> bytes:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def has_full_pull() -> bool:
    """Whether `annotate pull` knows `--full`."""
    return b"--full" in _run(*ANNOTATE, "pull", "--help")


class Bench:
    """Runs everything against one server."""

    def __init__(self, studio: LiveStudio, folder: Path, corpora: Corpora, plan: Plan) -> None:
        self.studio, self.folder, self.corpora, self.plan = studio, folder, corpora, plan
        self.people = People(studio)
        self.runs: dict[tuple[str, int], Run] = {}
        self.requests: dict[int, list[str]] = {}
        self.checks = has_full_pull()

    def run(self) -> None:
        """Measure each size, the smallest first; the server keeps all that was sent to it."""
        os.environ["LABEL_STUDIO_URL"] = self.studio.url
        os.environ["LABEL_STUDIO_API_KEY"] = self.studio.token
        self.folder.mkdir(parents=True)
        self.tiny = renewed(copied(self.corpora.of(1), self.folder / "tiny"))
        self._annotate(self.tiny, "push")
        self._annotate(self.tiny, "pull")
        for size, rounds in sorted(self.plan.sizes.items()):
            workspace, project = self._pushes(size, rounds)
            self._count_requests(size, workspace)
            self._answer(size, workspace, project)
            self._pulls(size, rounds, workspace, project)
            shutil.rmtree(workspace)
        for (name, _), run in self.runs.items():
            if name in STARTS:
                run.startup = self._startup(STARTS[name])

    def _startup(self, name: str) -> float:
        """Give the shortest start: a slower one would make the work look quicker than it is."""
        return min(cost.wall for cost in self.runs[name, 1].costs)

    def _pushes(self, size: int, rounds: int) -> tuple[Path, int]:
        """Push to new projects, in turn with the SDK; returns the last workspace, its project."""
        for number in range(rounds):
            self._note(START_PUSH, 1, self._annotate(self.tiny, "push")[0])
            workspace = renewed(copied(self.corpora.of(size), self.folder / f"{size}-{number}"))
            cost, report = self._annotate(workspace, "push")
            assert report["created"] == size, report
            self._note(PUSH, size, cost)
            if size == self.plan.main:
                self._sdk(IMPORT, "import", workspace, size)
                self._sdk(CREATE, "create", workspace, self.plan.created // rounds)
                self._push_predicted(size, number)
            cost, report = self._annotate(workspace, "push")
            assert (report["created"], report["present"]) == (0, size), report
            self._note(AGAIN, size, cost)
            if number < rounds - 1:
                shutil.rmtree(workspace)
        return workspace, int(report["project_id"])

    def _push_predicted(self, size: int, number: int) -> None:
        """Push the same, letting the rules look for regions to propose in every chunk."""
        folder = self.folder / f"{size}-{number}-predicted"
        workspace = renewed(copied(self.corpora.of(size), folder))
        changed(workspace, *reversed(PREDICTIONS))
        cost, report = self._annotate(workspace, "push")
        assert report["created"] == size, report
        self._note(PREDICTED, size, cost)
        shutil.rmtree(workspace)

    def _count_requests(self, size: int, workspace: Path) -> None:
        with counting(self.studio.url) as proxy:
            self._annotate(workspace, "push", url=proxy.url)
            self.requests[size] = list(proxy.requests)
        say("\n".join(self.requests[size]))

    def _answer(self, size: int, workspace: Path, project: int) -> None:
        say(f"answering {size} tasks")
        schema = load_schema(workspace / "label_config" / "schema.yaml")
        self.people.answer_all(workspace, [label.name for label in schema.labels], project)

    def _pulls(self, size: int, rounds: int, pushed: Path, project: int) -> None:
        """Pull all, then what changed, in turn with the SDK; each round on a copy."""
        few = max(1, round(size * CHANGED))
        for number in range(rounds):
            self._note(START_PULL, 1, self._annotate(self.tiny, "pull")[0])
            if size == self.plan.main:
                self._sdk(EXPORT, "export", project, size)
                self._sdk(LIST, "list", project, size)
            workspace = copied(pushed, self.folder / f"{size}-pull-{number}")
            cost, report = self._annotate(workspace, "pull")
            assert report["new"] == size, report
            self._note(PULL, size, cost)
            self.people.change(workspace, few)
            cost, report = self._annotate(workspace, "pull")
            assert report["changed"] == few, report
            self._note(PULL_CHANGED, size, cost)
            if self.checks and size == self.plan.main:
                self._note(CHECK, size, self._annotate(workspace, "pull", "--full")[0])
            shutil.rmtree(workspace)

    def _annotate(
        self, workspace: Path, verb: str, *options: str, url: str | None = None
    ) -> tuple[Cost, dict[str, Any]]:
        os.environ["LABEL_STUDIO_URL"] = url or self.studio.url
        output = self.folder / "output"
        cost = measured((*ANNOTATE, verb, *options, "--json", "-C", workspace), output)
        return cost, json.loads(output.read_bytes())

    def _sdk(self, name: str, way: str, where: Path | int, tasks: int) -> None:
        """Note what the calls alone took, without the start of the process."""
        output = self.folder / "output"
        cost = measured((*SDK, way, str(where), str(tasks)), output)
        seconds = json.loads(output.read_bytes())["seconds"]
        self._note(name, tasks, cost._replace(wall=seconds))

    def _note(self, name: str, tasks: int, cost: Cost) -> None:
        self.runs.setdefault((name, tasks), Run(tasks)).costs.append(cost)
