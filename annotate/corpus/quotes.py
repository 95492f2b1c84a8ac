"""Which quote marks belong together, paragraph by paragraph, and which have no partner."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

# Every custom is read: “…”, „…“, „…”, ”…”, «…», »…«, »…», ‹…›, ‘…’, ‚…‘, 「…」, 『…』.
PARTNERS = {
    "“": "”",
    "„": "“”",
    "”": "”",
    '"': '"',
    "«": "»",
    "»": "«»",
    "「": "」",
    "『": "』",
    "‘": "’",
    "‚": "‘’",
    "'": "'",
    "‹": "›",
    "›": "‹›",
}
MARKS = frozenset("".join([*PARTNERS, *PARTNERS.values()]))
CLOSING = frozenset("”»’\"'›」』")
SINGLE = "'‘’"  # may be an apostrophe: without a partner it says nothing
_SILENT = frozenset("'‘’‹›")  # … and so say the marks of a path such as World › Ports

_ALL_MARKS = "".join(sorted(MARKS))
_OPENERS = frozenset("“„«‚‹「『")
_CLOSERS = frozenset("”»›」』’")
_BEFORE = frozenset(" \n\t\xa0([{—–/-“‘„«»‹›「『\"'¿¡")  # what a mark that opens may follow
_SPACE = frozenset(" \n\t\xa0")
_ELISION = re.compile(r"(?:\d\ds?|[stnkm]|em|tis|twas|til|cause|bout|round)\b", re.IGNORECASE)
_NEXT_LINE = re.compile(r"\n+(.)")
_DEEPEST = 8  # quotes inside one another, and marks that are looked ahead


@dataclass(frozen=True)
class Quotes:
    """Quoted stretches `[start, end)` with their marks, in order.

    `pairs` are the outermost ones, `nested` those inside them. `unpaired` are marks without a
    partner, `mixed` the stretches between two marks of different kinds.
    """

    pairs: tuple[tuple[int, int], ...]
    unpaired: tuple[tuple[int, int], ...] = ()
    nested: tuple[tuple[int, int], ...] = ()
    mixed: tuple[tuple[int, int], ...] = ()

    @cached_property
    def damaged(self) -> tuple[tuple[int, int], ...]:
        return tuple(sorted((*self.unpaired, *self.mixed)))

    def share(self, start: int, end: int) -> float | None:
        """Measure how much of `[start, end)` is quoted, 0 to 1; None beside a damaged mark."""
        if any(begin <= end and start <= stop for begin, stop in self.damaged):
            return None
        inside = sum(
            min(end, stop) - max(start, begin)
            for begin, stop in self.pairs
            if begin < end and start < stop
        )
        return inside / (end - start)

    def partner(self, position: int) -> int | None:
        """Find the other mark of the pair that has a mark at `position`."""
        for begin, stop in (*self.pairs, *self.nested):
            if begin == position:
                return stop - 1
            if stop - 1 == position:
                return begin
        return None


class _Opened(NamedTuple):
    """A mark that waits for its partner, and the first single mark that may stand for it."""

    mark: str
    start: int
    stand_in: int | None = None


class _Found(NamedTuple):
    pairs: list[tuple[int, int]]
    unpaired: list[tuple[int, int]]
    mixed: list[tuple[int, int]]


def find_quotes(text: str) -> Quotes:
    """Pair the quote marks of a text; a quote ends with its paragraph at the latest.

    A paragraph whose quote stays open is not damaged when the next one opens with the same
    mark: that is how a quote of several paragraphs is printed.
    """
    places = _places(text)
    found = _Found([], [], [])
    opened: list[_Opened] = []
    line_end = -1
    for index, place in enumerate(places):
        if text[place] in "'’" and _is_inside_word(text, place):
            continue
        if place > line_end:
            _end_line(text, line_end, opened, found)
            line_end = text.find("\n", place)
            line_end = len(text) if line_end < 0 else line_end
        _take(text, places, index, opened, found)
    _end_line(text, line_end, opened, found)
    pairs, nested = _outermost(found.pairs)
    return Quotes(pairs, tuple(sorted(found.unpaired)), nested, tuple(sorted(found.mixed)))


def _is_inside_word(text: str, place: int) -> bool:
    """Whether a mark is an apostrophe between two letters, which no quote begins or ends with."""
    inner = 0 < place < len(text) - 1
    return inner and text[place - 1].isalnum() and text[place + 1].isalnum()


def _places(text: str) -> list[int]:
    """Where the marks are; looking for one character after the other beats a class."""
    places: list[int] = []
    for mark in _ALL_MARKS:
        place = text.find(mark)
        while place >= 0:
            places.append(place)
            place = text.find(mark, place + 1)
    places.sort()
    return places


def _take(text: str, places: list[int], index: int, opened: list[_Opened], found: _Found) -> None:
    """Let a mark open or close a quote, as the characters beside it and what is open tell."""
    place = places[index]
    mark = text[place]
    before = text[place - 1] if place else "\n"
    after = text[place + 1] if place + 1 < len(text) else "\n"
    fits = bool(opened) and mark in PARTNERS[opened[-1].mark]
    if _opens(mark, before, after, fits=fits):
        opened.append(_Opened(mark, place))
        if len(opened) > _DEEPEST:
            _give_up(opened.pop(0), found)
    elif not _closes(mark, before, after):
        return
    elif fits:
        if not _is_inch(text, places, index):
            found.pairs.append((opened.pop().start, place + 1))
    elif mark in SINGLE:
        _stand_in(opened, place, possessive=before in "sS" and after == " ")
    else:
        _close(text, place, opened, found)


def _opens(mark: str, before: str, after: str, *, fits: bool) -> bool:
    leads = before in _BEFORE and after not in _SPACE
    if mark in _OPENERS:
        return leads or not fits
    if mark == '"':
        apart = after in _SPACE and before in _SPACE
        return leads or (not fits and (apart or (after.isalnum() and not before.isalnum())))
    if mark in _CLOSERS:
        return leads and not fits and after.isalnum() and mark in PARTNERS
    return leads


def _closes(mark: str, before: str, after: str) -> bool:
    if mark in SINGLE:
        return before not in _SPACE and not after.isalnum()
    return mark != '"' or not (before.isalnum() and after.isalnum())


def _is_inch(text: str, places: list[int], index: int) -> bool:
    """Whether a mark behind a digit is a measure, for the quote is closed by a later one."""
    place = places[index]
    if text[place] not in '"”' or not text[place - 1].isdigit():
        return False
    for other in places[index + 1 : index + 1 + _DEEPEST]:
        if "\n" in text[place:other]:
            return False
        if text[other] not in SINGLE:
            after = text[other + 1 : other + 2]
            return text[other] == text[place] and text[other - 1] not in _BEFORE and after != "s"
    return False


def _stand_in(opened: list[_Opened], place: int, *, possessive: bool) -> None:
    """Keep the first single mark inside a quote that may have been meant to close it."""
    if opened and not possessive:
        last = opened[-1]
        if last.stand_in is None and last.mark not in SINGLE:
            opened[-1] = last._replace(stand_in=place)


def _close(text: str, place: int, opened: list[_Opened], found: _Found) -> None:
    """Close what a double mark can close beyond the innermost quote, as a pair or mixed."""
    mark = text[place]
    fitting = [level for level, one in enumerate(opened) if mark in PARTNERS[one.mark]]
    if fitting:
        inner = opened[fitting[-1] + 1 :]
        one = opened[fitting[-1]]
        del opened[fitting[-1] :]
        single = next((each for each in inner if _is_quote(text, each)), None)
        if one.stand_in is not None and single is not None and single.start > one.stand_in:
            found.mixed.extend(((one.start, one.stand_in + 1), (single.start, place + 1)))
            return
        found.pairs.append((one.start, place + 1))
        for each in inner:
            _give_up(each, found)
    elif mark in '"”' and text[place - 1 : place].isdigit():
        return  # a measure
    else:
        doubles = [level for level, one in enumerate(opened) if one.mark not in SINGLE]
        singles = [level for level, one in enumerate(opened) if _is_quote(text, one)]
        level = (doubles or singles or [-1])[-1]
        if level < 0:
            _give_up(_Opened(mark, place), found)
        else:
            found.mixed.append((opened[level].start, place + 1))
            del opened[level:]


def _is_quote(text: str, one: _Opened) -> bool:
    """Whether a single mark that opens is no apostrophe in front of a word or a year."""
    return one.mark in SINGLE and _ELISION.match(text, one.start + 1) is None


def _end_line(text: str, line_end: int, opened: list[_Opened], found: _Found) -> None:
    """Settle what is still open when a paragraph ends."""
    if not opened:
        return
    next_mark = _NEXT_LINE.match(text, line_end)
    following = next_mark[1] if next_mark else ""
    for one in opened:
        if following and (one.mark == following or (one.mark, following) == ("«", "»")):
            found.pairs.append((one.start, line_end))
        else:
            _give_up(one, found)
    opened.clear()


def _give_up(one: _Opened, found: _Found) -> None:
    if one.stand_in is not None:
        found.mixed.append((one.start, one.stand_in + 1))
    elif one.mark not in _SILENT:
        found.unpaired.append((one.start, one.start + 1))


def _outermost(
    pairs: list[tuple[int, int]],
) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """Split pairs into those that lie in no other one, and the rest."""
    kept: list[tuple[int, int]] = []
    nested: list[tuple[int, int]] = []
    for begin, end in sorted(pairs):
        inside = kept and begin < kept[-1][1]
        (nested if inside else kept).append((begin, end))
    return tuple(kept), tuple(nested)
