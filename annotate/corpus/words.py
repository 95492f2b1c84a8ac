"""The words of lines by a hash of their first letters, and which lines of a page share them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotate.corpus.lines import NUMBER, Lines

Array = NDArray[Any]

HASHES = 1 << 20
_STEM = 5  # letters
_SPREAD = np.uint32(2654435761)
_BASE = np.uint32(31)
_LETTERS = NUMBER["0"]  # classes below are letters
_VALUE_BITS, _KEY_BITS = 32, 63


@dataclass(frozen=True)
class Words:
    """The words of all lines, in order: line, letters, whether it has a capital, and hash.

    In scripts without spaces each pair of letters counts as a word of five.
    """

    line: Array
    size: Array
    capital: Array
    stem: Array


@dataclass(frozen=True)
class Shared:
    """Values that lines of a page share: an entry for each value and line that has it.

    `group` numbers the pairs of page and value, from 0 to `groups`.
    """

    line: Array
    group: Array
    groups: int

    def sums(self, of_line: Array) -> Array:
        """Give for each entry the sum of whole numbers over the lines of its group."""
        weights = of_line.take(self.line)
        sums = np.bincount(self.group, weights=weights, minlength=self.groups)
        return sums.take(self.group)

    @cached_property
    def count(self) -> Array:
        """Give for each entry how many lines its group has."""
        return np.bincount(self.group, minlength=self.groups).take(self.group)

    def per_line(self, lines: int, chosen: Array) -> Array:
        """Count for each line the chosen ones of its entries."""
        return np.bincount(self.line, weights=chosen, minlength=lines).astype(np.int64)


def words_of(lines: Lines) -> Words:
    """Find the words of all lines."""
    classes = lines.classes[lines.begin :]
    start, size = _runs_of_letters(*lines.marks, len(classes))
    lower = np.concatenate((_lowered(lines.codes[lines.begin :]), np.zeros(_STEM, np.uint32)))
    stem = np.zeros(len(start), np.uint32)
    for place in range(_STEM):
        stem *= _BASE
        stem += lower[place:].take(start) * (size > place)
    spaceless = (classes == NUMBER["u"]) | (classes == NUMBER["h"])
    if spaceless.any():
        pairs = np.flatnonzero(spaceless[:-1] & spaceless[1:])
        whole = ~spaceless[start]
        start = np.concatenate((start[whole], pairs))
        order = np.argsort(start, kind="stable")
        start = start[order]
        stem = np.concatenate((stem[whole], lower[pairs] * _BASE + lower[pairs + 1]))[order]
        size = np.concatenate((size[whole], np.full(len(pairs), _STEM)))[order]
    hashed = (stem * _SPREAD) >> np.uint32(32 - HASHES.bit_length() + 1)
    capital = classes.take(start) == NUMBER["A"]
    return Words(lines.of_character.take(start), size, capital, hashed.astype(np.int64))


def _runs_of_letters(places: Array, classes: Array, size: int) -> tuple[Array, Array]:
    """Give start and size of what lies between the characters that are no letters."""
    edges = np.concatenate(([-1], places[classes >= _LETTERS], [size]))
    sizes = np.diff(edges) - 1
    some = np.flatnonzero(sizes)
    return edges.take(some) + 1, sizes.take(some)


@cache
def _lower_table() -> Array:
    """Hold the small letters of the code points met so far; 0 is one never met."""
    return np.zeros(0x110000, np.uint32)


def _lowered(codes: Array) -> Array:
    """Give the small letter of each code point; 1 where there is none."""
    table = _lower_table()
    lower = table.take(codes)
    if not lower.all():
        for code in np.unique(codes[lower == 0]).tolist():
            table[code] = ord(chr(code).lower()[:1] or "\1") or 1
        lower = table.take(codes)
    return lower


def grouped(page: Array, value: Array, line: Array) -> Shared:
    """Gather which lines of a page have the same value, each counted once.

    Values are below 2**32. Raises `ValueError` when pages, values and lines fit into no number.
    """
    line_bits = int(line.max(initial=0)).bit_length()
    page_bit = line_bits + _VALUE_BITS
    if page_bit + int(page.max(initial=0)).bit_length() > _KEY_BITS:
        raise ValueError("too many pages and lines at once")
    keys = (page << np.int64(page_bit)) | (value << np.int64(line_bits)) | line
    keys.sort(kind="stable")  # quick on keys that are in the order of their pages
    keys = keys[_first_of_equals(keys)]
    group = np.cumsum(_first_of_equals(keys >> np.int64(line_bits))) - 1
    groups = int(group[-1]) + 1 if len(group) else 0
    return Shared(keys & np.int64((1 << line_bits) - 1), group, groups)


def _first_of_equals(ordered: Array) -> Array:
    """Tell where a value is another one than that before it."""
    first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first


def content_words(lines: Lines, words: Words, caseless: Array) -> Shared:
    """Find the lines that share content words: long ones, and shorter ones with a capital.

    `caseless` tells of each line whether its page is in a script without capitals.
    """
    content = (words.size > 4) | ((words.size > 3) & words.capital)  # noqa: PLR2004
    content |= (words.size > 2) & caseless[words.line]  # noqa: PLR2004
    return _grouped_words(lines, words, content)


def rare_words(lines: Lines, words: Words, noise: Array) -> Shared:
    """Find the lines that share words of which nothing is known: names, and what is told of."""
    rare = (noise == 0) & (words.size > 2)  # noqa: PLR2004
    return _grouped_words(lines, words, rare)


def _grouped_words(lines: Lines, words: Words, chosen: Array) -> Shared:
    places = np.flatnonzero(chosen)
    line = words.line.take(places).astype(np.int64)
    return grouped(lines.page.take(line), words.stem.take(places), line)


def runs_of_words(lines: Lines, words: Words) -> Shared:
    """Find the lines that share four words in a row; every second run is looked at."""
    count = max(0, len(words.line) - 3)
    runs = words.stem[:count]
    for step in (1, 2, 3):
        runs = (runs * 1_000_003 + words.stem[step : step + count]) & 0xFFFFFFFF
    chosen = np.flatnonzero((runs & 1 == 0) & (words.line[3:] == words.line[:count]))
    line = words.line.take(chosen).astype(np.int64)
    return grouped(lines.page.take(line), runs.take(chosen) >> 1, line)


def whole_lines(lines: Lines, words: Words) -> Shared:
    """Find the lines that have the same words in the same order."""
    begins = np.flatnonzero(np.diff(words.line, prepend=-1))
    sizes = np.diff(begins, append=len(words.line))
    place = np.arange(len(words.line)) - np.repeat(begins, sizes)
    mixed = (words.stem.astype(np.uint64) + np.uint64(1)) * (
        (place.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    )
    whole = np.zeros(len(lines), np.uint64)
    if len(begins):
        whole[words.line[begins]] = np.add.reduceat(mixed, begins)
    return grouped(lines.page, (whole >> np.uint64(32)).astype(np.int64), lines.index)
