"""Inputs cut into pieces that can be read apart, on one machine or on many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from annotate.corpus.binary import what_lines
from annotate.corpus.decode import BYTE_ORDER_MARK, HEAD, wide_encoding
from annotate.corpus.forms import form_of
from annotate.corpus.inputs import Input

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Piece:
    """A range of bytes that begins at a line of a JSON Lines file, or the whole of another input.

    `first_record` is the number of the line at `start`, counted from 1 in the file. `end` is
    null for everything up to the end.
    """

    item: Input
    start: int = 0
    end: int | None = None
    first_record: int = 1


def split(item: Input, size: int) -> Iterator[Piece]:
    """Cut plain JSON Lines at line ends, `size` bytes or a little more; all else is one piece.

    The first piece holds a record unless none of the file does.
    """
    form = form_of(item.path.name)
    if form is None or form.kind != "jsonl" or form.packing:
        yield Piece(item)
        return
    try:
        yield from _split_lines(item, max(size, 1))
    except OSError:
        yield Piece(item)


def _split_lines(item: Input, size: int) -> Iterator[Piece]:
    # A link to nowhere or a pipe is left to the reader, which says what is wrong with it.
    if not item.path.is_file() or item.path.stat().st_size <= size:
        yield Piece(item)
        return
    with item.path.open("rb", buffering=0) as file:
        head = file.read(HEAD)
        if what_lines(head) or wide_encoding(head):
            yield Piece(item)
            return
        total = item.path.stat().st_size
        start, record = 0, 1
        while start < total:
            end, lines = _cut(file, start, size)
            yield Piece(item, start, None if end >= total else end, record)
            start, record = end, record + lines


def _cut(file: BinaryIO, start: int, size: int) -> tuple[int, int]:
    """Find the first line end at or behind `start + size` with a record before it; count lines."""
    file.seek(start)
    position, lines, filled = start, 0, False
    while block := file.read(_BLOCK):
        blank = 0 if filled else _blank(block, position)
        filled = blank < len(block)
        least = max(start + size - position - 1, blank)
        place = block.find(b"\n", least) if filled else -1
        if place >= 0:
            return position + place + 1, lines + block.count(b"\n", 0, place + 1)
        lines += block.count(b"\n")
        position += len(block)
    return position, lines


def _blank(block: bytes, position: int) -> int:
    """Count the bytes before the first that can belong to a record."""
    mark = len(BYTE_ORDER_MARK) if position == 0 and block.startswith(BYTE_ORDER_MARK) else 0
    return len(block) - len(block[mark:].lstrip())
