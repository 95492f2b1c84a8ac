"""Which tasks of an article stand in Label Studio, by what the ledger of pushes says."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from annotate.labels.shelf import MAIN
from annotate.ledger import Ledger
from annotate.workspace import Workspace


class PushedTask(NamedTuple):
    """One task; `role` is what its project is for. Every server counts its ids from 1."""

    article: str
    chunk_id: str
    role: str
    project_id: int
    task_id: int


def tasks_left(workspace: Workspace, articles: Collection[str]) -> list[PushedTask]:
    """List the tasks of these articles that were pushed and not seen to be gone since."""
    found: dict[tuple[object, ...], PushedTask] = {}
    for row in Ledger(workspace.labels / "tasks.jsonl") if articles else ():
        key = (row["project_id"], row["project_created_at"], row["chunk_id"])
        if row["event"] == "present" and row["chunk"]["article_id"] in articles:
            place = (row.get("role", MAIN), row["project_id"], row["task_id"])
            found[key] = PushedTask(row["chunk"]["article_id"], row["chunk_id"], *place)
        # A task may be replaced by another one before it is written down as gone.
        elif row["event"] == "deleted" and key in found and found[key].task_id == row["task_id"]:
            del found[key]
    return list(found.values())
