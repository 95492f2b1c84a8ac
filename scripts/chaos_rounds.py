"""The rounds of scripts/chaos: one workspace, one project, one kind of trouble each."""

from __future__ import annotations

import itertools
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from bench_corpus import articles, write_jsonl
from chaos_witness import Annotators, Direct, Judge, Stranger
from faults import Proxy, Seeded, proxying

from annotate.corpus import read_chunks
from annotate.studio.server import RunningServer, serving
from annotate.workspace import Workspace

Json = dict[str, Any]

# Ten rounds in a row hold each of them.
DECK = (
    "push",
    "push",
    "push, copies to repair",
    "push, tool killed",
    "push, tool killed",
    "push, two at once",
    "push, server killed",
    "pull",
    "pull, tool killed",
    "pull, server killed",
)
ARTICLES = (40, 80, 120)  # of the corpora that a round takes one of
MOST_CHUNKS = 200
ATTEMPTS = 8
LIMIT = 180.0  # seconds after which a command counts as hung
FAULTY_TIMEOUT, CLEAN_TIMEOUT = 3, 60
SETTLE = 2
KILLED = -9
EXPECTED = {0, 3, 4, KILLED}
PAUSE = 0.002
COPIES = 12
BREATH = 0.1  # seconds between two things that people do while a pull runs

Harm = Callable[["subprocess.Popen[bytes]"], None]


class Ended(NamedTuple):
    """How a command ended, and where what it printed is kept."""

    status: int
    printed: Path
    said: Path

    def tail(self) -> str:
        return self.said.read_text(encoding="utf-8", errors="replace")[-1500:]


class Most(NamedTuple):
    """How many requests, and how many writings into ledgers, a kill waits for at most."""

    requests: int
    writings: int


MOMENTS = {"push": Most(10, 4), "pull": Most(5, 2)}


# `annotate` with a first batch, exports and pages that are small beside the chunks of a round, so
# that each command makes several requests of a kind.
SMALL = """
import sys
from annotate.cli import main
from annotate.studio import client, pull, sender
sizes = map(int, sys.argv.pop(1).split(","))
sender.FIRST, pull.PAGE, client.MOST_IDS, client.READ_PAGE, client.IDS_PAGE = sizes
main()
"""


@dataclass(frozen=True)
class Drawn:
    """All that is drawn for a round."""

    seed: str
    number: int
    kind: str
    base: int
    batch_size: int
    probability: float
    sizes: tuple[int, ...]  # as `SMALL` takes them


@dataclass
class Result:
    """What a round was like; `wrong` is empty when nothing was lost."""

    number: int
    kind: str
    chunks: int
    requests: int = 0
    seconds: float = 0.0
    injected: dict[str, int] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    jobs: list[Json] = field(default_factory=list)
    wrong: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def draw(seed: int, number: int) -> Drawn:
    """Draw a round from the seed and its number alone."""
    block, place = divmod(number - 1, len(DECK))
    shuffled = Random(f"{seed}/deck/{block}").sample(DECK, len(DECK))  # noqa: S311 - reproducible
    rng = Random(f"{seed}/{number}")  # noqa: S311 - reproducible
    return Drawn(
        seed=f"{seed}/{number}",
        number=number,
        kind=shuffled[place],
        base=rng.choice(ARTICLES),
        batch_size=rng.randint(15, 60),
        probability=rng.choice((0.15, 0.25, 0.35)),
        sizes=tuple(rng.randint(5, 25) for _ in range(5)),
    )


