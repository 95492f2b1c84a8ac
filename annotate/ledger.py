"""Append-only files of what was pushed and pulled: nothing in them is ever changed.

A batch of lines that cannot be written leaves the file as it was. A process killed while it
writes leaves some whole lines of it and at most one torn one, which the next append first moves
into `labels/torn-*.bin`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from annotate.errors import InputError
from annotate.workspace import writing

Json = dict[str, Any]
_FINGERPRINTED = 4096  # bytes


def now() -> str:
    """Give the time as ledgers write it: UTC, to the microsecond."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def encoded(value: Any) -> bytes:
    """Write a value as JSON; one with an integer beyond 64 bits takes the slower way."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Ledger:
    """One append-only JSON Lines file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def end(self) -> int:
        """Where the last whole line ends, in bytes: what is appended will begin there."""
        if not self.path.exists():
            return 0
        with self.path.open("rb") as file:
            return _end_of_last_line(file, self.path.stat().st_size)

    def __iter__(self) -> Iterator[Json]:
        """Read every whole line, oldest first; a torn last line is passed over."""
        return (row for _, row in self.placed())

    def placed(self) -> Iterator[tuple[int, Json]]:
        """Read every whole line with the byte that it begins at: a ledger only grows."""
        for number, (place, line) in enumerate(self.lines(), 1):
            yield place, self._row(line, f"line {number}")

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Give every whole line as it is written, with the byte that it begins at."""
        if not self.path.exists():
            return
        place = 0
        with self.path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield place, line
                place += len(line)

    def row_at(self, place: int) -> Json:
        """Read the line that begins at a byte."""
        self._file.seek(place)
        return self._row(self._file.readline(), f"from byte {place}")

    @cached_property
    def _file(self) -> BinaryIO:
        # Kept open: whoever reads single lines reads many.
        return self.path.open("rb")

    def _row(self, line: bytes, where: str) -> Json:
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            row = None
        if not isinstance(row, dict):
            raise InputError(
                f"{self.path.parent.name}/{self.path.name}, {where}: not a JSON object",
                "a ledger is never edited by hand; restore the file from a backup",
            )
        return row

    def fingerprint(self, end: int) -> str:
        """Hash the last bytes before a place: what tells one ledger from another as long."""
        if not self.path.exists():
            return ""
        with self.path.open("rb") as file:
            file.seek(max(0, end - _FINGERPRINTED))
            return hashlib.sha256(file.read(min(end, _FINGERPRINTED))).hexdigest()[:16]

    def append(self, rows: Iterable[Json]) -> int:
        """Write rows at the end and wait until they are on disk; returns how many.

        Raises `InputError` when they cannot be written; the file is then as it was.
        """
        import jsonlines

        batch = io.BytesIO()
        with jsonlines.Writer(batch, dumps=encoded) as writer:
            count = sum(1 for row in rows if writer.write(row))
        if count:
            self._append_bytes(batch.getvalue())
        return count

    def _append_bytes(self, batch: bytes) -> None:
        """Write a batch; on a full disk the file is cut back to where it ended."""
        with writing(f"{self.path.parent.name}/{self.path.name}"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Without a buffer: one would be written once more when the file is closed.
            with self.path.open("ab", buffering=0) as file:
                end = self._cut_torn_line()
                file.truncate(end)
                try:
                    _write_all(file, batch)
                    os.fsync(file.fileno())
                except OSError:
                    file.truncate(end)
                    raise

    def _cut_torn_line(self) -> int:
        """Where the last whole line ends; what stands behind it is kept beside the ledger."""
        size = self.path.stat().st_size
        with self.path.open("rb") as file:
            end = _end_of_last_line(file, size)
            if end < size:
                file.seek(end)
                torn = file.read()
                name = f"torn-{self.path.stem}-{hashlib.sha256(torn).hexdigest()[:8]}.bin"
                with self.path.with_name(name).open("wb", buffering=0) as kept:
                    _write_all(kept, torn)
                    os.fsync(kept.fileno())
        return end


def _write_all(file: io.FileIO, batch: bytes) -> None:
    left = memoryview(batch)
    while left:
        left = left[file.write(left) :]


def _end_of_last_line(file: io.BufferedReader, size: int) -> int:
    block = 64 * 1024
    for start in range(max(0, size - block), -block, -block):
        file.seek(max(0, start))
        found = file.read(min(block, size)).rfind(b"\n")
        if found >= 0:
            return max(0, start) + found + 1
    return 0
