from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from annotate.corpus.inputs import Input
from annotate.corpus.pieces import Piece, split
from annotate.corpus.read import read_piece
from annotate.workspace import PrepareSettings

if TYPE_CHECKING:
    from pathlib import Path

LINES = (
    *(b'{"text": "one"}', b'{"id": "x", "text": "two"}', b"{bad", b"[1]", b'{"text": "\\u00e9"}'),
    *(b"", b"  ", b"\r", b'{"text": " "}', b'{"text": "\xe9"}', b"x" * 3000, b"\x0b", b"\x85"),
)
files = st.tuples(
    st.sampled_from((b"", b"\xef\xbb\xbf", b"\x1f\x8b", b"\xff\xfe")),
    st.lists(st.sampled_from(LINES), max_size=12),
    st.sampled_from((b"", b"\n", b"\n\n\n")),
).map(lambda parts: parts[0] + b"\n".join(parts[1]) + parts[2])
SETTINGS = PrepareSettings(max_megabytes=0.002)


def item(folder: Path, data: bytes, name: str = "a.jsonl") -> Input:
    path = folder / name
    path.write_bytes(data)
    return Input(path, f"articles/{name}")


@given(data=files, size=st.integers(1, 120))
@example(data=b"\xef\xbb\xbf\n\n" + b'{"text": "one"}', size=1)
@example(data=b"\n" * 50, size=3)
def test_pieces_give_what_the_whole_file_gives(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, size: int
) -> None:
    whole = item(tmp_path_factory.getbasetemp(), data)
    pieces = list(split(whole, size))
    apart = [each for piece in pieces for each in read_piece(piece, SETTINGS)]
    assert apart == list(read_piece(Piece(whole), SETTINGS))
    assert [piece.start for piece in pieces] == [0, *(piece.end for piece in pieces[:-1])]
    assert pieces[-1].end is None


def test_a_file_is_cut_into_pieces_of_about_the_size(tmp_path: Path) -> None:
    line = b'{"text": "' + b"word " * 200 + b'"}\n'
    pieces = list(split(item(tmp_path, line * 1000), 100_000))
    assert len(pieces) == 11
    assert pieces[1] == Piece(pieces[0].item, 99 * len(line), 198 * len(line), 100)


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl.gz", "a.zip", "a.docx"])
def test_other_files_stay_whole(tmp_path: Path, name: str) -> None:
    other = item(tmp_path, b"text\n" * 1000, name)
    assert list(split(other, 10)) == [Piece(other)]


def test_what_is_not_there_stays_for_the_reader(tmp_path: Path) -> None:
    lost = Input(tmp_path / "a.jsonl", "articles/a.jsonl")
    assert list(split(lost, 10)) == [Piece(lost)]


def test_a_file_of_blank_lines_is_cut_in_linear_time(tmp_path: Path) -> None:
    blank = item(tmp_path, b"\n" * 5_000_000)
    start = time.process_time()
    assert len(list(split(blank, 1000))) == 1
    assert time.process_time() - start < 2
