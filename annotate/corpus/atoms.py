"""What a chunk is made of: text that stays together, and what a cut behind it costs."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from annotate.corpus.quotes import CLOSING, MARKS, PARTNERS, find_quotes
from annotate.corpus.sentences import SAYS, sentences

_SENTENCE, _LEANS = 0.35, 0.25
_HEADING, _TAIL, _QUOTE, _HARD = 4.0, 2.0, 2.0, 4.0
_PARTS = 3  # a paragraph up to a third of the target is not worth a look inside
_HEADING_LENGTH, _TAIL_LENGTH = 100, 120  # code points
_CLUSTER = 64  # code points; longer than any character sequence that is written
_VISIBLE = re.compile(r"\S")
_GLUE = "\u200d\u200c"
_CLOSERS = CLOSING | frozenset("“」』")
_FULL_STOPS = tuple(".…。।॥։۔።။")
_BEHIND_STOP = "".join(sorted(MARKS)) + ")）"
_PRONOUN = re.compile(
    r"(?:He|She|It|They|His|Her|Their|Its|This|That|These|Those|"
    r"Il|Elle|Ils|Elles|Son|Sa|Leur|Ce|Cette|Er|Sie|Es|Ihr|Ihre|Sein|Seine|Dies|Diese|"
    r"Él|Ella|Ellos|Ellas|Su|Sus|Esto|Este|Esta|Lui|Lei|Loro|Ele|Ela|Eles|Elas|"
    r"Hij|Zij|Ze|Hun|On|Ona|Oni|Он|Она|Они|Его|Её|Их|Это|Він|Вона|Вони|Han|Hon|Hun|De|O|Onlar)\b"
    r"|[他她它]|هو |هي |הוא |היא |वह |वे "
)


class Atom(NamedTuple):
    """A range, what a cut behind it costs, and whether that cut lies inside a sentence."""

    start: int
    end: int
    cost: float = 0.0
    hard: bool = False


class _Line(NamedTuple):
    start: int
    end: int


Ranges = list[tuple[int, int]]


def atoms_of(text: str, *, limit: int, target: int) -> Iterator[Atom]:
    """Give the atoms in order, none longer than `limit`, with only white space between.

    No cut is offered inside a quotation that fits into a chunk.
    """
    lines = [_Line(*match.span()) for match in re.finditer(r"\S(?:[^\n]*\S)?", text)]
    quotes = _quotes(text, lines, target // _PARTS)
    opened = [start for start, _ in quotes]
    start = lines[0].start
    for end, price in _ends(text, lines, target // _PARTS):
        cost = price
        index = bisect_right(opened, end - 1) - 1
        if index >= 0 and end < quotes[index][1]:
            if quotes[index][1] - quotes[index][0] <= limit:
                continue
            cost += _QUOTE
        if end - start > limit:
            inside = quotes[bisect_left(opened, start) : index + 1]
            yield from _split(text, Atom(start, end, cost), inside, limit)
        else:
            yield Atom(start, end, cost)
        start = _next(text, end)


def _ends(text: str, lines: list[_Line], short: int) -> Iterator[tuple[int, float]]:
    """Give the ends of paragraphs, and of sentences in those that are not short, with costs."""
    for number, (start, end) in enumerate(lines):
        if end - start > short:
            for (_, stop), (begin, last) in pairwise(sentences(text[start:end])):
                cost = _inside_cost(text, start + stop, (start + begin, start + last))
                yield start + stop, cost
        final = number + 1 == len(lines)
        yield end, 0.0 if final else _line_cost(text, (start, end), lines[number + 1])


def _line_cost(text: str, line: tuple[int, int], following: _Line) -> float:
    """Price a cut behind a line: headings and what ends in a colon belong to what follows."""
    start, end = line
    if text[end - 1] == ":" or (end - start <= _HEADING_LENGTH and _is_heading(text[start:end])):
        return _HEADING
    return _leaning(text, following.start)


def _is_heading(line: str) -> bool:
    """Whether a short line ends as no statement does, a question and a title in quote marks too."""
    return not line.rstrip(_BEHIND_STOP).endswith(_FULL_STOPS)


def _inside_cost(text: str, end: int, following: tuple[int, int]) -> float:
    """Price a cut between two sentences of a line."""
    start, stop = following
    short = text[end - 1] in _CLOSERS and stop - start <= _TAIL_LENGTH
    if short and (text[start].islower() or SAYS.match(text, start, stop)):
        return _TAIL
    return _SENTENCE + _leaning(text, start)


def _leaning(text: str, start: int) -> float:
    """Price what cannot be understood without the text before it."""
    return _LEANS if text[start].islower() or _PRONOUN.match(text, start) else 0.0


def _quotes(text: str, lines: list[_Line], short: int) -> Ranges:
    """Find the quotations that a cut could break, those of several paragraphs as one."""
    quotes: Ranges = []
    for number, (start, end) in enumerate(lines):
        head = text[lines[number + 1].start] if number + 1 < len(lines) else ""
        if end - start <= short and head not in PARTNERS and text[start] not in PARTNERS:
            continue
        for a, b in find_quotes(f"{text[start:end]}\n{head}").pairs:
            if quotes and start + a == start and _goes_on(text, quotes[-1], lines[number - 1]):
                quotes[-1] = (quotes[-1][0], start + b)
            elif b <= end - start:
                quotes.append((start + a, start + b))
    return quotes


def _goes_on(text: str, quote: tuple[int, int], line: _Line) -> bool:
    """Tell whether a quotation reaches the end of its line without having been closed."""
    last = text[max(quote[0], text.rfind("\n", 0, quote[1]) + 1)]
    return quote[1] == line.end and text[quote[1] - 1] not in PARTNERS.get(last, "")


def _split(text: str, atom: Atom, quotes: Ranges, limit: int) -> Iterator[Atom]:
    """Split a sentence that is too long: beside its quotations first, then by words."""
    edges = {atom.end}
    for start, end in quotes:
        if end - start <= limit:
            edges |= {start, min(end, atom.end)}
    position = atom.start
    for edge in sorted(edges):
        if text[position:edge].strip():
            stop = len(text[position:edge].rstrip()) + position
            whole = edge == atom.end
            yield from _words(
                text, Atom(position, stop, atom.cost if whole else _HARD, not whole), limit
            )
            position = _next(text, stop)


def _words(text: str, atom: Atom, limit: int) -> Iterator[Atom]:
    """Split what is too long into near-equal parts at spaces, else between whole characters."""
    start, end = atom.start, atom.end
    while end - start > limit:
        parts = -(-(end - start) // limit)
        aim = start + -(-(end - start) // parts)
        space = text.rfind(" ", start + 1, aim + 1)
        stop = space if space > start + limit // 2 else _whole(text, start, aim)
        yield Atom(start, start + len(text[start:stop].rstrip()), _HARD, hard=True)
        start = _next(text, stop)
    yield atom._replace(start=start)


def _next(text: str, position: int) -> int:
    """Find the next character that is no white space, else the end."""
    found = _VISIBLE.search(text, position)
    return found.start() if found else len(text)


def _whole(text: str, start: int, aim: int) -> int:
    """Step back so that no joined character sequence is cut, if that is possible."""
    stop = aim
    floor = max(start + 1, aim - _CLUSTER)
    while stop > floor and _belong(text[stop - 1], text[stop]):
        stop -= 1
    return stop if stop > floor else aim


def _belong(left: str, right: str) -> bool:
    marks = unicodedata.category(right) in ("Mn", "Mc", "Me", "Sk")
    return marks or left in _GLUE or right in _GLUE or right.isspace()
