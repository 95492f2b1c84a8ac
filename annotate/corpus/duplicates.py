"""Articles that repeat another one: samples nominate pairs, all their shingles confirm them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from annotate.corpus.shingles import SIZE, WHOLE_WORDS, WINDOW, Hashes, shingles
from annotate.workspace import TEMPORARY, temporary_file, writing

JACCARD = 0.5
CONTAINMENT = 0.8
LEAST_CONTAINED = 9  # shingles; the sample promises to find no shorter text inside a longer one

_PARTITION = 1 << 20
_SLICE = 1 << 18
_KEYS_HELD = 1 << 12  # articles whose samples stay at hand
_PARTS = 32  # that pairs are parted into on disk
_AT_ONCE = 1 << 16  # pairs, about, that are counted together
_FEW = 8
_MOST_ASKED = 32
_SHELF_ROOM = 1 << 21
_SAMPLED = 2 / (WINDOW + 1)
_LOW = np.uint64((1 << 32) - 1)
_CHOICE = np.uint64(24)
# In 77,000 simulated pairs at the thresholds the keys in common were .33 of those expected or
# more, but for texts below 30 words, where they were one at least.
_PROMISING = 0.25

Places = NDArray[np.int64]
Kind = Literal["same", "near", "contained"]


class Pairs(NamedTuple):
    """Places in two columns."""

    later: Places
    earlier: Places


@dataclass(frozen=True)
class Twin:
    """The article that stands for another one.

    `similarity` is the Jaccard index of their shingles, or if "contained" the share of the
    duplicate's shingles that the other has; exact, in 4 places.
    """

    of: int
    similarity: float
    kind: Kind


class Row(Protocol):
    """Hashes in a row, of which stretches are asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Hashes: ...


@dataclass(frozen=True)
class Keys:
    """The samples of all articles in a row, in memory or on disk.

    Those of article i are `flat[offsets[i] : offsets[i + 1]]`.
    """

    flat: Row
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
    asked = leads & (words[order] >= SIZE)
    twins = _settled(
        _nominated(keys, order, asked, jury.expected[order], ~pushed[order]), order, jury
    )
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
    return int(np.count_nonzero(many.take(many.searchsorted(few), mode="clip") == few))


def _leaders(exact: NDArray[np.uint64], words: NDArray[np.integer]) -> Places:
    """For each place, the first place with the same words."""
    _, first, which = np.unique(exact, return_index=True, return_inverse=True)
    return np.where(words > 0, first[which], np.arange(len(exact)))


def _settled(pairs: Iterator[Pairs], order: Places, jury: _Jury) -> dict[int, Twin]:
    """Settle nominated pairs, which come by their later place, the most promising first."""
    stands_for = np.arange(len(order))
    twins: dict[int, Twin] = {}
    for later, earlier in pairs:
        start = 0
        for end in np.flatnonzero(np.append(later[1:] != later[:-1], np.True_)) + 1:
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
        self._least = _least_common(self.expected)  # grows with what is expected
        self._keys = lru_cache(maxsize=_KEYS_HELD)(keys.__getitem__)
        self._words = words
        self._text_of = text_of
        self._shelf: OrderedDict[int, Hashes] = OrderedDict()
        self._filled = 0

    def verdict(self, article: int, other: int) -> Twin | None:
        """Say whether an article repeats another one."""
        least = min(self._least[article], self._least[other])
        if _common(self._keys(article), self._keys(other)) < least:
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
            return self._keys(article)
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
    keys: Keys,
    order: Places,
    asked: NDArray[np.bool_],
    expected: NDArray[np.float64],
    free: NDArray[np.bool_],
) -> Iterator[Pairs]:
    """Pair places whose samples can have enough in common, where the later one is free.

    They come by later place, those of some places at a time, and of one place those first that may
    have the most in common. A key of more than `_FEW` holders links each with the first and with
    the one before it only; pairs with such a link are taken to share as many of these keys as they
    can.
    """
    tally, popular = _Tally(len(order)), np.zeros(len(order), np.int64)
    bits = np.uint64(len(order).bit_length())
    for packed in _partitions(keys, order, asked, bits):
        holders, first = _groups(packed, bits)
        crowded = _sizes(first) > _FEW
        for pairs in _all_pairs(holders, first, ~crowded, _FEW):
            tally.add(pairs)
        tally.add(_some_pairs(holders, first, crowded), crowded=True)
        popular += np.bincount(holders[crowded], minlength=len(order))
    for later, earlier, counts, weights in tally.counted():
        shared = counts + (weights > 0) * np.minimum(popular[later], popular[earlier])
        keep = shared >= _least_common(np.minimum(expected[later], expected[earlier]))
        kept = np.flatnonzero(keep & free[later])
        best = kept[np.lexsort((earlier[kept], -shared[kept], later[kept]))]
        if len(best):
            yield Pairs(later[best], earlier[best])


