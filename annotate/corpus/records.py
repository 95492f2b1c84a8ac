"""One line of a JSON Lines file: the article in it, or why there is none."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import orjson

from annotate.corpus.articles import Metadata, Received, Rejected, Source
from annotate.corpus.clean import clean_line


def parse_record(line: bytes, source: Source) -> Received | Rejected:
    """Read a record with `text` or `html`; of other keys, id and metadata are used.

    The id is the record's own, else the path and the record's number.
    """
    row = _load(line)
    if row is None:
        return Rejected(
            source, "bad_json", f"line {source.record} of {source.path} is not valid JSON", "read"
        )
    if not isinstance(row, dict):
        return Rejected(
            source, "bad_record", f"line {source.record} of {source.path} is not an object", "read"
        )
    form = "html" if not isinstance(row.get("text"), str) and row.get("html") else "text"
    text = row.get(form)
    if not isinstance(text, str):
        message = f"line {source.record} of {source.path} has no text or html with a string in it"
        return Rejected(source, "bad_record", message, "read")
    return Received(
        id=_line(row.get("id")) or f"{source.path}#{source.record}",
        source=replace(source, encoding="utf-8"),
        raw=text,
        form="html" if form == "html" else "text",
        metadata=Metadata(**{field.name: _line(row.get(field.name)) for field in fields(Metadata)}),
    )


def _load(line: bytes) -> Any:
    """Decode with orjson; what it is too strict for (lone surrogates, NaN) with json."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None


def _line(value: Any) -> str | None:
    """Make a value one clean line; null for anything but text and numbers."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return clean_line(str(value)) or None
