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


def folder_of(release: str, workspace: Workspace | None) -> Path:
    """Give the folder of a release that is named by its version, or by that folder."""
    from annotate.release.opened import named_folder

    return Path(release) if workspace is None else named_folder(workspace.releases, release)
