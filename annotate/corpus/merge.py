"""The parts of all shards put together: one id an article, one chunk set a text."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from annotate.corpus.articles import Rejected, Source
from annotate.corpus.duplicates import Keys, Twin, find_twins
from annotate.corpus.parts import Part, RowFiles, Rows, id_hash

_MOST_OPEN = 100  # parts whose rows are open at once
_TEXTS = 64  # texts kept at hand while near-duplicates are confirmed


@dataclass(frozen=True)
class Duplicate:
    """An article whose text another one has; `similarity` is 1 for equal texts."""

    id: str
    of: str
    similarity: float


@dataclass(frozen=True)
class Merged:
    """What the parts gave together."""

    duplicates: tuple[Duplicate, ...]
    needs_review: tuple[tuple[str, tuple[str, ...]], ...]
    rejected: tuple[Rejected, ...]


class Parts:
    """The articles of several parts, numbered through."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.starts = np.cumsum([0, *(len(part.entries) for part in parts)])
        self.count = int(self.starts[-1])

    def column(self, name: str) -> NDArray[Any]:
        columns = [part.entries[name] for part in self.parts if len(part.entries)]
        return np.concatenate(columns) if columns else np.empty(0, np.uint64)

    def chunk_ids(self) -> NDArray[np.uint64]:
        return np.concatenate([np.empty(0, np.uint64), *(part.chunk_ids for part in self.parts)])

    def samples(self, place: Path) -> NDArray[np.uint64]:
        """Give all sampled shingles in a row, from a file that is written at `place` and gone."""
        with place.open("w+b") as file:
            for part in self.parts:
                with (part.folder / "index.sample").open("rb") as samples:
                    shutil.copyfileobj(samples, file)
            file.flush()
            place.unlink()
            return np.memmap(file, np.uint64, "r") if file.tell() else np.empty(0, np.uint64)

    def _place(self, index: int) -> tuple[Part, int]:
        number = int(np.searchsorted(self.starts, index, side="right")) - 1
        return self.parts[number], index - int(self.starts[number])

    def record(self, index: int) -> dict[str, Any]:
        part, at = self._place(index)
        record = dict(orjson.loads(part.row(at)))
        if len(self.parts) > _MOST_OPEN:
            part.close()
        return record

    def __iter__(self) -> Iterator[Rows]:
        for part in self.parts:
            for index in range(len(part.entries)):
                yield part.rows(index)
            part.close()


def merge(parts: Sequence[Part], files: RowFiles, pushed: frozenset[str]) -> Merged:
    """Write the rows of all parts in order; `pushed` are the ids of chunks people work on.

    A pushed article stands for itself; else, of articles with one text, a ready one goes before
    one to be reviewed, then the longer, then the first.
    """
    together = Parts(parts)
    second = _second_ids(together)
    twins = _twins(together, second, pushed, files.folder / "samples")
    duplicates, review = list[Duplicate](), list[tuple[str, tuple[str, ...]]]()
    for index, rows in enumerate(together):
        if index in second:
            continue
        if index in twins:
            marked, duplicate = _as_duplicate(rows, twins[index], together)
            duplicates.append(duplicate)
            files.add(marked)
            continue
        if not rows.entry.ready:
            record = orjson.loads(rows.row)
            review.append((record["id"], tuple(record["reasons"])))
        files.add(rows)
    first = (each for part in parts for each in part.rejected())
    rejected = (*first, *(_id_twice(together, index, second[index]) for index in sorted(second)))
    for each in rejected:
        files.reject(each)
    return Merged(tuple(duplicates), tuple(review), rejected)


def _second_ids(together: Parts) -> dict[int, int]:
    """Find the articles whose id an earlier one has, and for each the earliest."""
    ids = together.column("id")
    order = np.argsort(ids, kind="stable")
    alike = np.flatnonzero(ids[order][1:] == ids[order][:-1])
    found: dict[int, int] = {}
    for at in alike.tolist():
        first, second = int(order[at]), int(order[at + 1])
        # Hashes can be equal by chance; the ids decide.
        if together.record(first)["id"] == together.record(second)["id"]:
            found[second] = found.get(first, first)
    return found


def _id_twice(together: Parts, index: int, earlier: int) -> Rejected:
    record = together.record(index)
    source, first = (Source(**each["source"]) for each in (record, together.record(earlier)))
    message = f"{_named(source)} has the id {record['id']}, which {_named(first)} has already"
    return Rejected(source, "id_twice", message, "read")


def _named(source: Source) -> str:
    return source.path if source.record is None else f"record {source.record} of {source.path}"


def _twins(
    together: Parts, second: Collection[int], pushed: frozenset[str], place: Path
) -> dict[int, Twin]:
    """Find the duplicates among the articles that have an id of their own."""
    own = np.array([index for index in range(together.count) if index not in second], np.int64)
    ready, words = together.column("ready")[own], together.column("words")[own]
    held = _holds(together, pushed)[own]
    rank = np.empty(len(own), np.int64)
    rank[np.lexsort((own, -words.astype(np.int64), ~ready, ~held))] = np.arange(len(own))

    @functools.lru_cache(_TEXTS)
    def text_of(number: int) -> str:
        return str(together.record(int(own[number]))["text"])

    found = find_twins(
        keys=_samples(together, own, place),
        exact=together.column("exact")[own],
        words=words,
        rank=rank,
        text_of=text_of,
        pushed=held,
    )
    return {int(own[number]): replace(twin, of=int(own[twin.of])) for number, twin in found.items()}


def _samples(together: Parts, own: NDArray[np.int64], place: Path) -> Keys:
    """Give the sampled shingles of some articles."""
    sizes = together.column("sample").astype(np.int64)
    flat = together.samples(place)
    if len(own) < together.count:
        keep = np.zeros(together.count, bool)
        keep[own] = True
        flat, sizes = flat[np.repeat(keep, sizes)], sizes[own]
    return Keys(flat, np.concatenate(([0], np.cumsum(sizes))))


def _holds(together: Parts, pushed: frozenset[str]) -> NDArray[np.bool_]:
    """Tell for each article whether one of its chunks was pushed."""
    sizes = together.column("chunks").astype(np.int64)
    owners = np.repeat(np.arange(together.count), sizes)
    wanted = np.array([id_hash(each) for each in pushed], np.uint64)
    hit = np.isin(together.chunk_ids(), wanted)
    held = np.zeros(together.count, bool)
    held[owners[hit]] = True
    return held


def _as_duplicate(rows: Rows, twin: Twin, together: Parts) -> tuple[Rows, Duplicate]:
    """Mark an article as the duplicate of another one."""
    record = orjson.loads(rows.row)
    of = together.record(twin.of)["id"]
    record |= {"status": "duplicate", "duplicate_of": of, "similarity": twin.similarity}
    row = orjson.dumps(record) + b"\n"
    head = rows.entry.head
    entry = rows.entry._replace(duplicate=True, row=len(row), chunks=0)
    marked = replace(rows, entry=entry, rest=row[head:], chunk_ids=b"")
    return marked, Duplicate(record["id"], of, twin.similarity)
