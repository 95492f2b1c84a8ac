"""Which articles were taken back: read by whoever sends or publishes texts."""

from __future__ import annotations

from typing import Any

from annotate.errors import InputError
from annotate.ledger import Ledger
from annotate.workspace import Workspace

Json = dict[str, Any]


def withdrawals(workspace: Workspace) -> Ledger:
    """Open the record, `articles/withdrawn.jsonl`, which is only ever appended to."""
    return Ledger(workspace.articles / "withdrawn.jsonl")


def standing(workspace: Workspace) -> dict[str, Json]:
    """Give the record of every article that is withdrawn now, the last one for each.

    Raises `InputError` for a line that cannot be read: it must not let an article through.
    """
    found: dict[str, Json] = {}
    for number, row in enumerate(withdrawals(workspace), 1):
        match row:
            case {"event": "withdrawn", "article": str(article), "reason": str(), "at": str()}:
                found[article] = row
            case {"event": "restored", "article": str(article)}:
                found.pop(article, None)
            case _:
                raise InputError(
                    f"articles/withdrawn.jsonl, line {number}: not a record of a withdrawal",
                    "restore the file from a backup; `annotate withdraw` writes new lines",
                )
    return found


def withdrawn(workspace: Workspace) -> dict[str, str]:
    """Read which articles are withdrawn, and why."""
    return {article: str(row["reason"]) for article, row in standing(workspace).items()}
