"""Read articles as they were received. Every input comes out as received or as rejected."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from annotate.corpus.articles import Received, Rejected, Source
from annotate.corpus.decode import decode, is_noise, what_binary
from annotate.corpus.inputs import SUFFIXES, Input
from annotate.corpus.metadata import MetadataTable, parse_metadata
from annotate.corpus.records import parse_record
from annotate.errors import InputError

_MEGABYTE = 1_000_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_RAISE = "raise max_megabytes in annotate.toml to read it"


def read_metadata(tables: Iterable[Input]) -> MetadataTable:
    """Read all tables of metadata; raises `InputError` when one cannot be read."""
    rows = []
    for table in tables:
        try:
            data = table.path.read_bytes()
        except OSError as error:
            raise InputError(f"cannot read {table.name}: {error.strerror}") from None
        rows += parse_metadata(data, table.name)
    return MetadataTable(rows)


def read_inputs(
    inputs: Iterable[Input], table: MetadataTable, max_megabytes: float
) -> Iterator[Received | Rejected]:
    """Read inputs one after the other; the second article with an id is rejected."""
    seen: set[str] = set()
    limit = int(max_megabytes * _MEGABYTE)
    for item in inputs:
        for result in _read(item, limit):
            if isinstance(result, Received) and result.id in seen:
                message = f"the id {result.id} was used by an earlier article"
                yield Rejected(result.source, "id_twice", message, "read")
            elif isinstance(result, Received):
                seen.add(result.id)
                known = table.of(result.id, result.source.path)
                yield replace(result, metadata=known.or_else(result.metadata))
            else:
                yield result


def _read(item: Input, limit: int) -> Iterator[Received | Rejected]:
    source = Source(path=item.name, sha256=None)
    if not item.is_article:
        message = f"{item.name} is not one of {', '.join(SUFFIXES)}"
        yield Rejected(source, "unsupported", message, "read")
        return
    try:
        if not item.path.is_file():
            yield Rejected(source, "unreadable", f"{item.name} is not a file", "read")
        elif item.path.suffix.lower() == ".jsonl":
            yield from _read_lines(item, limit)
        else:
            yield _read_file(item, limit)
    except OSError as error:
        message = f"cannot read {item.name}: {error.strerror or type(error).__name__}"
        yield Rejected(source, "unreadable", message, "read")


def _read_file(item: Input, limit: int) -> Received | Rejected:
    size = item.path.stat().st_size
    source = Source(path=item.name, sha256=None, byte_start=0, byte_end=size)
    if size > limit:
        message = f"{item.name} has {size / _MEGABYTE:.1f} megabytes; {_RAISE}"
        return Rejected(replace(source, sha256=_hash_file(item.path)), "too_large", message, "read")
    data = item.path.read_bytes()
    source = replace(source, sha256=hashlib.sha256(data).hexdigest(), byte_end=len(data))
    form = "text" if item.path.suffix.lower() == ".txt" else "html"
    kind = what_binary(data)
    if kind is not None:
        return Rejected(source, "binary", f"{item.name} looks like {kind}", "read")
    text, encoding, guessed = decode(data)
    received = Received(
        id=item.name,
        source=replace(source, encoding=encoding),
        raw=text,
        form="html" if form == "html" else "text",
        flags=("encoding_guessed",) if guessed else (),
    )
    return _checked(received)


def _checked(received: Received) -> Received | Rejected:
    """Turn away what holds no text."""
    name = received.source.path
    if not received.raw.strip("\ufeff\x00 \t\r\n\x0b\x0c\xa0\u2028\u2029\u200b"):
        return Rejected(received.source, "empty", f"{name} holds no text", "read")
    if is_noise(received.raw):
        message = f"{name} holds too many control characters to be text"
        return Rejected(received.source, "binary", message, "read")
    return received


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_lines(item: Input, limit: int) -> Iterator[Received | Rejected]:
    """Read a JSON Lines file record by record; a bad one is rejected, the rest goes on."""
    with item.path.open("rb") as file:
        head = file.read(16)
        if kind := what_binary(head):
            source = Source(path=item.name, sha256=_hash_file(item.path))
            yield Rejected(source, "binary", f"{item.name} looks like {kind}", "read")
            return
        file.seek(len(_BYTE_ORDER_MARK) if head.startswith(_BYTE_ORDER_MARK) else 0)
        empty = True
        for number, start, line in _lines(file, limit):
            content = line.rstrip(b"\r\n")
            if content.strip():
                empty = False
                yield _read_record(item.name, number, start, content, limit)
        if empty:
            source = Source(path=item.name, sha256=_hash_file(item.path))
            yield Rejected(source, "empty", f"{item.name} holds no records", "read")


def _lines(file: BinaryIO, limit: int) -> Iterator[tuple[int, int, bytes]]:
    """Give number, first byte and content of each line; of a line over the limit, its beginning."""
    number, start = 1, file.tell()
    while line := file.readline(limit + 3):
        yield number, start, line
        while not line.endswith(b"\n") and (line := file.readline(_MEGABYTE)):
            pass
        number, start = number + 1, file.tell()


def _read_record(
    name: str, number: int, start: int, content: bytes, limit: int
) -> Received | Rejected:
    source = Source(
        path=name,
        sha256=hashlib.sha256(content).hexdigest(),
        record=number,
        byte_start=start,
        byte_end=start + len(content),
    )
    if len(content) > limit:
        message = f"record {number} of {name} is over {limit / _MEGABYTE:g} megabytes; {_RAISE}"
        return Rejected(replace(source, sha256=None), "too_large", message, "read")
    result = parse_record(content, source)
    return _checked(result) if isinstance(result, Received) else result
