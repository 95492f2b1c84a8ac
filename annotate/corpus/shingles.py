"""Runs of five words as numbers: what a text is compared by, whatever its typography.

Words are compared case-folded and in NFC; punctuation, quote marks, white space and invisible
characters do not count. A character of a script without spaces counts as a word, with its marks.

A long text is compared by a sample first: the smallest hash of every `WINDOW` shingles in a row
(winnowing: Schleimer, Wilkerson and Aiken 2003), which are two of nine. Two texts with that many
shingles in a row in common have a number in common for certain, and twins do have them: a place
where two texts part costs each of them at least `SIZE - 1 = 4` of its shingles. A text of n
shingles, .8 of them in another, parts with it at n / 20 places at the most, so one of the
n / 20 + 1 runs has .8 n / (n / 20 + 1) = 16 n / (n + 20) shingles: 8 and more from n = 20 on.
Below that it can lose shingles at its ends only, and keeps .8 n: 8 and more from n = 9 on.
Two texts of n shingles with a Jaccard index of .5 share 2 n / 3 and part at n / 12 places at
the most; the longest run has 8 n / (n + 12), so more than 7, that is 8, above n = 84. Texts
below `WHOLE_WORDS` keep all their shingles. (Sampling by hash value alone, one of eight, would
miss a contained text of 20 shingles with a probability of (7/8)^16 = .12.)
"""

from __future__ import annotations

import hashlib
import unicodedata
from bisect import bisect
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Values = NDArray[np.uint8] | NDArray[np.uint32]

SIZE = 5
WINDOW = 8
WHOLE_WORDS = 100

_PIECE = 1 << 15
_GROWTH = 3  # code points that one can become in NFC and case-folded
_BASE = 0x9E6C_63D0_876A_3F6B
_MIX = np.uint64(0xD6E8_FEB8_6659_FD93)
_ROW = np.array([pow(0xB492_B66F_BE98_F273, k, 1 << 64) for k in range(SIZE)], np.uint64)

# A character's value is its folded code point, 0 between words, with these bits above it;
# unstable is what NFC or case-folding may join with others or make several of.
_ALONE, _JOINED, _UNSEEN, _UNSTABLE = (1 << 21, 2 << 21, 3 << 21, 4 << 21)
_KIND, _STABLE = np.uint32(3 << 21), np.uint32(_UNSTABLE - 1)
_UNMET = 0xFFFF_FFFF
_PLANE = 0x1_0000
# Thai, Lao, Burmese, Khmer, Tai and Javanese letters, kana, ideographs: where each range starts
# and where it ends.
_WITHOUT_SPACES = (
    *(0x0E00, 0x0F00, 0x1000, 0x10A0, 0x1780, 0x1800, 0x1950, 0x19E0, 0x1A20, 0x1AB0),
    *(0x3005, 0x3008, 0x3040, 0x3130, 0x31F0, 0x3200, 0x3400, 0x4DC0, 0x4E00, 0xA000),
    *(0xA980, 0xAA00, 0xAA60, 0xAA80, 0xF900, 0xFB00, 0xFF66, 0xFFA0),
    *(0x1B000, 0x1B170, 0x20000, 0x40000),
)
_IDEOGRAPHS, _HANGUL = slice(0x4E00, 0xA000), slice(0xAC00, 0xD7A4)
_QUOTE_LETTERS = "ʹʺʻʼʽ"
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
_VOWEL_JAMO = range(0x1160, 0x1200)
_ASCII = bytes(
    ord(chr(code).lower()) if chr(code).isascii() and chr(code).isalnum() else 0
    for code in range(256)
)


class Signature(NamedTuple):
    """What is kept of a text to find its twins.

    `exact` is a hash of the words in their order; `sample` is sorted, without repeats, and holds
    all shingles of a text below `WHOLE_WORDS`.
    """

    words: int
    exact: int
    sample: Hashes


def signature(text: str) -> Signature:
    """Hash a text for comparison."""
    words = _words(text)
    rows = _rows(words)
    kept = rows if len(words) < WHOLE_WORDS else _unrepeated(_winnowed(rows))
    digest = hashlib.sha256(words.astype("<u8", copy=False).tobytes()).digest()
    return Signature(len(words), int.from_bytes(digest[:8], "little"), _distinct(kept))


def shingles(text: str) -> Hashes:
    """Give the hashes of all runs of five words, sorted and without repeats."""
    return _distinct(_rows(_words(text)))


def _distinct(hashes: Hashes) -> Hashes:
    return _unrepeated(np.sort(hashes))


def _unrepeated(hashes: Hashes) -> Hashes:
    """Leave out what is equal to the number before it."""
    keep = np.ones(len(hashes), bool)
    np.not_equal(hashes[1:], hashes[:-1], out=keep[1:])
    kept: Hashes = hashes[keep]
    return kept


