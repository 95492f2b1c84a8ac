"""Writes and reads the data files of a release: the same rows give the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from annotate.release.columns import Table, arrow_schema

Json = dict[str, Any]
ROWS_PER_GROUP = 10_000


def data_file(config: str, split: str) -> str:
    """Give the path of a config's file in a release."""
    return f"{config}/{split}-00000-of-00001.parquet"


def write_parquet(path: Path, rows: list[Json], table: Table) -> int:
    """Write rows with settings that keep unchanged stretches byte for byte the same.

    Returns how many bytes the rows take in memory, which a dataset card states.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = arrow_schema(table)
    size = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=3,
        use_content_defined_chunking=True,
        write_page_index=True,
    ) as writer:
        for start in range(0, len(rows), ROWS_PER_GROUP):
            part = pa.Table.from_pylist(rows[start : start + ROWS_PER_GROUP], schema=schema)
            writer.write_table(part.combine_chunks(), row_group_size=ROWS_PER_GROUP)
            size += part.nbytes
    return size


def read_parquet(path: Path) -> list[Json]:
    import pyarrow.parquet as pq

    # The schema stands in the file; a table of one file needs no dataset discovery.
    rows: list[Json] = pq.ParquetFile(path).read().to_pylist()
    return rows


def rows_sha256(rows: Iterable[Json]) -> str:
    """Hash the rows themselves: equal whatever program or version wrote the file."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(orjson.dumps(row, option=orjson.OPT_SORT_KEYS) + b"\n")
    return digest.hexdigest()


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
