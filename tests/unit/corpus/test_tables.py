from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.corpus.articles import Received, Rejected
from annotate.corpus.inputs import Input
from annotate.corpus.pieces import Piece
from annotate.corpus.read import read_piece
from annotate.workspace import PrepareSettings

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path, data: bytes, name: str = "a.csv") -> list[Received | Rejected]:
    path = folder / name
    path.write_bytes(data)
    return list(
        read_piece(Piece(Input(path, f"articles/{name}")), PrepareSettings(max_megabytes=1))
    )


def found(results: list[Received | Rejected]) -> list[tuple[int | None, str]]:
    return [
        (each.source.record, each.raw if isinstance(each, Received) else each.code)
        for each in results
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_seen_in_the_first_line(tmp_path: Path, delimiter: str) -> None:
    data = delimiter.join(["title", "text"]) + f'\r\nT{delimiter}"one, two; three"\r\n'
    assert found(read(tmp_path, data.encode())) == [(2, "one, two; three")]


def test_a_table_of_one_column_is_read(tmp_path: Path) -> None:
    assert found(read(tmp_path, b'text\none\n"two, and"\n')) == [(2, "one"), (3, "two, and")]


def test_quotes_hold_newlines_and_rows_are_numbered_by_their_first_line(tmp_path: Path) -> None:
    data = b'\xef\xbb\xbfid,text\n\na,"one\r\n\r\n""two"""\nb,three'
    results = read(tmp_path, data)
    assert found(results) == [(3, 'one\r\n\r\n"two"'), (6, "three")]
    source = results[0].source
    row = data[source.byte_start : source.byte_end]
    assert row == b'a,"one\r\n\r\n""two"""'
    assert source.sha256 == hashlib.sha256(row).hexdigest()


@pytest.mark.parametrize(
    "bad", [b"one", b"a,b,c", b'a,"open', b'a,"x" y', b'"a" "b",c', b'a,"open\nb']
)
def test_a_bad_row_is_rejected_by_its_line_and_the_rest_goes_on(tmp_path: Path, bad: bytes) -> None:
    data = b"id,text\n1,one\n" + bad + b"\n2,two\n3,three\n"
    results = read(tmp_path, data)
    assert found(results)[:2] == [(2, "one"), (3, "bad_row")]
    assert found(results)[-2:] == [(4 + bad.count(b"\n"), "two"), (5 + bad.count(b"\n"), "three")]
    rejected = results[1]
    assert rejected.source.byte_start == 14
    assert isinstance(rejected, Rejected)
    assert "line 3" in rejected.message


def test_tabs_may_stand_between_texts_with_quote_marks_of_their_own(tmp_path: Path) -> None:
    data = b'id\ttext\n1\t"Yes," she said.\n2\t"quoted ""twice"""\n3\t"open\n4\tfour\n'
    texts = [text for _, text in found(read(tmp_path, data, "a.tsv"))]
    assert texts == ['"Yes," she said.', 'quoted "twice"', '"open', "four"]


def test_a_quote_that_ends_in_a_later_row_of_tabs_takes_no_row_into_its_own(tmp_path: Path) -> None:
    data = b'id\ttext\nr1\t"The ferry left.\nr2\tShe stayed. So did he."\nr3\tThird.\n'
    assert found(read(tmp_path, data, "a.tsv")) == [
        (2, '"The ferry left.'),
        (3, 'She stayed. So did he."'),
        (4, "Third."),
    ]


@pytest.mark.parametrize(
    "text", ["one\n\nno\ttwo", "one\n\tan indented line\n\tanother", "one\ntwo\n"]
)
def test_a_text_of_several_lines_in_quotes_stays_one_row_of_tabs(tmp_path: Path, text: str) -> None:
    data = f'id\ttext\n1\t"{text}"\n2\tthe next\n'
    rows = found(read(tmp_path, data.encode(), "a.tsv"))
    assert [raw for _, raw in rows] == [text, "the next"]


def test_a_table_of_one_column_of_tabs_has_texts_of_several_lines(tmp_path: Path) -> None:
    assert found(read(tmp_path, b'text\n"one\ntwo"\n', "a.tsv")) == [(2, "one\ntwo")]


def test_a_table_in_an_old_encoding_is_read_by_its_beginning(tmp_path: Path) -> None:
    rows = "".join(f"{n};Паром вернулся в порт номер {n} после ремонта\n" for n in range(50))
    results = read(tmp_path, f"id;text\n{rows}51;да\n52;yes\n".encode("cp1251"))
    assert found(results)[-2:] == [(52, "да"), (53, "yes")]
    flags = [each.flags for each in results if isinstance(each, Received)]
    assert flags[-2:] == [("encoding_guessed",), ()]
    assert [each.source.encoding for each in results[-2:]] == ["cp1251", "utf-8"]


def test_a_row_in_another_encoding_than_the_others_says_which(tmp_path: Path) -> None:
    row = '2,"one\nПаром вернулся в порт после ремонта, сообщил смотритель."\n'
    one, two = read(tmp_path, b"id,text\n1,one\n" * 100_000 + row.encode("cp1251"))[-2:]
    assert (one.source.encoding, two.source.encoding) == ("utf-8", "cp1251")


def test_a_table_in_utf16_is_read(tmp_path: Path) -> None:
    data = "id\ttext\n1\tCafé\n".encode("utf-16")
    assert found(read(tmp_path, data, "a.tsv")) == [(2, "Café")]


def test_two_columns_of_a_name_and_one_without_are_kept_apart(tmp_path: Path) -> None:
    assert found(read(tmp_path, b",text,text\n1,one,two\n")) == [(2, "one")]


def test_quotes_that_toggle_to_the_end_do_not_take_quadratic_time(tmp_path: Path) -> None:
    start = time.process_time()
    read(tmp_path, b"id,text\n" + b'x","\n' * 100_000)
    rows = read(tmp_path, b"id\ttext\n" + b'x"\t"\n' * 50_000, "a.tsv")
    assert set(found(rows)) == {(number, '"') for number in range(2, 50_002)}
    assert time.process_time() - start < 20


cells = st.text(st.sampled_from('a,;"\n\r\té “'), max_size=12).filter(lambda text: text.strip())


@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=8))
def test_what_the_csv_module_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    import csv
    import io

    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerows([("text", "other"), *rows])
    results = read(tmp_path_factory.getbasetemp(), file.getvalue().encode())
    assert [text for _, text in found(results)] == [first for first, _ in rows]