def _winnowed(rows: Hashes) -> Hashes:
    """Take the least of each `WINDOW` in a row."""
    least = np.minimum(rows[1:], rows[:-1])
    least = np.minimum(least[2:], least[:-2])
    windows: Hashes = np.minimum(least[4:], least[:-4])
    return windows


def _rows(words: Hashes) -> Hashes:
    if len(words) < SIZE:
        return np.empty(0, np.uint64)
    rows: Hashes = np.correlate(words, _ROW, "valid")
    rows ^= rows >> np.uint64(32)
    rows *= _MIX
    return rows


def _words(text: str) -> Hashes:
    """Hash the words in their order."""
    parts = [_piece_words(piece) for piece in _pieces(text)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _pieces(text: str) -> Iterator[str]:
    """Cut at a space where there is one, so that powers need not reach further than a piece."""
    start = 0
    while len(text) - start > _PIECE:
        end = text.rfind(" ", start, start + _PIECE) + 1 or start + _PIECE
        yield text[start:end]
        start = end
    yield text[start:] if start else text


def _piece_words(text: str) -> Hashes:
    if text.isascii():
        return _hashes(np.frombuffer(b"\0" + text.encode().translate(_ASCII), np.uint8))
    values = _values(text)
    highest = values.max()
    if highest >= _UNSTABLE:
        values = _values(unicodedata.normalize("NFC", text).casefold()) & _STABLE
        highest = values.max()
    return _hashes(values) if highest < _ALONE else _lone_hashes(values)


def _hashes(values: Values) -> Hashes:
    inside = values != 0
    return _sums(values, (inside[1:] > inside[:-1]).nonzero()[0] + 1)


def _lone_hashes(values: Values) -> Hashes:
    """Hash words where some characters are words by themselves, with the marks that follow."""
    values = values[values != _UNSEEN]
    kinds = values & _KIND
    start = (values[1:] != 0) & ((values[:-1] == 0) | (kinds[1:] != kinds[:-1]))
    start &= kinds[1:] != _JOINED
    start |= kinds[1:] == _ALONE
    return _sums(values, start.nonzero()[0] + 1)


def _sums(values: Values, starts: NDArray[np.intp]) -> Hashes:
    """Sum value times base^place from each start to the next; what separates words adds 0."""
    if len(starts) == 0:
        return np.empty(0, np.uint64)
    powers, inverses = _powers()
    totals: Hashes = np.add.accumulate(powers[: len(values)] * values)
    before = totals.take(starts - 1)
    sums: Hashes = np.append(before[1:], totals[-1:])
    sums -= before
    sums *= inverses.take(starts)
    return sums


def _values(text: str) -> Values:
    codes = np.frombuffer(f"\0{text}".encode("utf-32-le", "surrogatepass"), np.uint32)
    table = _table()
    values = table.take(codes, mode="clip")
    if values.max() == _UNMET:
        new = np.minimum(np.unique(codes[values == _UNMET]), _PLANE - 1)
        table[new] = [_value(chr(code)) for code in new.tolist()]
        values = table.take(codes, mode="clip")
    if codes.max() >= _PLANE:
        far = codes >= _PLANE
        found, places = np.unique(codes[far], return_inverse=True)
        values[far] = np.array([_value(chr(code)) for code in found], np.uint32)[places]
    return values


@cache
def _powers() -> tuple[Hashes, Hashes]:
    """Give the powers of the base modulo 2^64, and their inverses."""
    return _power_row(_BASE), _power_row(pow(_BASE, -1, 1 << 64))


def _power_row(base: int) -> Hashes:
    row = np.full(_GROWTH * _PIECE + 1, base, np.uint64)
    row[0] = 1
    return np.multiply.accumulate(row)


@cache
def _table() -> Values:
    """Hold the values of the characters of the first plane that were met so far."""
    values = np.full(_PLANE, _UNMET, dtype=np.uint32)
    for plain in (_IDEOGRAPHS, _HANGUL):
        values[plain] = np.arange(plain.start, plain.stop)
    values[_IDEOGRAPHS] |= _ALONE
    return values


def _value(character: str) -> int:
    category, code = unicodedata.category(character), ord(character)
    if category == "Cf" or code in _VARIATION_SELECTORS:
        return _UNSEEN
    if category[0] not in "LMN" or character in _QUOTE_LETTERS:
        return 0
    folded = unicodedata.normalize("NFC", character).casefold()
    unstable = len(folded) > 1 or category[0] == "M" or code in _VOWEL_JAMO
    kind = (
        0 if bisect(_WITHOUT_SPACES, code) % 2 == 0 else _JOINED if category[0] == "M" else _ALONE
    )
    return ord(folded[0]) | kind | (_UNSTABLE if unstable else 0)
