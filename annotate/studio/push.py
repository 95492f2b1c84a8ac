"""Sends the chunks that Label Studio does not have yet, each exactly once.

The key is `chunk_id` in `task.data`: imports never look for duplicates, and SQLite gives task
ids out a second time. Before a batch is sent the ledger holds the intent, after it the result;
when an answer is lost, the server is read until its count is still before anything is sent again.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from annotate.corpus import Article, Chunk, read_articles, read_chunks
from annotate.errors import RemoteError
from annotate.ledger import Ledger, now
from annotate.schema import Schema, load_schema
from annotate.studio.client import ChangedError, DoubtfulError, Studio, connect
from annotate.studio.project import (
    MAIN,
    ProjectPlan,
    apply_project,
    find_project,
    plan_project,
    same_project,
    wanted_settings,
)
from annotate.studio.tasks import all_task_data
from annotate.workspace import Workspace, lock

Json = dict[str, Any]
Progress = Callable[[int, int], None]
SEND_ATTEMPTS = 4


@dataclass(frozen=True)
class PushPlan:
    """What a push will do. `create` are chunk ids in sending order."""

    project: ProjectPlan
    create: tuple[str, ...]
    present: int
    duplicates: int
    unrecorded: tuple[tuple[str, int], ...]  # on the server, not in the ledger: id, task id
    gone: tuple[str, ...]  # sent once, and taken off the server by someone
    tombstones: tuple[tuple[str, int], ...]  # those of them that the ledger does not know of


@dataclass(frozen=True)
class PushReport:
    """What a push did; `changed` counts tasks whose title or context was renewed."""

    project_id: int | None
    created: int
    present: int
    changed: int
    duplicates: int
    gone: int
    address: str | None


def plan_push(
    chunk_ids: Sequence[str],
    recorded: Mapping[str, Json],
    remote: Mapping[str, Sequence[int]],
    project: ProjectPlan,
    *,
    again: bool = False,
) -> PushPlan:
    """Compare local chunks, the ledger's rows of this project and the server's ids, all by key.

    A chunk that was taken off the server on purpose is sent again only with `again`.
    """
    missing = [key for key in chunk_ids if key not in remote]
    gone = tuple(key for key in missing if key in recorded and not again)
    return PushPlan(
        project=project,
        create=tuple(key for key in missing if key not in set(gone)),
        present=len(chunk_ids) - len(missing),
        duplicates=sum(len(ids) - 1 for ids in remote.values()),
        unrecorded=tuple(
            (key, min(remote[key]))
            for key in chunk_ids
            if key in remote and recorded.get(key, {}).get("event") != "present"
        ),
        gone=gone,
        tombstones=tuple(
            (key, recorded[key]["task_id"]) for key in gone if recorded[key]["event"] == "present"
        ),
    )


def push(
    workspace: Workspace,
    *,
    dry_run: bool = False,
    again: bool = False,
    progress: Progress | None = None,
    studio: Studio | None = None,
) -> PushReport:
    """Bring Label Studio up to the workspace; a second push sends nothing.

    Raises `ConfigError`, `InputError`, `RemoteError` (safe to run again) or `RefusedError`.
    """
    schema = load_schema(workspace.schema_file)
    chunks = read_chunks(workspace)
    articles = {article.id: article for article in read_articles(workspace)}
    with lock(workspace, "push"):
        studio = studio or connect(workspace)
        pusher = _Pusher(workspace, studio, schema, chunks, articles)
        plan = pusher.plan(again=again)
        if not dry_run:
            plan = pusher.apply(plan, progress or _silent)
    return _report(plan, studio.url)


def _report(plan: PushPlan, url: str) -> PushReport:
    project_id = plan.project.project_id
    return PushReport(
        project_id=project_id,
        created=len(plan.create),
        present=plan.present,
        changed=0,
        duplicates=plan.duplicates,
        gone=len(plan.gone),
        address=f"{url}/projects/{project_id}" if project_id else None,
    )


def _silent(_done: int, _total: int) -> None:
    return


def _count(remote: Mapping[str, Sequence[int]]) -> int:
    return sum(map(len, remote.values()))


class _Pusher:
    """One push: what it compares, and the door and ledger it writes through."""

    def __init__(
        self,
        workspace: Workspace,
        studio: Studio,
        schema: Schema,
        chunks: Sequence[Chunk],
        articles: Mapping[str, Article],
    ) -> None:
        self.workspace, self.studio, self.schema = workspace, studio, schema
        self.chunks = {chunk.id: chunk for chunk in chunks}
        self.articles = articles
        self.data = all_task_data(chunks, articles, schema.version)
        self.ledger = Ledger(workspace.labels / "tasks.jsonl")
        self.project: Json = {}

    def plan(self, *, again: bool) -> PushPlan:
        found = find_project(self.studio, self.workspace)
        project = self.studio.project(found["id"]) if found else None
        project_plan = plan_project(project, wanted_settings(self.workspace, self.schema))
        recorded, doubtful = self._recorded(project)
        remote = self._settled(project["id"]) if project and doubtful else {}
        if project and not doubtful:
            remote = self._remote(project["id"])
        return plan_push(tuple(self.data), recorded, remote, project_plan, again=again)

    def _recorded(self, project: Json | None) -> tuple[dict[str, Json], bool]:
        """Read the last state of each chunk in this project, and whether a batch has no result.

        A push that was killed may have left a request behind that the server still works on.
        """
        recorded: dict[str, Json] = {}
        intended: set[str] = set()
        for row in self.ledger:
            if project is None or not same_project(row, project):
                continue
            if row["event"] == "intent":
                intended.add(row["chunk_id"])
            else:
                intended.discard(row["chunk_id"])
                recorded[row["chunk_id"]] = row
        return recorded, bool(intended)

    def apply(self, plan: PushPlan, progress: Progress) -> PushPlan:
        """Carry a plan out; returns it with the id of the project it made."""
        project = apply_project(plan.project, self.studio, self.workspace, self.schema)
        self.project, project_id = project, int(project["id"])
        self._record("present", plan.unrecorded, project_id)
        self._record("deleted", plan.tombstones, project_id)
        size = self.workspace.settings.studio.batch_size
        for start in range(0, len(plan.create), size):
            batch = plan.create[start : start + size]
            self._send(batch, project_id)
            progress(start + len(batch), len(plan.create))
        return replace(plan, project=ProjectPlan(project_id, plan.project.settings))

    def _send(self, keys: Sequence[str], project_id: int) -> None:
        """Send one batch until all of it stands on the server."""
        batch, missing = uuid.uuid4().hex[:12], list(keys)
        for _ in range(SEND_ATTEMPTS):
            self._record("intent", [(key, None) for key in missing], project_id, batch)
            try:
                ids = self.studio.import_tasks(
                    project_id, [{"data": self.data[key]} for key in missing]
                )
                placed = list(zip(missing, ids, strict=True))
            except DoubtfulError:
                remote = self._settled(project_id)
                placed = [(key, min(remote[key])) for key in missing if key in remote]
            self._record("present", placed, project_id, batch)
            arrived = {key for key, _ in placed}
            missing = [key for key in missing if key not in arrived]
            if not missing:
                return
        raise RemoteError(
            f"{len(missing)} chunks did not arrive after {SEND_ATTEMPTS} attempts",
            "what arrived is in the ledger; run `annotate push` again",
        )

    def _settled(self, project_id: int) -> dict[str, list[int]]:
        """Read the keys until their number has not changed for the `settle` setting's seconds.

        A request whose connection broke may still be at work: read at once, its tasks are
        not there yet, and sending again would double every one of them.
        """
        settle = self.workspace.settings.studio.settle
        remote: dict[str, list[int]] | None = None
        since = time.monotonic()
        while remote is None or time.monotonic() - since < settle:
            try:
                again = self._remote(project_id)
            except ChangedError:
                again = None
            if again is None or remote is None or _count(again) != _count(remote):
                remote, since = again, time.monotonic()
            time.sleep(min(0.5, settle))
        return remote

    def _remote(self, project_id: int | None) -> dict[str, list[int]]:
        """Task ids on the server by chunk id; tasks that are not ours have no such key."""
        remote: dict[str, list[int]] = {}
        if project_id is not None:
            for task, _ in self.studio.tasks(project_id, answers=False):
                key = task["data"].get("chunk_id")
                if key is not None:
                    remote.setdefault(str(key), []).append(int(task["id"]))
        return remote

    def _record(
        self,
        event: str,
        keys: Iterable[tuple[str, int | None]],
        project_id: int,
        batch: str | None = None,
    ) -> None:
        self.ledger.append(self._row(event, key, task, project_id, batch) for key, task in keys)

    def _row(
        self, event: str, key: str, task_id: int | None, project_id: int, batch: str | None
    ) -> Json:
        row: Json = {
            "event": event,
            "batch": batch,
            "role": MAIN,
            "chunk_id": key,
            "task_id": task_id,
            "project_id": project_id,
            "project_created_at": self.project["created_at"],
            "text_sha256": self.data[key]["text_sha256"],
            "schema_version": self.schema.version,
            "at": now(),
        }
        if event == "present":
            chunk = self.chunks[key]
            row["chunk"] = chunk.to_json()
            row["source_sha256"] = self.articles[chunk.article_id].source.sha256
        return row
