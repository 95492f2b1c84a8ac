"""`metadata.csv`: what a person wrote down about the articles of a folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable
from dataclasses import fields
from typing import Any, NamedTuple

from annotate.corpus.articles import Metadata
from annotate.corpus.clean import clean_line
from annotate.corpus.columns import key_named
from annotate.errors import InputError

METADATA_FILE = "metadata.csv"
_COLUMNS = tuple(field.name for field in fields(Metadata))


class MetadataRow(NamedTuple):
    """One row: the article's id or its path as seen from the table's folder."""

    folder: str
    name: str
    metadata: Metadata

    @property
    def names(self) -> tuple[str, str]:
        return self.name, f"{self.folder}/{self.name}"


class MetadataTable:
    """All rows, found by an article's id or its path in the workspace.

    `unread` are the columns that have none of the known names.
    """

    def __init__(self, rows: Iterable[MetadataRow] = (), unread: Iterable[str] = ()) -> None:
        self.rows = tuple(rows)
        self.unread = tuple(dict.fromkeys(unread))
        self._by_name = {name: row.metadata for row in self.rows for name in row.names}

    def of(self, article_id: str, path: str) -> Metadata:
        """Tell what is known of an article; a row for its id goes before one for its file."""
        none = Metadata()
        return self._by_name.get(article_id, none).or_else(self._by_name.get(path, none))

    def unused(self, names: Collection[str]) -> tuple[str, ...]:
        """Name the rows that speak of no article."""
        return tuple(row.name for row in self.rows if not any(name in names for name in row.names))


def parse_metadata(data: bytes, name: str) -> MetadataTable:
    """Read the table that lies at `name` in the workspace.

    Raises `InputError` when it is no UTF-8 table with a `path` column, or a row is too long.
    """
    heads, rows = _read(data, name)
    path = key_named("path", heads)
    if path is None:
        if not rows:
            return MetadataTable()
        raise InputError(f"{name} has no column path", f"columns: path,{','.join(_COLUMNS)}")
    found = {column: key for column in _COLUMNS if (key := key_named(column, heads))}
    folder = name.rpartition("/")[0]
    listed = (
        MetadataRow(folder, row[path].strip().removeprefix("./"), _metadata(row, found))
        for row in rows
        if row[path]
    )
    unread = (each.strip() for each in heads if each not in {path, *found.values()})
    return MetadataTable(listed, filter(None, unread))


def _read(data: bytes, name: str) -> tuple[tuple[str, ...], list[dict[Any, Any]]]:
    """Give the names of the columns, and the rows by them."""
    too_long = list[str]()
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        rows = list[dict[Any, Any]]()
        for row in reader:
            rows.append(row)
            if None in row:
                heads = len(row) - 1
                fields = heads + len(row[None])
                too_long.append(
                    f"{name}, line {reader.line_num}: {fields} fields, the header has {heads}"
                )
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read {name}: {error}", "save it as CSV in UTF-8") from None
    if too_long:
        hint = 'a title with a comma stands in quote marks: "Talks, then silence"'
        raise InputError(f"{name} has rows that are too long", hint, tuple(too_long))
    return tuple(reader.fieldnames or ()), rows


def _metadata(row: dict[str, str | None], columns: dict[str, str]) -> Metadata:
    return Metadata(**{name: clean_line(row[key] or "") or None for name, key in columns.items()})
