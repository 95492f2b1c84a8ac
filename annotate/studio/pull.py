"""Fetches answers into the ledger: every version as received, deletions as tombstones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from annotate.labels.pseudonyms import Pseudonyms, open_pseudonyms
from annotate.labels.read import current_rows
from annotate.ledger import Ledger, now
from annotate.studio.client import Studio, connect
from annotate.studio.project import need_project, same_project
from annotate.workspace import Workspace, lock

Json = dict[str, Any]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class PullPlan:
    """Ledger rows to append, and how many answers stand there as they were."""

    new: tuple[Json, ...]
    changed: tuple[Json, ...]
    deleted: tuple[Json, ...]
    unchanged: int

    @property
    def rows(self) -> tuple[Json, ...]:
        """Tombstones come first: a server may have given a deleted answer's id out again."""
        return (*self.deleted, *self.new, *self.changed)


@dataclass(frozen=True)
class PullReport:
    """What a pull found.

    `skipped` counts the skips among the answers on the server, `foreign` the tasks there that
    this workspace did not send.
    """

    new: int
    changed: int
    deleted: int
    skipped: int
    unchanged: int
    foreign: int


def plan_pull(recorded: Mapping[int, Json], found: Mapping[int, Json], at: str) -> PullPlan:
    """Compare the ledger's last version of each answer with the server's, by annotation id."""
    new = {key: row for key, row in found.items() if not _same_answer(recorded.get(key), row)}
    kept = {key: row for key, row in found.items() if key not in new}
    changed = [row for key, row in kept.items() if row["annotation"] != recorded[key]["annotation"]]
    deleted = [_tombstone(row, at) for key, row in recorded.items() if key not in kept]
    return PullPlan(tuple(new.values()), tuple(changed), tuple(deleted), len(kept) - len(changed))


def _same_answer(recorded: Json | None, found: Json) -> bool:
    """Compare times of creation too: SQLite gives the ids of deleted answers out again."""
    if recorded is None:
        return False
    created: bool = recorded["annotation"]["created_at"] == found["annotation"]["created_at"]
    return created


def _tombstone(row: Json, at: str) -> Json:
    return row | {"event": "deleted", "pulled_at": at, "annotation": None}


def pull(
    workspace: Workspace,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    studio: Studio | None = None,
) -> PullReport:
    """Bring the ledger up to the server; nothing is ever removed from it.

    Raises `ConfigError`, `InputError`, `RemoteError` (safe to run again) or `RefusedError`.
    """
    ledger = Ledger(workspace.labels / "annotations.jsonl")
    with lock(workspace, "pull"):
        studio = studio or connect(workspace)
        project = need_project(studio, workspace)
        recorded = {
            row["annotation_id"]: row
            for row in current_rows(ledger).values()
            if same_project(row, project)
        }
        reader = _Reader(studio, project, open_pseudonyms(workspace, ledger), now())
        found = {row["annotation_id"]: row for row in reader.rows(progress)}
        plan = plan_pull(recorded, found, reader.at)
        if not dry_run:
            ledger.append(plan.rows)
    skips = sum(1 for row in found.values() if row["annotation"].get("was_cancelled"))
    return PullReport(
        len(plan.new),
        len(plan.changed),
        len(plan.deleted),
        skips,
        plan.unchanged,
        reader.foreign,
    )


class _Reader:
    """Reads a project's answers as ledger rows."""

    def __init__(self, studio: Studio, project: Json, names: Pseudonyms, at: str) -> None:
        self.studio, self.project, self.names, self.at = studio, project, names, at
        self.foreign = 0

    def rows(self, progress: Progress | None) -> Iterator[Json]:
        tasks: list[Json] = []
        for task, total in self.studio.tasks(int(self.project["id"]), answers=True):
            tasks.append(task)
            if progress:
                progress(len(tasks), total)
        # People are read last: whoever answered above has an account by now.
        emails = self.studio.emails()
        for task in tasks:
            chunk_id = task["data"].get("chunk_id")
            if chunk_id is None:
                self.foreign += 1
                continue
            for annotation in task["annotations"]:
                yield self._row(task, str(chunk_id), annotation, emails)

    def _row(self, task: Json, chunk_id: str, annotation: Json, emails: Mapping[int, str]) -> Json:
        return {
            "event": "annotation",
            "pulled_at": self.at,
            "project_id": int(self.project["id"]),
            "project_created_at": self.project["created_at"],
            "chunk_id": chunk_id,
            "task_id": int(task["id"]),
            "annotation_id": int(annotation["id"]),
            "annotator": self.names.of(emails.get(annotation["completed_by"])),
            "pseudonym_key": self.names.fingerprint,
            "annotation": annotation,
        }
