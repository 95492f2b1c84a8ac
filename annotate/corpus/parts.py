"""What one shard of the inputs gives: rows in files, and numbers by which they are put together.

A part is a folder that is there as a whole or not at all.
"""

from __future__ import annotations

import operator
import os
import shutil
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from mmap import mmap
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self

import numpy as np
import orjson
from numpy.typing import NDArray

from annotate.corpus.articles import Article, Chunk, Rejected, Source
from annotate.corpus.codes import LEFT_OUT
from annotate.corpus.edits import Edit
from annotate.corpus.shingles import signature

# One entry an article: who it is (key of what was received, hash of its id), what is compared
# with others (hash of the text, words, sampled shingles), and where its rows stand.
ENTRY = np.dtype(
    [
        ("key", "<u8"),
        ("check", "<u8"),
        ("id", "<u8"),
        ("exact", "<u8"),
        ("words", "<u4"),
        ("sample", "<u4"),
        ("ready", "?"),
        ("duplicate", "?"),
        ("row_at", "<u8"),
        ("head", "<u4"),
        ("row", "<u4"),
        ("chunks_at", "<u8"),
        ("chunk_rows", "<u4"),
        ("chunks", "<u4"),
        ("left_out", "<u4", (len(LEFT_OUT),)),
    ]
)
_PACKED = struct.Struct(f"<QQQQII??QIIQII{len(LEFT_OUT)}I")
assert _PACKED.size == ENTRY.itemsize
_PLAIN = len(ENTRY.names or ()) - 1  # fields before `left_out`
Entries = NDArray[np.void]
Numbers = NDArray[np.uint64]
MANIFEST = "manifest.json"
TRACE = "trace"
_PLACES = struct.Struct("<QQ")
_WRITTEN = 1 << 17  # bytes at once
_INDEX = ("index.entries", "index.sample", "index.chunk_ids", "index.spare")
FILES = ("articles.jsonl", "chunks.jsonl", "rejected.jsonl", *_INDEX)


class Entry(NamedTuple):
    """One entry; `row_at` and `chunks_at` are byte offsets, set when the rows are written.

    The chunks that a duplicate would have are kept aside, for the day when its twin is gone.
    """

    key: int
    check: int
    id: int
    exact: int
    words: int
    sample: int
    ready: bool
    duplicate: bool
    row_at: int
    head: int
    row: int
    chunks_at: int
    chunk_rows: int
    chunks: int
    left_out: tuple[int, ...]

    def pack(self) -> bytes:
        return _PACKED.pack(*self[:-1], *self.left_out)

    @classmethod
    def unpack(cls, data: bytes, index: int) -> Entry:
        values = _PACKED.unpack_from(data, index * _PACKED.size)
        return cls._make((*values[:_PLAIN], values[_PLAIN:]))


@dataclass
class Rows:
    """The rows of one article and the entry that goes with them."""

    entry: Entry
    head: bytes
    rest: bytes
    chunks: bytes
    sample: bytes
    chunk_ids: bytes

    @property
    def row(self) -> bytes:
        return self.head + self.rest


def rows_of(key: tuple[int, int], article: Article, chunks: tuple[Chunk, ...]) -> Rows:
    """Write an article and its chunks as rows. Chunks are kept of ready articles only."""
    record = article.to_json()
    head = head_of(record.pop("id"), article.source)
    kept = chunks if article.status == "ready" else ()
    record.pop("source")
    rest = orjson.dumps(record)[1:] + b"\n"
    found = signature(article.text)
    chunk_rows = b"".join(orjson.dumps(chunk.to_json()) + b"\n" for chunk in kept)
    entry = Entry(
        *key,
        id=id_hash(article.id),
        exact=found.exact,
        words=found.words,
        sample=len(found.sample),
        ready=article.status == "ready",
        duplicate=False,
        row_at=0,
        head=len(head),
        row=len(head) + len(rest),
        chunks_at=0,
        chunk_rows=len(chunk_rows),
        chunks=len(kept),
        left_out=left_out(article.edits),
    )
    ids = b"".join(id_hash(chunk.id).to_bytes(8, "little") for chunk in kept)
    return Rows(entry, head, rest, chunk_rows, found.sample.tobytes(), ids)


def head_of(article_id: str, source: Source) -> bytes:
    """Write the beginning of an article's row: what a shift inside its file may change."""
    values = {name: getattr(source, name) for name in source.__slots__}
    return orjson.dumps({"id": article_id, "source": values})[:-1] + b","


