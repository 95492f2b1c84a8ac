"""Writes and reads the data files of a release: the same rows give the same bytes."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from annotate.release.columns import Table, arrow_schema
from annotate.release.memory import give_back
from annotate.release.row_spill import RowSpill, line_of
from annotate.workspace import replacing

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

Json = dict[str, Any]
ROWS_PER_GROUP = 10_000
ROWS_PARSED = 1_000  # at a time
PARSERS, AHEAD = 2, 2  # threads, and pieces of so many rows that wait for them


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

    Rows are taken as they come, `ROWS_PARSED` at a time. Each is one line of JSON that serves
    for the hash and for Arrow; a row that has other keys than the table raises, and leaves what
    was there. Lines are parsed and written by threads while the next ones are spelled.
    """
    with replacing(path) as draft:  # what breaks off would be read as a whole file
        return _written(draft, rows, arrow_schema(table))


def _written(path: Path, rows: Iterable[Json], schema: pa.Schema) -> Written:
    import pyarrow.parquet as pq

    digest = hashlib.sha256()
    with (
        pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            compression_level=3,
            use_content_defined_chunking=True,
            write_page_index=True,
        ) as writer,
        ThreadPoolExecutor(PARSERS) as parsers,
        ThreadPoolExecutor(1) as writers,
    ):
        groups, under_way = _Groups(writer, schema), deque[Future[None]]()
        try:
            for data in _pieces(rows):
                groups.coming.append(parsers.submit(_parsed, data, schema))
                under_way.append(writers.submit(groups.take))
                digest.update(data)
                if len(under_way) > AHEAD:
                    under_way.popleft().result()
            for each in under_way:
                each.result()
            groups.write()
        except BaseException:
            writers.shutdown(wait=False, cancel_futures=True)
            raise
    give_back()  # what the threads held
    return Written(groups.size, groups.count, digest.hexdigest())


def _pieces(rows: Iterable[Json]) -> Iterator[bytes]:
    """Spell rows, each as a line, a few at a time: as text they are much larger."""
    lines = rows.lines() if isinstance(rows, RowSpill) else map(line_of, rows)
    while data := b"".join(islice(lines, ROWS_PARSED)):
        yield data


class _Groups:
    """Gathers parsed rows, in the order in which they are said to come; writes row groups."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self.coming: deque[Future[pa.Table]] = deque()
        self.size = self.count = 0
        self._writer, self._schema = writer, schema
        self._parts: list[pa.Table] = []

    def take(self) -> None:
        """Add the next rows; raises what parsing them raised."""
        self._parts.append(self.coming.popleft().result())
        if sum(part.num_rows for part in self._parts) >= ROWS_PER_GROUP:
            self.write()

    def write(self) -> None:
        """Write what is gathered, and let go of it."""
        if self._parts:
            group = self._joined()
            self._writer.write_table(group, row_group_size=ROWS_PER_GROUP)
            self.size, self.count = self.size + group.nbytes, self.count + group.num_rows
            del group
            give_back()

    def _joined(self) -> pa.Table:
        import pyarrow as pa

        parts, self._parts = self._parts, []
        columns: list[pa.Array] = []
        for name in reversed(self._schema.names):  # of no more than one there are two copies
            columns.append(pa.concat_arrays([part.column(name).chunk(0) for part in parts]))
            parts = [part.drop_columns([name]) for part in parts]
        return pa.Table.from_arrays(columns[::-1], schema=self._schema)


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
