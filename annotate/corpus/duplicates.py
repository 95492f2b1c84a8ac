"""Articles that repeat another one: samples nominate pairs, all their shingles confirm them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from annotate.corpus.shingles import SIZE, WHOLE_WORDS, WINDOW, Hashes, shingles

JACCARD = 0.5
CONTAINMENT = 0.8
LEAST_CONTAINED = 9  # shingles; the sample promises to find no shorter text inside a longer one

_PARTITION = 1 << 22
_SLICE = 1 << 20
_FEW = 8
_MOST_ASKED = 32
_SHELF_ROOM = 1 << 21
_SAMPLED = 2 / (WINDOW + 1)
_LINK = 1 << 32
_LOW = np.uint64(_LINK - 1)
_CHOICE = np.uint64(24)
# In 77,000 simulated pairs at the thresholds the keys in common were .33 of those expected or
# more, but for texts below 30 words, where they were one at least.
_PROMISING = 0.25

Places = NDArray[np.int64]
Kind = Literal["same", "near", "contained"]


@dataclass(frozen=True)
class Twin:
    """The article that stands for another one.

    `similarity` is the Jaccard index of their shingles, or if "contained" the share of the
    duplicate's shingles that the other has; exact, in 4 places.
    """

    of: int
    similarity: float
    kind: Kind


@dataclass(frozen=True)
class Keys:
    """The samples of all articles in a row (a `numpy.memmap` will do).

    Those of article i are `flat[offsets[i] : offsets[i + 1]]`.
    """

    flat: Hashes
    offsets: Places

    @classmethod
    def of(cls, samples: Sequence[Hashes]) -> Keys:
        """Put samples in a row."""
        flat = np.concatenate([np.empty(0, np.uint64), *samples])
        return cls(flat, np.cumsum([0, *map(len, samples)], dtype=np.int64))

    def __getitem__(self, article: int) -> Hashes:
        return self.flat[self.offsets[article] : self.offsets[article + 1]]


def find_twins(  # noqa: PLR0917 -- columns of one table of articles
    keys: Keys,
    exact: NDArray[np.uint64],
    words: NDArray[np.integer],
    rank: Places,
    text_of: Callable[[int], str],
    pushed: NDArray[np.bool_],
) -> dict[int, Twin]:
    """Find the articles that repeat another one, with the one that stands for each.

    Articles are settled one after the other: pushed ones first, then by `rank`, then by number.
    Each becomes a duplicate of the first one before it that is no duplicate itself and that it
    repeats, or else stands for itself; a pushed one always does. So nothing points at a duplicate,
    and with ranks that differ the numbering of the articles changes nothing. An article repeats
    another one if it has the same words ("same"), a Jaccard index of .5 ("near"), or if it is the
    one with fewer shingles and .8 of them are in the other ("contained"): a longer article
    is never left out for a part of it, so let the longer ones have the lower rank. Without five
    words only "same" counts, without a word nothing does.
    """
    order = np.lexsort((rank, ~pushed))
    leaders = _leaders(exact[order], words[order])
    leads = leaders == np.arange(len(order))
    jury = _Jury(keys, words, text_of)
    later, earlier = _nominated(keys, order, leads & (words[order] >= SIZE), jury.expected[order])
    free = ~pushed[order][later]
    twins = _settled(later[free], earlier[free], order, jury)
    for place in np.flatnonzero(~leads & ~pushed[order]):
        leader = int(order[leaders[place]])
        twins[int(order[place])] = twins.get(leader, Twin(leader, 1.0, "same"))
    return twins


def resemblance(first: Hashes, second: Hashes) -> tuple[float, float]:
    """Give the Jaccard index of two sets, and the share of the smaller one in the other."""
    smaller, larger = sorted((len(first), len(second)))
    if smaller == 0:
        return 0.0, 0.0
    common = _common(first, second)
    return common / (smaller + larger - common), common / smaller


def _common(first: Hashes, second: Hashes) -> int:
    few, many = (first, second) if len(first) <= len(second) else (second, first)
    if len(few) == 0:
        return 0
    return int(np.count_nonzero(many.take(np.searchsorted(many, few), mode="clip") == few))


def _leaders(exact: NDArray[np.uint64], words: NDArray[np.integer]) -> Places:
    """For each place, the first place with the same words."""
    _, first, which = np.unique(exact, return_index=True, return_inverse=True)
    return np.where(words > 0, first[which], np.arange(len(exact)))


def _settled(later: Places, earlier: Places, order: Places, jury: _Jury) -> dict[int, Twin]:
    """Settle nominated pairs, which come by their later place, the most promising first."""
    stands_for = np.arange(len(order))
    twins: dict[int, Twin] = {}
    ends = np.flatnonzero(np.append(later[1:] != later[:-1], np.True_)) + 1 if len(later) else ()
    start = 0
    for end in ends:
        place, nominees = later[start], earlier[start : min(end, start + _MOST_ASKED)]
        start = end
        for candidate in np.unique(stands_for[nominees]):
            twin = jury.verdict(int(order[place]), int(order[candidate]))
            if twin:
                twins[int(order[place])] = twin
                stands_for[place] = candidate
                break
    return twins


class _Jury:
    """Compares articles by all their shingles, those used last at hand."""

    def __init__(
        self, keys: Keys, words: NDArray[np.integer], text_of: Callable[[int], str]
    ) -> None:
        self.expected = np.diff(keys.offsets) * np.where(words < WHOLE_WORDS, _SAMPLED, 1.0)
        self._keys = keys
        self._words = words
        self._text_of = text_of
        self._shelf: OrderedDict[int, Hashes] = OrderedDict()
        self._filled = 0

    def verdict(self, article: int, other: int) -> Twin | None:
        """Say whether an article repeats another one."""
        expected = min(self.expected[article], self.expected[other])
        if _common(self._keys[article], self._keys[other]) < _least_common(expected):
            return None
        mine, theirs = self._shingles(article), self._shingles(other)
        jaccard, containment = resemblance(mine, theirs)
        if jaccard >= JACCARD:
            return Twin(other, round(jaccard, 4), "near")
        if containment >= CONTAINMENT and LEAST_CONTAINED <= len(mine) < len(theirs):
            return Twin(other, round(containment, 4), "contained")
        return None

    def _shingles(self, article: int) -> Hashes:
        if self._words[article] < WHOLE_WORDS:
            return self._keys[article]
        if article in self._shelf:
            self._shelf.move_to_end(article)
            return self._shelf[article]
        found = self._shelf[article] = shingles(self._text_of(article))
        self._filled += len(found)
        while self._filled > _SHELF_ROOM and len(self._shelf) > 1:
            self._filled -= len(self._shelf.popitem(last=False)[1])
        return found


def _least_common(expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many keys two twins have in common at least, of those that the smaller one gives."""
    return np.maximum(1, _PROMISING * expected - 1)


