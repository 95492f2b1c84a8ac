"""What was seen in which splits of a release, for releases larger than memory."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from annotate.corpus.names import Numbers

_SPLIT_BITS = 8
_MOST_SPLITS = (1 << _SPLIT_BITS) - 1
_KEYS = (1 << 64 - _SPLIT_BITS) - 1
_ROOM = 1 << 16  # keys, before those that stand there twice are looked for


class Thing(NamedTuple):
    """What must not stand in two splits; `kind` is a place in the kinds asked about."""

    kind: int
    name: str


class Sightings:
    """Remembers of each thing the splits it stands in, in 8 to 16 bytes each, and not its name.

    Things are told apart by 56 bits of a hash, so what is found here is only a suspect.
    """

    def __init__(self, room: int = _ROOM) -> None:
        self._keys = array("Q")
        self._splits = Numbers()
        self._last: dict[int, tuple[str, str]] = {}
        self._in_order = True
        self._least = self._room = room

    def __len__(self) -> int:
        return len(self._keys)

    def note(self, thing: Thing, split: str) -> None:
        """Note a thing; the same again right after it says nothing new."""
        if self._last.get(thing.kind) == (thing.name, split):
            return
        self._last[thing.kind] = (thing.name, split)
        number = min(self._splits[split], _MOST_SPLITS)
        self._keys.append(key_of(thing) << _SPLIT_BITS | number)
        self._in_order = False
        if len(self._keys) > self._room:
            self._forget_repeats()

    def apart(self) -> set[int]:
        """Give the keys of the things that stand in several splits."""
        self._sort()
        keys = np.frombuffer(self._keys, np.uint64) if self._keys else np.empty(0, np.uint64)
        things = keys >> np.uint64(_SPLIT_BITS)
        several = things[1:] == things[:-1]
        several &= keys[1:] != keys[:-1]
        return set(things[1:][several].tolist())

    def splits_of(self, thing: Thing) -> Iterator[str]:
        """Give the splits in which a thing stands."""
        self._sort()
        key, names = key_of(thing), list(self._splits)
        place, last = bisect_left(self._keys, key << _SPLIT_BITS), -1
        while place < len(self._keys) and self._keys[place] >> _SPLIT_BITS == key:
            number = self._keys[place] & _MOST_SPLITS
            if number != last:
                yield names[number]
            place, last = place + 1, number

    def _sort(self) -> None:
        if not self._in_order:
            np.frombuffer(self._keys, np.uint64).sort()
            self._in_order = True

    def _forget_repeats(self) -> None:
        """Hold each key once: an article stands in a split with all its rows."""
        self._sort()
        keys = np.frombuffer(self._keys, np.uint64)
        first = np.append(True, keys[1:] != keys[:-1])
        count = int(np.count_nonzero(first))
        if count < len(first):
            keys[:count] = keys[first]
        del keys  # an array that is looked at cannot be cut
        del self._keys[count:]
        self._room = max(self._least, 2 * count)


def key_of(thing: Thing) -> int:
    return hash(thing) & _KEYS
