"""Which release comes next, and what sets it apart from the last one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from annotate.release.files import rows_sha256
from annotate.release.version import Version

Json = dict[str, Any]
FIRST = "0.1.0"
KEYS = {
    "spans": ("id",),
    "annotations": ("annotation_id",),
    "triples": ("article_id", "entity", "polarity", "topic"),
    "articles": ("article_id",),
}
VERSION_COLUMNS = frozenset({"first_version", "last_changed_version"})


def latest(releases: Path) -> Path | None:
    """Find the folder of the highest version, None before the first release."""
    if not releases.is_dir():
        return None
    found = {Version.parse(path.name): path for path in releases.iterdir() if path.is_dir()}
    versions = [version for version in found if version is not None]
    return found[max(versions)] if versions else None


def next_version(parent: Path | None) -> str:
    """One minor step up; what kind of step a difference asks for is not weighed yet."""
    version = Version.parse(parent.name) if parent else None
    return str(Version(version.major, version.minor + 1, 0)) if version else FIRST


def changes(before: Mapping[str, Sequence[Json]], after: Mapping[str, Sequence[Json]]) -> Json:
    """Rows added, removed and changed by config; a config without any is left out."""
    found = {name: _change(KEYS[name], before.get(name, ()), rows) for name, rows in after.items()}
    return {name: change for name, change in found.items() if any(change.values())}


def _change(key: Sequence[str], before: Sequence[Json], after: Sequence[Json]) -> Json:
    old, new = (_by_key(key, rows) for rows in (before, after))
    return {
        "added": len(new.keys() - old.keys()),
        "removed": len(old.keys() - new.keys()),
        "changed": sum(1 for name in new.keys() & old.keys() if new[name] != old[name]),
    }


def _by_key(key: Sequence[str], rows: Sequence[Json]) -> dict[tuple[str, ...], str]:
    return {
        tuple(row[name] for name in key): rows_sha256(
            [{name: value for name, value in row.items() if name not in VERSION_COLUMNS}]
        )
        for row in rows
    }
