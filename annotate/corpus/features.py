"""What the model of bodies sees of a line by itself: its length, marks, ends, words and copies."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotate.corpus.credits import is_credit
from annotate.corpus.lines import NUMBER, Lines, sums_before
from annotate.corpus.shapes import CLASSES
from annotate.corpus.words import Words, grouped, runs_of_words, whole_lines

Array = NDArray[Any]
Columns = dict[str, Array]  # a number for each line, by name

_CLASSES = len(CLASSES)
_SMALL, _CAPITAL, _SPACE = NUMBER["a"], NUMBER["A"], NUMBER[" "]
_LETTERS = NUMBER["0"]  # classes below are letters
_SHORT_WORD = 3  # letters
_MANY_CAPITALS = 0.7  # of the words with letters
_MAX_CREDIT, _MAX_CREDIT_CHARS = 40, 400  # words and characters
_MAX_WEIGHT = 60  # words of a line that count as text
_FEW_WORDS = 5
_LENGTHS = (3, 9, 24)  # words; lines are sorted by them into four kinds
_PAIRS = ("", "capital", "small", "end", "menu", "number", "comma", "dots", "address")
_SPECIAL = {
    "at": "@",
    "owned": "©®™",
    "slash": "/",
    "dash": "–—",
    "bullet": "-*▪●•·‣◦►",
    "arrow": "→»›>▸",
    "money": "$€£₴₽¥%",
}


def _pair_table() -> Array:
    """Say of two classes in a row what they mean, as a place in `_PAIRS`."""
    table = np.zeros((_CLASSES, _CLASSES), np.uint8)
    meant = {
        "capital": (" \"'(", "A"),
        "small": (" \"'(", "a"),
        "end": (".?", " \"')"),
        "menu": (" ", "#"),
        "number": (" ", "0"),
        "comma": (",", " "),
        "dots": (".", "."),
        "address": (".-", "a"),
    }
    for name, (firsts, seconds) in meant.items():
        for first in firsts:
            for second in seconds:
                table[NUMBER[first], NUMBER[second]] = _PAIRS.index(name)
    table[[NUMBER["d"], NUMBER["q"]]] = _PAIRS.index("end")
    table[NUMBER[":"], NUMBER["-"]] = _PAIRS.index("address")
    return table


def _among(marks: str) -> Array:
    """Say of each class whether it is one of these."""
    return np.isin(np.arange(_CLASSES), [NUMBER[mark] for mark in marks])


_PAIR = _pair_table()
_FINAL, _ASKS, _CLOSES = _among(".?dq"), _among("?q"), _among("\"')")


def shape_columns(lines: Lines, words: Words, noise: Array) -> Columns:
    """Describe each line by itself; `noise` says of each word how it speaks for noise."""
    counts, pairs = _counts(lines)
    gap = np.append(lines.start[1:], len(lines.codes)) - lines.end
    chars = lines.end - lines.start
    count = np.maximum(counts[_SPACE] - gap, 0) + 1 + counts[NUMBER["u"]] // 2
    columns: Columns = {"words": count, "chars": chars}
    columns |= _end_columns(lines, pairs["dots"])
    columns |= _mark_columns(lines, counts, pairs, count, chars)
    columns |= _special_columns(lines)
    columns |= _word_columns(lines, words, noise)
    columns |= _layout_columns(lines, gap)
    columns["credit"] = _credits(lines, columns)
    columns["text"] = _text(columns)
    return columns


def _counts(lines: Lines) -> tuple[Array, dict[str, Array]]:
    """Count in each line the characters of each class, and the pairs of classes by their names.

    Most characters are small letters, and no pair begins with one: only the others are counted.
    """
    size, (places, classes) = len(lines), lines.marks
    line = lines.of_character.take(places).astype(np.int64)
    counts = np.bincount(line * _CLASSES + classes, minlength=size * _CLASSES)
    counts = counts.reshape(size, _CLASSES).T
    spans = np.diff(lines.start, append=len(lines.codes))
    counts[_SMALL] = spans - counts.sum(0)
    return counts, _pair_counts(lines, places, line)


def _pair_counts(lines: Lines, places: Array, line: Array) -> dict[str, Array]:
    """Count the pairs that begin at some places; what stands behind a line is a space."""
    size, width = len(lines), len(_PAIRS)
    classes = np.append(lines.classes[lines.begin :], np.uint8(_SPACE))
    pairs = _PAIR[classes.take(places), classes.take(places + 1)]
    some = np.flatnonzero(pairs)
    rows = np.bincount(line.take(some) * width + pairs.take(some), minlength=size * width)
    rows = rows.reshape(size, width)
    # The last break between two lines makes a pair with what follows, which is no line's.
    between = _PAIR[_SPACE, lines.classes[lines.start[1:]]]
    rows[lines.index[:-1], between] -= 1
    return dict(zip(_PAIRS, rows.T, strict=True))


def _end_columns(lines: Lines, dots: Array) -> Columns:
    """Describe how lines begin and end; up to two closing marks are passed over."""
    position = lines.end - 1
    for _ in range(2):
        position = np.maximum(position - _CLOSES[lines.classes[position]], lines.start)
    last = lines.classes[position]
    trails = (lines.codes[position] == ord("…")) | ((dots > 0) & (last == NUMBER["."]))
    return {
        "first": lines.classes[lines.start],
        "last": last,
        "very_last": lines.classes[lines.end - 1],
        "final": _FINAL[last] & ~trails,
        "asks": _ASKS[last],
        "trails": trails,
        "colon": last == NUMBER[":"],
        "quote_first": lines.classes[lines.start] == NUMBER['"'],
    }


def _mark_columns(
    lines: Lines, counts: Array, pairs: dict[str, Array], count: Array, chars: Array
) -> Columns:
    """Describe lines by how many characters of each kind they hold."""
    letters = counts[:_LETTERS].sum(0)
    caseless = counts[NUMBER["o"]] + counts[NUMBER["u"]] + counts[NUMBER["h"]]
    first = lines.classes[lines.start]
    capital, small = pairs["capital"] + (first == _CAPITAL), pairs["small"] + (first == _SMALL)
    return {
        "capital_share": capital / np.maximum(capital + small, 1),
        "capitals": counts[_CAPITAL] * 100 // np.maximum(letters, 1),
        "small_words": small,
        "ends": pairs["end"],
        "digits": counts[NUMBER["0"]] * 100 // np.maximum(chars, 1),
        "numbers": pairs["number"],
        "commas": pairs["comma"] / count,
        "quotes": counts[NUMBER['"']],
        "brackets": counts[NUMBER["("]],
        "colons": counts[NUMBER[":"]],
        "menu": pairs["menu"],
        "other": counts[NUMBER["-"]],
        "address": pairs["address"],
        "letters_each": letters // count,
        "caseless": caseless * 2 > letters,
    }


def _special_columns(lines: Lines) -> Columns:
    """Count the marks of some kinds."""
    places, classes = lines.marks
    places = places[(classes == NUMBER["-"]) | (classes == NUMBER["#"])]
    line, codes = lines.of_character[places], lines.codes[lines.begin :][places]
    return {
        name: np.bincount(line[np.isin(codes, list(map(ord, marks)))], minlength=len(lines))
        for name, marks in _SPECIAL.items()
    }


def _word_columns(lines: Lines, words: Words, noise: Array) -> Columns:
    """Describe the words of each line: how short, and how they speak for noise.

    `noise` is in tenths of log-odds.
    """
    bounds = np.searchsorted(words.line, np.arange(len(lines) + 1))
    brief = (words.size <= _SHORT_WORD) & ~words.capital
    total, short, sums = np.diff(bounds), _between(bounds, brief), _between(bounds, noise)
    most = np.zeros(len(lines), np.int64)
    some = np.flatnonzero(total)
    if len(some):
        most[some] = np.maximum.reduceat(noise, bounds[some])
    count = np.maximum(total, 1)
    return {
        "short_words": short,
        "short_share": short / count,
        "noise_sum": np.clip(sums, -300, 300),
        "noise": sums / count,
        "noise_most": most,
    }


def _between(bounds: Array, values: Array) -> Array:
    """Add up whole numbers from each bound to the next."""
    return np.diff(sums_before(values).take(bounds))


def _layout_columns(lines: Lines, gap: Array) -> Columns:
    """Describe how far apart lines stand, against the rest of their page."""
    above = np.where(lines.index == lines.first, 9, np.roll(gap, 1))
    below = np.where(lines.index == lines.last - 1, 9, gap)
    tight = lines.per_page(below == 1) / lines.size
    wide = lines.per_page(below > 2) / lines.size  # noqa: PLR2004
    joined = np.zeros(len(lines), bool)
    for page, rows in zip(lines.pages, lines.rows(), strict=True):
        if page.groups:
            joined[[rows.start + index for index in page.groups]] = True
    broken = np.array([page.broken for page in lines.pages], bool)
    return {
        "tight_above": (above == 1) * (1 - tight),
        "tight_below": (below == 1) * (1 - tight),
        "apart_above": (above != 1) * tight,
        "apart_below": (below != 1) * tight,
        "wide_above": (above > 2) * (1 - wide),  # noqa: PLR2004
        "wide_below": (below > 2) * (1 - wide),  # noqa: PLR2004
        "joined": joined,
        "broken": broken[lines.page],
    }


def _credits(lines: Lines, columns: Columns) -> Array:
    """Tell which lines are credits; only those are looked at that may be one by their shape."""
    bracketed = (columns["first"] == NUMBER["("]) | (columns["very_last"] == NUMBER[")"])
    tailed = ~columns["final"] & (columns["ends"] > 0) & ~columns["colon"]
    marked = (columns["colons"] > 0) | (columns["slash"] > 0) | (columns["owned"] > 0)
    brief = (columns["words"] <= _MAX_CREDIT) & (columns["chars"] <= _MAX_CREDIT_CHARS)
    likely = (bracketed | tailed | marked) & brief
    found = np.zeros(len(lines), bool)
    for index in np.flatnonzero(likely).tolist():
        page, at = lines.pages[lines.page[index]], index - int(lines.first[index])
        found[index] = is_credit(page.strings[at], page.shape_at(at))
    return found


def _text(columns: Columns) -> Array:
    """Give the words of the lines that look like sentences, else 0."""
    several = columns["ends"] > 1
    whole = columns["final"] & (columns["words"] > _FEW_WORDS)
    spoken = (whole & (columns["capital_share"] < _MANY_CAPITALS)) | several
    return np.minimum(columns["words"], _MAX_WEIGHT) * (spoken & ~columns["credit"])


def repeat_columns(lines: Lines, words: Words) -> Columns:
    """Tell which lines say what others of the page say, as a whole or in runs of four words."""
    size = len(lines)
    whole = whole_lines(lines, words)
    copies, later = np.ones(size, np.int64), np.zeros(size, bool)
    copies[whole.line] = whole.count
    later[whole.line] = np.diff(whole.group, prepend=-1) == 0
    runs = runs_of_words(lines, words)
    held = runs.count > 1
    count = np.bincount(words.line, minlength=size)
    longest = np.zeros(runs.groups, np.int64)
    np.maximum.at(longest, runs.group[held], count[runs.line[held]])
    longer = held & (longest[runs.group] > count[runs.line])
    total = np.maximum(np.bincount(runs.line, minlength=size), 1)
    return {
        "copies": copies,
        "later_copy": later,
        "copied_words": runs.per_line(size, held),
        "copied": runs.per_line(size, held) / total,
        "copied_longer": runs.per_line(size, longer) / total,
    }


def kind_columns(lines: Lines, columns: Columns) -> Columns:
    """Tell how often a line of this kind stands between two of such kinds on the page."""
    length = sum((columns["words"] > bound).astype(np.int64) for bound in _LENGTHS)
    shouts = columns["capital_share"] > _MANY_CAPITALS
    matter = np.where(columns["credit"], 2, columns["digits"] > 30) + 1  # noqa: PLR2004
    kind = ((length * 2 + columns["final"]) * 2 + shouts) * 3 + matter
    three = (lines.shifted(kind, -1) * 64 + kind) * 64 + lines.shifted(kind, 1)
    alike = grouped(lines.page, three, lines.index)
    count = np.zeros(len(lines), np.int64)
    count[alike.line] = alike.count
    return {"kind": kind, "kind_count": count, "kind_share": count / lines.size}