def _nominated(
    keys: Keys, order: Places, asked: NDArray[np.bool_], expected: NDArray[np.float64]
) -> tuple[Places, Places]:
    """Pair places whose samples can have enough in common: the later ones and the earlier ones.

    They come by later place, those that may have the most in common first. A key of more than
    `_FEW` holders links each with the first and with the one before it only; pairs with such a
    link are taken to share as many of these keys as they can.
    """
    tally, popular = _Tally(), np.zeros(len(order), np.int64)
    bits = np.uint64(len(order).bit_length())
    for packed in _partitions(keys, order, asked, bits):
        holders, first = _groups(packed, bits)
        crowded = _sizes(first) > _FEW
        tally.add(_all_pairs(holders, first, ~crowded), 1)
        tally.add(_some_pairs(holders, first, crowded), _LINK)
        popular += np.bincount(holders[crowded], minlength=len(order))
    pairs, counts = tally.total()
    later, earlier = (pairs >> np.uint64(32)).astype(np.int64), (pairs & _LOW).astype(np.int64)
    shared = counts % _LINK + (counts >= _LINK) * np.minimum(popular[later], popular[earlier])
    keep = shared >= _least_common(np.minimum(expected[later], expected[earlier]))
    later, earlier, shared = later[keep], earlier[keep], shared[keep]
    best = np.lexsort((earlier, -shared, later))
    return later[best], earlier[best]


