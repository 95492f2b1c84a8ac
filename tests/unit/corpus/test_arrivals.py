from __future__ import annotations

import gzip
import io
import json
import os
from pathlib import Path

import pytest

from annotate.corpus import plan_inputs
from annotate.corpus.arrivals import expand_lists, read_file_list, receive_stdin, suffix_of
from annotate.errors import InputError
from annotate.workspace import Workspace

RECORD = json.dumps({"id": 1, "text": "The ferry is back."})


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with two articles."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "b c.txt"):
        (tmp_path / name).write_text("text", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("data", [b"a.txt\n\nb c.txt\r\n", b"a.txt\x00b c.txt\x00"])
def test_a_list_names_files_by_line_or_by_zero_byte(here: Path, data: bytes) -> None:
    (here / "list.txt").write_bytes(data)
    wanted = [Path("a.txt"), Path("b c.txt")]
    assert read_file_list(here / "list.txt") == wanted
    assert read_file_list(io.BytesIO(data)) == wanted
    assert list(expand_lists(["a.txt", "@list.txt"])) == [Path("a.txt"), *wanted]


def test_a_name_that_is_no_utf8_is_found(here: Path) -> None:
    name = b"caf\xe9.txt"
    (here / os.fsdecode(name)).write_text("text", encoding="utf-8")
    assert read_file_list(io.BytesIO(name)) == [Path(os.fsdecode(name))]


def test_a_file_whose_name_begins_with_at_is_a_file(here: Path) -> None:
    (here / "@a.txt").write_text("text", encoding="utf-8")
    assert list(expand_lists(["@a.txt"])) == [Path("@a.txt")]


def test_what_a_list_names_in_vain_is_told_at_once(here: Path) -> None:
    (here / "list.txt").write_text("no1\na.txt\nno2\nno3\nno4\n", encoding="utf-8")
    with pytest.raises(InputError, match="lists no1, no2, no3 and 1 more"):
        read_file_list(here / "list.txt")
    with pytest.raises(InputError, match="cannot read the list"):
        read_file_list(here / "lost.txt")


@pytest.mark.parametrize(
    ("head", "suffix"),
    [
        (RECORD + "\n" + RECORD, ".jsonl"),
        (RECORD, ".jsonl"),
        ('{"text": "' + "word " * 20_000, ".jsonl"),
        ('{\n "text": "one"\n}', ".json"),
        ("\ufeff[\n" + RECORD, ".json"),
        ("[" + RECORD + "]", ".json"),
        ("[Mellin] The ferry is back.", ".txt"),
        ("\n<!DOCTYPE html><html>", ".html"),
        ("<p>The ferry is back.", ".html"),
        ('<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN">', ".html"),
        ("<!-- cached -->\n<!-- <p> -->\n<DIV\nclass=a>", ".html"),
        ('<?xml version="1.0"?>\n<rss><title>Ferries</title>', ".txt"),
        ("<!-- never closed <p>", ".txt"),
        ("<-- <p> begins a paragraph", ".txt"),
        ("id,title,text\n1,One,two\n", ".csv"),
        ('"date";"body"\n', ".csv"),
        ("title\tbody\n", ".tsv"),
        ("The text, the title, and more\n", ".txt"),
        ("Text, title and more\n", ".txt"),
        ("The ferry is back.\n", ".txt"),
    ],
)
def test_what_is_piped_in_is_told_by_its_beginning(head: str, suffix: str) -> None:
    assert suffix_of(head.encode()) == suffix
    assert suffix_of(gzip.compress(head.encode())) == f"{suffix}.gz"


@pytest.mark.parametrize(
    ("head", "suffix"),
    [
        (b"PK\x03\x04", ".zip"),
        (b"PAR1", ".parquet"),
        (b"", ".txt"),
        (b"\x00\xff", ".txt"),
        (b"\x1f\x8b\x00", ".txt.gz"),
        ("Паром вернулся".encode("cp1251"), ".txt"),
    ],
)
def test_bytes_that_are_piped_in_are_told_as_well(head: bytes, suffix: str) -> None:
    assert suffix_of(head) == suffix


def test_standard_input_becomes_an_article_that_is_not_added_twice(workspace: Workspace) -> None:
    folder = workspace.root / "piped"
    folder.mkdir()
    paths = [receive_stdin(io.BytesIO(RECORD.encode()), folder) for _ in range(2)]
    assert paths[0] == paths[1]
    assert receive_stdin(io.BytesIO(RECORD.encode() * 2), folder) != paths[0]
    (copy,) = plan_inputs(workspace, paths[:1]).copies
    assert copy.name == f"articles/{paths[0].name}"
    assert copy.path.read_text(encoding="utf-8") == RECORD


def test_empty_standard_input_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="standard input is empty"):
        receive_stdin(io.BytesIO(), tmp_path)
