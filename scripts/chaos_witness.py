"""Annotators, a stranger, and a judge of what stands on the server and in the ledgers.

They talk straight to the real server, never through the proxy.
"""

from __future__ import annotations

import json
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import httpx

Json = dict[str, Any]
Version = tuple[int, str, str]  # annotation id, created_at, updated_at

PAGE = 500
ATTEMPTS = 4  # of our own requests: a busy SQLite answers 500 now and then
# What a version is made of; the server's table view adds keys that change by the minute.
OF_A_VERSION = (
    "id",
    "unique_id",
    "completed_by",
    "created_at",
    "updated_at",
    "was_cancelled",
    "ground_truth",
    "lead_time",
    "result",
)
WORD = re.compile(r"\w+")


class Direct:
    """The real server, as one person sees it through the API."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Token {token}"}
        self.url = url
        self._client = httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False)

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Send a request, again when the server fails; raises `HTTPStatusError` at last."""
        for attempt in range(ATTEMPTS):
            answer = self._client.request(method, path, params=query, json=body)
            if answer.is_success or not answer.is_server_error or attempt == ATTEMPTS - 1:
                break
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def projects(self, workspace_id: str) -> list[int]:
        """List the projects that carry the mark of a workspace."""
        mark = f"annotate:{workspace_id}:"
        found = self.ask("GET", "/api/projects/", page_size=1000)["results"]
        return [int(one["id"]) for one in found if mark in (one["description"] or "")]

    def tasks(self, project_id: int) -> list[Json]:
        """Read all tasks with all answers; nobody may write at this time."""
        tasks: list[Json] = []
        total, page = 1, 1
        while len(tasks) < total:
            query: Json = {"project": project_id, "page": page, "page_size": PAGE}
            answer = self.ask("GET", "/api/tasks", fields="all", **query)
            total, page = int(answer["total"]), page + 1
            if not answer["tasks"]:
                break
            tasks += answer["tasks"]
        return tasks

    def colleague(self) -> Direct:
        """Sign a second person up, through the invite link as in a browser."""
        link = self.ask("GET", "/api/invite")["invite_url"]
        with httpx.Client(base_url=self.url, timeout=60, trust_env=False) as browser:
            page = browser.get(link).text
            csrf = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
            email = f"chaos.{secrets.token_hex(4)}@annotate.example"
            form = {"csrfmiddlewaretoken": csrf, "email": email}
            form["password"] = secrets.token_urlsafe(12)
            browser.post(link, data=form, headers={"Referer": f"{self.url}{link}"})
            token = browser.get("/api/current-user/token").raise_for_status().json()["token"]
        return Direct(self.url, str(token))


class Annotators:
    """Two people who answer, correct, skip and delete, at random."""

    def __init__(self, people: list[Direct], project_id: int, rng: Random) -> None:
        self.people, self.project_id, self.rng = people, project_id, rng
        found = people[0].ask("GET", f"/api/projects/{project_id}/")["label_config"]
        config = ET.fromstring(found)  # noqa: S314 - our own server's
        control = next(node for node in config.iter("Labels"))
        self.control = {"from_name": control.get("name"), "to_name": control.get("toName")}
        self.labels = [node.get("value") for node in control.iter("Label")]
        self.chunks_taken_off: list[str] = []
        self.done: Counter[str] = Counter()
        self.look()

    def work(self, count: int) -> None:
        """Do `count` things; nobody deletes before something is there."""
        for _ in range(count):
            things = (self.answer, self.correct, self.skip, self.delete, self.delete_newest)
            (do,) = self.rng.choices(things, (10, 4, 2, 2, 1))
            do = do if self.answers else self.answer
            do()
            self.done[do.__name__] += 1

    def look(self) -> None:
        tasks = self.people[0].tasks(self.project_id)
        self.texts: dict[int, str] = {int(task["id"]): task["data"]["text"] for task in tasks}
        self.keys = {int(task["id"]): task["data"]["chunk_id"] for task in tasks}
        self.answers = sorted(int(one["id"]) for task in tasks for one in task["annotations"])

    def answer(self) -> None:
        task = self.rng.choice(list(self.texts))
        skipped = self.rng.random() < 0.15  # noqa: PLR2004 - some
        body = {
            "result": [] if skipped else self._marked(self.texts[task]),
            "was_cancelled": skipped,
            "lead_time": round(self.rng.uniform(3, 90), 3),
        }
        person = self.rng.choice(self.people)
        made = person.ask("POST", f"/api/tasks/{task}/annotations/", body)
        self.answers.append(int(made["id"]))

    def correct(self) -> None:
        found = self.people[0].ask("GET", f"/api/annotations/{self._any()}/")
        body = {"result": self._marked(self.texts[int(found["task"])])}
        self._change(int(found["id"]), body)

    def skip(self) -> None:
        self._change(self._any(), {"was_cancelled": True, "result": []})

    def delete(self) -> None:
        self._delete(self._any())

    def delete_newest(self) -> None:
        """SQLite gives the id of this one out again."""
        self._delete(max(self.answers))

    def take_off(self) -> None:
        """Delete a task, and whatever was answered to it."""
        task = self.rng.choice(list(self.texts))
        self.people[0].ask("DELETE", f"/api/tasks/{task}/")
        self.chunks_taken_off.append(self.keys[task])
        self.done["take_off"] += 1
        self.look()

    def _any(self) -> int:
        return self.rng.choice(self.answers)

    def _change(self, annotation: int, body: Json) -> None:
        self.people[0].ask("PATCH", f"/api/annotations/{annotation}/", body)

    def _delete(self, annotation: int) -> None:
        self.people[0].ask("DELETE", f"/api/annotations/{annotation}/")
        self.answers.remove(annotation)

    def _marked(self, text: str) -> list[Json]:
        """Mark up to three words; no word is an answer, too."""
        words = list(WORD.finditer(text))
        chosen = self.rng.sample(words, min(len(words), self.rng.randint(0, 3)))
        return [self._region(word[0], word.start()) for word in chosen]

    def _region(self, word: str, start: int) -> Json:
        value = {"start": start, "end": start + len(word), "text": word}
        value["labels"] = [self.rng.choice(self.labels)]
        name = f"{self.rng.getrandbits(40):010x}"
        return {"id": name, "type": "labels", "origin": "manual", "value": value, **self.control}


