"""Read articles as they were received. Every input comes out as received or as rejected."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

from annotate.corpus.archives import Member, PackedError, members, open_gzip
from annotate.corpus.articles import Received, Rejected, Source
from annotate.corpus.binary import what_binary, what_lines
from annotate.corpus.decode import HEAD, Recoded, decode, wide_encoding
from annotate.corpus.forms import FORMS, Form, form_of
from annotate.corpus.inputs import Input
from annotate.corpus.jsonl import read_json, read_lines
from annotate.corpus.metadata import MetadataTable, parse_metadata
from annotate.corpus.parquet import read_parquet
from annotate.corpus.pieces import Piece
from annotate.corpus.records import MEGABYTE, RAISE, RowReader, checked
from annotate.corpus.tables import read_table
from annotate.errors import InputError
from annotate.workspace import PrepareSettings

_BUFFER = 1 << 20


def read_metadata(tables: Iterable[Input]) -> MetadataTable:
    """Read all tables of metadata; raises `InputError` when one cannot be read."""
    found = []
    for table in tables:
        try:
            data = table.path.read_bytes()
        except OSError as error:
            raise InputError(f"cannot read {table.name}: {error.strerror}") from None
        found.append(parse_metadata(data, table.name))
    rows = (row for each in found for row in each.rows)
    return MetadataTable(rows, (name for each in found for name in each.unread))


def read_inputs(
    inputs: Iterable[Input], table: MetadataTable, settings: PrepareSettings
) -> Iterator[Received | Rejected]:
    """Read inputs one after the other; the second article with an id is rejected."""
    seen: set[str] = set()
    for item in inputs:
        for result in read_piece(Piece(item), settings):
            if isinstance(result, Rejected):
                yield result
            elif result.id in seen:
                message = f"the id {result.id} was used by an earlier article"
                yield Rejected(result.source, "id_twice", message, "read")
            else:
                seen.add(result.id)
                known = table.of(result.id, result.source.path)
                yield replace(result, metadata=known.or_else(result.metadata))


def read_piece(piece: Piece, settings: PrepareSettings) -> Iterator[Received | Rejected]:
    """Read every input of a piece, holding no more of it than one record, page or batch.

    Ids are not compared and tables of metadata not looked at. The pieces of a file give what
    the file gives as a whole.
    """
    name, path = piece.item.name, piece.item.path
    form = form_of(path.name)
    if form is None:
        message = f"{name} is no article; {FORMS}"
        yield Rejected(Source(name, None), "unsupported", message, "read")
        return
    try:
        if not path.is_file():
            yield Rejected(Source(name, None), "unreadable", f"{name} is not a file", "read")
            return
        for each in _read_form(piece, form, RowReader(settings)):
            yield _with_hash(each, piece) if each.source.sha256 is None else each
    except OSError as error:
        message = f"cannot read {name}: {error.strerror or type(error).__name__}"
        yield Rejected(Source(name, None), "unreadable", message, "read")


def _with_hash(result: Received | Rejected, piece: Piece) -> Received | Rejected:
    """Give what is said of a whole file the hash and the size of that file."""
    source = result.source
    if source.path != piece.item.name or source.record is not None:
        return result
    with piece.item.path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
    return replace(result, source=replace(source, sha256=sha256, byte_start=0, byte_end=size))


def _read_form(piece: Piece, form: Form, reader: RowReader) -> Iterator[Received | Rejected]:
    name, path = piece.item.name, piece.item.path
    if form.packing == "zip":
        yield from _read_archive(path, name, reader)
        return
    assert form.kind is not None, "only an archive has members instead of a kind"
    with _opened(path, packed=form.packing == "gz") as file:
        if piece.start or piece.end:
            lines = read_lines(
                file, name, reader, start=piece.start, end=piece.end, record=piece.first_record
            )
            yield from _guarded(name, lines)
        else:
            yield from _guarded(name, _read_kind(Member(name, form.kind, file), reader))


def _opened(path: Path, *, packed: bool) -> io.BufferedReader:
    return open_gzip(path) if packed else io.BufferedReader(path.open("rb", buffering=0), _BUFFER)


def _read_archive(path: Path, name: str, reader: RowReader) -> Iterator[Received | Rejected]:
    for member in members(path, name):
        if isinstance(member, Rejected):
            yield member
        else:
            with member.file:
                yield from _guarded(member.name, _read_kind(member, reader))


def _guarded(name: str, results: Iterator[Received | Rejected]) -> Iterator[Received | Rejected]:
    """Read one file, wherever it lies; what is broken behind a readable part ends it."""
    try:
        yield from results
    except PackedError as error:
        yield Rejected(Source(name, None), error.code, f"{name} {error}", "read")
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - foreign bytes must not end the run
        message = f"{name} broke the read stage: {type(error).__name__}"
        yield Rejected(Source(name, None), "failed", message, "read")


def _read_kind(member: Member, reader: RowReader) -> Iterator[Received | Rejected]:
    name, kind, file = member
    if kind in {"text", "html", "json"}:
        yield from _read_whole(member, reader)
        return
    if kind == "parquet":
        yield from _read_parquet(member, reader)
        return
    head = file.peek(HEAD)[:HEAD]
    if wide := wide_encoding(head):
        file = io.BufferedReader(Recoded(file, wide), _BUFFER)
    elif looks := what_lines(head):
        yield Rejected(Source(name, None), "binary", f"{name} looks like {looks}", "read")
        return
    if kind == "jsonl":
        yield from read_lines(file, name, reader, wide=wide)
    else:
        yield from read_table(file, name, reader, tabs=kind == "tsv", wide=wide)


def _read_whole(member: Member, reader: RowReader) -> Iterator[Received | Rejected]:
    name, kind, file = member
    data = file.read(reader.limit + 1)
    hashed = hashlib.sha256(data)
    if len(data) > reader.limit:
        size = len(data)
        while block := file.read(_BUFFER):
            hashed.update(block)
            size += len(block)
        source = Source(name, hashed.hexdigest(), byte_start=0, byte_end=size)
        message = f"{name} has {size / MEGABYTE:.1f} megabytes; {RAISE}"
        yield Rejected(source, "too_large", message, "read")
        return
    source = Source(name, hashed.hexdigest(), None, None, 0, len(data))
    looks = what_binary(data)
    decoded = None if looks else decode(data)
    if decoded is None:
        looks = looks or "no text in any known encoding"
        yield Rejected(source, "binary", f"{name} looks like {looks}", "read")
    elif kind == "json" and not decoded.text.isspace() and decoded.text:
        yield from read_json(data, decoded, name, reader)
    else:
        source = replace(source, encoding=decoded.encoding)
        form: Literal["text", "html"] = "html" if kind == "html" else "text"
        yield checked(Received(name, source, decoded.text, form, flags=decoded.flags))


def _read_parquet(member: Member, reader: RowReader) -> Iterator[Received | Rejected]:
    """Read a plain file in place; a packed one has to be in memory, so it must be small."""
    name, _, file = member
    if file.seekable():
        yield from read_parquet(file, name, reader)
        return
    data = file.read(reader.limit + 1)
    if len(data) > reader.limit:
        message = f"{name} is over {reader.limit / MEGABYTE:g} megabytes; unpack it first"
        yield Rejected(Source(name, None), "too_large", message, "read")
        return
    yield from read_parquet(io.BytesIO(data), name, reader)