class Host:
    """The one real Label Studio, and prepared workspaces to copy."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seed = folder, seed
        self._stack = ExitStack()

    def open(self) -> None:
        for count in ARTICLES:
            self._prepare(count)
        self.server = self._start(free_port())
        self.people = [self.direct(), self.direct().colleague()]

    def close(self) -> None:
        self._stack.close()

    def direct(self) -> Direct:
        return Direct(self.server.url, self.server.login.token)

    def _start(self, port: int) -> RunningServer:
        root = self.folder / "host"
        if not root.exists():
            annotate("init", str(root))
        running = serving(Workspace.find(root), port=port, progress=lambda _: None)
        return self._stack.enter_context(running)

    def kill_and_restart(self) -> None:
        """Kill the server as a power cut would, and start it on the same data and port."""
        process, port = self.server.process, int(self.server.url.rpartition(":")[2])
        assert process is not None, "we started it"
        process.kill()
        process.wait()
        self._stack.close()
        self.server = self._start(port)

    def _prepare(self, count: int) -> None:
        base = self.folder / f"base-{count}"
        if base.exists():
            return
        draft = self.folder / f"draft-{count}"
        shutil.rmtree(draft, ignore_errors=True)
        annotate("init", str(draft), "--name", "chaos")
        write_jsonl(draft / "articles" / "news.jsonl", articles(count, self.seed + count))
        annotate("prepare", "-C", str(draft))
        draft.rename(base)

    def workspace(self, drawn: Drawn) -> Workspace:
        """Copy a prepared workspace; a new id gives it a project of its own."""
        root = self.folder / f"round-{drawn.number}"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.folder / f"base-{drawn.base}", root)
        change_settings(root, workspace_id=f'"{secrets.token_hex(6)}"', settle=str(SETTLE))
        change_settings(root, batch_size=str(drawn.batch_size))
        return Workspace.find(root)


@contextmanager
def hosting(folder: Path, seed: int) -> Iterator[Host]:
    """Run the server for the length of the block."""
    host = Host(folder, seed)
    try:
        host.open()
        yield host
    finally:
        host.close()


def free_port() -> int:
    """Find a port away from 8080, where servers of other runs look for theirs."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def annotate(*arguments: str) -> None:
    command = [sys.executable, "-m", "annotate", *arguments]
    subprocess.run(command, check=True, capture_output=True)


def change_settings(root: Path, **values: str) -> None:
    path = root / "annotate.toml"
    text = path.read_text(encoding="utf-8")
    for key, value in values.items():
        text, count = re.subn(rf"^{key} = \S+", f"{key} = {value}", text, flags=re.MULTILINE)
        assert count == 1, f"{key} stands in the settings once"
    path.write_text(text, encoding="utf-8")


