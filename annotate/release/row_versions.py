"""Since when each row is there, and when it last changed: old rows come first, in every config.

The files of the next version then begin like those of the last.
"""

from __future__ import annotations

from array import array
from collections.abc import Container, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotate.corpus.names import NameIndex, Numbers
from annotate.release.built import Built
from annotate.release.row_spill import RowSpill
from annotate.release.version import Version

Json = dict[str, Any]


class RowVersions:
    """The first and the last version of each chunk: by hashes of their ids, in small numbers."""

    def __init__(self, rows: Iterable[tuple[str, str, str]] = ()) -> None:
        self._index, self._names = NameIndex(), Numbers()
        self._first, self._last = array("H"), array("H")
        for chunk_id, first, last in rows:
            self._index.add(chunk_id)
            self._first.append(self._names[first])
            self._last.append(self._names[last])
        self._spelt = list(self._names)

    def __len__(self) -> int:
        return len(self._index)

    def of(self, chunk_id: str) -> tuple[str, str] | None:
        """Give both versions of a chunk; None for one that was not there."""
        for number in self._index.at(chunk_id):
            return self._spelt[self._first[number]], self._spelt[self._last[number]]
        return None


def with_versions(
    built: Built, version: str, before: RowVersions, changed: Container[tuple[str]]
) -> Built:
    """Say of each chunk since when it is there and when it last changed, old ones first.

    `before` has the versions that the last release says; `changed` are the chunks that differ from
    it. Those of one age stay in their order.
    """
    spans, ages = RowSpill(), _Ages(version)
    for row in built.rows["spans"]:
        first, last = before.of(row["id"]) or (version, version)
        last = version if (row["id"],) in changed else last
        spans.append(row | {"first_version": first, "last_changed_version": last})
        ages.add(row["id"], row["article_id"], first)
    if not before:  # all rows are of one age
        return replace(built, rows=built.rows | {"spans": spans})
    others = {name: rows.sorted_by(ages.of) for name, rows in built.rows.items() if name != "spans"}
    return replace(built, rows=others | {"spans": spans.by_rank(ages.of_chunks())})


class _Ages:
    """How old rows are: as their chunk; those without one, as the oldest of their article's."""

    def __init__(self, version: str) -> None:
        self._chunks, self._articles = NameIndex(), NameIndex()
        self._first = array("H")  # of chunks and articles alike
        self._names = Numbers()
        self._own = self._names[version]
        self._ranks: list[int] = []
        self._last: tuple[str | None, int] = None, 0

    def add(self, chunk_id: str, article_id: str, first: str) -> None:
        """Take in a chunk; all of them come before the first is asked for."""
        self._chunks.add(chunk_id)
        self._articles.add(article_id)
        self._first.append(self._names[first])

    def of_chunks(self) -> NDArray[np.int64]:
        """Rank the chunks, in the order in which they came."""
        ranks: NDArray[np.int64] = np.array(self._ranked(), np.int64)[np.array(self._first)]
        return ranks

    def of(self, row: Json) -> int:
        """Rank a row of any config; the lower the older."""
        for number in self._chunks.at(row.get("id", "")):
            return self._rank(number)
        if self._last[0] != (name := row["article_id"]):
            ranks = map(self._rank, self._articles.at(name))
            self._last = name, min(ranks, default=self._ranked()[self._own])
        return self._last[1]

    def _rank(self, number: int) -> int:
        return self._ranked()[self._first[number]]

    def _ranked(self) -> list[int]:
        if not self._ranks:
            in_order = sorted(self._names, key=_number)
            self._ranks = [in_order.index(name) for name in self._names]
        return self._ranks


def _number(version: str) -> Version:
    number = Version.parse(version)
    assert number is not None, "a release's own versions are numbers"
    return number
