"""Finds the rows of a ledger that still count without holding them: only their places are kept."""

from __future__ import annotations

import re
import sys
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

import orjson

from annotate.errors import InputError
from annotate.ledger import Ledger

Json = dict[str, Any]
MAIN, REVIEW = "main", "review"  # what a project, and what was answered in it, is for
AnswerKey = tuple[int, str, int]
# In a string of a row these quote marks would be escaped, and no object inside a row of
# tasks.jsonl has these keys: what is found is the row's own.
_EVENT = re.compile(rb'"event":\s*"([^"\\]*)"')
_ROLE = re.compile(rb'"role":\s*"([^"\\]*)"')
_CHUNK_ID = re.compile(rb'"chunk_id":\s*"([^"\\]*)"')
_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Shelf(Generic[_Key]):
    """Rows by key, in the order of the keys' first arrival; each is read when asked for.

    `places` are byte offsets of lines: a ledger only grows, so they stay right.
    """

    path: Path
    places: Mapping[_Key, int]

    def get(self, key: _Key) -> Json | None:
        place = self.places.get(key)
        if place is None:
            return None
        with self.path.open("rb") as file:
            return self._row(file, place)

    def rows(self) -> Iterator[Json]:
        if not self.places:
            return
        with self.path.open("rb") as file:
            for place in self.places.values():
                yield self._row(file, place)

    def _row(self, file: BinaryIO, place: int) -> Json:
        file.seek(place)
        try:
            row: Json = orjson.loads(file.readline())
        except orjson.JSONDecodeError:
            raise InputError(
                f"{self.path.parent.name}/{self.path.name}, from byte {place}: not JSON",
                "a ledger is never edited by hand; restore the file from a backup",
            ) from None
        return row


def answers_on(path: Path, role: str = MAIN) -> Shelf[AnswerKey]:
    """Shelve the last version of each annotation of a role that was not deleted.

    What a review decided is no answer beside those that it decides between.
    """
    rows = Ledger(path).placed()
    return Shelf(path, current(item for item in rows if item[1].get("role", MAIN) == role))


def chunks_on(path: Path) -> Shelf[str]:
    """Shelve the row of each chunk's last arrival in Label Studio, to be labelled there."""
    places: dict[str, int] = {}
    for place, line in _lines(path):
        event, chunk_id = _EVENT.search(line), _CHUNK_ID.search(line)
        role = _ROLE.search(line)
        labelled = role is None or role[1] == MAIN.encode()
        if event and chunk_id and event[1] == b"present" and labelled:
            places[chunk_id[1].decode()] = place
    return Shelf(path, places)


def current(rows: Iterable[tuple[_Value, Json]]) -> dict[AnswerKey, _Value]:
    """Give the last value of each annotation not deleted, by project, its birth, and id.

    The time when a project was made tells two servers apart that both count from 1.
    """
    found: dict[AnswerKey, _Value] = {}
    for value, row in rows:
        born = sys.intern(row["project_created_at"])
        key = (row["project_id"], born, row["annotation_id"])
        if row["event"] == "deleted":
            found.pop(key, None)
        else:
            found[key] = value
    return found


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Give every whole line with its byte offset."""
    if not path.exists():
        return
    place = 0
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield place, line
            place += len(line)
