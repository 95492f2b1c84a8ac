"""Where the paragraphs that an extractor gave stand in the text of their page."""

from __future__ import annotations

from typing import NamedTuple

from annotate.corpus.visible import Visible

_LONG_ENOUGH = 24  # characters that make a paragraph recognisable inside a longer line
_NEAR = 4_000  # characters in which a short paragraph is looked for behind the one before it
_SEED = 12  # characters that start a piece of a paragraph that is not there as a whole
_EFFORT = 60  # times the text may be searched through, however many paragraphs there are


class Located(NamedTuple):
    """The ranges found, in order of the paragraphs, and the places near which others must be.

    `lost` counts the characters that were found nowhere.
    """

    ranges: list[tuple[int, int]]
    missing: list[int]
    lost: int


def locate(visible: Visible, paragraphs: list[str]) -> Located:
    """Find the paragraphs, which hold no white space, in order where there is an order.

    Long ones are looked for first; what is short, or differs from the page, between those.
    """
    search = _Search(visible)
    search.long(paragraphs)
    search.back(paragraphs)
    ranges: list[tuple[int, int]] = []
    missing: list[int] = []
    lost = 0
    for index, wanted in enumerate(paragraphs):
        found, unseen = search.place(index, wanted)
        ranges += found
        lost += unseen
        if unseen:
            missing.append(found[-1][1] if found else search.before(index))
    return Located(ranges, missing, lost)


class _Search:
    """The text that is searched, and the place of each paragraph found so far."""

    def __init__(self, visible: Visible) -> None:
        self._visible = visible
        self._text = visible.dense
        self._places: dict[int, tuple[int, int]] = {}
        self._effort = _EFFORT * len(self._text)

    def _find(self, wanted: str, start: int, end: int) -> int:
        """Find the first place; when too much was searched already, none."""
        if self._effort <= 0:
            return -1
        at = self._text.find(wanted, start, end)
        self._effort -= (at if at >= 0 else end) - start + len(wanted)
        return at

    def long(self, paragraphs: list[str]) -> None:
        """Place what cannot be mistaken for something else."""
        position = 0
        for index, wanted in enumerate(paragraphs):
            if len(wanted) < _LONG_ENOUGH:
                continue
            at = self._find(wanted, position, len(self._text))
            if at < 0:
                at = self._find(wanted, 0, position)
            else:
                position = at + len(wanted)
            if at >= 0:
                self._places[index] = (at, at + len(wanted))

    def back(self, paragraphs: list[str]) -> None:
        """Move a paragraph that stands twice to the copy next to the paragraph that follows."""
        after = len(self._text)
        for index in sorted(self._places, reverse=True):
            start, end = self._places[index]
            at = self._text.rfind(paragraphs[index], end, after) if end <= after else -1
            if at >= 0 and after < len(self._text) and start != self.before(index):
                self._places[index] = (at, at + end - start)
            after = self._places[index][0]

    def before(self, index: int) -> int:
        """Give the end of the last paragraph placed before this one."""
        for earlier in range(index - 1, max(-1, index - 50), -1):
            if earlier in self._places:
                return self._places[earlier][1]
        return 0

    def _after(self, index: int) -> int | None:
        for later in range(index + 1, index + 50):
            if later in self._places:
                return self._places[later][0]
        return None

    def place(self, index: int, wanted: str) -> tuple[list[tuple[int, int]], int]:
        """Give where a paragraph is, in pieces if need be, and how much of it is nowhere."""
        if index not in self._places:
            low, high = self._gap(index, len(wanted))
            at = self._between(wanted, low, high)
            if at < 0:
                return self._pieces(index, wanted, low, high)
            self._places[index] = (at, at + len(wanted))
        return [self._places[index]], 0

    def _gap(self, index: int, size: int) -> tuple[int, int]:
        """Give the range in which a paragraph must be, by its neighbours."""
        low, after = self.before(index), self._after(index)
        if after is None or after < low:
            return low, min(len(self._text), low + _NEAR + 2 * size)
        return (low, after) if low else (max(0, after - _NEAR - size), after)

    def _between(self, wanted: str, low: int, high: int) -> int:
        """Find the first place where a short text fills whole blocks, else where it adjoins."""
        at = first = self._find(wanted, low, high)
        while at >= 0:
            if self._visible.is_break(at) and self._visible.is_break(at + len(wanted)):
                return at
            at = self._find(wanted, at + 1, high)
        adjoins = first == low or len(wanted) >= _LONG_ENOUGH
        return first if first >= 0 and (adjoins or self._visible.is_break(first)) else -1

    def _pieces(
        self, index: int, wanted: str, low: int, high: int
    ) -> tuple[list[tuple[int, int]], int]:
        """Find what is there of a text that has something left out or put in."""
        pieces: list[tuple[int, int]] = []
        at = lost = 0
        while at < len(wanted):
            seed = wanted[at : at + _SEED]
            start = self._find(seed, low, high)
            if start < 0 or (len(seed) < _SEED and start > low + _SEED and pieces):
                lost += min(_SEED // 2, len(wanted) - at)
                at += _SEED // 2
                continue
            size = _common(self._text, start, wanted, at)
            pieces.append((start, start + size))
            at += size
            low = start + size
        if pieces:
            self._places[index] = (pieces[0][0], pieces[-1][1])
        return pieces, lost


def _common(left: str, at: int, right: str, start: int) -> int:
    """Count the characters from two places on that are the same."""
    size, step = 0, 64
    while step:
        same = right[start + size : start + size + step]
        if same and left.startswith(same, at + size):
            size += len(same)
            step *= 2
        else:
            step //= 2
    return size