class Stranger:
    """Someone who imports chunks by hand that are there already."""

    def __init__(self, person: Direct, project_id: int, rng: Random) -> None:
        self.person, self.project_id, self.rng = person, project_id, rng
        self.answered: set[int] = set()  # tasks that hold somebody's work

    def add_copies(self, count: int) -> None:
        """Copy `count` tasks; for a third the copy is worked on, for a third the first one."""
        first = self.rng.sample(self.person.tasks(self.project_id), count)
        path = f"/api/projects/{self.project_id}/import"
        data = [{"data": task["data"]} for task in first]
        copies = self.person.ask("POST", path, data, return_task_ids=True)["task_ids"]
        for number, (task, copy) in enumerate(zip(first, copies, strict=True)):
            if number % 3:
                self._work_on(int(copy if number % 3 == 1 else task["id"]))

    def _work_on(self, task: int) -> None:
        kind = self.rng.choice(("annotations/", "drafts"))
        self.person.ask("POST", f"/api/tasks/{task}/{kind}", {"result": [], "lead_time": 2.0})
        self.answered.add(task)


@dataclass
class Judge:
    """Compares a workspace's ledgers with the server, and remembers what a pull has seen.

    `wrong` counts violations by name; `notes` says of each what it was.
    """

    labels: Path
    chunks: list[str]
    wrong: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    seen: set[Version] = field(default_factory=set)
    answered: set[int] = field(default_factory=set)

    def blame(self, name: str, note: str) -> None:
        """Count a violation, once however often it is met."""
        if f"{name}: {note}" in self.notes:
            return
        self.wrong[name] += 1
        self.notes.append(f"{name}: {note}")

    def read_ledgers(self) -> None:
        """Every whole line of every ledger must be JSON; a last line may be torn."""
        for path in sorted(self.labels.glob("*.jsonl")):
            for number, line in enumerate(path.read_bytes().splitlines(keepends=True), 1):
                if line.endswith(b"\n") and not _is_json(line):
                    self.blame("unreadable ledgers", f"{path.name}, line {number}: {line[:80]!r}")

    def judge_tasks(self, tasks: Iterable[Json], taken_off: Iterable[str] = ()) -> None:
        """Every chunk stands there exactly once, and the ledger knows where."""
        placed: dict[str, list[int]] = {}
        for task in tasks:
            placed.setdefault(task["data"].get("chunk_id"), []).append(int(task["id"]))
        recorded = {
            (row["chunk_id"], row["task_id"])
            for row in _rows(self.labels / "tasks.jsonl")
            if row["event"] == "present"
        }
        for key in set(self.chunks) - set(taken_off):
            ids = placed.get(key, [])
            if not ids:
                self.blame("lost chunks", key)
            if len(ids) > 1:
                self.blame("doubled chunks", f"{key} is tasks {ids}")
            if ids and not any((key, task) in recorded for task in ids):
                self.blame("chunks missing in the ledger", f"{key}, task {ids}")
        for answered in self.answered - {task for ids in placed.values() for task in ids}:
            self.blame(
                "lost annotations", f"task {answered} was taken off with somebody's work on it"
            )
        for key in set(placed) - set(self.chunks):
            self.blame("unknown tasks", f"{key}")

    def judge_answers(self, tasks: Iterable[Json]) -> None:
        """The ledger ends in what stands on the server, and holds all that was there before."""
        last: dict[int, Json] = {}
        kept: set[Version] = set()
        for row in _rows(self.labels / "annotations.jsonl"):
            last[row["annotation_id"]] = row
            if row["event"] == "annotation":
                kept.add(_version(row["annotation"]))
        there = {int(one["id"]): one for task in tasks for one in task["annotations"]}
        for key, answer in there.items():
            difference = _difference(answer, (last.get(key) or {}).get("annotation"))
            if difference:
                self.blame("lost annotations", f"{key}: {difference}")
        for key, row in last.items():
            if row["event"] == "annotation" and key not in there:
                self.blame("lost deletions", f"{key} has no tombstone")
        self.seen.update(map(_version, there.values()))
        for version in self.seen - kept:
            self.blame("lost annotations", f"the version {version} was there and is not kept")


def _difference(answer: Json, kept: Json | None) -> str:
    if kept is None:
        return "not in the ledger"
    other = [key for key in OF_A_VERSION if key in answer and answer[key] != kept.get(key)]
    return ", ".join(f"{key} is {answer[key]!r}, kept {kept.get(key)!r}"[:200] for key in other)


def _version(answer: Json) -> Version:
    return int(answer["id"]), answer["created_at"], answer["updated_at"]


def _rows(path: Path) -> Iterator[Json]:
    """Give the rows of a ledger that can be read; `read_ledgers` blames the others."""
    if path.exists():
        for line in path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n") and _is_json(line):
                yield json.loads(line)


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
