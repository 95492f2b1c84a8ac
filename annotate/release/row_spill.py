"""The rows of one config while a release is built: on disk, each as the line that is hashed."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, Self

import orjson

from annotate.labels.spill import Spill

Json = dict[str, Any]


def line_of(row: Json) -> bytes:
    """Spell a row as it is hashed."""
    return orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


class RowSpill(Spill[Json]):
    """Rows in an order; the article of each is held, for splits are by article."""

    def __init__(self, rows: Iterable[Json] = ()) -> None:
        super().__init__()
        self.articles: list[str] = []
        for row in rows:
            self.append(row)

    def append(self, value: Json) -> None:
        super().append(value)
        # One string for all rows of an article.
        self.articles.append(sys.intern(value["article_id"]))

    def chosen(self, numbers: Iterable[int]) -> Self:
        numbers = array("q", numbers)
        found = super().chosen(numbers)
        found.articles = [self.articles[number] for number in numbers]
        return found

    def lines(self) -> Iterator[bytes]:
        """Give the rows as they are written."""
        for place in self._places:
            yield self._at(place).readline()

    def sorted_by(self, key: Callable[[Json], Any]) -> Self:
        """Put the rows in order; those that are in order already are left as they are."""
        keys = [key(row) for row in self]
        order = sorted(range(len(keys)), key=keys.__getitem__)
        return self if order == list(range(len(keys))) else self.chosen(order)

    def _encoded(self, value: Json) -> bytes:
        return line_of(value)

    def _read(self, file: IO[bytes]) -> Json:
        found: Json = orjson.loads(file.readline())
        return found