def shared_keys(keys: Keys, most: int) -> Iterator[tuple[Places, Places, Places]]:
    """Count the keys that pairs of articles have in common, but for keys of more than `most`.

    Gives columns of the later article, the earlier one, and the count; pairs with none are not
    named.
    """
    articles = len(keys.offsets) - 1
    order, bits = np.arange(articles), np.uint64(articles.bit_length())
    tally = _Tally(articles)
    for packed in _partitions(keys, order, np.ones(articles, bool), bits):
        holders, first = _groups(packed, bits)
        for pairs in _all_pairs(holders, first, _sizes(first) <= most, most):
            tally.add(pairs)
    for later, earlier, counts, _ in tally.counted():
        yield later, earlier, counts


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
        del pieces
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


def _all_pairs(
    holders: Places, first: Places, chosen: NDArray[np.bool_], most: int
) -> Iterator[Hashes]:
    """Pair all holders of the same key, of which there are `most`."""
    at = np.flatnonzero(chosen)
    for back in range(1, most):
        at = at[at - first[at] >= back]
        if len(at):
            yield _pair(holders[at], holders[at - back])


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
    """Counts pairs of places, those of crowded keys apart.

    Pairs that are too many for memory wait on disk, parted by the later place of each.
    """

    def __init__(self, places: int) -> None:
        self._wide = max(1, -(-places // _PARTS))
        self._waiting: dict[bool, list[Hashes]] = {False: [], True: []}
        self._held = 0
        self._stored: dict[tuple[bool, int], IO[bytes]] = {}

    def add(self, pairs: Hashes, *, crowded: bool = False) -> None:
        self._waiting[crowded].append(pairs)
        self._held += len(pairs)
        if self._held > _SLICE:
            self._store()

    def _store(self) -> None:
        for crowded, pairs in self._waiting.items():
            together = np.concatenate([np.empty(0, np.uint64), *pairs])
            together.sort()
            for part, own in enumerate(_parted(together, self._borders())):
                if len(own):
                    with writing(TEMPORARY):
                        self._file(crowded, part).write(own.tobytes())
            pairs.clear()
        self._held = 0

    def _borders(self) -> Places:
        return np.arange(1, _PARTS) * self._wide

    def _file(self, crowded: bool, part: int) -> IO[bytes]:
        if (crowded, part) not in self._stored:
            self._stored[crowded, part] = temporary_file()
        return self._stored[crowded, part]

    def counted(self) -> Iterator[tuple[Places, Places, Places, Places]]:
        """Give later and earlier places, and how many plain and crowded keys are behind each.

        They come by later place, those of some places at a time.
        """
        if self._stored:
            self._store()
        wide = self._wide if self._stored else self._wide * _PARTS
        for part in range(_PARTS if self._stored else 1):
            plain, crowded = (self._of(kind, part) for kind in (False, True))
            rounds = 1 + (len(plain) + len(crowded)) // _AT_ONCE
            borders = part * wide + np.arange(1, rounds) * wide // rounds
            pieces = (_parted(pairs, borders) for pairs in (plain, crowded))
            for some, others in zip(*pieces, strict=True):
                yield _counted(some, others)

    def _of(self, crowded: bool, part: int) -> Hashes:
        """Give the pairs of a part, sorted."""
        if not self._stored:
            return np.sort(np.concatenate([np.empty(0, np.uint64), *self._waiting[crowded]]))
        file = self._stored.get((crowded, part))
        if file is None:
            return np.empty(0, np.uint64)
        with writing(TEMPORARY):  # what was not written yet is now
            file.seek(0)
        return np.sort(np.frombuffer(file.read(), np.uint64))


def _parted(pairs: Hashes, borders: Places) -> list[Hashes]:
    """Part sorted pairs by the later place of each."""
    return np.split(pairs, np.searchsorted(pairs, borders.astype(np.uint64) << np.uint64(32)))


def _counted(plain: Hashes, crowded: Hashes) -> tuple[Places, Places, Places, Places]:
    pairs, which = np.unique(np.concatenate([plain, crowded]), return_inverse=True)
    counts, weights = (
        np.bincount(one, minlength=len(pairs)) for one in (which[: len(plain)], which[len(plain) :])
    )
    later = (pairs >> np.uint64(32)).astype(np.int64)
    return later, (pairs & _LOW).astype(np.int64), counts, weights
