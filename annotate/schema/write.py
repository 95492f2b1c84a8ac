"""Puts the files that follow from the schema beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from annotate.workspace import replacing, writing


def changed_files(folder: Path, contents: Mapping[str, str]) -> list[str]:
    """Name those files that are missing in `folder` or differ there."""
    return [name for name, content in contents.items() if _read(folder / name) != content]


def write_files(folder: Path, contents: Mapping[str, str]) -> None:
    """Write each file whole or not at all."""
    for name, content in contents.items():
        with writing(name), replacing(folder / name) as draft:
            draft.write_bytes(content.encode())


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return None
