"""A problem of the schema file, by its place in the file's tree."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """`path` are the keys and list positions that lead to it; `message` a sentence."""

    path: Path
    message: str


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Give `; did you mean …?`, or nothing when no known name is near."""
    near = nearest(name, known)
    return f"; did you mean `{near}`?" if near else ""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Choose by letters first, then by capitals: a label may be called like its layer."""
    names = list(known)
    found = difflib.get_close_matches(name.lower(), [one.lower() for one in names], n=1)
    alike = [one for one in names if [one.lower()] == found]
    return max(
        alike, key=lambda one: difflib.SequenceMatcher(None, name, one).ratio(), default=None
    )


def listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
