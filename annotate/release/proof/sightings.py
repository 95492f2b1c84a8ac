"""What was seen where in a release, for releases larger than memory."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotate.release.proof.opened import Part

Array = NDArray[Any]
KEY_BYTES = 8


class Sighting(NamedTuple):
    """A thing that was seen in a row of a file; `kind` is a place in the kinds asked about."""

    kind: int
    part: Part
    row: int

    @property
    def place(self) -> str:
        return f"{self.part.name}, row {self.row}"


class Sightings:
    """Remembers of each thing the rows it stands in, in 17 bytes, and nothing of its name.

    Things are told apart by 64 bits of a hash: among ten million, two are taken for one with a
    chance of one in 400,000.
    """

    def __init__(self) -> None:
        self._keys, self._kinds, self._rows = array("Q"), array("B"), array("Q")
        self._parts: list[Part] = []
        self._last: dict[int, tuple[str, str]] = {}
        self._sorted: tuple[Array, Array] | None = None

    def __len__(self) -> int:
        return len(self._keys)

    def note(self, kind: int, name: str, part: Part, row: int) -> None:
        """Note a thing; the same again right after it says nothing new."""
        if self._last.get(kind) == (name, part.split):
            return
        self._last[kind] = (name, part.split)
        if not self._parts or self._parts[-1] != part:
            self._parts.append(part)
        self._keys.append(key_of(kind, name))
        self._kinds.append(kind)
        self._rows.append(len(self._parts) - 1 << 40 | row)

    def apart(self) -> Iterator[list[Sighting]]:
        """Give the things that stand in several splits: the first row of each of them, in order."""
        keys, order = self._in_order()
        splits = self._splits().take(order)
        same = keys[1:] == keys[:-1]
        begins = np.flatnonzero(np.append(True, ~same))[: len(keys)]
        low, high = (each.reduceat(splits, begins) for each in (np.minimum, np.maximum))
        ends = np.append(begins[1:], len(keys))
        several = np.flatnonzero(low != high) if len(begins) else begins
        first = np.argsort(order[begins[several]], kind="stable")
        for number in several[first].tolist():
            yield self._firsts(order[begins[number] : ends[number]])

    def of(self, kind: int, name: str) -> list[Sighting]:
        """Give the first row of each split in which a thing stands."""
        keys, order = self._in_order()
        key = np.uint64(key_of(kind, name))
        low, high = np.searchsorted(keys, key, "left"), np.searchsorted(keys, key, "right")
        return self._firsts(order[low:high])

    def _firsts(self, numbers: Array) -> list[Sighting]:
        found: dict[str, Sighting] = {}
        for number in numbers.tolist():
            at = self._rows[number]
            part = self._parts[at >> 40]
            sighting = Sighting(self._kinds[number], part, at & (1 << 40) - 1)
            found.setdefault(part.split, sighting)
        return list(found.values())

    def _in_order(self) -> tuple[Array, Array]:
        """Give all keys sorted, and where each was noted; of equal ones the first comes first."""
        if self._sorted is None or len(self._sorted[0]) != len(self._keys):
            keys = np.array(self._keys, np.uint64)
            order = np.argsort(keys, kind="stable")
            self._sorted = keys[order], order
        return self._sorted

    def _splits(self) -> Array:
        names = sorted({part.split for part in self._parts})
        of_part = np.array([names.index(part.split) for part in self._parts], np.uint8)
        return of_part.take(np.array(self._rows, np.uint64).astype(np.int64) >> 40)


def key_of(kind: int, name: str) -> int:
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES)
    return int.from_bytes(digest.digest(), "big") ^ kind
