"""Chunks for people: the whole article if it fits, else cuts where a reader would pause."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from annotate.corpus.articles import Chunk, Flag, chunk_id
from annotate.corpus.atoms import Atom, atoms_of
from annotate.corpus.sentences import sentences

CONTEXT = 300  # code points
HARD_SPLIT = "hard_split"
_TINY, _GRAIN = 64, 10  # atoms are joined up to target/64 always, up to target/10 at no loss
_WINDOW = CONTEXT + 10  # code points that surely hold what a context may show


def chunk_article(
    article_id: str, text: str, flags: tuple[Flag, ...], *, limit: int, target: int
) -> tuple[Chunk, ...]:
    """Cut a clean text into chunks of `limit` code points at most, else near `target`.

    A chunk that ends or begins inside a sentence has a flag there, besides those of the article.
    """
    pieces = cut(text, limit=limit, target=min(target, limit))
    placed = _placed((*flags, *_hard_splits(pieces)), pieces)
    return tuple(
        Chunk(
            id=chunk_id(article_id, start, end, text[start:end]),
            article_id=article_id,
            index=index,
            start=start,
            end=end,
            text=text[start:end],
            context_before=context_before(text, start),
            context_after=context_after(text, end),
            flags=tuple(found),
        )
        for index, ((start, end, _, _), found) in enumerate(zip(pieces, placed, strict=True))
    )


def hard_splits(chunks: Sequence[Chunk]) -> tuple[Flag, ...]:
    """Give the flags, counted in the article, where chunks had to be cut inside a sentence."""
    return tuple(
        Flag(HARD_SPLIT, one.end - 1, two.start + 1)
        for one, two in pairwise(chunks)
        if Flag(HARD_SPLIT, len(one.text) - 1, len(one.text)) in one.flags
    )


def cut(text: str, *, limit: int, target: int) -> list[Atom]:
    """Give the chunks' ranges: nothing but white space lies between and around them."""
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    if end - start <= limit:
        return [Atom(start, end)] if start < end else []
    atoms = _joined(atoms_of(text, limit=limit, target=target), target)
    return _cheapest(atoms, limit=limit, target=target)


def _joined(atoms: Iterable[Atom], target: int) -> list[Atom]:
    """Join short atoms, so that few lie in the reach of a chunk; the cheaper cut stays."""
    tiny, grain = target // _TINY, target // _GRAIN
    kept: list[Atom] = []
    for atom in atoms:
        size = atom.end - kept[-1].start if kept else 0
        if kept and (size <= tiny or (size <= grain and kept[-1].cost >= atom.cost)):
            kept[-1] = Atom(kept[-1].start, *atom[1:])
        else:
            kept.append(atom)
    return kept


def _cheapest(atoms: list[Atom], *, limit: int, target: int) -> list[Atom]:
    """Join atoms to chunks so that size errors and cuts cost least (dynamic programme)."""
    starts = [atom.start for atom in atoms]
    best = [0.0]
    came = [0]
    lowest = 0
    for last, (_, end, behind, _) in enumerate(atoms, start=1):
        while end - starts[lowest] > limit:
            lowest += 1
        reach = zip(starts[lowest:last], best[lowest:], strict=True)
        costs = [cost + ((end - start) / target - 1) ** 2 for start, cost in reach]
        least = min(costs)
        best.append(least + behind)
        came.append(lowest + costs.index(least))
    return _walk_back(atoms, came)


def _walk_back(atoms: list[Atom], came: list[int]) -> list[Atom]:
    pieces: list[Atom] = []
    last = len(atoms)
    while last:
        pieces.append(atoms[last - 1]._replace(start=atoms[came[last]].start))
        last = came[last]
    return pieces[::-1]


def _hard_splits(pieces: list[Atom]) -> list[Flag]:
    return [
        Flag(HARD_SPLIT, one.end - 1, two.start + 1) for one, two in pairwise(pieces) if one.hard
    ]


def _placed(flags: Iterable[Flag], pieces: list[Atom]) -> list[list[Flag]]:
    """Give for each chunk the flags that touch it, counted in its own text."""
    placed: list[list[Flag]] = [[] for _ in pieces]
    starts = [piece.start for piece in pieces]
    ends = [piece.end for piece in pieces]
    for flag in flags:
        for index in range(bisect_right(ends, flag.start), bisect_left(starts, flag.end)):
            start, end = starts[index], ends[index]
            inner = Flag(flag.code, max(flag.start, start) - start, min(flag.end, end) - start)
            placed[index].append(inner)
    return placed


def context_before(text: str, start: int) -> str:
    """Give the last two sentences before a chunk, or as many words of them as fit."""
    window = text[max(0, start - _WINDOW) : start]
    found = sentences(window)
    context = window[found[-2:][0][0] :].rstrip() if found else ""
    if len(context) <= CONTEXT:
        return context
    return re.sub(r"\A\S*\s+", "", context[-CONTEXT - 1 :])[-CONTEXT:].lstrip()


def context_after(text: str, end: int) -> str:
    """Give the sentence that follows a chunk, or as many words of it as fit."""
    window = text[end : end + _WINDOW]
    start, stop = next(iter(sentences(window)), (0, 0))
    if stop - start <= CONTEXT:
        return window[start:stop]
    return re.sub(r"\s+\S*\Z", "", window[start : start + CONTEXT + 1])[:CONTEXT].rstrip()
