from __future__ import annotations

import gzip
import io
import json
import random
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import pytest

from annotate.corpus import archives
from annotate.corpus.articles import Received, Rejected
from annotate.corpus.inputs import Input
from annotate.corpus.pieces import Piece
from annotate.corpus.read import read_piece
from annotate.workspace import PrepareSettings

if TYPE_CHECKING:
    from pathlib import Path

RECORD = (json.dumps({"text": "one"}) + "\n").encode()


def read(folder: Path, name: str, data: bytes) -> list[Received | Rejected]:
    path = folder / name
    path.write_bytes(data)
    return list(
        read_piece(Piece(Input(path, f"articles/{name}")), PrepareSettings(max_megabytes=1))
    )


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def codes(results: list[Received | Rejected]) -> dict[str, str]:
    return {
        each.source.path.partition("!")[2]: each.code if isinstance(each, Rejected) else each.raw
        for each in results
    }


def test_members_are_read_in_their_order_and_named_by_archive_and_path(tmp_path: Path) -> None:
    data = zipped({"z/b.txt": b"two", "a.jsonl": RECORD, "c.csv": b"text\nthree\n"})
    results = read(tmp_path, "a.zip", data)
    ids = [each.id for each in results if isinstance(each, Received)]
    assert ids == ["articles/a.zip!z/b.txt", "articles/a.zip!a.jsonl#1", "articles/a.zip!c.csv#2"]


def test_hidden_members_and_folders_are_passed_over(tmp_path: Path) -> None:
    names = ("__MACOSX/._a.txt", ".git/a.txt", "deep/.b.txt", "deep/")
    data = zipped({**dict.fromkeys(names, b""), "deep/c.txt": b"three"})
    assert codes(read(tmp_path, "a.zip", data)) == {"deep/c.txt": "three"}


def test_a_members_name_is_shown_without_control_characters(tmp_path: Path) -> None:
    data = zipped({"a\n\x1b[31m.txt": b"one"})
    assert codes(read(tmp_path, "a.zip", data)) == {"a??[31m.txt": "one"}


def test_a_large_member_is_rejected_and_the_next_one_read(tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(700_000).hex().encode()
    data = zipped({"a.txt": noise, "b.jsonl": noise + b"\n" + RECORD, "c.txt": b"three"})
    results = read(tmp_path, "a.zip", data)
    found = [each.code if isinstance(each, Rejected) else each.raw for each in results]
    assert found == ["too_large", "too_large", "one", "three"]


def test_an_archive_of_too_many_files_is_rejected_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MEMBERS", 2)
    data = zipped(dict.fromkeys(("a.txt", "b.txt", "c.txt"), b"text"))
    (rejected,) = read(tmp_path, "a.zip", data)
    assert isinstance(rejected, Rejected)
    assert rejected.code == "archive_members"
    assert (rejected.source.byte_start, rejected.source.byte_end) == (0, len(data))


def test_members_that_share_their_bytes_cannot_flood_the_memory(tmp_path: Path) -> None:
    """Each member alone is within bounds; all of them together are not (Fifield 2019)."""
    flood = b"word " * 190_000
    data = zipped({f"{n:03}.txt": flood for n in range(200)})
    found = codes(read(tmp_path, "a.zip", data))
    assert len(found) == 200
    assert "archive_bomb" in found.values()


def test_a_bomb_takes_little_memory(tmp_path: Path) -> None:
    data = gzip.compress(b"a" * 300_000_000, compresslevel=9)
    tracemalloc.start()
    (rejected,) = read(tmp_path, "a.jsonl.gz", data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(rejected, Rejected)
    assert rejected.code == "archive_bomb"
    assert peak < 30_000_000


def test_gzip_files_of_several_parts_and_with_zeros_behind_are_read(tmp_path: Path) -> None:
    data = gzip.compress(RECORD) + gzip.compress(RECORD) + bytes(100)
    assert len(read(tmp_path, "a.jsonl.gz", data)) == 2


def test_an_archive_is_never_unpacked_to_the_disk(tmp_path: Path) -> None:
    read(tmp_path, "a.zip", zipped({"../up.txt": b"up", "b.txt": b"two"}))
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]
    assert not (tmp_path.parent / "up.txt").exists()
