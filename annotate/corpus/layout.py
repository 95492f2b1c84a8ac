"""Which lines of a page are one paragraph: wrapped lines, and lines of one text node each."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

Span = tuple[int, int]

_NARROW = 24  # characters; shorter lines say nothing about the width of a column
_WIDE = 240
_MANY = 4
_MAX_NAME_WORDS = 6
_FEW = 2
_RULES = frozenset("-=_*~#")  # a line drawn with them is no text
_RAGGED = 12  # characters that single lines may be wider than most agree on
_SHORT_WORD = 5  # letters
_FEWEST_OPEN = 3  # lines that no sentence ends with
_ENDS = b".?dq\"')"
_MID_SENTENCE = re.compile(rb"\n(?:[a,.:?)]|\(a)")
_CONTINUING = frozenset(",.;:!?)]}»”’%、，。；：！？،؛।")
_MAY_GO_ON = frozenset(b"a,.?:)(dq\"'-")  # classes of the first characters of such lines
_FINAL = frozenset((b".", b"?", b"d", b"q"))
_WORD_STARTS = re.compile(rb"(?:(?<= )|\A)[\"'(]*([aA])")


def continued(text: str, shape: bytes, spans: list[Span]) -> tuple[set[int], bool]:
    """Tell which lines of a text go on with the paragraph of the line before; most do not.

    Tells also whether sentences lay in pieces, so that a single line says less.
    """
    step = _step(shape)
    wrapped = _wrapped(text, shape, spans, step)
    joined = wrapped or _continued(text, shape, spans, step)
    return joined, not wrapped and len(joined) > _FEW


def _closed(shape: bytes, span: Span) -> bool:
    return shape[slice(*span)].rstrip(b"\"')")[-1:] in _FINAL


def _step(shape: bytes) -> int:
    """Give the line breaks between neighbours: two where nearly all lines stand apart."""
    breaks, blank = shape.count(b"\n"), shape.count(b"\n\n")
    return 2 if blank * 2 > 0.95 * breaks else 1


def _wrapped(text: str, shape: bytes, spans: list[Span], step: int) -> set[int]:
    """Find the lines that continue the one before, which was full to the width of the column.

    A line is full when the first word of the next would not have fitted.
    """
    ends = bytes([shape[end - 1] for start, end in spans if end - start >= _NARROW])
    if len(ends.translate(None, _ENDS)) < _FEWEST_OPEN:
        return set()
    pairs = [
        each for each in _tight_pairs(text, spans, step) if not _is_menu(shape, spans, each[0])
    ]
    if len(pairs) < _MANY:
        return set()
    width = _width(pairs, spans)
    widest = width + _RAGGED if width else 0
    full = {index for index, length, needed in pairs if length <= widest and width < needed}
    open_ended = sum(not _closed(shape, spans[index - 1]) for index in full)
    return full if open_ended * 2 > len(full) else set()


def _is_menu(shape: bytes, spans: list[Span], index: int) -> bool:
    """Whether a line and the one before it are entries with marks between them."""
    return all(shape.find(b" # ", *spans[at]) >= 0 for at in (index - 1, index))


def _tight_pairs(text: str, spans: list[Span], step: int) -> Iterator[tuple[int, int, int]]:
    """Give (second line, length of the first, that with the next word) of near neighbours."""
    for index, ((start, end), (after, stop)) in enumerate(pairwise(spans), 1):
        length = end - start
        if after != end + step or not _NARROW <= length <= _WIDE:
            continue
        if text[start] not in _RULES and text[after] not in _RULES:
            space = text.find(" ", after, after + _WIDE)
            yield index, length, length + 1 + (space if 0 <= space < stop else stop) - after


def _width(pairs: list[tuple[int, int, int]], spans: list[Span]) -> int:
    """Find the width that most pairs agree on; 0 where the lines are not wrapped."""
    lengths = sorted(length for _, length, _ in pairs)
    needs = sorted(needed for *_, needed in pairs)
    agreed = [count - bisect_right(needs, at) for count, at in enumerate(lengths, 1)]
    best = max(agreed)
    width = lengths[agreed.index(best)]
    wide = len(lengths) - bisect_right(lengths, width // 2)
    if best < _MANY or best * 5 < wide * 3:
        return 0
    beyond = sum(end - start > width for start, end in spans)
    return width if beyond * 4 <= best else 0


def _continued(text: str, shape: bytes, spans: list[Span], step: int) -> set[int]:
    """Find the lines that go on in the middle of a sentence.

    One that begins with a small letter may be a heading of that style, unless there are more.
    """
    if not _MID_SENTENCE.search(shape):
        return set()
    certain = {
        index
        for index, (start, _) in enumerate(spans)
        if shape[start] in _MAY_GO_ON and index and _goes_on(text, shape, spans, index, step)
    }
    if not certain:
        return certain
    small = [index for index in certain if shape[spans[index][0]] == ord("a")]
    if len(small) == len(certain) <= _FEW:
        return set()
    rest = [
        index
        for index in range(1, len(spans))
        if index not in certain and spans[index - 1][1] + step == spans[index][0]
    ]
    lasts = {index: _last_word(text, spans[index - 1]) for index in rest}
    joiners = _joining_words(text, lasts.values(), certain)
    return certain | {
        index
        for index in rest
        if lasts[index] in joiners or _is_inset(shape, spans, index, certain)
    }


def _joining_words(text: str, lasts: Iterable[str], certain: set[int]) -> set[str]:
    """Find the short words of a page that no sentence ends with: they are frequent, and small."""
    short = {word for word in lasts if 0 < len(word) <= _SHORT_WORD and word.islower()}
    if not short:
        return short
    enough = 3 if len(certain) > _FEW else 5
    counts = Counter(filter(short.__contains__, text.split(" ")))
    return {word for word in short if counts[word] >= enough}


def _last_word(text: str, span: Span) -> str:
    start = text.rfind(" ", max(span[0], span[1] - _SHORT_WORD - 2), span[1])
    return text[start + 1 : span[1]] if start > 0 else ""


def _goes_on(text: str, shape: bytes, spans: list[Span], index: int, step: int) -> bool:
    """Whether a line begins as no line does."""
    (before, end), (start, stop) = spans[index - 1], spans[index]
    if end + step != start:
        return False
    first = text[start]
    if first in _CONTINUING:
        closes = first in "”»)" and b" " in shape[before:end]
        return stop - start == 1 or text[start + 1] in ' “"«„' or closes
    small = shape[start] == ord("a") or (first == "(" and shape[start + 1 : start + 2] == b"a")
    letters = shape[before:end].translate(None, b"0 .?dq,:\"'()#-")
    return small and bool(letters) and not _closed(shape, spans[index - 1])


def _is_inset(shape: bytes, spans: list[Span], index: int, certain: set[int]) -> bool:
    """Whether a line that begins with a capital or a number goes on with the sentence before."""
    (start, end), (after, stop) = spans[index - 1], spans[index]
    before = shape[start:end]
    if _closed(shape, spans[index - 1]):
        return False
    if before.endswith(b",") or (shape[after] == ord("(") and len(certain) > _FEW):
        return True
    line = shape[after:stop]
    starts = _WORD_STARTS.findall(line)
    named = b"a" not in starts and line.count(b" ") < _MAX_NAME_WORDS
    inside = index + 1 in certain and (named or line[:1] not in b"aA")
    ends_with_word = before[-1:] in b"aAohu0"
    begun = (
        b" " in before or index - 1 in certain or (index > 1 and _closed(shape, spans[index - 2]))
    )
    return inside and ends_with_word and begun
