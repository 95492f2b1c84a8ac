"""Random, truncated and overwritten files of every form: each one ends as articles or rejected.

FUZZ_CASES and FUZZ_SEED make longer and other runs.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from annotate.corpus import prepare, read_articles, read_rejected

if TYPE_CHECKING:
    from annotate.workspace import Workspace

CASES = int(os.environ.get("FUZZ_CASES", "300"))
SEED = int(os.environ.get("FUZZ_SEED", "20250307"))
SECONDS = 20  # that one round of files may take, many times what it needs
ROUND = 60  # files prepared in one workspace

ARTICLE = """Ferry returns to Mellin

The ferry North Star returned to Mellin on Thursday, the harbour office said. “We are sorry for
the wait,” said Irène Vale, who runs the harbour.

Crossings start again on Saturday. Билеты действительны до июня.
"""
RECORDS = [
    {"id": f"r{n}", "title": f"No {n}", "body": ARTICLE.replace("No", f"{n}")} for n in "123"
]
PAGE = f"<html><head><title>Ferry</title></head><body><p>{ARTICLE}</p></body></html>"


def valid_files() -> dict[str, bytes]:
    """One good file of every form, and packed ones."""
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in RECORDS)
    rows = "".join(f'{row["id"]},{row["title"]},"{row["body"]}"\n' for row in RECORDS)
    tabs = "".join(f"{row['id']}\t{row['title']}\t{row['body']!r}\n" for row in RECORDS)
    files = {
        "a.txt": ARTICLE.encode(),
        "wide.txt": ARTICLE.encode("utf-16"),
        "old.txt": ARTICLE.encode("cp1251", "replace"),
        "a.html": PAGE.encode(),
        "a.jsonl": lines.encode(),
        "a.json": json.dumps(RECORDS, indent=1).encode(),
        "a.csv": f"id,title,body\n{rows}".encode(),
        "a.tsv": f"id\ttitle\tbody\n{tabs}".encode(),
        "a.parquet": parquet(),
    }
    packed = {f"{name}.gz": gzip.compress(data, mtime=0) for name, data in files.items()}
    archives = {"stored.zip": zipfile.ZIP_STORED, "packed.zip": zipfile.ZIP_DEFLATED}
    zips = {name: zipped(files, method) for name, method in archives.items()}
    return {**files, **packed, **zips}


def parquet() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(RECORDS), file, compression="zstd")
    return file.getvalue()


def zipped(files: dict[str, bytes], method: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return file.getvalue()


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Cut, move, insert or overwrite some bytes, or give others altogether."""
    place, other = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
    ways = {
        "other": chance.randbytes(chance.choice((0, 1, 2, 4, 15, 400, 5000))),
        "beginning": data[:place],
        "end": data[place:],
        "gap": data[:place] + data[other:],
        "insertion": data[:place] + chance.randbytes(chance.randrange(1, 20)) + data[place:],
        "repetition": data[:other] + data[place:],
        "flips": flipped(data, chance),
    }
    return ways[chance.choice(sorted(ways))]


def flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 30))):
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize("number", range((CASES + ROUND - 1) // ROUND))
def test_damaged_files_never_stop_a_run_and_none_is_lost(workspace: Workspace, number: int) -> None:
    chance = random.Random(SEED + number)
    files = valid_files()
    names = set()
    for index in range(min(ROUND, CASES - number * ROUND)):
        name = chance.choice(sorted(files))
        path = workspace.articles / f"{index:03}-{name}"
        path.write_bytes(damaged(files[name], chance))
        names.add(f"articles/{path.name}")
    start = time.process_time()
    counts = prepare(workspace).counts
    assert time.process_time() - start < SECONDS
    sources = [each.source for each in (*read_articles(workspace), *read_rejected(workspace))]
    assert {source.path.partition("!")[0] for source in sources} == names
    assert not [each for each in read_rejected(workspace) if each.code == "failed"]
    statuses = ("ready", "duplicate", "needs_review", "rejected")
    assert counts["inputs"] == sum(counts[status] for status in statuses) == len(sources)


def test_the_files_are_good_before_they_are_damaged(workspace: Workspace) -> None:
    for name, data in valid_files().items():
        (workspace.articles / name).write_bytes(data)
    prepare(workspace)
    rejected = {each.code for each in read_rejected(workspace)}
    assert rejected <= {"id_twice"}
