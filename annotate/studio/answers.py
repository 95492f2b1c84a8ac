"""The answers that the ledger holds, against those that the server holds."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

import orjson

from annotate.labels.shelf import MAIN
from annotate.ledger import encoded

Json = dict[str, Any]
# What one way of reading tells and the other does not: by these no answer has changed.
_ONE_WAY = ("unique_id", "prediction", "result_count")


class Known(NamedTuple):
    """The last version of an answer in the ledger: where it stands, and whose it is.

    `digest` tells it from another version; one that was there before is read when it is asked.
    """

    task_id: int
    chunk_id: str
    created_at: str
    place: int | None
    digest: bytes
    text_sha256: str | None
    skipped: bool
    annotator: str
    pseudonym_key: str


class Brought(NamedTuple):
    """The rows that a part of the server's answers adds to the ledger."""

    deleted: list[Json]
    new: list[Json]
    changed: list[Json]

    @property
    def rows(self) -> list[Json]:
        """Tombstones come first: a server may have given a deleted answer's id out again."""
        return [*self.deleted, *self.new, *self.changed]


class Answers:
    """The answers of one project as the ledger has them, by annotation id; kept up to date."""

    def __init__(
        self,
        project: Json,
        placed: Iterable[tuple[int, Json]],
        row_at: Callable[[int], Json],
        role: str = MAIN,
    ) -> None:
        """Take in the project's rows, each with a place at which `row_at` gives it again."""
        self.role, self._row_at = role, row_at
        self.project = {
            "project_id": int(project["id"]),
            "project_created_at": project["created_at"],
        }
        self.known: dict[int, Known] = {}
        self._of_task: dict[int, set[int]] = {}
        for place, row in placed:
            self._take(row, None if row["event"] == "deleted" else _known(row, place))

    def __len__(self) -> int:
        return len(self.known)

    @property
    def skips(self) -> int:
        return sum(known.skipped for known in self.known.values())

    def compare(self, task_ids: Collection[int], found: Iterable[Json], at: str) -> Brought:
        """Compare some tasks' answers, given as ledger rows, with what is known of these tasks.

        Answers of these tasks that were not found are gone.
        """
        brought = Brought([], [], [])
        standing = set[int]()
        for row in found:
            standing.add(row["annotation_id"])
            self._compare_one(row, brought, at)
        for task_id in task_ids:
            gone = self._of_task.get(task_id, set()) - standing
            brought.deleted.extend(self._tombstone(key, at) for key in sorted(gone))
        return brought

    def without(self, task_ids: Collection[int], at: str) -> list[Json]:
        """Give tombstones for the answers of all tasks but these."""
        left = sorted(key for key, known in self.known.items() if known.task_id not in task_ids)
        return [self._tombstone(key, at) for key in left]

    def _compare_one(self, row: Json, brought: Brought, at: str) -> None:
        key = row["annotation_id"]
        known, now = self.known.get(key), _known(row)
        if known is not None and known.created_at != now.created_at:
            brought.deleted.append(self._tombstone(key, at))  # SQLite gives ids out again
            known = None
        if known is None:
            brought.new.append(row)
        elif known.text_sha256 not in {None, now.text_sha256} or self._says(known) != now.digest:
            brought.changed.append(row)
        else:
            return
        self._take(row, now)

    def _says(self, known: Known) -> bytes:
        return known.digest if known.place is None else _digest(self._row_at(known.place))

    def _tombstone(self, key: int, at: str) -> Json:
        known = self.known[key]
        row = {
            "event": "deleted",
            "pulled_at": at,
            "role": self.role,
            **self.project,
            "chunk_id": known.chunk_id,
            "task_id": known.task_id,
            "annotation_id": key,
            "annotator": known.annotator,
            "pseudonym_key": known.pseudonym_key,
            "text_sha256": known.text_sha256,
            "annotation": None,
        }
        self._take(row, None)
        return row

    def _take(self, row: Json, known: Known | None) -> None:
        """Take in what is known of an answer from a row on; None once it is deleted."""
        key = row["annotation_id"]
        old = self.known.pop(key, None)
        if old is not None:
            self._of_task[old.task_id].discard(key)
        if known is not None:
            self.known[key] = known
            self._of_task.setdefault(known.task_id, set()).add(key)


def _known(row: Json, place: int | None = None) -> Known:
    answer = row["annotation"]
    return Known(
        int(row["task_id"]),
        row["chunk_id"],
        answer["created_at"],
        place,
        _digest(row) if place is None else b"",
        row.get("text_sha256"),
        bool(answer.get("was_cancelled")),
        sys.intern(row["annotator"]),
        sys.intern(row["pseudonym_key"]),
    )


def _digest(row: Json) -> bytes:
    told = {key: value for key, value in row["annotation"].items() if key not in _ONE_WAY}
    return hashlib.blake2b(_spelled(told), digest_size=16).digest()


def _spelled(value: Json) -> bytes:
    """Spell a record so that it is the same as received and as read from the ledger."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # an integer beyond 64 bits, which reading turns into a float
        return orjson.dumps(orjson.loads(encoded(value)), option=orjson.OPT_SORT_KEYS)
