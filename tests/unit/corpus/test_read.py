from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

import annotate.corpus.read
from annotate.corpus import Metadata, Received, Rejected, plan_inputs, read_inputs, read_metadata
from annotate.corpus.decode import Decoded, decode
from annotate.corpus.metadata import parse_metadata
from annotate.errors import InputError, RefusedError
from annotate.workspace import PrepareSettings

if TYPE_CHECKING:
    from pathlib import Path

    from annotate.workspace import Workspace


def read(workspace: Workspace, megabytes: float = 1.0) -> list[Received | Rejected]:
    plan = plan_inputs(workspace)
    settings = PrepareSettings(max_megabytes=megabytes)
    return list(read_inputs(plan.inputs, read_metadata(plan.tables), settings))


def put(workspace: Workspace, name: str, data: bytes) -> Path:
    path = workspace.articles / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "text", "encoding", "flags"),
    [
        ("Café".encode(), "Café", "utf-8", ()),
        ("Café".encode("utf-8-sig"), "Café", "utf-8-sig", ()),
        ("Café".encode("utf-16"), "Café", "utf-16", ()),
        ("Café “so”".encode("cp1252"), "Café “so”", "cp1252", ("encoding_guessed",)),
        ("é".encode() * 20 + b"\x93", "é" * 20 + "“", "utf-8+cp1252", ("encoding_mixed",)),
        (b"a\r\nb\rc", "a\r\nb\rc", "utf-8", ()),
    ],
)
def test_bytes_become_text(
    workspace: Workspace, data: bytes, text: str, encoding: str, flags: tuple[str, ...]
) -> None:
    put(workspace, "a.txt", data)
    (received,) = read(workspace)
    assert (received.raw, received.source.encoding, received.flags) == (text, encoding, flags)
    assert received.source.sha256 == hashlib.sha256(data).hexdigest()
    assert (received.source.byte_start, received.source.byte_end) == (0, len(data))


