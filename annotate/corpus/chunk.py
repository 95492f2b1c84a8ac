"""Chunks for people: the whole article if it fits, else cuts where a reader would pause."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from annotate.corpus.articles import Chunk, Flag, chunk_id
from annotate.corpus.quotes import find_quotes
from annotate.corpus.sentences import sentences

CONTEXT = 300  # code points
_PARAGRAPH, _SENTENCE, _WORD, _QUOTE = 0.0, 0.35, 4.0, 2.0
_GLUE = "\u200d\u200c"


class _Atom(NamedTuple):
    """Text that stays together, and what a cut behind it costs."""

    start: int
    end: int
    cost: float


def chunk_article(
    article_id: str, text: str, flags: tuple[Flag, ...], *, limit: int, target: int
) -> tuple[Chunk, ...]:
    """Cut a clean text into chunks of `limit` code points at most, else near `target`."""
    ranges = cut(text, limit=limit, target=min(target, limit))
    found = sentences(text) if len(ranges) > 1 else []
    return tuple(
        Chunk(
            id=chunk_id(article_id, start, end, text[start:end]),
            article_id=article_id,
            index=index,
            start=start,
            end=end,
            text=text[start:end],
            context_before=_before(text, found, start),
            context_after=_after(text, found, end),
            flags=_inside(flags, start, end),
        )
        for index, (start, end) in enumerate(ranges)
    )


def cut(text: str, *, limit: int, target: int) -> list[tuple[int, int]]:
    """Give the chunks' ranges: nothing but white space lies between and around them."""
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    if end - start <= limit:
        return [(start, end)] if start < end else []
    return _cheapest(list(_atoms(text, limit)), limit=limit, target=target)


def _cheapest(atoms: list[_Atom], *, limit: int, target: int) -> list[tuple[int, int]]:
    """Join atoms to chunks so that size errors and cuts cost least (dynamic programme)."""
    best = [0.0] + [float("inf")] * len(atoms)
    came = [0] * (len(atoms) + 1)
    for last, atom in enumerate(atoms, start=1):
        behind = atom.cost if last < len(atoms) else 0.0
        for first in range(last - 1, -1, -1):
            size = atom.end - atoms[first].start
            if size > limit:
                break
            cost = best[first] + ((size - target) / target) ** 2 + behind
            if cost < best[last]:
                best[last], came[last] = cost, first
    return _walk_back(atoms, came)


def _walk_back(atoms: list[_Atom], came: list[int]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    last = len(atoms)
    while last:
        ranges.append((atoms[came[last]].start, atoms[last - 1].end))
        last = came[last]
    return ranges[::-1]


def _atoms(text: str, limit: int) -> Iterator[_Atom]:
    """Sentences, and the words of a sentence that is longer than a chunk may be."""
    quotes = find_quotes(text).pairs
    opens = [start for start, _ in quotes]
    for start, end in sentences(text):
        index = bisect_right(opens, end - 1) - 1
        inside = index >= 0 and end < quotes[index][1]
        cost = _PARAGRAPH if text[end : end + 1] == "\n" else _SENTENCE
        yield from _words(text, start, end, limit, cost + _QUOTE * inside)


def _words(text: str, start: int, end: int, limit: int, cost: float) -> Iterator[_Atom]:
    """Split what is too long into near-equal parts at spaces, else between whole characters."""
    while end - start > limit:
        parts = -(-(end - start) // limit)
        aim = start + -(-(end - start) // parts)
        space = text.rfind(" ", start + 1, aim + 1)
        stop = space if space > start + limit // 2 else _whole(text, start, aim)
        yield _Atom(start, stop, _WORD)
        start = stop + len(text[stop:end]) - len(text[stop:end].lstrip())
    yield _Atom(start, end, cost)


def _whole(text: str, start: int, aim: int) -> int:
    """Step back so that no joined character sequence is cut, if that is possible."""
    stop = aim
    while stop > start + 1 and _joined(text[stop - 1], text[stop]):
        stop -= 1
    return stop if stop > start + 1 else aim


def _joined(left: str, right: str) -> bool:
    marks = unicodedata.category(right) in ("Mn", "Mc", "Me", "Sk")
    return marks or left in _GLUE or right in _GLUE or right.isspace()


def _before(text: str, found: list[tuple[int, int]], start: int) -> str:
    """Give the last two sentences before a chunk, or as many words of them as fit."""
    index = bisect_right(found, (start, -1))
    if start == 0 or not index:
        return ""
    begin = found[max(0, index - 2)][0]
    context = text[begin:start].rstrip()
    if len(context) <= CONTEXT:
        return context
    return re.sub(r"\A\S*\s+", "", context[-CONTEXT - 1 :])[-CONTEXT:].lstrip()


def _after(text: str, found: list[tuple[int, int]], end: int) -> str:
    """Give the sentence that follows a chunk, or as many words of it as fit."""
    index = bisect_right(found, (end, -1))
    if index == len(found):
        return ""
    start, stop = found[index]
    if stop - start <= CONTEXT:
        return text[start:stop]
    return re.sub(r"\s+\S*\Z", "", text[start : start + CONTEXT + 1])[:CONTEXT].rstrip()


def _inside(flags: tuple[Flag, ...], start: int, end: int) -> tuple[Flag, ...]:
    """Give the flags that touch a chunk, counted in its own text."""
    return tuple(
        Flag(flag.code, max(flag.start, start) - start, min(flag.end, end) - start)
        for flag in flags
        if flag.start < end and flag.end > start
    )
