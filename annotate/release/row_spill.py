"""The rows of one config while a release is built: on disk, each as the line that is hashed."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np
import orjson
from numpy.typing import NDArray

from annotate.labels.names import Numbers
from annotate.labels.spill import Spill

Json = dict[str, Any]


def line_of(row: Json) -> bytes:
    """Spell a row as it is hashed."""
    return orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


class RowSpill(Spill[Json]):
    """Rows in an order, and the number of the article that each is of: splits are by article.

    Rows of one article follow one another, so numbers are held by stretches.
    """

    def __init__(self, articles: Numbers | None = None) -> None:
        super().__init__()
        self.articles = Numbers() if articles is None else articles
        self._owners, self._begins = array("I"), array("I")

    def append(self, value: Json) -> None:
        owner = self.articles[value["article_id"]]
        if not self._owners or self._owners[-1] != owner:
            self._owners.append(owner)
            self._begins.append(len(self))
        super().append(value)

    def owners(self) -> NDArray[np.uint32]:
        """Give the number of each row's article."""
        lengths = np.diff(np.array(self._begins, np.int64), append=len(self._pile))
        found: NDArray[np.uint32] = np.repeat(np.array(self._owners, np.uint32), lengths)
        return found if self._order is None else found[np.array(self._order)]

    def lines(self) -> Iterator[bytes]:
        """Give the rows as they are written."""
        return self._records()

    def sorted_by(self, key: Callable[[Json], Any]) -> Self:
        """Put the rows in order; those that are in order already are left as they are."""
        if self._in_order(key):
            return self
        keys = list(map(key, self))
        return self.chosen(sorted(range(len(keys)), key=keys.__getitem__))

    def _in_order(self, key: Callable[[Json], Any]) -> bool:
        keys = map(key, self)
        before = next(keys, None)
        for one in keys:
            if one < before:
                return False
            before = one
        return True

    def _encoded(self, value: Json) -> bytes:
        return line_of(value)

    def _decoded(self, data: bytes) -> Json:
        found: Json = orjson.loads(data)
        return found
