"""Finds the rows of a ledger that still count without holding them: only their places are kept."""

from __future__ import annotations

import re
from array import array
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from annotate.corpus.names import NameIndex, taken
from annotate.ledger import Ledger

Json = dict[str, Any]
MAIN, REVIEW = "main", "review"  # what a project, and what was answered in it, is for
AnswerKey = tuple[int, str, int]
# In a string of a row these quote marks would be escaped, and no object inside a row of
# tasks.jsonl has these keys: what is found is the row's own.
_EVENT = re.compile(rb'"event":\s*"([^"\\]*)"')
_ROLE = re.compile(rb'"role":\s*"([^"\\]*)"')
_CHUNK_ID = re.compile(rb'"chunk_id":\s*"([^"\\]*)"')


class Shelf:
    """Rows of a ledger by key, keys in the order of their first arrival; read when asked for.

    Of each the byte offset of its line is held. A ledger only grows, so offsets stay right.
    """

    def __init__(self, path: Path, places: array[int]) -> None:
        self._ledger, self._places = Ledger(path), places

    def __len__(self) -> int:
        return len(self._places)

    def rows(self) -> Iterator[Json]:
        return map(self._ledger.row_at, self._places)


class ChunkShelf(Shelf):
    """Rows of chunks, which are found by the ids of these."""

    def __init__(self, path: Path, places: array[int], hashes: array[int]) -> None:
        super().__init__(path, places)
        self._index = NameIndex(hashes)

    def get(self, chunk_id: str) -> Json | None:
        for number in self._index.at(chunk_id):
            row = self._ledger.row_at(self._places[number])
            if row["chunk_id"] == chunk_id:
                return row
        return None


class _Standing(NamedTuple):
    """Rows that count: where their lines begin, and the hashes of their keys."""

    places: array[int]
    hashes: array[int]


class _Arrivals:
    """What came in a ledger, in its order: 17 bytes a row."""

    def __init__(self) -> None:
        self.hashes, self.places, self.gone = array("q"), array("q"), array("B")

    def add(self, key: Hashable, place: int, *, gone: bool = False) -> None:
        self.hashes.append(hash(key))
        self.places.append(place)
        self.gone.append(gone)

    def standing(self) -> _Standing:
        """Give last place and hash of each key that is not gone at the end.

        They are in the order of the first arrival of each since it last was gone.
        """
        if not self.hashes:
            return _Standing(array("q"), array("q"))
        order = np.argsort(np.array(self.hashes), kind="stable")
        hashes, gone = np.array(self.hashes)[order], np.array(self.gone, bool)[order]
        number = np.arange(len(order))
        firsts = np.append(True, hashes[1:] != hashes[:-1])
        # A row begins what stands if its key is new, or was gone just before.
        begins = ~gone & (firsts | np.append(True, gone[:-1]))
        begun = np.maximum.accumulate(np.where(begins, number, 0))
        lasts = np.append(firsts[1:], True) & ~gone
        first, last = order[begun[lasts]], order[lasts]
        as_came = np.argsort(first, kind="stable")
        return _Standing(*(taken(each, last[as_came]) for each in (self.places, self.hashes)))


def answers_on(path: Path, role: str = MAIN) -> Shelf:
    """Shelve the last version of each annotation of a role that was not deleted.

    What a review decided is no answer beside those that it decides between. The time when a
    project was made tells two servers apart that both count from 1.
    """
    arrivals = _Arrivals()
    for place, row in Ledger(path).placed():
        if row.get("role", MAIN) == role:
            key = (row["project_id"], row["project_created_at"], row["annotation_id"])
            arrivals.add(key, place, gone=row["event"] == "deleted")
    return Shelf(path, arrivals.standing().places)


def chunks_on(path: Path) -> ChunkShelf:
    """Shelve the row of each chunk's last arrival in Label Studio, to be labelled there."""
    arrivals = _Arrivals()
    for place, line in Ledger(path).lines():
        event, chunk_id = _EVENT.search(line), _CHUNK_ID.search(line)
        role = _ROLE.search(line)
        labelled = role is None or role[1] == MAIN.encode()
        if event and chunk_id and event[1] == b"present" and labelled:
            arrivals.add(chunk_id[1].decode(), place)
    return ChunkShelf(path, *arrivals.standing())
