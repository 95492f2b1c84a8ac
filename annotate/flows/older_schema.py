"""What a schema is compared with: a file, what the server was last given, or a release's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from annotate.errors import InputError
from annotate.release.opened import Release, all_releases, find_release
from annotate.release.version import Version
from annotate.schema import (
    Schema,
    SchemaChange,
    compare_schemas,
    load_schema,
    schema_features,
    schema_of,
)
from annotate.studio.applied import last_applied
from annotate.workspace import Workspace


@dataclass(frozen=True)
class Older:
    """`called` is how a person knows it. A release tells only a part of its schema."""

    schema: Schema
    called: str
    is_whole: bool = True

    def compared(self, new: Schema) -> SchemaChange:
        """Compare what both tell."""
        return compare_schemas(
            self.schema, new if self.is_whole else schema_of(schema_features(new))
        )


def schema_in_file(path: Path) -> Older:
    return Older(load_schema(path, str(path)), str(path))


def older_schema(workspace: Workspace, name: str | None) -> Older:
    """Find the schema of a release, or, without a name, the one last applied to the server.

    Where the ledger keeps none, the last release's. Raises `InputError` when there is none.
    """
    if name is not None:
        if Version.parse(name) or Path(name).is_dir():
            return _released(find_release(workspace.releases, name))
        raise InputError(
            f"{name} is neither a schema file nor a release",
            "without it `annotate schema diff` compares with the schema last applied to Label "
            "Studio; older ones are also in your version control",
        )
    applied = last_applied(workspace)
    if applied is not None:
        return Older(applied, "the schema last applied to Label Studio")
    releases = all_releases(workspace.releases)
    if not releases:
        raise InputError(
            "no older schema is known: none was applied to Label Studio, and there is no release",
            "name an older file: `annotate schema diff OLD.yaml`",
        )
    return _released(Release.open(releases[-1]))


def _released(release: Release) -> Older:
    manifest = release.manifest
    return Older(
        schema_of(manifest["schema"]), f"the schema of release {manifest['version']}", False
    )