def test_a_page_is_read_as_its_meta_tag_declares(workspace: Workspace) -> None:
    put(workspace, "a.html", '<meta charset="windows-1251">Привет'.encode("cp1251"))
    assert read(workspace)[0].raw.endswith("Привет")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \r\n\t\xc2\xa0", "empty"),
        ("a.txt", b"\x89PNG\r\n\x1a\n0000", "binary"),
        ("a.txt", b"%PDF-1.7\n%text", "binary"),
        ("a.txt", bytes(range(256)) * 4, "binary"),
        ("a.txt", b"word " * 300_000, "too_large"),
        ("a.jsonl", b"\n \n", "empty"),
        ("a.jsonl", b"\x1f\x8b\x08", "binary"),
        ("a.jsonl", b'{"text": "a', "bad_json"),
        ("a.jsonl", b"[" * 100_000, "bad_json"),
        ("a.jsonl", b"\xff\xfe{}", "bad_json"),
        ("a.jsonl", b"[1]", "bad_record"),
        ("a.jsonl", b'{"id": "x"}', "bad_record"),
        ("a.jsonl", b'{"text": 5}', "bad_record"),
        ("a.jsonl", b'{"text": " "}', "empty"),
        ("a.jsonl", b'{"text": "' + b"a" * 2_000_000 + b'"}', "too_large"),
    ],
)
def test_what_is_no_article_is_rejected(
    workspace: Workspace, name: str, data: bytes, code: str
) -> None:
    put(workspace, name, data)
    put(workspace, "b.txt", b"A good article.")
    rejected, good = read(workspace)
    assert (rejected.code, rejected.stage) == (code, "read")
    assert rejected.source.path == f"articles/{name}"
    assert good.raw == "A good article."


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_breaks_the_reader_is_rejected_and_the_rest_goes_on(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, *, packed: bool
) -> None:
    def broken(data: bytes) -> Decoded | None:
        if b"poison" in data:
            raise RecursionError
        return decode(data)

    monkeypatch.setattr(annotate.corpus.read, "decode", broken)
    files = {"a.txt": b"poison", "b.txt": b"A good article."}
    if packed:
        with zipfile.ZipFile(workspace.articles / "a.zip", "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    else:
        for name, data in files.items():
            put(workspace, name, data)
    rejected, good = read(workspace)
    assert (rejected.code, rejected.stage) == ("failed", "read")
    assert rejected.message.endswith("a.txt broke the read stage: RecursionError")
    assert good.raw == "A good article."


def test_another_kind_of_file_is_rejected(workspace: Workspace) -> None:
    put(workspace, "a.docx", b"PK")
    put(workspace, "b.txt", b"text")
    assert read(workspace)[0].code == "unsupported"


def test_a_file_without_permission_is_rejected(workspace: Workspace) -> None:
    put(workspace, "a.txt", b"text").chmod(0)
    with as_nobody(workspace.root):
        assert read(workspace)[0].code == "unreadable"


@contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Give up root for the block, if this is root: it may read everything."""
    if os.geteuid() != 0:
        yield
        return
    closed = [each for each in folder.parents if not each.stat().st_mode & 0o001]
    for each in (folder, *closed):
        each.chmod(0o755)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        for each in closed:
            each.chmod(0o700)


def test_a_link_to_nowhere_is_rejected(workspace: Workspace) -> None:
    (workspace.articles / "a.txt").symlink_to("nowhere")
    assert read(workspace)[0].code == "unreadable"


def test_a_bad_record_is_named_by_number_and_bytes_and_the_rest_goes_on(
    workspace: Workspace,
) -> None:
    lines = [b'{"text": "one"}', b"", b"{oops", b'{"id": "x", "text": "two"}']
    put(workspace, "a.jsonl", b"\r\n".join(lines))
    one, bad, two = read(workspace)
    assert (one.id, two.id) == ("articles/a.jsonl#1", "x")
    assert (bad.source.record, bad.source.byte_start, bad.source.byte_end) == (3, 19, 24)
    assert two.source.sha256 == hashlib.sha256(lines[3]).hexdigest()


def test_ids_of_more_than_64_bits_keep_all_digits(workspace: Workspace) -> None:
    ids = ["123456789012345678901", "123456789012345678902"]
    put(workspace, "a.jsonl", "\n".join(f'{{"id": {each}, "text": "t"}}' for each in ids).encode())
    assert [each.id for each in read(workspace)] == ids


def test_lines_of_a_wide_encoding_say_so_and_name_no_bytes(workspace: Workspace) -> None:
    put(workspace, "a.jsonl", '{"text": "Café"}\n{oops\n{"text": "\\ud800b"}'.encode("utf-16"))
    put(workspace, "b.csv", "id,text\n1,one\n2\n".encode("utf-16-le"))
    results = read(workspace)
    sources = [each.source for each in results]
    assert [(each.byte_start, each.byte_end) for each in sources] == [(None, None)] * 5
    assert [each.encoding for each in sources] == [*["utf-16"] * 3, *["utf-16-le"] * 2]
    assert all(each.sha256 for each in sources)
    messages = [each.message for each in results if isinstance(each, Rejected)]
    assert messages == [
        "line 2 of articles/a.jsonl is not valid JSON",
        "line 3 of articles/b.csv is no row: 1 columns instead of 2",
    ]


def test_a_line_over_the_limit_does_not_hide_the_next_one(workspace: Workspace) -> None:
    put(workspace, "a.jsonl", b"x" * 3_000_000 + b'\n{"text": "two"}')
    large, two = read(workspace)
    assert (large.code, two.source.record, two.raw) == ("too_large", 2, "two")


def test_a_record_brings_its_metadata(workspace: Workspace) -> None:
    row = {"id": 7, "text": "t", "title": " A\n title", "outlet": None, "event": "e", "url": ["x"]}
    put(workspace, "a.jsonl", json.dumps(row).encode())
    (received,) = read(workspace)
    assert received.id == "7"
    assert received.metadata == Metadata(title="A title", event="e")


def test_a_record_with_a_lone_surrogate_is_read(workspace: Workspace) -> None:
    put(workspace, "a.jsonl", b'{"id": "a\\ud800", "text": "b\\ud800"}')
    (received,) = read(workspace)
    assert (received.id, received.raw) == ("a", "b\ud800")


def test_an_id_that_was_used_is_rejected(workspace: Workspace) -> None:
    put(workspace, "a.jsonl", b'{"id": "x", "text": "1"}\n{"id": "x", "text": "2"}')
    assert [getattr(each, "code", None) for each in read(workspace)] == [None, "id_twice"]


def test_metadata_comes_from_the_table_before_the_record(workspace: Workspace) -> None:
    put(workspace, "metadata.csv", b"path,outlet,event\na.txt,Mell Mail,\nx,Tarn Times,e\n")
    put(workspace, "a.txt", b"text")
    put(workspace, "b.jsonl", b'{"id": "x", "text": "t", "outlet": "Other", "title": "T"}')
    one, two = read(workspace)
    assert one.metadata == Metadata(outlet="Mell Mail")
    assert two.metadata == Metadata(outlet="Tarn Times", event="e", title="T")


@pytest.mark.parametrize("data", [b"\xff\xfe", b"file,outlet\na,b\n"])
def test_a_table_that_cannot_be_used_stops_the_run(workspace: Workspace, data: bytes) -> None:
    put(workspace, "metadata.csv", data)
    put(workspace, "a.txt", b"text")
    with pytest.raises(InputError, match=r"metadata\.csv"):
        read(workspace)


def test_files_come_in_the_order_of_their_paths_and_hidden_ones_do_not(
    workspace: Workspace,
) -> None:
    for name in ("b.txt", "a/z.TXT", "a/.hidden.txt", ".git/c.txt", "overrides.jsonl"):
        put(workspace, name, b"text")
    assert [each.id for each in read(workspace)] == ["articles/a/z.TXT", "articles/b.txt"]


def test_a_missing_path_stops_the_run(workspace: Workspace) -> None:
    with pytest.raises(InputError, match="no such file"):
        plan_inputs(workspace, [workspace.root / "nothing"])


def test_an_empty_folder_stops_the_run_with_a_hint(workspace: Workspace) -> None:
    with pytest.raises(InputError, match="no articles found") as caught:
        plan_inputs(workspace)
    assert caught.value.hint


def test_files_from_outside_are_planned_as_copies(workspace: Workspace, tmp_path: Path) -> None:
    outside = tmp_path / "scrapes"
    outside.mkdir()
    (outside / "a.txt").write_bytes(b"text")
    (outside / "notes.md").write_bytes(b"text")
    plan = plan_inputs(workspace, [outside])
    assert [item.name for item in plan.copies] == ["articles/scrapes/a.txt"]
    assert plan.skipped == ("notes.md",)


def test_a_file_from_outside_never_overwrites_another(workspace: Workspace, tmp_path: Path) -> None:
    put(workspace, "a.txt", b"text")
    (tmp_path / "a.txt").write_bytes(b"other")
    with pytest.raises(RefusedError, match="overwritten"):
        plan_inputs(workspace, [tmp_path / "a.txt"])


def test_the_same_file_again_is_not_copied_again(workspace: Workspace, tmp_path: Path) -> None:
    put(workspace, "a.txt", b"text")
    (tmp_path / "a.txt").write_bytes(b"text")
    assert plan_inputs(workspace, [tmp_path / "a.txt"]).copies == ()


def test_a_row_of_metadata_with_a_comma_too_many_is_named_with_its_line() -> None:
    table = (
        b"path,title,url\na.txt,Talks,https://a.test\nb.txt,Talks, then silence,https://b.test\n"
    )
    with pytest.raises(InputError, match="too long") as refused:
        parse_metadata(table, "articles/metadata.csv")
    assert refused.value.problems == ("articles/metadata.csv, line 3: 4 fields, the header has 3",)
