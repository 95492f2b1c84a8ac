"""The lines of pages of text, broken ones re-joined: as strings, and as columns of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotate.corpus.layout import Span, continued
from annotate.corpus.shapes import CLASSES, classes_of, codes_of

Array = NDArray[Any]

RIMS = " \"“”„«»‘’'「」『』.,;:!?…–—-•·*()[]"
SITE_MARKS = (" | ", " – ", " - ", " — ", " :: ", " « ", " · ")
NUMBER = {name: index for index, name in enumerate(CLASSES)}
_BREAK = ord("\n")
_NUMBERS = bytes.maketrans(f"{CLASSES}\n".encode(), bytes((*range(len(CLASSES)), NUMBER[" "])))


class Page:
    """A clean text, its shape, and its lines; a line is a paragraph that was broken or not.

    `joined` numbers the printed lines that go on with the paragraph of the one before, and
    `groups` holds, by line, the ranges of those lines of which several make one.
    """

    def __init__(self, text: str, shape: bytes, spans: list[Span]) -> None:
        self.text, self.shape = text, shape
        self.joined, self.broken = continued(text, shape, spans)
        self.groups: dict[int, list[Span]] = {}
        self.spans = self._join(spans) if self.joined else spans

    def _join(self, spans: list[Span]) -> list[Span]:
        lines: list[Span] = []
        for index, span in enumerate(spans):
            if index in self.joined:
                self.groups.setdefault(len(lines) - 1, [lines[-1]]).append(span)
                lines[-1] = (lines[-1][0], span[1])
            else:
                lines.append(span)
        return lines

    def __len__(self) -> int:
        return len(self.spans)

    @cached_property
    def strings(self) -> list[str]:
        """The lines, a space in place of each break in them."""
        if not self.joined:
            return [line for line in self.text.split("\n") if line]
        flat = self.text.replace("\n", " ")
        return [flat[start:end] for start, end in self.spans]

    def shape_at(self, index: int) -> bytes:
        """Give the character classes of a line, as `shapes` has them."""
        return self.shape[slice(*self.spans[index])].replace(b"\n", b" ")


class _Printed(NamedTuple):
    """The printed lines of several texts: where they start and end, and where their text does.

    The lines of a text are `[first[number], first[number + 1])`; it starts at `begin[number]`.
    """

    start: Array
    end: Array
    begin: Array
    first: Array

    @classmethod
    def of(cls, texts: Sequence[str], kinds: Array) -> _Printed:
        """Find the lines of texts with a break behind each."""
        edges = np.flatnonzero(np.diff(kinds != _BREAK, prepend=False, append=False))
        start, end = edges[::2], edges[1::2]
        begin = np.cumsum([0, *(len(text) + 1 for text in texts)])
        return cls(start, end, begin, np.searchsorted(start, begin))

    def pages(self, texts: Sequence[str], shape: bytes) -> list[Page]:
        """Join what is one paragraph, page by page."""
        offset = np.repeat(self.begin[:-1], np.diff(self.first))
        spans = list(zip((self.start - offset).tolist(), (self.end - offset).tolist(), strict=True))
        return [
            Page(text, shape[at : at + len(text)], spans[one:other])
            for text, at, (one, other) in zip(
                texts, self.begin.tolist(), pairwise(self.first.tolist()), strict=False
            )
        ]

    def whole(self, pages: Sequence[Page]) -> Array:
        """Tell of each line, and of the end of all, whether it begins a paragraph."""
        whole = np.ones(len(self.start) + 1, bool)
        for page, at in zip(pages, self.first.tolist(), strict=False):
            if page.joined:
                whole[[at + index for index in page.joined]] = False
        return whole


def key_of(string: str) -> str:
    """Give what two copies of a line have in common."""
    return string.strip(RIMS).casefold()


@dataclass(frozen=True)
class Lines:
    """The lines of several pages, as columns of numbers.

    `start` and `end` count in `codes` and `classes`, the code points of all pages and what each
    is, with one break between two pages; `page`, `first` and `last` give for each line its page
    and the lines `[first, last)` of that page. Whatever is added up here is a whole number, so
    that a line gets the same sums whichever pages stand beside its own.
    """

    pages: list[Page]
    codes: Array
    classes: Array
    start: Array
    end: Array
    page: Array
    first: Array
    last: Array

    @classmethod
    def of(cls, texts: Sequence[str]) -> Lines:
        """Find the lines of some texts."""
        codes = codes_of("\n".join(texts))
        shape = classes_of(codes)
        kinds = np.frombuffer(shape, np.uint8)
        printed = _Printed.of(texts, kinds)
        pages = printed.pages(texts, shape)
        whole = printed.whole(pages)
        counts = np.array([len(page) for page in pages], np.int64)
        ends = np.cumsum(counts)
        return cls(
            pages,
            codes,
            np.frombuffer(shape.translate(_NUMBERS), np.uint8),
            start=printed.start[whole[:-1]],
            end=printed.end[whole[1:]],
            page=np.repeat(np.arange(len(pages)), counts),
            first=np.repeat(ends - counts, counts),
            last=np.repeat(ends, counts),
        )

    def __len__(self) -> int:
        return len(self.start)

    def rows(self) -> Iterator[slice]:
        """Give for each page where its lines stand among all lines."""
        at = 0
        for page in self.pages:
            yield slice(at, at + len(page))
            at += len(page)

    @cached_property
    def index(self) -> Array:
        return np.arange(len(self))

    @cached_property
    def size(self) -> Array:
        """How many lines the page of each line has."""
        return self.last - self.first

    @cached_property
    def begin(self) -> int:
        """Where the first line starts: what stands before it is of no line."""
        return int(self.start[0]) if len(self) else 0

    @cached_property
    def of_character(self) -> Array:
        """The line of each character from `begin` on; the breaks behind a line belong to it."""
        stops = np.append(self.start[1:], len(self.codes))
        return np.repeat(self.index.astype(np.int32), stops - self.start)

    @cached_property
    def marks(self) -> tuple[Array, Array]:
        """Where, from `begin` on, the characters are that are no small letters, and their classes.

        They are few, so whatever small letters do not matter for is asked of them alone.
        """
        classes = self.classes[self.begin :]
        places = np.flatnonzero(classes != NUMBER["a"])
        return places, classes.take(places)

    def per_page(self, values: Array) -> Array:
        """Give each line the sum of whole numbers over the lines of its page."""
        sums = sums_before(values)
        total: Array = sums.take(self.last) - sums.take(self.first)
        return total

    def before(self, values: Array) -> Array:
        """Give each line the sum of whole numbers over the lines of its page before it."""
        sums = sums_before(values)
        total: Array = sums[:-1] - sums.take(self.first)
        return total

    def around(self, values: Array, *reaches: int) -> Iterator[tuple[int, Array, Array]]:
        """Add up whole numbers over so many lines of the page before each line, and behind."""
        sums = sums_before(values)
        for reach in reaches:
            low, high = self._reach(reach)
            yield reach, sums[:-1] - sums.take(low), sums.take(high) - sums[1:]

    def _reach(self, lines: int) -> tuple[Array, Array]:
        """Give for each line where the lines around it begin, and where they end."""
        if lines not in self._reaches:
            low = np.maximum(self.index - lines, self.first)
            self._reaches[lines] = low, np.minimum(self.index + 1 + lines, self.last)
        return self._reaches[lines]

    @cached_property
    def _reaches(self) -> dict[int, tuple[Array, Array]]:
        return {}

    def shifted(self, rows: Array, by: int) -> Array:
        """Give each line what the line `by` further on in its page has, else 0."""
        at = self.index + by
        there = (at >= self.first) & (at < self.last)
        return rows.take(np.where(there, at, 0), axis=-1) * there


def sums_before(values: Array) -> Array:
    """Add up whole numbers: all before each place, and behind them all of them."""
    sums = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, dtype=np.int64, out=sums[1:])
    return sums
