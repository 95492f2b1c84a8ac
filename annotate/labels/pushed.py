"""Which tasks stand in Label Studio, by what the ledger of pushes says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from annotate.labels.shelf import MAIN, REVIEW
from annotate.ledger import Ledger
from annotate.workspace import Workspace


@dataclass(frozen=True)
class PushedTask:
    """One task; `role` is what its project is for. Every server counts its ids from 1."""

    article: str
    chunk_id: str
    role: str
    project_id: int
    project_created_at: str
    task_id: int


class LastEvent(NamedTuple):
    """What last happened to a chunk's task, `present` or `deleted`, and when."""

    event: str
    at: str
    task_id: int


def last_events(workspace: Workspace) -> dict[str, dict[str, LastEvent]]:
    """Give by role, then by chunk, whether its task stands or was deleted."""
    found: dict[str, dict[str, LastEvent]] = {MAIN: {}, REVIEW: {}}
    for row in Ledger(workspace.labels / "tasks.jsonl"):
        if row["event"] in {"present", "deleted"}:
            events = found[row.get("role", MAIN)]
            last = events.get(row["chunk_id"])
            if row["event"] == "deleted" and last and last.task_id != row["task_id"]:
                continue  # of a task that was replaced before this was written
            events[row["chunk_id"]] = LastEvent(row["event"], row["at"], row["task_id"])
    return found


def tasks_left(
    workspace: Workspace, *, articles: Collection[str] = (), chunks: Collection[str] = ()
) -> list[PushedTask]:
    """List the tasks of these articles and chunks, but for those that were seen to be gone."""
    found: dict[tuple[object, ...], PushedTask] = {}
    for row in Ledger(workspace.labels / "tasks.jsonl") if articles or chunks else ():
        key = (row["project_id"], row["project_created_at"], row["chunk_id"])
        if row["event"] == "present" and (
            row["chunk_id"] in chunks or row["chunk"]["article_id"] in articles
        ):
            found[key] = PushedTask(
                row["chunk"]["article_id"],
                row["chunk_id"],
                row.get("role", MAIN),
                row["project_id"],
                row["project_created_at"],
                row["task_id"],
            )
        # A task may be replaced by another one before it is written down as gone.
        elif row["event"] == "deleted" and key in found and found[key].task_id == row["task_id"]:
            del found[key]
    return list(found.values())
