from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.release import files
from annotate.release.columns import tables
from annotate.release.files import (
    data_file,
    file_sha256,
    read_parquet,
    rows_sha256,
    write_parquet,
)
from annotate.release.source import Source
from tests.unit.labels.marked import STARTER
from tests.unit.labels.texts import nasty_texts
from tests.unit.release.source import answers, first_release, source

Json = dict[str, Any]
TABLES = tables(STARTER)
ROWS = first_release(source(*answers())).rows
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("config", TABLES)
def test_rows_come_back_from_a_file_as_they_were(tmp_path: Path, config: str) -> None:
    path = tmp_path / data_file(config, "train")
    write_parquet(path, ROWS[config], TABLES[config])
    assert read_parquet(path) == ROWS[config]
    assert rows_sha256(read_parquet(path)) == rows_sha256(ROWS[config])


@given(text=nasty_texts)
def test_every_text_survives_a_file(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("parquet") / "a.parquet"
    rows = [row | {"text": text, "outlet": None} for row in ROWS["articles"]]
    write_parquet(path, rows, TABLES["articles"])
    assert read_parquet(path) == rows


def test_a_config_without_rows_still_has_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "triples.parquet"
    write_parquet(path, [], TABLES["triples"])
    assert read_parquet(path) == []
    assert pq.read_schema(path).names == list(TABLES["triples"])


def test_a_row_with_a_value_of_another_kind_is_not_written(tmp_path: Path) -> None:
    wrong = [row | {"chunks": "two"} for row in ROWS["articles"]]
    with pytest.raises(Exception, match="chunks"):
        write_parquet(tmp_path / "a.parquet", wrong, TABLES["articles"])


def test_a_row_with_a_column_that_the_table_does_not_have_is_not_written(tmp_path: Path) -> None:
    more = [row | {"email": "x"} for row in ROWS["articles"]]
    with pytest.raises(Exception, match="unexpected field"):
        write_parquet(tmp_path / "a.parquet", more, TABLES["articles"])


@pytest.mark.parametrize("config", TABLES)
def test_what_is_told_of_a_file_is_what_is_read_from_it(tmp_path: Path, config: str) -> None:
    path = tmp_path / "a.parquet"
    told = write_parquet(path, iter(ROWS[config]), TABLES[config])
    rows = read_parquet(path)
    assert (told.rows, told.rows_sha256) == (len(rows), rows_sha256(rows))
    assert told.size == pytest.approx(pq.read_table(path).nbytes, rel=0.05)  # of null masks


def test_large_tables_are_cut_into_groups_of_one_size(tmp_path: Path) -> None:
    path = tmp_path / "articles.parquet"
    count = 2 * files.ROWS_PER_GROUP + 5
    write_parquet(path, ROWS["articles"][:1] * count, TABLES["articles"])
    metadata = pq.read_metadata(path)
    sizes = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
    assert sizes == [files.ROWS_PER_GROUP, files.ROWS_PER_GROUP, 5]


def many(count: int) -> list[Json]:
    return [ROWS["articles"][0] | {"article_id": f"{number:06}"} for number in range(count)]


def test_rows_of_many_pieces_come_back_in_their_order(tmp_path: Path) -> None:
    rows, path = many(2 * files.ROWS_PER_GROUP + files.ROWS_PARSED + 5), tmp_path / "a.parquet"
    told = write_parquet(path, rows, TABLES["articles"])
    assert read_parquet(path) == rows
    assert told.rows_sha256 == rows_sha256(rows)


def test_a_bad_row_in_a_later_piece_leaves_no_file(tmp_path: Path) -> None:
    rows, path = many(2 * files.ROWS_PER_GROUP), tmp_path / "a.parquet"
    rows[15_000]["chunks"] = "two"
    with pytest.raises(Exception, match="chunks"):
        write_parquet(path, rows, TABLES["articles"])
    assert not path.exists()


def test_rows_that_break_off_leave_no_file(tmp_path: Path) -> None:
    def broken() -> Iterator[Json]:
        yield from many(12_000)
        raise KeyboardInterrupt

    path = tmp_path / "a.parquet"
    with pytest.raises(KeyboardInterrupt):
        write_parquet(path, broken(), TABLES["articles"])
    assert not path.exists()


def test_a_full_disk_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    path = tmp_path / "a.parquet"
    with pytest.raises(OSError, match="No space left"):
        write_parquet(path, many(15_000), TABLES["articles"])
    assert not path.exists()


def test_files_are_compressed_for_reading_in_parts(tmp_path: Path) -> None:
    path = tmp_path / "spans.parquet"
    write_parquet(path, ROWS["spans"], TABLES["spans"])
    column = pq.read_metadata(path).row_group(0).column(0)
    assert column.compression == "ZSTD"
    assert column.has_offset_index
    assert column.has_column_index


WRITE = """
import random, sys
from pathlib import Path
from tests.unit.release.source import CHUNKS, answers, first_release, source
from tests.unit.release.test_files import write_all

given, chunks = answers(), list(CHUNKS)
random.Random(1).shuffle(given)
random.Random(2).shuffle(chunks)
write_all(Path(sys.argv[1]), source(*given, chunks=chunks))
"""


def write_all(folder: Path, made_of: Source) -> None:
    rows = first_release(made_of).rows
    for config, table in TABLES.items():
        write_parquet(folder / data_file(config, "train"), rows[config], table)


def test_two_processes_write_the_same_bytes_whatever_the_order(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", WRITE, str(tmp_path / "there")]
    subprocess.run(command, check=True, env=environment, cwd=ROOT)
    write_all(tmp_path / "here", source(*answers()))
    for config in TABLES:
        name = data_file(config, "train")
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


keys = st.sampled_from("abcdef")


@given(st.lists(st.dictionaries(keys, st.integers(0, 9) | nasty_texts | st.none()), max_size=4))
def test_the_hash_of_rows_is_that_of_their_sorted_json(rows: list[Json]) -> None:
    lines = [orjson.dumps(row, option=orjson.OPT_SORT_KEYS) + b"\n" for row in rows]
    assert rows_sha256(rows) == hashlib.sha256(b"".join(lines)).hexdigest()
    assert rows_sha256(dict(reversed(row.items())) for row in rows) == rows_sha256(rows)


def test_the_hash_of_rows_sees_every_change() -> None:
    rows = [{"a": 1}, {"b": 2}]
    others = [rows[::-1], rows[:1], [{"a": 1}, {"b": 3}], [{"a": 1, "b": 2}], [*rows, {}]]
    assert len({rows_sha256(each) for each in [rows, *others]}) == 6


def test_the_hash_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert file_sha256(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()
