"""Options that several commands share, and the workspace they name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from annotate.workspace import Workspace

Folder = Annotated[
    Path | None,
    typer.Option("--workspace", "-C", metavar="DIR", help="Work in this workspace."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the plan and change nothing.")]


def find(folder: Path | None) -> Workspace:
    from annotate.workspace import Workspace

    return Workspace.find(folder)