class Round:
    """Plays one round: trouble, runs until one comes through, and the judgement."""

    def __init__(self, host: Host, drawn: Drawn) -> None:
        self.host, self.drawn = host, drawn
        self.rng = Random(f"{drawn.seed}/moments")  # noqa: S311 - reproducible
        self.workspace = host.workspace(drawn)
        chunks = [chunk.id for chunk in read_chunks(self.workspace)]
        assert 0 < len(chunks) <= MOST_CHUNKS
        self.judge = Judge(self.workspace.labels, chunks)
        self.result = Result(drawn.number, drawn.kind, len(chunks))
        self.events: Counter[str] = Counter()
        self.harms: dict[str, Harm] = {
            "tool killed": self._kill,
            "server killed": self._kill_server,
        }
        self.proxy: Proxy
        self.runs = itertools.count(1)

    def play(self) -> Result:
        verb, _, trouble = self.drawn.kind.partition(", ")
        if verb == "push":
            self._push(trouble)
        else:
            self._pull(trouble)
        self.result.events = dict(self.events)
        self.result.wrong, self.result.notes = dict(self.judge.wrong), self.judge.notes
        if not self.judge.wrong:
            shutil.rmtree(self.workspace.root)
        return self.result

    def _push(self, trouble: str) -> None:
        options = self._add_copies() if trouble == "copies to repair" else ()
        with self._faulty():
            self._job("push", trouble, *options)
        self._judge_push()

    def _add_copies(self) -> tuple[str, ...]:
        """Have someone else import a few chunks once more, and answer some of the copies."""
        self._clean("push")
        (project,) = self._projects()
        stranger = Stranger(self.host.people[0], project, self.rng)
        stranger.add_copies(COPIES)
        self.judge.answered = stranger.answered
        return ("--repair",)

    def _judge_push(self, taken_off: list[str] | None = None) -> None:
        """Look before and after a push on a sound network, which must find nothing to do."""
        projects = self._projects()
        if projects:
            self.judge.judge_tasks(self.host.direct().tasks(projects[0]), taken_off or ())
        self._clean("push", "created", "changed", "duplicates")
        projects = self._projects()
        if len(projects) != 1:
            self.judge.blame("second projects", f"projects {projects} carry the mark")
        self.judge.judge_tasks(self.host.direct().tasks(projects[0]), taken_off or ())
        self.judge.read_ledgers()

    def _projects(self) -> list[int]:
        return self.host.direct().projects(self.workspace.settings.workspace_id)

    def _pull(self, trouble: str) -> None:
        """Answer, pull, change the answers, pull again; sometimes people go on meanwhile."""
        self._clean("push")
        (project,) = self._projects()
        people = Annotators(self.host.people, project, Random(f"{self.drawn.seed}/people"))  # noqa: S311
        people.work(25)
        with self._faulty():
            self._job("pull", "")
            self._judge_pull(project)
            people.work(20)
            people.take_off()
            busy = self.rng.random() < 0.5 and trouble != "server killed"  # noqa: PLR2004
            with self._at_work(people) if busy else nullcontext():
                self._job("pull", trouble)
            if busy:
                self._job("pull", "")
        self._judge_pull(project)
        self._clean("pull", "new", "changed", "deleted", options=("--full",))
        self._judge_pull(project)
        self._judge_push(people.chunks_taken_off)
        self.events.update({f"annotators: {name}": n for name, n in people.done.items()})

    def _judge_pull(self, project: int) -> None:
        self.judge.judge_answers(self.host.direct().tasks(project))
        self.judge.read_ledgers()

    @contextmanager
    def _at_work(self, people: Annotators) -> Iterator[None]:
        """Let people go on while the block runs."""
        stop = threading.Event()

        def go_on() -> None:
            while not stop.is_set():
                people.work(1)
                time.sleep(BREATH)

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
        self.events["annotators: at work during a pull"] += 1

    @contextmanager
    def _faulty(self) -> Iterator[None]:
        """Put the faulty network in between; at the end wait for what is still on its way."""
        decide = Seeded(f"{self.drawn.seed}/faults", self.drawn.probability)
        change_settings(self.workspace.root, timeout=str(FAULTY_TIMEOUT))
        with proxying(self.host.server.url, decide, FAULTY_TIMEOUT) as self.proxy:
            yield
            assert self.proxy.wait_until_quiet(), "the server ends every request"
        self.result.requests = self.proxy.requests
        for (fault, method), count in self.proxy.injected.items():
            self.result.injected[f"{method} {fault}"] = count

    def _job(self, verb: str, trouble: str, *options: str) -> None:
        """Run a command through the faulty network until it ends 0; the first run is harmed."""
        before = self.proxy.faults
        harm = self.harms.get(trouble)
        if trouble == "two at once":
            exits = self._two(verb)
        else:
            exits = [self._run(verb, *options, harm=harm).status]
        first_faults = self.proxy.faults - before
        self.judge.read_ledgers()
        while 0 not in exits and len(exits) < ATTEMPTS:
            before = self.proxy.faults
            exits.append(self._run(verb, *options).status)
        if 0 not in exits:
            self.judge.blame("rounds that never came through", f"{verb} ended {exits}")
        self.result.jobs.append(
            {
                "verb": verb,
                "exits": exits,
                "harmed": bool(harm) or trouble == "two at once",
                "first_faults": first_faults,
                "faults": self.proxy.faults - before,
            }
        )
        # A run that gave up may have left a request behind that the server still works on.
        assert self.proxy.wait_until_quiet(), "the server ends every request"

    def _two(self, verb: str) -> list[int]:
        """Run a command twice at the same time."""
        exits: list[int] = []
        other = threading.Thread(target=lambda: exits.append(self._run(verb).status))
        other.start()
        time.sleep(self.rng.choice((0, 0, 1, 3)))
        exits.append(self._run(verb).status)
        other.join()
        self.events["pushes turned away beside another"] += exits.count(4)
        return exits

    def _run(self, verb: str, *options: str, harm: Harm | None = None, url: str = "") -> Ended:
        """Run a command to its end; whatever it prints is kept for a round that fails."""
        name = f"run-{next(self.runs)}-{verb}"
        printed, said = (self.workspace.root / f"{name}.{end}" for end in ("json", "txt"))
        environment = os.environ | {
            "LABEL_STUDIO_URL": url or self.proxy.url,
            "LABEL_STUDIO_API_KEY": self.host.server.login.token,
        }
        sizes = ",".join(map(str, self.drawn.sizes))
        command = [sys.executable, "-c", SMALL, sizes, verb, *options, "--json"]
        command += ["-C", str(self.workspace.root)]
        with printed.open("wb") as out, said.open("wb") as err:
            process = subprocess.Popen(command, env=environment, stdout=out, stderr=err)
        try:
            if harm:
                harm(process)
            ended = Ended(process.wait(LIMIT), printed, said)
        except subprocess.TimeoutExpired:
            process.kill()
            ended = Ended(process.wait(), printed, said)
            self.judge.blame("runs that ended in a bug or hung", f"{name} hung")
        if ended.status not in EXPECTED:
            note = f"{verb} ended {ended.status}: {ended.tail()}"
            self.judge.blame("runs that ended in a bug or hung", note)
        return ended

    def _clean(self, verb: str, *nothing: str, options: Sequence[str] = ()) -> None:
        """Run a command on a sound network; its counts of `nothing` must be 0."""
        change_settings(self.workspace.root, timeout=str(CLEAN_TIMEOUT))
        ended = self._run(verb, *options, url=self.host.server.url)
        counts = json.loads(ended.printed.read_bytes() or b"{}")
        if ended.status or any(counts[name] for name in nothing):
            note = f"{verb} ended {ended.status} with {counts}: {ended.tail()}"
            self.judge.blame("clean runs that found work", note)

    def _wait_for_moment(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait for the n-th request, or for the n-th writing into a ledger; false if it ends."""
        most = MOMENTS[self.drawn.kind.partition(", ")[0]]
        requests = self.proxy.requests + self.rng.randint(1, most.requests)
        writings = self.rng.randint(1, most.writings)
        by_ledger, more = self.rng.random() < 0.5, self.rng.uniform(0, 0.2)  # noqa: PLR2004
        size, until = self._ledger_size(), time.monotonic() + LIMIT
        while process.poll() is None and time.monotonic() < until:
            if by_ledger and self._ledger_size() != size:
                size, writings = self._ledger_size(), writings - 1
            if writings == 0:
                break
            if not by_ledger and self.proxy.requests >= requests:
                time.sleep(more)
                break
            time.sleep(PAUSE)
        return process.poll() is None

    def _ledger_size(self) -> int:
        paths = self.workspace.labels.glob("*.jsonl")
        return sum(path.stat().st_size for path in paths)

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill the tool; sometimes what it was writing is torn."""
        self._wait_for_moment(process)
        process.kill()
        if process.wait() != KILLED:
            self.events["tool: had ended before it was killed"] += 1
            return
        self.events["tool: killed"] += 1
        self.judge.read_ledgers()
        if self.rng.random() < 0.5:  # noqa: PLR2004 - every second time
            self._tear()

    def _tear(self) -> None:
        """Leave the beginning of a row behind, as a process does that is killed in a write."""
        for path in sorted(self.workspace.labels.glob("*.jsonl")):
            last = path.read_bytes().rpartition(b"\n")[0].rpartition(b"\n")[2]
            if path.read_bytes().endswith(b"\n") and last:
                with path.open("ab") as ledger:
                    ledger.write(last[: self.rng.randrange(1, len(last))])
                self.events["ledger: last line torn"] += 1

    def _kill_server(self, process: subprocess.Popen[bytes]) -> None:
        met = self._wait_for_moment(process)
        self.host.kill_and_restart()
        moment = "in the middle of a command" if met else "after a command"
        self.events[f"server: killed {moment} and started again"] += 1
