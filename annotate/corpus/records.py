"""Articles out of rows: JSON objects, and rows of tables."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import orjson

from annotate.corpus.articles import Metadata, Received, Rejected, Source
from annotate.corpus.binary import is_noise
from annotate.corpus.clean import clean_line
from annotate.corpus.columns import ColumnFinder
from annotate.corpus.markup import is_marked_up
from annotate.workspace import PrepareSettings

MEGABYTE = 1_000_000
RAISE = "raise max_megabytes in annotate.toml to read it"
_CHOOSE = "columns in [prepare] of annotate.toml can name it"
_LISTED = 20  # columns named in a message …
_NAME_LIMIT = 40  # … each with so many characters at the most
_BLANK = "\ufeff\x00 \t\r\n\x0b\x0c\x85\xa0\u2028\u2029\u200b"
_NO_METADATA = Metadata()


class RowReader:
    """Makes articles of rows, by the settings."""

    def __init__(self, settings: PrepareSettings) -> None:
        self.limit = int(settings.max_megabytes * MEGABYTE)
        self.columns = ColumnFinder(settings.columns)

    def article(
        self,
        row: Mapping[str, Any],
        source: Source,
        flags: tuple[str, ...] = (),
        *,
        sound: bool = False,
    ) -> Received | Rejected:
        """Take the text, else the page, of a row; the id is its own, else path and number.

        A text that is marked up is a page, too. A row is `sound` when its bytes show that no
        control character can be in it.
        """
        columns = self.columns.of(tuple(row))
        form: Literal["text", "html"] = "text"
        text = row.get(columns.text) if columns.text else None
        if columns.html and not is_filled(text):
            page = row.get(columns.html)
            if isinstance(page, str) and page:
                form, text = "html", page
        if columns.further and not is_filled(text):
            further = next((row[key] for key in columns.further if is_filled(row[key])), None)
            form, text = ("text", further) if further is not None else (form, text)
        if not isinstance(text, str):
            message = f"{named(source)} has no text or html with a string in it"
            return Rejected(source, "bad_record", message, "read")
        if is_marked_up(text):
            form = "html"
        known = {}
        for role, key in columns.metadata:
            value = row[key]
            value = _line(value) if type(value) is str else _value(value, role)
            if value is not None:
                known[role] = value
        identity = _value(row.get(columns.id), "id") if columns.id else None
        received = Received(
            identity or f"{source.path}#{source.record}",
            source,
            text,
            form,
            Metadata(**known) if known else _NO_METADATA,
            flags,
        )
        return checked(received, sound=sound)


def is_filled(value: Any) -> bool:
    """Whether a value is a text of more than white space."""
    return isinstance(value, str) and bool(value) and not value.isspace()


def named(source: Source) -> str:
    """Name an input in a sentence."""
    return f"record {source.record} of {source.path}" if source.record else source.path


def line_of(source: Source) -> str:
    """Name the line of a record in a sentence, with its first byte where that is known."""
    byte = "" if source.byte_start is None else f", byte {source.byte_start},"
    return f"line {source.record} of {source.path}{byte}"


def checked(received: Received, *, sound: bool = False) -> Received | Rejected:
    """Turn away what holds no text."""
    source = received.source
    if not received.raw[:1].isalnum() and not received.raw.strip(_BLANK):
        return Rejected(source, "empty", f"{named(source)} holds no text", "read")
    if not sound and is_noise(received.raw):
        message = f"{named(source)} holds too many control characters to be text"
        return Rejected(source, "binary", message, "read")
    return received


def without_text(columns: Sequence[str]) -> str:
    """Say that a table has no column of texts, and which it has."""
    shown = ", ".join(_shortened(column) for column in columns[:_LISTED])
    more = f" and {len(columns) - _LISTED} more" if len(columns) > _LISTED else ""
    there = f"its columns are {shown}{more}" if columns else "its first line names none"
    return f"has no column with a text; {there}; {_CHOOSE}"


def _shortened(column: str) -> str:
    """Show a name on one line; a first line that names no columns may be a whole article."""
    name = " ".join(column.split())
    return name if len(name) <= _NAME_LIMIT else f"{name[:_NAME_LIMIT]}…"


def too_large(source: Source, limit: int) -> Rejected:
    """Reject what is over the limit, naming the setting."""
    message = f"{named(source)} is over {limit / MEGABYTE:g} megabytes; {RAISE}"
    return Rejected(source, "too_large", message, "read")


def hash_of_row(row: Any) -> str:
    """Hash a row that has no bytes of its own, such as one of a Parquet file."""
    try:
        data = orjson.dumps(row, default=str)
    except TypeError:
        data = json.dumps(row, default=str).encode()
    return hashlib.sha256(data).hexdigest()


def _value(value: Any, role: str) -> str | None:
    """Make a value one clean line; null for what has none."""
    if isinstance(value, str):
        return _line(value)
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return str(value) if value == value else None  # noqa: PLR0124  # not a number, in tables
    if isinstance(value, Mapping):
        return _line(value["name"]) if isinstance(value.get("name"), str) else None
    if isinstance(value, list):
        few = value if role == "author" and len(value) <= _MANY else []
        names = [_value(each, "name") for each in few]
        return ", ".join(name for name in names if name) or None
    isoformat = getattr(value, "isoformat", None)
    return _line(str(isoformat())) if isoformat else None


_MANY = 100  # authors; a longer list is something else


def _line(value: str) -> str | None:
    """Clean a value, which hardly any needs."""
    plain = value.isprintable() and "  " not in value and value == value.strip()
    if plain and (value.isascii() or unicodedata.is_normalized("NFC", value)):
        return value or None
    return clean_line(value) or None
