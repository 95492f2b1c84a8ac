"""The releases before one: which there were, when, how large, and what each changed."""

from __future__ import annotations

from typing import Any, NamedTuple

from annotate.release.opened import MANIFEST, Release

Json = dict[str, Any]


class Past(NamedTuple):
    """One release in a line of the version log; `step` is the largest reason for its number."""

    version: str
    date: str
    chunks: int
    articles: int
    step: str


def history(last: Release | None) -> list[Past]:
    """Follow the parents of a release back, and list them from the first on.

    The line ends where a parent is no longer beside its child.
    """
    found: list[Past] = []
    while last is not None:
        found.append(past(last.manifest))
        parent = last.manifest["parent"]
        folder = last.folder.parent / parent if parent else None
        last = Release(folder) if folder and (folder / MANIFEST).is_file() else None
    return found[::-1]


def past(manifest: Json) -> Past:
    """Read one line off a manifest."""
    rows = {"spans": 0, "articles": 0}
    for name, entry in manifest["files"].items():
        config = name.partition("/")[0]
        if config in rows:
            rows[config] += entry["rows"]
    parent = manifest.get("parent")
    unchanged = f"nothing differs from {parent}" if parent else "the first release"
    step = next(iter(manifest.get("step", ())), unchanged)
    return Past(manifest["version"], manifest["date"], rows["spans"], rows["articles"], step)
