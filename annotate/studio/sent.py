"""What the ledger says of the tasks of one project: what was sent, and what became of it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]


@dataclass(slots=True)
class Sent:
    """The last state of a chunk; `overlap` is how many are to answer it, None if not known.

    `model_version` names the rules that have last said what they propose in it, if any have.
    """

    state: Literal["present", "deleted"]
    task_id: int
    text_sha256: str | None = None
    schema_version: str = ""
    data_sha256: str | None = None
    overlap: int | None = None
    model_version: str | None = None


@dataclass
class Sending:
    """All of a project's chunks; `unsure` are those whose last batch has no known end."""

    chunks: dict[str, Sent] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)
    batches: set[str] = field(default_factory=set)

    @property
    def present(self) -> dict[str, Sent]:
        return {key: sent for key, sent in self.chunks.items() if sent.state == "present"}

    def take(self, row: Json) -> None:
        """Take one ledger row into account."""
        key, event = row["chunk_id"], row["event"]
        if event == "intent":
            self.unsure.add(key)
            self.batches.add(row["batch"])
        elif event == "present":
            self.unsure.discard(key)
            self.chunks[key] = _sent("present", row)
        elif event == "deleted":
            if key in self.chunks and self.chunks[key].task_id != row["task_id"]:
                return  # of a task that was replaced before this was written
            self.unsure.discard(key)
            self.chunks[key] = _sent("deleted", row)
        elif event == "changed" and key in self.chunks:
            self.chunks[key].data_sha256 = row["data_sha256"]
        elif event == "overlap" and key in self.chunks:
            self.chunks[key].overlap = row["overlap"]
        elif event == "predicted" and key in self.chunks:
            self.chunks[key].model_version = row["model_version"]


def _sent(state: Literal["present", "deleted"], row: Json) -> Sent:
    version = sys.intern(row.get("schema_version") or "")
    more = (row.get("data_sha256"), row.get("overlap"), row.get("model_version"))
    return Sent(state, row["task_id"], row.get("text_sha256"), version, *more)


def read_sending(ledger: Iterable[Json], project: Json | None) -> Sending:
    """Read what a project was sent; nothing, while there is no project."""
    sending = Sending()
    if project is not None:
        for row in ledger:
            if same_project(row, project):
                sending.take(row)
    return sending


def same_project(row: Json, project: Json) -> bool:
    """Whether a ledger row speaks of this project: every server counts its ids from 1."""
    here = (project["id"], project["created_at"])
    return (row["project_id"], row["project_created_at"]) == here
