"""The file of control chunks: ordinary chunks whose right answer is known."""

from __future__ import annotations

from typing import Any

import orjson

from annotate.errors import InputError
from annotate.workspace import Workspace

Json = dict[str, Any]


def control_rows(workspace: Workspace) -> list[tuple[str, Json]]:
    """Read the rows, each with the place it has in the file; there need be no file.

    Raises `InputError` with every line that is no object with a `chunk_id`.
    """
    path = workspace.controls_file
    lines = path.read_bytes().splitlines() if path.exists() else []
    found: list[tuple[str, Json]] = []
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        place = f"{workspace.relative(path)}, line {number}"
        row = _parsed(line) if line.strip() else None
        if isinstance(row, dict) and isinstance(row.get("chunk_id"), str):
            found.append((place, row))
        elif line.strip():
            problems.append(f"{place}: no JSON object with a chunk_id")
    refuse_unusable(problems)
    return found


def refuse_unusable(problems: list[str]) -> None:
    """Raise `InputError` with all problems, if there are any."""
    if problems:
        raise InputError(
            f"{len(problems)} control chunks cannot be used",
            'a row is {"chunk_id": …, "spans": [{"start": …, "end": …, "label": …}]}; without '
            "spans, what was decided in review counts",
            tuple(problems),
        )


def control_ids(workspace: Workspace) -> frozenset[str]:
    """Give the ids of the control chunks, whether they can be scored yet or not."""
    return frozenset(row["chunk_id"] for _, row in control_rows(workspace))


def _parsed(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