def id_hash(name: str) -> int:
    """Give a number for the id of an article or a chunk."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


def left_out(edits: tuple[Edit, ...]) -> tuple[int, ...]:
    """Count the characters that were dropped, by reason in the order of `LEFT_OUT`."""
    counts = dict.fromkeys(LEFT_OUT, 0)
    for start, end, replacement, reason in edits:
        if reason in counts:
            counts[reason] += end - start - len(replacement)
    return tuple(max(0, count) for count in counts.values())


class RowFiles:
    """Writes rows and entries into a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._files: dict[str, BinaryIO] = {
            name: (folder / name).open("wb", _WRITTEN) for name in FILES
        }
        self._at = {"articles.jsonl": 0, "chunks.jsonl": 0, "index.spare": 0}
        self._trace: mmap | None = None
        self.counts = Counter[str]()
        self.left_out = [0] * len(LEFT_OUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def seal(self, marker: dict[str, Any]) -> None:
        """Close the files and write the marker, which holds their sizes too."""
        self.close()
        sizes = {name: (self.folder / name).stat().st_size for name in FILES}
        (self.folder / MANIFEST).write_bytes(orjson.dumps(marker | {"bytes": sizes}))

    def begin(self, first: int, last: int) -> None:
        """Leave word of the inputs that are prepared next, for those who find this process dead."""
        if self._trace is None:
            (self.folder / TRACE).write_bytes(_PLACES.pack(first, last))
            with (self.folder / TRACE).open("r+b") as file:
                self._trace = mmap(file.fileno(), _PLACES.size)
        _PLACES.pack_into(self._trace, 0, first, last)

    def add(self, rows: Rows) -> None:
        """Write one article, its chunks and its entry."""
        chunks = _chunk_file(rows.entry)
        entry = rows.entry._replace(row_at=self._at["articles.jsonl"], chunks_at=self._at[chunks])
        self._write("articles.jsonl", rows.row)
        self._write(chunks, rows.chunks)
        self._files["index.entries"].write(entry.pack())
        self._files["index.sample"].write(rows.sample)
        self._files["index.chunk_ids"].write(rows.chunk_ids)
        status = "duplicate" if entry.duplicate else "ready" if entry.ready else "needs_review"
        self.counts[status] += 1
        self.counts["chunks"] += entry.chunks
        self.left_out = list(map(operator.add, self.left_out, entry.left_out))

    def _write(self, name: str, content: bytes) -> None:
        self._files[name].write(content)
        self._at[name] += len(content)

    def reject(self, rejected: Rejected) -> None:
        self._files["rejected.jsonl"].write(orjson.dumps(rejected.to_json()) + b"\n")
        self.counts["rejected"] += 1


def _chunk_file(entry: Entry) -> str:
    return "index.spare" if entry.duplicate else "chunks.jsonl"


@contextmanager
def new_part(folder: Path, marker: dict[str, Any]) -> Iterator[RowFiles]:
    """Write a part beside its place; it is there when the block ends well.

    `marker` says what it was made of, for a later run to know it by.
    """
    draft = folder.with_name(f"{folder.name}.{os.getpid()}.new")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        with RowFiles(draft) as files:
            yield files
            files.seal(marker)
        (draft / TRACE).unlink(missing_ok=True)
        if not folder.exists():
            draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


class Part:
    """A folder of rows, read by the numbers beside them.

    Rows are read by their places with `pread`: mapped files would count as memory of ours.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, BinaryIO] = {}

    @cached_property
    def entries(self) -> Entries:
        return self._array("index.entries", ENTRY)

    @cached_property
    def chunk_ids(self) -> Numbers:
        return self._array("index.chunk_ids", np.dtype("<u8"))

    @cached_property
    def sample_ends(self) -> NDArray[np.int64]:
        return np.cumsum(self.entries["sample"], dtype=np.int64)

    @cached_property
    def chunk_ends(self) -> NDArray[np.int64]:
        return np.cumsum(self.entries["chunks"], dtype=np.int64)

    def _array(self, name: str, dtype: np.dtype[Any]) -> NDArray[Any]:
        return np.fromfile(self.folder / name, dtype)

    def last_begun(self) -> tuple[int, int] | None:
        """Find the inputs at which the last process that worked on this part died."""
        drafts = self.folder.parent.glob(f"{self.folder.name}.*.new/{TRACE}")
        traces = sorted(drafts, key=lambda path: path.stat().st_mtime_ns)
        if not traces or traces[-1].stat().st_size != _PLACES.size:
            return None
        first, last = _PLACES.unpack(traces[-1].read_bytes())
        return int(first), int(last)

    def is_whole(self) -> bool:
        """Whether the folder is there with everything its marker speaks of."""
        sizes = self.marker().get("bytes", {})
        try:
            return bool(sizes) and all(
                (self.folder / name).stat().st_size == size for name, size in sizes.items()
            )
        except OSError:
            return False

    def marker(self) -> dict[str, Any]:
        """Read what the part was made of; empty when it was not finished."""
        try:
            return dict(orjson.loads((self.folder / MANIFEST).read_bytes()))
        except (OSError, ValueError):
            return {}

    def rejected(self) -> Iterator[Rejected]:
        """Read what was rejected, in order."""
        with (self.folder / "rejected.jsonl").open("rb") as file:
            for line in file:
                yield Rejected.from_json(orjson.loads(line))

    def entry(self, index: int) -> Entry:
        return Entry.unpack(self._packed, index)

    def row(self, index: int) -> bytes:
        entry = self.entry(index)
        return self._slice("articles.jsonl", entry.row_at, entry.row)

    def names(self) -> Iterator[str]:
        """Give the id and the path of every article."""
        for index in range(len(self.entries)):
            entry = self.entry(index)
            head = self._slice("articles.jsonl", entry.row_at, entry.head - 1)
            record = orjson.loads(head + b"}")
            yield from (record["id"], record["source"]["path"])

    def rows(self, index: int) -> Rows:
        """Read all of one article."""
        entry = self.entry(index)
        row = self._slice("articles.jsonl", entry.row_at, entry.row)
        return Rows(
            entry,
            row[: entry.head],
            row[entry.head :],
            self._slice(_chunk_file(entry), entry.chunks_at, entry.chunk_rows),
            self._numbers("index.sample", self.sample_ends, index, entry.sample),
            self._numbers("index.chunk_ids", self.chunk_ends, index, entry.chunks),
        )

    def _numbers(self, name: str, ends: NDArray[np.int64], index: int, count: int) -> bytes:
        return self._slice(name, 8 * (int(ends[index]) - count), 8 * count)

    def close(self) -> None:
        """Close what was opened to read rows; it is opened again when it is needed."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    @cached_property
    def _packed(self) -> bytes:
        return self.entries.tobytes()

    def _slice(self, name: str, start: int, size: int) -> bytes:
        if not size:
            return b""
        if name not in self._files:
            self._files[name] = (self.folder / name).open("rb", buffering=0)
        return os.pread(self._files[name].fileno(), size, start)
