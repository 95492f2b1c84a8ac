"""What push and pull keep in mind between runs, beside the secrets; when lost, all is read once."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from annotate.labels.shelf import MAIN
from annotate.ledger import Ledger
from annotate.workspace import Workspace, private_folder, write_private

Json = dict[str, Any]
_FILE, _BESIDES = "pull.json", "push.json"


@dataclass(frozen=True)
class Cursor:
    """All that changed before `since` (ISO 8601, the server's time) is in the ledger.

    The ledger was then `ledger_bytes` long and ended as its fingerprint says. While a full pull
    is under way, `upto` is the last task it has read. `foreign_answers` are on tasks of no chunk.
    """

    project_id: int
    project_created_at: str
    since: str
    ledger_bytes: int
    fingerprint: str
    pulled_at: str
    foreign_answers: int = 0
    upto: int | None = None

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.since)

    def fits(self, project: Json, ledger: Ledger) -> bool:
        """Whether it speaks of this project, and of the ledger as it is or was."""
        here = (project["id"], project["created_at"])
        return (
            (self.project_id, self.project_created_at) == here
            and self.ledger_bytes <= ledger.end
            and self.fingerprint == ledger.fingerprint(self.ledger_bytes)
        )


def _of(role: str, name: str) -> str:
    """Name the file of a role."""
    return name if role == MAIN else f"{role}-{name}"


def read_cursor(workspace: Workspace, role: str = MAIN) -> Cursor | None:
    """Read the cursor; None when there is none that can be read."""
    try:
        path = workspace.private / _of(role, _FILE)
        return Cursor(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_cursor(workspace: Workspace, cursor: Cursor, role: str = MAIN) -> None:
    private_folder(workspace)
    write_private(workspace.private / _of(role, _FILE), json.dumps(asdict(cursor)))


class Besides(NamedTuple):
    """How many tasks the server holds besides those of the ledger: copies, and others' own."""

    duplicates: int = 0
    foreign: int = 0


def read_besides(workspace: Workspace, project: Json, role: str = MAIN) -> Besides:
    """Read what the last push found; none, where it was another project."""
    try:
        kept = json.loads((workspace.private / _of(role, _BESIDES)).read_text(encoding="utf-8"))
        here = (project["id"], project["created_at"])
        if (kept["project_id"], kept["project_created_at"]) == here:
            return Besides(int(kept["duplicates"]), int(kept["foreign"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return Besides()


def write_besides(workspace: Workspace, project: Json, besides: Besides, role: str = MAIN) -> None:
    if read_besides(workspace, project, role) == besides:
        return
    kept = {
        "project_id": project["id"],
        "project_created_at": project["created_at"],
        **besides._asdict(),
    }
    private_folder(workspace)
    write_private(workspace.private / _of(role, _BESIDES), json.dumps(kept))
