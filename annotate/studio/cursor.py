"""How far the last pull came: kept beside the secrets, and made anew by a full pull when lost."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from annotate.workspace import Workspace, private_folder, write_private

Json = dict[str, Any]
_FILE = "pull.json"


@dataclass(frozen=True)
class Cursor:
    """All that changed before `since` (ISO 8601, the server's time) is in the ledger.

    The ledger was then `ledger_bytes` long: a shorter one is another. While a full pull is under
    way, `upto` is the last task it has read. `foreign_answers` are on tasks of no chunk.
    """

    project_id: int
    project_created_at: str
    since: str
    ledger_bytes: int
    pulled_at: str
    foreign_answers: int = 0
    upto: int | None = None

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.since)

    def fits(self, project: Json, ledger_bytes: int) -> bool:
        """Whether it speaks of this project, and of the ledger as it is or was."""
        here = (project["id"], project["created_at"])
        return (
            self.project_id,
            self.project_created_at,
        ) == here and self.ledger_bytes <= ledger_bytes


def read_cursor(workspace: Workspace) -> Cursor | None:
    """Read the cursor; None when there is none that can be read."""
    try:
        return Cursor(**json.loads((workspace.private / _FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_cursor(workspace: Workspace, cursor: Cursor) -> None:
    private_folder(workspace)
    write_private(workspace.private / _FILE, json.dumps(asdict(cursor)))
