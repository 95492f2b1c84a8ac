"""Articles that are not named one by one: lists of files, and standard input."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import orjson

from annotate.corpus.columns import find_columns
from annotate.corpus.decode import decode
from annotate.corpus.markup import first_element
from annotate.errors import InputError

_HEAD = 1 << 16  # bytes of standard input that are looked at to tell what it is
_JSON = re.compile(r"[{\[]\s*[\"{\[}\]]")
_PAGE = frozenset(("html", "head", "body", "article", "main", "div", "p", "meta", "title"))


def expand_lists(arguments: Iterable[str]) -> Iterator[Path]:
    """Give the paths of `@list.txt` in its place; other arguments are paths."""
    for argument in arguments:
        if argument.startswith("@") and not Path(argument).exists():
            yield from read_file_list(Path(argument[1:]))
        else:
            yield Path(argument)


def read_file_list(source: Path | BinaryIO) -> list[Path]:
    """Read paths, one in a line or with a zero byte behind each, as `find -print0` writes them.

    They are as seen from the current folder. Raises `InputError` when the list or a file in it
    is missing.
    """
    name = source.name if isinstance(source, Path) else "standard input"
    try:
        data = source.read_bytes() if isinstance(source, Path) else source.read()
    except OSError as error:
        raise InputError(f"cannot read the list {name}: {error.strerror}") from None
    entries = data.split(b"\x00") if b"\x00" in data else data.splitlines()
    paths = [Path(os.fsdecode(entry)) for entry in entries if entry.strip()]
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""  # noqa: PLR2004 - shown
        raise InputError(
            f"{name} lists {', '.join(missing[:3])}{more}, which cannot be found",
            "the paths in a list are as seen from the current folder",
        )
    return paths


def receive_stdin(stream: BinaryIO, folder: Path) -> Path:
    """Store what is piped in as a file of `folder`, named by its hash and by what it holds.

    The same bytes always give the same name. Raises `InputError` when there are none.
    """
    draft = folder / "stdin"
    hashed = hashlib.sha256()
    with draft.open("wb") as file:
        while block := stream.read(_HEAD):
            hashed.update(block)
            file.write(block)
    with draft.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise InputError("standard input is empty", "pipe articles in, or leave out the -")
    return Path(shutil.move(draft, folder / f"stdin-{hashed.hexdigest()[:16]}{suffix_of(head)}"))


def suffix_of(head: bytes) -> str:
    """Tell by its beginning what a file without a name holds, as the ending it would have."""
    if head.startswith(b"\x1f\x8b"):
        return f"{suffix_of(_unpacked(head))}.gz"
    if head.startswith(b"PK\x03\x04"):
        return ".zip"
    if head.startswith(b"PAR1"):
        return ".parquet"
    # A full head may end inside a character.
    decoded = decode(head if len(head) < _HEAD else head[: head.rfind(b"\n") + 1] or head)
    text = decoded.text.lstrip("\ufeff \t\r\n") if decoded else ""
    if _JSON.match(text):
        return _json_suffix(text)
    if first_element(text) in _PAGE:
        return ".html"
    return _table_suffix(text.partition("\n")[0]) or ".txt"


def _unpacked(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(head, _HEAD)
    except zlib.error:
        return b""


def _json_suffix(text: str) -> str:
    """Take a first line that is an object of its own for the first of JSON Lines."""
    try:
        first = orjson.loads(text.partition("\n")[0])
    except orjson.JSONDecodeError:
        # A record may be longer than what is looked at; then its line has not ended.
        return ".json" if "\n" in text or text.startswith("[") else ".jsonl"
    return ".jsonl" if isinstance(first, dict) else ".json"


def _table_suffix(line: str) -> str | None:
    """Find the names of columns in a first line, a text among them."""
    for delimiter, suffix in (("\t", ".tsv"), (",", ".csv"), (";", ".csv")):
        names = [name.strip().strip('"') for name in line.rstrip("\r").split(delimiter)]
        columns = find_columns(names, {})
        if len(names) > 1 and (columns.text or columns.html) and len(columns.used) > 1:
            return suffix
    return None
