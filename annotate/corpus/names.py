"""Names as numbers: small enough to hold those of a million rows."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
_WHOLE = 1 << 64


class Numbers(dict[Any, int]):
    """Numbers what it is asked for, in order of arrival."""

    def __missing__(self, key: Any) -> int:
        self[key] = len(self)
        return self[key]


class Column:
    """Whole numbers modulo 2^64 by the numbers of things; 0 where nothing was put."""

    def __init__(self) -> None:
        self._values = array("Q")

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, number: int) -> int:
        return self._values[number] if number < len(self._values) else 0

    def __setitem__(self, number: int, value: int) -> None:
        if number >= len(self._values):
            self._values.extend([0] * (number + 1 - len(self._values)))
        self._values[number] = value % _WHOLE

    def add(self, number: int, value: int) -> None:
        self[number] = self[number] + value


class NameIndex:
    """Finds the numbers under which names came: 8 bytes a name, and 12 more once it is asked.

    Names are told apart by 64 bits of a hash: of a million, two are taken for one with a chance
    of one in 30 million. Whoever reads what a number leads to can see whether it has the name.
    """

    def __init__(self, hashes: array[int] | None = None) -> None:
        self.hashes = array("q") if hashes is None else hashes
        self._sorted: tuple[Whole, NDArray[np.uint32]] | None = None

    def __len__(self) -> int:
        return len(self.hashes)

    def add(self, name: str) -> None:
        self.hashes.append(hash(name))
        self._sorted = None

    def at(self, name: str) -> list[int]:
        """Give the numbers of a name, in order of arrival."""
        keys, order = self._in_order()
        key = hash(name)
        low = high = bisect_left(keys.data, key)  # through the buffer, five times as fast
        while high < len(keys) and keys[high] == key:
            high += 1
        found: list[int] = order[low:high].tolist()
        return found

    def first_of(self, hashes: Whole) -> Whole:
        """Give for each hash the first number of its name, -1 where there is none."""
        keys, _ = self._in_order()
        return self._numbers_at(np.searchsorted(keys, hashes, "left"), hashes)

    def last_of(self, hashes: Whole) -> Whole:
        """Give for each hash the last number of its name, -1 where there is none."""
        keys, _ = self._in_order()
        return self._numbers_at(np.searchsorted(keys, hashes, "right") - 1, hashes)

    def _numbers_at(self, places: NDArray[np.intp], hashes: Whole) -> Whole:
        keys, order = self._in_order()
        if not len(keys):
            return np.full(len(hashes), -1, np.int64)
        np.clip(places, 0, len(keys) - 1, out=places)
        return np.where(keys[places] == hashes, order[places].astype(np.int64), -1)

    def counts(self, hashes: Whole) -> Whole:
        """Count the numbers of each name, by the hash of it."""
        keys, _ = self._in_order()
        return np.searchsorted(keys, hashes, "right") - np.searchsorted(keys, hashes, "left")

    def groups(self) -> Iterator[list[int]]:
        """Give the numbers of each name, names in order of arrival."""
        keys, order = self._in_order()
        firsts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
        ends = np.append(firsts[1:], len(keys))
        for place in np.argsort(order[firsts], kind="stable").tolist():
            yield order[firsts[place] : ends[place]].tolist()

    def _in_order(self) -> tuple[Whole, NDArray[np.uint32]]:
        """Give all hashes sorted, and where each came."""
        if self._sorted is None:
            hashes = np.array(self.hashes, np.int64)
            order = np.argsort(hashes, kind="stable").astype(np.uint32)
            self._sorted = hashes[order], order
        return self._sorted


class Known:
    """Knows what was added, by 64 bits of a hash: eight bytes each."""

    def __init__(self) -> None:
        self._hashes, self._in_order = array("q"), True

    def add(self, *what: str) -> None:
        self._hashes.append(hash(what))
        self._in_order = False

    def __contains__(self, what: object) -> bool:
        self._sort()
        key = hash(what)
        place = bisect_left(self._hashes, key)
        return place < len(self._hashes) and self._hashes[place] == key

    def repeats(self) -> int:
        """Count what was added again."""
        self._sort()
        hashes = np.frombuffer(self._hashes, np.int64) if self._hashes else np.empty(0, np.int64)
        return int(np.count_nonzero(hashes[1:] == hashes[:-1]))

    def _sort(self) -> None:
        if not self._in_order:
            np.frombuffer(self._hashes, np.int64).sort()
            self._in_order = True


def place_of(names: Sequence[str], name: str) -> int:
    """Give the place of a name among sorted ones, -1 where it is none of them."""
    place = bisect_left(names, name)
    return place if place < len(names) and names[place] == name else -1


def taken(values: array[int], numbers: NDArray[Any]) -> array[int]:
    """Take some of the values, in this order."""
    found = array(values.typecode)
    found.frombytes(np.array(values)[numbers].tobytes())
    return found
