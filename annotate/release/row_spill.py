"""The rows of one config while a release is built: on disk, each as the line that is hashed."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from typing import Any, Self, TypeVar

import numpy as np
import orjson
from numpy.typing import NDArray

from annotate.labels.spill import Spill

Json = dict[str, Any]
_Told = TypeVar("_Told", bound=np.generic)


def line_of(row: Json) -> bytes:
    """Spell a row as it is hashed."""
    return orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


class RowSpill(Spill[Json]):
    """Rows in an order, and which article each is of: splits are by article.

    Rows of one article follow one another, so a hash of its id is held for each such stretch.
    """

    def __init__(self) -> None:
        super().__init__()
        self._owners, self._begins = array("q"), array("I")

    def append(self, value: Json) -> None:
        owner = hash(value["article_id"])
        if not self._owners or self._owners[-1] != owner:
            self._owners.append(owner)
            self._begins.append(len(self))
        super().append(value)

    def of_articles(self, told: Callable[[NDArray[np.int64]], NDArray[_Told]]) -> NDArray[_Told]:
        """Give for each row what is told of its article, by the hash of that one's id."""
        lengths = np.diff(np.array(self._begins, np.int64), append=len(self._pile))
        found = np.repeat(told(np.array(self._owners, np.int64)), lengths)
        return found if self._order is None else found[np.array(self._order)]

    def owners(self) -> frozenset[int]:
        """Give the hashes of the ids of the articles that have rows."""
        return frozenset(self._owners)

    def lines(self) -> Iterator[bytes]:
        """Give the rows as they are written."""
        return self._records()

    def sorted_by(self, rank: Callable[[Json], int]) -> Self:
        """Put rows of a lower rank first, and leave those of one rank in their order."""
        return self.by_rank(np.fromiter(map(rank, self), np.int64, len(self)))

    def by_rank(self, ranks: NDArray[np.int64]) -> Self:
        """Put rows in the order of their ranks, as `sorted_by` does."""
        in_order = bool((ranks[1:] >= ranks[:-1]).all())
        return self if in_order else self.chosen(np.argsort(ranks, kind="stable"))

    def _encoded(self, value: Json) -> bytes:
        return line_of(value)

    def _decoded(self, data: bytes) -> Json:
        found: Json = orjson.loads(data)
        return found
