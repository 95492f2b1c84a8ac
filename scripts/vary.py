"""Variations of marked scrapes, for the model of bodies to learn from more than there are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from numpy.random import Generator
from scrapes import BODY, Marked, Row

_BLANK: Row = ("", "")
_ALONE = 0.25  # of the variations hold the article alone
_QUIET = 0.55  # up to here, noise is thinned out
_SHORTER = 0.35
_WRAPPED = 0.1
_ECHOED = 0.3
_PART = 0.5  # of those are but a few of its paragraphs
_MOST_IN_PART = 6
_SPOILT = 0.1  # of those with some noise of another page
_KEPT = {"T": 0.7, "C": 0.5, "R": 0.5}  # chances of lines beside an article that stands alone


def vary(marked: Marked, pool: Sequence[Marked], rng: Generator) -> Marked:
    """Make a variation: a shorter body, more noise or less, of other pages, set otherwise."""
    rows = list(marked.rows)
    if rng.random() < _SHORTER:
        rows = _shortened(rows, rng)
    amount = rng.random()
    if amount < _ALONE:
        rows = _alone(rows, rng)
        if rng.random() < _SPOILT:
            _insert_noise(rows, _other(marked, pool, rng), rng)
    else:
        if amount < _QUIET:
            rows = _thinned(rows, rng)
        for _ in range(int(rng.integers(0, 3))):
            _insert_noise(rows, _other(marked, pool, rng), rng)
    rows = _echoed(rows, rng)
    wrap = int(rng.integers(50, 100)) if rng.random() < _WRAPPED else None
    return marked.with_rows(_reset(rows, rng), wrap)


def _places(rows: Sequence[Row]) -> list[int]:
    return [at for at, (mark, text) in enumerate(rows) if mark in BODY and text]


def _shortened(rows: list[Row], rng: Generator) -> list[Row]:
    places = _places(rows)
    if len(places) < 5:  # noqa: PLR2004
        return rows
    keep = int(rng.integers(2, len(places)))
    if rng.random() < 0.5:  # noqa: PLR2004 - as often from the end as from anywhere
        gone = set(places[keep:])
    else:
        gone = set(rng.choice(places[1:], len(places) - keep, replace=False).tolist())
    return [row for at, row in enumerate(rows) if at not in gone]


def _alone(rows: list[Row], rng: Generator) -> list[Row]:
    """Keep the article, or a few paragraphs of it, and some of its titles and credits."""
    places = _places(rows)
    if len(places) > _MOST_IN_PART and rng.random() < _PART:
        size = int(rng.integers(1, _MOST_IN_PART + 1))
        first = int(rng.integers(0, len(places) - size + 1)) if rng.random() < _PART else 0
        gone = {*places[:first], *places[first + size :]}
        rows = [row for at, row in enumerate(rows) if at not in gone]
    kept = [
        row for row in rows if row[0] in BODY or not row[1] or rng.random() < _KEPT.get(row[0], 0.0)
    ]
    while kept and not kept[0][1]:
        kept.pop(0)
    while kept and not kept[-1][1]:
        kept.pop()
    return kept


def _thinned(rows: list[Row], rng: Generator) -> list[Row]:
    """Drop stretches of noise."""
    rate, dropping, kept = rng.random() * 0.8, False, list[Row]()
    for row in rows:
        if row[0] == "N":
            if rng.random() < 0.2:  # noqa: PLR2004 - stretches of five lines
                dropping = rng.random() < rate
            if dropping:
                continue
        kept.append(row)
    return kept


def _other(marked: Marked, pool: Sequence[Marked], rng: Generator) -> Marked:
    """Choose another page, mostly of the same language."""
    same = [each for each in pool if each.lang == marked.lang]
    chosen = same if same and rng.random() < 0.8 else pool  # noqa: PLR2004
    return chosen[int(rng.integers(len(chosen)))]


def _insert_noise(rows: list[Row], other: Marked, rng: Generator) -> None:
    """Put noise of another page behind the body, before it, or into it."""
    places = _places(rows)
    if not places:
        return
    where = rng.random()
    if where < 0.4:  # noqa: PLR2004
        noise, at = _stretch(other, rng, 3, 20), int(rng.integers(places[-1] + 1, len(rows) + 1))
    elif where < 0.65:  # noqa: PLR2004
        noise, at = _stretch(other, rng, 1, 10), int(rng.integers(0, places[0] + 1))
    else:
        noise, at = _stretch(other, rng, 1, 5), int(rng.choice(places))
    spaced = sum(not text for _, text in rows) * 3 > len(rows)
    if not spaced:
        noise = [row for row in noise if row[1]]
    elif noise and all(text for _, text in noise):
        noise = [each for row in noise for each in (_BLANK, row)]
    rows[at:at] = noise


def _stretch(other: Marked, rng: Generator, least: int, most: int) -> list[Row]:
    """Take a run of noise lines from a page."""
    starts = [at for at, (mark, _) in enumerate(other.rows) if mark == "N"]
    if not starts:
        return []
    left, run = int(rng.integers(least, most + 1)), list[Row]()
    for row in other.rows[int(rng.choice(starts)) :]:
        if row[0] not in ("N", "") or not left:
            break
        left -= row[0] == "N"
        run.append(row)
    return run


def _echoed(rows: list[Row], rng: Generator) -> list[Row]:
    """Let some teasers begin with the words of the heading above them, as many do."""
    lines = [at for at, (_, text) in enumerate(rows) if text]
    for above, below in pairwise(lines):
        (mark, head), (other, text) = rows[above], rows[below]
        heading = mark == other == "N" and 3 < len(head.split()) < 15 < len(text.split())  # noqa: PLR2004
        if heading and rng.random() < _ECHOED:
            rows[below] = (other, f"{head.rstrip('.')}, {text[0].lower()}{text[1:]}")
    return rows


def _reset(rows: list[Row], rng: Generator) -> list[Row]:
    """Set the blank lines otherwise: none, one each, single ones, or only around the body."""
    how = rng.random()
    if how < 0.15:  # noqa: PLR2004
        return [row for row in rows if row[1]]
    if how < 0.3:  # noqa: PLR2004
        return [each for row in rows if row[1] for each in (row, _BLANK)]
    if how < 0.4:  # noqa: PLR2004
        return [row for at, row in enumerate(rows) if row[1] or not at or rows[at - 1][1]]
    if how < 0.5:  # noqa: PLR2004
        return [
            each
            for row in rows
            for each in ((row, _BLANK) if row[0] in BODY or row[0] == "T" else (row,))
        ]
    return rows