def _partitions(
    keys: Keys, order: Places, asked: NDArray[np.bool_], bits: np.uint64
) -> Iterator[Hashes]:
    """Give the upper bits of the keys with the places of their holders below, sorted, in parts."""
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    parts = 1 << max(0, int(len(keys.flat) - 1).bit_length() - _PARTITION.bit_length() + 1)
    for part in range(parts):
        pieces: list[Hashes] = [np.empty(0, np.uint64)]
        for start, end in _blocks(keys.offsets):
            flat = keys.flat[keys.offsets[start] : keys.offsets[end]]
            at = np.flatnonzero((flat >> _CHOICE) & np.uint64(parts - 1) == part)
            bounds = keys.offsets[start : end + 1] - keys.offsets[start]
            holders = place[start + np.searchsorted(bounds, at, side="right") - 1]
            at, holders = at[asked[holders]], holders[asked[holders]]
            pieces.append((flat[at] >> bits << bits) | holders.astype(np.uint64))
        packed = np.concatenate(pieces)
        packed.sort()
        yield from _slices(packed, bits)


def _slices(packed: Hashes, bits: np.uint64) -> Iterator[Hashes]:
    """Cut sorted keys where one ends, so that their pairs need little room."""
    start = 0
    while len(packed) - start > _SLICE:
        last = packed[start + _SLICE] >> bits << bits
        end = int(np.searchsorted(packed, last | ((np.uint64(1) << bits) - np.uint64(1)), "right"))
        yield packed[start:end]
        start = end
    yield packed[start:]


def _blocks(offsets: Places) -> Iterator[tuple[int, int]]:
    """Cut the articles into ranges of about a slice's number of keys."""
    start = 0
    while start < len(offsets) - 1:
        reach = np.searchsorted(offsets, offsets[start] + _SLICE, side="right") - 1
        end = max(start + 1, int(reach))
        yield start, end
        start = end


def _groups(packed: Hashes, bits: np.uint64) -> tuple[Places, Places]:
    """Give the holders of keys that others hold too, and where the group of each begins."""
    key = packed >> bits
    again = np.append(False, key[1:] == key[:-1])[: len(key)]
    shared = again | np.append(again[1:], False)[: len(key)]
    holders = (packed[shared] & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
    begins = np.where(again[shared], 0, np.arange(len(holders)))
    return holders, np.maximum.accumulate(begins)


def _sizes(first: Places) -> Places:
    """Give the size of the group of each, from where it begins."""
    return np.bincount(first, minlength=len(first))[first]


def _all_pairs(holders: Places, first: Places, chosen: NDArray[np.bool_]) -> Hashes:
    at = np.flatnonzero(chosen)
    pairs: list[Hashes] = [np.empty(0, np.uint64)]
    for back in range(1, _FEW):
        at = at[at - first[at] >= back]
        pairs.append(_pair(holders[at], holders[at - back]))
    return np.concatenate(pairs)


def _some_pairs(holders: Places, first: Places, chosen: NDArray[np.bool_]) -> Hashes:
    at = np.flatnonzero(chosen & (first < np.arange(len(first))))
    begin = _pair(holders[at], holders[first[at]])
    return np.concatenate([begin, _pair(holders[at], holders[at - 1])])


def _pair(later: Places, earlier: Places) -> Hashes:
    """Make a number of each pair; cut keys may meet themselves, which makes none."""
    apart = later != earlier
    pairs: Hashes = later[apart].astype(np.uint64) << np.uint64(32)
    pairs |= earlier[apart].astype(np.uint64)
    return pairs


class _Tally:
    """Counts pairs; new ones wait until they are as many as the ones known."""

    def __init__(self) -> None:
        self._known: tuple[Hashes, Places] = np.empty(0, np.uint64), np.empty(0, np.int64)
        self._waiting: list[tuple[Hashes, Places]] = []

    def add(self, pairs: Hashes, weight: int) -> None:
        distinct, counts = np.unique(pairs, return_counts=True)
        self._waiting.append((distinct, counts * weight))
        waiting = sum(len(each) for each, _ in self._waiting)
        if waiting > max(_SLICE, len(self._known[0])):
            self.total()

    def total(self) -> tuple[Hashes, Places]:
        """Give the distinct pairs, sorted, and their counts."""
        parts = [self._known, *self._waiting]
        pairs, counts = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(pairs, kind="stable")
        pairs, counts = pairs[order], counts[order]
        new = np.flatnonzero(np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)])
        sums = np.add.reduceat(counts, new) if len(new) else counts
        self._known, self._waiting = (pairs[new], sums), []
        return self._known
