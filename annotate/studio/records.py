"""The rows that a push writes into `labels/tasks.jsonl`, and what they come to."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from annotate.labels.shelf import MAIN
from annotate.ledger import Ledger, now
from annotate.studio.copies import Copy
from annotate.studio.plan import Wanted
from annotate.studio.sent import Sending, read_sending
from annotate.studio.tasks import Task

Json = dict[str, Any]
ROWS_AT_ONCE = 2500  # they hold whole chunks


@dataclass
class Records:
    """Writes rows about one project, and keeps in mind what all of its rows say."""

    ledger: Ledger
    schema_version: str
    wanted: Mapping[str, Wanted]
    role: str = MAIN
    project: Json = field(default_factory=dict)
    sending: Sending = field(default_factory=Sending)

    def open(self, project: Json | None) -> None:
        """Read what a project was sent."""
        self.project = project or {}
        self.sending = read_sending(self.ledger, project)

    @property
    def project_id(self) -> int:
        return int(self.project["id"])

    @property
    def unsure(self) -> set[str]:
        """The chunks whose last batch has no known end."""
        return self.sending.unsure & self.wanted.keys()

    def write(self, rows: Iterable[Json]) -> None:
        left = iter(rows)
        while written := list(itertools.islice(left, ROWS_AT_ONCE)):
            self.ledger.append(written)
            for row in written:
                self.sending.take(row)

    def row(self, event: str, key: str, **more: Any) -> Json:
        known = self.sending.chunks.get(key)
        wanted = self.wanted.get(key)
        return {
            "event": event,
            "batch": None,
            "role": self.role,
            "chunk_id": key,
            "task_id": known.task_id if known else None,
            "project_id": self.project_id,
            "project_created_at": self.project["created_at"],
            "text_sha256": wanted.text_sha256 if wanted else known and known.text_sha256,
            "schema_version": self.schema_version,
            "at": now(),
            **more,
        }

    def present(self, task: Task, copy: Copy, model_version: str | None = None) -> Json:
        """Give the row of a chunk that stands on the server, with all of the chunk.

        `model_version` names the rules that proposed regions in it, or found none to propose.
        """
        row = self.row("present", task.chunk.id, task_id=copy.task_id, batch=copy.batch)
        return row | {
            "data_sha256": copy.data_sha256,
            "overlap": copy.overlap,
            "model_version": model_version,
            "chunk": task.chunk.to_json(),
            "source_sha256": task.source_sha256,
        }
