"""How much each line of a page speaks for being body, by shape and place; in log-odds.

The figures were set by hand and tried on the marked scrapes of `tests/data`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from annotate.corpus.lines import Page

_GAIN = {"mark": -0.2, "credit": -0.8, "other": -1.0}
_LOSS = {"sentence": 0.0, "mark": 0.0, "credit": 0.2, "short": 0.2, "item": 0.3, "other": 0.35}
_SLOPE = 0.75  # of a sentence's gain, for each doubling of its words
_MOST_WORDS = 40
_SENTENCES = [
    0.3 if words < 4 else _SLOPE * math.log2(words / 3)  # noqa: PLR2004
    for words in range(_MOST_WORDS + 1)
]
_RECURRING = 0.6
_BROKEN = 0.6  # what single lines count where sentences lie in pieces
_ORNAMENT = -0.6  # it parts sections
_SEPARATED = 0.8
_SUBHEAD = 0.1
_ENTRY = 1.5
_ENTRY_HEAD = 0.3
_HEADED = 6.0
_IMPRINT = 3.5
_IMPRINT_OF_OUTLET = 6.0
_WEB = 3.0
_LEAD = 2.5
_BEFORE_TITLE = 3.0
_BYLINE_LOSS = 0.4
_BYLINES = 12  # lines after a title that may hold who wrote it, when, and where to share it
_MASTHEAD = 4  # lines
_NAME_LINES = 60
_MAX_NAME_LINE = 8  # words
_MIN_NAME = 5  # characters
_OPENING = 30  # characters
_MANY_ENTRIES = 3

# Words of web pages, cut as stems are: a sentence with one that no other sentence shares speaks
# of the page itself. The same in many languages, or what "subscribe" and "browser" are there.
_WEB_STEMS = frozenset(
    (
        *("newsl", "cooki", "teleg", "whats", "faceb", "twitt", "insta", "youtu", "podca", "javas"),
        *("rss", "brows", "navig", "subsc", "abonn", "suscr", "iscri", "abbon", "prenu", "subsk"),
        *("assin", "copyr", "ctrl", "login", "email", "рассы", "телег", "вконт", "брауз", "куки"),
        *("订阅", "转载", "版权", "転載"),
    )
)


class Weights(NamedTuple):
    """For each line: what it gains as body, and what it costs in a gap of the body."""

    gains: list[float]
    losses: list[float]


def shape_gains(
    page: Page, gone: set[int], entries: dict[int, int], outlet: str | None
) -> list[float]:
    """Give the log-odds that a line belongs to a body, by its shape."""
    gains = [_gain(page, index) for index in range(len(page))]
    for index in gone:
        gains[index] = 0.0
    sentences = _sentences(page, gone)
    for head, index in entries.items():
        gains[index] += _ENTRY
        gains[head] = max(gains[head], _ENTRY_HEAD)
    if not entries:
        for index, penalty in _teasers(page, sentences, gone):
            gains[index] -= penalty
    if page.mixed:
        for index, gain in enumerate(gains):
            if gain < 0 and _is_set_apart(page, index):
                gains[index] = _SUBHEAD
        for index in _announced(page, sentences):
            gains[index] = max(gains[index], _SUBHEAD)
    _doubt_imprint(page, sentences, outlet, gains)
    return gains


def shape_losses(page: Page, gone: set[int]) -> list[float]:
    """Give what it costs that a line stands in a gap of the body."""
    losses = [_LOSS[kind] for kind in page.kinds]
    if page.broken:
        losses = [loss * _BROKEN for loss in losses]
    for index in gone:
        losses[index] = 0.0
    return losses


def _sentences(page: Page, gone: set[int]) -> list[int]:
    return [
        index for index, kind in enumerate(page.kinds) if kind == "sentence" and index not in gone
    ]


def _gain(page: Page, index: int) -> float:
    kind = page.kinds[index]
    if kind == "sentence":
        return _SENTENCES[min(page.words[index], _MOST_WORDS)]
    if kind == "item":
        return 0.8 if page.words[index] > 7 else 0.3 if page.closed(index) else -0.4  # noqa: PLR2004
    if kind == "short":
        return 0.1 if page.asks(index) else 0.6
    if kind == "mark" and b"0" not in page.shapes[index]:
        return _ORNAMENT
    gain = _GAIN[kind]
    if page.broken:
        gain *= _BROKEN
    if kind == "other":
        separated = b" # " in page.shapes[index]
        gain -= _RECURRING * page.recurring(index) + _SEPARATED * separated
    return gain


def _doubt_imprint(
    page: Page, sentences: list[int], outlet: str | None, gains: list[float]
) -> None:
    """Doubt sentences of the second half that begin with the outlet's or the author's name.

    The last sentences of the page, and the first where the outlet is known, may name it anywhere.
    """
    outlets, authors = _names(page, outlet)
    last = sentences[-2:]
    for index in sentences:
        if index * 2 <= len(page):
            continue
        key = page.keys[index]
        seen = key if index in last else key[:_OPENING]
        if key.startswith(tuple(outlets)):
            gains[index] -= _IMPRINT_OF_OUTLET
        elif key.startswith(authors) or any(name in seen for name in outlets):
            gains[index] -= _IMPRINT
    if outlet and sentences and outlet.casefold() in page.keys[sentences[0]]:
        gains[sentences[0]] -= _IMPRINT


def _names(page: Page, outlet: str | None) -> tuple[set[str], tuple[str, ...]]:
    """Give what outlet and author may be called, from the short lines of the first half."""
    outlets = {outlet.casefold()} if outlet else set()
    authors: set[str] = set()
    for index in range(min(len(page) // 2, _NAME_LINES)):
        if page.kinds[index] not in ("other", "credit") or page.words[index] > _MAX_NAME_LINE:
            continue
        if index < _MASTHEAD:
            parts = page.keys[index].replace(" · ", " | ").split(" | ")
            outlets.update(part for part in parts if len(part) >= _MIN_NAME)
        if b"A" in page.shapes[index][1:]:
            authors.update(
                f"{first} {second}".casefold()
                for first, second in pairwise(page.strings[index].split())
                if first[0].isupper() and second[0].isupper() and len(first) > 1
            )
    return outlets, tuple(authors)


def listed(page: Page, gone: set[int]) -> dict[int, int]:
    """Find the entries of a list or live blog: heads and the sentences under them, if many are.

    A head is numbered, or stands between a time and the sentence; without a head the sentence
    is its own.
    """
    found: dict[int, int] = {}
    sentences = _sentences(page, gone)
    for index in sentences:
        head = _entry_head(page, index, gone)
        if head is not None:
            found[head] = index
    if len(found) < _MANY_ENTRIES:
        return {}
    words = sum(page.words[index] for index in sentences)
    inside = sum(page.words[index] for index in found.values())
    return found if inside * 5 > words * 2 else {}


def _entry_head(page: Page, index: int, gone: set[int]) -> int | None:
    above = _above(index, gone)
    if above < 0:
        return None
    if page.numbered(above):
        return above
    head = above if page.kinds[above] == "other" and not page.recurring(above) else index
    for _ in range(3):
        if above >= 0 and page.kinds[above] == "other":
            above = _above(above, gone)
    return head if above >= 0 and page.kinds[above] == "mark" else None


def _above(index: int, gone: Collection[int]) -> int:
    """Find the line before, passing over those that are gone."""
    index -= 1
    while index in gone:
        index -= 1
    return index


def _teasers(page: Page, sentences: list[int], gone: set[int]) -> list[tuple[int, float]]:
    """Find single sentences right under a heading, on a page where most stand otherwise.

    So teasers of other articles look. Where no blank lines tell, two must follow each other.
    """
    known = frozenset(sentences)
    headed = [
        index
        for index in sentences
        if not (index + 1 in known and (page.tight[index] or not page.mixed))
        and _is_under_heading(page, index, gone)
    ]
    if not page.mixed:
        among = frozenset(headed)
        headed = [index for index in headed if index + 2 in among or index - 2 in among]
    total = sum(page.words[index] for index in sentences)
    under = sum(page.words[index] for index in headed)
    weight = (_HEADED if page.mixed else _HEADED / 2) * (1 - under / max(1, total))
    late = sentences[len(sentences) * 2 // 3 :]
    lone = (index for index in late if page.mixed and _is_lone_section(page, index, gone))
    over = (index for index in sentences if page.mixed and _is_over_other(page, index, gone))
    half = ((index, weight / 2) for index in (*over, *lone))
    return [*((index, weight) for index in headed), *half]


def _is_under_heading(page: Page, index: int, gone: set[int]) -> bool:
    if index and page.mixed and not page.tight[index - 1]:
        return False
    above = _above(index, gone)
    kinds = ("other", "short") if page.mixed else ("other",)
    return above >= 0 and page.kinds[above] in kinds


def _is_lone_section(page: Page, index: int, gone: set[int]) -> bool:
    """Whether a sentence stands alone between a heading that is set apart and another line."""
    above, after = _above(index, gone), _after(index, gone)
    if above < 0 or page.tight[index - 1] or page.kinds[above] != "other":
        return False
    return after < len(page) and page.kinds[after] in ("other", "mark")


def _is_over_other(page: Page, index: int, gone: set[int]) -> bool:
    after = index + 1
    return page.tight[index] and after not in gone and page.kinds[after] == "other"


def _is_set_apart(page: Page, index: int) -> bool:
    """Whether a line stands alone above a sentence, as subheads do."""
    after = index + 1
    if page.kinds[index] != "other" or not 1 < page.words[index] <= _BYLINES:
        return False
    if page.tight[index] or not index or page.tight[index - 1] or after >= len(page):
        return False
    return page.kinds[after] == "sentence" and not page.recurring(index)


def _announced(page: Page, sentences: list[int]) -> Iterator[int]:
    """Find the lines in the block under a sentence that ends with a colon."""
    for sentence in filter(page.announces, sentences):
        index = sentence + 1
        while index < min(len(page), sentence + _BYLINES) and page.kinds[index] != "sentence":
            yield index
            if not page.tight[index]:
                break
            index += 1


def reader_doubts(page: Page, sentences: Sequence[int], members: Collection[int]) -> list[int]:
    """Doubt the sentences that speak to the reader, where the body itself does not."""
    addressing = [i for i in sentences if page.addresses(i) and not page.asks(i)]
    own = sum(index in members for index in addressing)
    rare = own <= max(1, len(members) // 5) and len(addressing) * 4 <= len(sentences)
    return addressing if rare else []


def web_doubts(page: Page, sentences: Collection[int], known: frozenset[str]) -> dict[int, float]:
    """Doubt the sentences with a word of web pages that is not known to be of the topic."""
    found = (index for index in sentences if not page.stems(index).isdisjoint(_WEB_STEMS))
    return {index: _WEB for index in found if not page.stems(index) & _WEB_STEMS <= known}


def title_gains(page: Page, titles: Sequence[int], gone: set[int], weights: Weights) -> None:
    """Favour sentences right after a title, doubt those before all, forgive the byline."""
    gains, losses = weights
    for index in range(titles[0]):
        gains[index] -= _BEFORE_TITLE * (page.kinds[index] == "sentence")
    for index in range(titles[0] + 1, min(titles[-1] + 1 + _BYLINES, len(page))):
        losses[index] *= _BYLINE_LOSS
    for index in {_after(title, gone) for title in titles}:
        if index < len(page) and page.kinds[index] == "sentence":
            gains[index] += _LEAD


def _after(index: int, gone: Collection[int]) -> int:
    index += 1
    while index in gone:
        index += 1
    return index
