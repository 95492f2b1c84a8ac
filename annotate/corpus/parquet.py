"""Parquet, batch by batch: the one place of the corpus that knows pyarrow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from annotate.corpus.articles import Received, Rejected, Source
from annotate.corpus.columns import Columns
from annotate.corpus.records import (
    MEGABYTE,
    RowReader,
    hash_of_row,
    is_filled,
    too_large,
    without_text,
)

_BATCH_BYTES = 4 * MEGABYTE
_BATCH_ROWS = 1000
_FOREIGN = (OverflowError, ValueError, LookupError)  # for values that Python has not
_BOMB = 4000 * MEGABYTE  # bytes of one row group; writers end them far below


def read_parquet(file: BinaryIO, name: str, reader: RowReader) -> Iterator[Received | Rejected]:
    """Read the rows of a Parquet file; only the columns that are used are decoded."""
    record = 0
    try:
        with _named_errors():
            table = _open(file)
            names = tuple(table.schema_arrow.names)
            columns = reader.columns.of(names)
            largest = _largest_group(table.metadata)
        if not (columns.text or columns.html):
            yield _bad(name, without_text(names))
            return
        if largest > _BOMB:
            yield _bad(name, "unpacks to more than a machine should hold", "archive_bomb")
            return
        for record, row in enumerate(_rows(table, columns), 1):
            yield _article(row, name, record, reader)
    except _DamagedError as error:
        place = f" behind row {record}" if record else ""
        yield _bad(name, f"cannot be read{place}: {error}", "archive_damaged")
        return
    if record == 0:
        yield Rejected(Source(name, None), "empty", f"{name} holds no rows", "read")


class _DamagedError(Exception):
    """The file is no Parquet, or pyarrow gave up on it."""


@contextmanager
def _named_errors() -> Iterator[None]:
    """Tell what pyarrow says of foreign data; errors of the disk stay what they are."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, RuntimeError, ValueError, LookupError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise _DamagedError(type(error).__name__) from error


def _open(file: BinaryIO) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetFile(file)


def _bad(name: str, why: str, code: str = "bad_table") -> Rejected:
    return Rejected(Source(name, None), code, f"{name} {why}", "read")


def _largest_group(metadata: Any) -> int:
    """Tell the bytes of the largest row group; what is said of its columns must not be asked.

    pyarrow 24 ends the whole process over a column whose record is damaged.
    """
    groups = range(metadata.num_row_groups)
    return max((metadata.row_group(group).total_byte_size for group in groups), default=0)


def _rows(table: Any, columns: Columns) -> Iterator[dict[str, Any]]:
    """Decode as many rows at a time as are a few megabytes."""
    metadata = table.metadata
    total = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    rows = max(1, min(_BATCH_ROWS, _BATCH_BYTES * metadata.num_rows // max(total, 1)))
    with _named_errors():
        batches = table.iter_batches(batch_size=rows, columns=list(columns.used))
    while True:
        with _named_errors():
            batch = next(batches, None)
            if batch is None:
                return
            values = [_values(_binary(column)) for column in batch.columns]
        for row in zip(*values, strict=True):
            yield dict(zip(batch.schema.names, row, strict=True))


def _binary(column: Any) -> Any:
    """Take strings as bytes: one that is not UTF-8 must not break the batch."""
    import pyarrow as pa

    kinds = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary()}
    return column.view(kinds[column.type]) if column.type in kinds else column


def _values(column: Any) -> list[Any]:
    """Give the values of a column; null for one that Python has none for, such as a far date."""
    try:
        return list(column.to_pylist())
    except _FOREIGN:
        return [_value(each) for each in column]


def _value(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except _FOREIGN:
        return None


def _article(row: dict[str, Any], name: str, record: int, reader: RowReader) -> Received | Rejected:
    columns = reader.columns.of(tuple(row))
    row = {key: _decoded(value) for key, value in row.items()}
    held = next((key for key in columns.texts if is_filled(row[key])), None)
    # A further column is no part of a row that has its text elsewhere, nor of its hash.
    row = {key: row[key] for key in row if key == held or key not in columns.further}
    source = Source(name, hash_of_row(row), "utf-8", record)
    if held and len(row[held]) > reader.limit:
        return too_large(source, reader.limit)
    return reader.article(row, source)


def _decoded(value: Any) -> Any:
    """Take the bytes of a column that its writer did not call text."""
    if not isinstance(value, bytes):
        return value
    return value.decode("utf-8", errors="replace")
