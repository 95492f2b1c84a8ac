"""JSON Lines and JSON, record by record: a bad one is rejected, the rest goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from io import BufferedReader
from typing import Any

import orjson

from annotate.corpus.articles import Received, Rejected, Source
from annotate.corpus.decode import BYTE_ORDER_MARK, Decoded, decode
from annotate.corpus.records import RowReader, hash_of_row, line_of, too_large

_BLOCK = 1 << 20


def read_lines(
    file: BufferedReader,
    name: str,
    reader: RowReader,
    *,
    start: int = 0,
    end: int | None = None,
    record: int = 1,
    wide: str | None = None,
) -> Iterator[Received | Rejected]:
    """Read the lines that begin in `[start, end)`; `file` stands at its beginning.

    `wide` is the encoding that a file was in before it became UTF-8; no bytes are named then.
    Without a record up to `end` there is none in the whole file if `start` is 0.
    """
    position = start
    if start:
        file.seek(start)
    elif file.peek(len(BYTE_ORDER_MARK)).startswith(BYTE_ORDER_MARK):
        position = len(file.read(len(BYTE_ORDER_MARK)))
    empty = start == 0
    limit = reader.limit
    while end is None or position < end:
        line = file.readline(limit + 3)
        if not line:
            break
        length = len(line)
        if length > limit and not line.endswith(b"\n"):
            length += _skip_line(file)
        content = line.rstrip(b"\r\n")
        if content and not content.isspace():
            empty = False
            last = position + (len(content) if length == len(line) else length)
            large = len(content) > limit
            sha256 = None if large else hashlib.sha256(content).hexdigest()
            place = (None, None) if wide else (position, last)
            source = Source(name, sha256, wide or "utf-8", record, *place)
            yield too_large(source, limit) if large else _read_line(content, source, reader)
        position += length
        record += 1
    if empty:
        source = Source(path=name, sha256=None)
        yield Rejected(source, "empty", f"{name} holds no records", "read")


def _skip_line(file: BufferedReader) -> int:
    """Read up to the end of a line without keeping it; give the number of bytes."""
    length = 0
    while part := file.readline(_BLOCK):
        length += len(part)
        if part.endswith(b"\n"):
            break
    return length


def _read_line(content: bytes, source: Source, reader: RowReader) -> Received | Rejected:
    flags: tuple[str, ...] = ()
    try:
        row = _with_whole_id(orjson.loads(content), content, reader)
        sound = _is_sound(content)
    except orjson.JSONDecodeError:
        row, encoding, flags = _load(content)
        sound = False
        source = replace(source, encoding=encoding) if source.encoding == "utf-8" else source
    if isinstance(row, dict):
        return reader.article(row, source, flags, sound=sound)
    if row is _BAD:
        return Rejected(source, "bad_json", f"{line_of(source)} is not valid JSON", "read")
    return Rejected(source, "bad_record", f"{line_of(source)} is not an object", "read")


def _with_whole_id(row: Any, content: bytes, reader: RowReader) -> Any:
    """Read a record anew whose id lost digits: orjson has no whole numbers beyond 64 bits."""
    if isinstance(row, dict) and type(row.get(reader.columns.of(tuple(row)).id)) is float:
        return _load(content)[0]
    return row


def _is_sound(content: bytes) -> bool:
    """Whether nothing leads to a control character or to half of a character, escaped or not."""
    return not (b"\\u" in content or b"\x7f" in content or b"\xef\xbf" in content)


_BAD = object()


def _load(content: bytes) -> tuple[Any, str | None, tuple[str, ...]]:
    """Read what orjson is too strict for: lone surrogates, NaN, other encodings than UTF-8."""
    decoded = decode(content)
    if decoded is None:
        return _BAD, None, ()
    try:
        return json.loads(decoded.text), decoded.encoding, decoded.flags
    except (ValueError, RecursionError):
        return _BAD, None, ()


def read_json(
    data: bytes, decoded: Decoded, name: str, reader: RowReader
) -> Iterator[Received | Rejected]:
    """Read a JSON file: one record, an array of them, an object with one array, or several."""
    rows = _in_a_row(decoded.text)
    if not rows:
        source = Source(name, hashlib.sha256(data).hexdigest(), None, None, 0, len(data))
        yield Rejected(source, "bad_json", f"{name} is not valid JSON", "read")
        return
    records = rows if len(rows) > 1 else _records(rows[0], reader)
    for number, each in enumerate(records, 1):
        source = Source(name, hash_of_row(each), decoded.encoding, number)
        if isinstance(each, dict):
            yield reader.article(each, source, decoded.flags)
        else:
            message = f"record {number} of {name} is not an object"
            yield Rejected(source, "bad_record", message, "read")
    if not records:
        source = Source(name, hashlib.sha256(data).hexdigest(), None, None, 0, len(data))
        yield Rejected(source, "empty", f"{name} holds no records", "read")


def _records(value: Any, reader: RowReader) -> list[Any]:
    """Unwrap `[…]` and `{"articles": […]}`; an object with a text of its own is one record."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or any(_text_keys(value, reader)):
        return [value]
    arrays = [
        each
        for each in value.values()
        if isinstance(each, list) and each and all(isinstance(item, dict) for item in each)
    ]
    return arrays[0] if len(arrays) == 1 else [value]


def _text_keys(value: dict[str, Any], reader: RowReader) -> Iterator[str]:
    columns = reader.columns.of(tuple(value))
    return (key for key in columns.texts if isinstance(value[key], str))


def _in_a_row(text: str) -> list[Any] | None:
    """Read values that stand one behind the other; null when one of them is broken."""
    decoder = json.JSONDecoder()
    values, position = [], 0
    text = text.strip("\ufeff \t\r\n")
    try:
        while position < len(text):
            value, position = decoder.raw_decode(text, position)
            values.append(value)
            while position < len(text) and text[position] in " \t\r\n,":
                position += 1
    except (ValueError, RecursionError):
        return None
    return values
