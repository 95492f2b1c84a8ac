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


def find_if_any(folder: Path | None) -> Workspace | None:
    """Find the workspace for what works outside of one, too: on folders of releases."""
    from annotate.errors import NoWorkspaceError

    try:
        return find(folder)
    except NoWorkspaceError:
        if folder is not None:
            raise
        return None


def folder_of(release: str, folder: Path | None) -> Path:
    """Give the folder of a release that is named by it, or by its version in a workspace."""
    from annotate.release.opened import named_folder

    path = Path(release)
    workspace = None if path.is_dir() else find_if_any(folder)
    return path if workspace is None else named_folder(workspace.releases, release)
