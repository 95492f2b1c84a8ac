"""The lines of pages of text, broken ones re-joined: as strings, and as columns of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotate.corpus.layout import paragraphs
from annotate.corpus.shapes import CLASSES, shape_of

Array = NDArray[Any]

RIMS = " \"“”„«»‘’'「」『』.,;:!?…–—-•·*()[]"
SITE_MARKS = (" | ", " – ", " - ", " — ", " :: ", " « ", " · ")
NUMBER = {name: index for index, name in enumerate(CLASSES)}
_LINE = re.compile(rb"[^\n]+")
_NUMBERS = np.zeros(256, np.uint8)
_NUMBERS[list(map(ord, CLASSES))] = np.arange(len(CLASSES))
_NUMBERS[ord("\n")] = NUMBER[" "]


class Page:
    """A clean text, its shape, and its lines; a line is a paragraph that was broken or not."""

    def __init__(self, text: str, shape: bytes) -> None:
        self.text, self.shape = text, shape
        spans = [match.span() for match in _LINE.finditer(shape)]
        self.groups, self.broken = paragraphs(text, shape, spans)
        self.spans = [(group[0][0], group[-1][1]) for group in self.groups]

    def __len__(self) -> int:
        return len(self.spans)

    @cached_property
    def strings(self) -> list[str]:
        """The lines, a space in place of each break in them."""
        flat = self.text.replace("\n", " ")
        return [flat[start:end] for start, end in self.spans]

    def shape_at(self, index: int) -> bytes:
        """Give the character classes of a line, as `shapes` has them."""
        return self.shape[slice(*self.spans[index])].replace(b"\n", b" ")


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
        joined = "\n".join(texts)
        shape = shape_of(joined)
        pages, starts, at = list[Page](), list[int](), 0
        for text in texts:
            pages.append(Page(text, shape[at : at + len(text)]))
            starts.append(at)
            at += len(text) + 1
        counts = np.array([len(page) for page in pages], np.int64)
        spans = np.array([span for page in pages for span in page.spans], np.int64).reshape(-1, 2)
        spans += np.repeat(np.array(starts, np.int64), counts)[:, None]
        ends = np.cumsum(counts)
        return cls(
            pages,
            np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4"),
            _NUMBERS[np.frombuffer(shape, np.uint8)],
            start=spans[:, 0],
            end=spans[:, 1],
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

    def per_page(self, values: Array) -> Array:
        """Give each line the sum of whole numbers over the lines of its page."""
        sums = np.concatenate(([0], np.cumsum(values, dtype=np.int64)))
        total: Array = sums[self.last] - sums[self.first]
        return total

    def before(self, values: Array) -> Array:
        """Give each line the sum of whole numbers over the lines of its page before it."""
        sums = np.concatenate(([0], np.cumsum(values, dtype=np.int64)))
        total: Array = sums[self.index] - sums[self.first]
        return total

    def around(self, values: Array, reach: int) -> tuple[Array, Array]:
        """Add up whole numbers over the `reach` lines of the page before each line, and behind."""
        sums = np.concatenate(([0], np.cumsum(values, dtype=np.int64)))
        before = sums[self.index] - sums[np.maximum(self.index - reach, self.first)]
        behind = sums[np.minimum(self.index + 1 + reach, self.last)] - sums[self.index + 1]
        return before, behind

    def shifted(self, rows: Array, by: int) -> Array:
        """Give each line what the line `by` further on in its page has, else 0."""
        at = self.index + by
        there = (at >= self.first) & (at < self.last)
        return rows[..., np.where(there, at, 0)] * there
