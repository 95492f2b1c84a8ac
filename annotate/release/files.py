"""Writes and reads the data files of a release: the same rows give the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from annotate.release.columns import Table, arrow_schema
from annotate.release.memory import give_back
from annotate.release.row_spill import RowSpill, line_of

if TYPE_CHECKING:
    import pyarrow as pa

Json = dict[str, Any]
ROWS_PER_GROUP = 10_000
ROWS_PARSED = 1_000  # at a time


def data_file(config: str, split: str) -> str:
    """Give the path of a config's file in a release."""
    return f"{config}/{split}-00000-of-00001.parquet"


class Written(NamedTuple):
    """What was written: bytes in memory, which a card states, rows, and the hash of the rows."""

    size: int
    rows: int
    rows_sha256: str


def write_parquet(path: Path, rows: Iterable[Json], table: Table) -> Written:
    """Write rows with settings that keep unchanged stretches byte for byte the same.

    Rows are taken as they come, a row group at a time. Each is one line of JSON that serves
    for the hash and for Arrow; a row that has other keys than the table raises.
    """
    import pyarrow.parquet as pq

    schema, digest = arrow_schema(table), hashlib.sha256()
    size = count = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=3,
        use_content_defined_chunking=True,
        write_page_index=True,
    ) as writer:
        all_lines = rows.lines() if isinstance(rows, RowSpill) else map(line_of, rows)
        for part in _groups(all_lines, schema, digest.update):
            writer.write_table(part, row_group_size=ROWS_PER_GROUP)
            size, count = size + part.nbytes, count + part.num_rows
            del part
            give_back()
    return Written(size, count, digest.hexdigest())


def _groups(
    lines: Iterable[bytes], schema: pa.Schema, seen: Callable[[bytes], None]
) -> Iterator[pa.Table]:
    """Make a table for each row group, of a few lines at a time: as text they are much larger."""
    import pyarrow as pa

    left = iter(lines)
    while parts := list(_parts(islice(left, ROWS_PER_GROUP), schema, seen)):
        columns: list[pa.Array] = []
        for name in reversed(schema.names):  # of no more than one column there are two copies
            columns.append(pa.concat_arrays([part.column(name).chunk(0) for part in parts]))
            parts = [part.drop_columns([name]) for part in parts]
        yield pa.Table.from_arrays(columns[::-1], schema=schema)


def _parts(
    lines: Iterator[bytes], schema: pa.Schema, seen: Callable[[bytes], None]
) -> Iterator[pa.Table]:
    while data := b"".join(islice(lines, ROWS_PARSED)):
        seen(data)
        yield _parsed(data, schema)


def _parsed(data: bytes, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa
    import pyarrow.json as pj

    parsed = pj.read_json(
        pa.BufferReader(data),
        read_options=pj.ReadOptions(block_size=len(data) + 1, use_threads=False),
        parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error"),
    )
    return parsed.combine_chunks()


def read_parquet(path: Path) -> list[Json]:
    import pyarrow.parquet as pq

    # The schema stands in the file; a table of one file needs no dataset discovery.
    rows: list[Json] = pq.ParquetFile(path).read().to_pylist()
    return rows


def each_row(path: Path) -> Iterator[Json]:
    """Read row by row, a row group at a time."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield from file.read_row_group(number).to_pylist()


def rows_sha256(rows: Iterable[Json]) -> str:
    """Hash the rows themselves: equal whatever program or version wrote the file."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(line_of(row))
    return digest.hexdigest()


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
