"""The title of an article, found among the lines before its body."""

from __future__ import annotations

from collections.abc import Sequence

from annotate.corpus.lines import SITE_MARKS, Page

MIN_WORDS = 4
MAX_WORDS = 40
MAX_DISTANCE = 40  # lines before the body
_LEAD = 4  # sentences
_NEAR = 15  # lines from a headline to its lead
_CLEAR = 3.0
_OPEN_ENDS = (".", "。", "…", ":", "：")
_CLOSING_MARKS = "\"”’'»)] "


def find_title(page: Page, body: Sequence[int]) -> int | None:
    """Find the line before the sentences of a body that names their topic; None, not a guess.

    Of several, one that the page repeats goes first, then the one with most words of the lead.
    """
    first = body[0]
    near = [
        index for index in range(max(0, first - MAX_DISTANCE), first) if can_be_title(page, index)
    ]
    if not near:
        return None
    shared = dict.fromkeys(near, 0)
    for size in (_LEAD, len(body)):
        words = frozenset[str]().union(*map(page.stems, body[:size]))
        shared = {index: len(page.stems(index) & words) for index in near}
        candidates = [index for index in near if shared[index] > 1]
        if len(candidates) > 1:
            ranks = {index: (said(page, index), min(shared[index], 6)) for index in candidates}
            return max(candidates, key=lambda index: (*ranks[index], -index))
        if candidates:
            return candidates[0]
    repeated = [index for index in near if said(page, index) > 1]
    weak = repeated or [index for index in near if shared[index]]
    return weak[0] if len(weak) == 1 or repeated else None


def find_lead(page: Page, sentences: Sequence[int]) -> int | None:
    """Find the sentence that follows what is most clearly the headline of the page, if any is."""
    best, lead = 0.0, None
    for at, first in enumerate(sentences):
        above = max(sentences[at - 1] + 1 if at else 0, first - _NEAR)
        near = [index for index in range(above, first) if can_be_title(page, index)]
        if not near:
            continue
        words = frozenset[str]().union(*map(page.stems, sentences[at : at + _LEAD]))
        for index in near:
            clear = _clearness(page, index, len(page.stems(index) & words))
            if clear > best:
                best, lead = clear, first
    return lead if best >= _CLEAR else None


def _clearness(page: Page, index: int, shared: int) -> float:
    early = index * 2 < len(page)
    return 2.0 * (said(page, index) > 1) + min(shared, 3) + early


def titles_of(page: Page, place: int, first: int) -> list[int]:
    """Find the lines from a title on to the first sentence that say it again."""
    name = page.keys[place]
    return [place, *(i for i in range(place + 1, first) if is_title(page.keys[i], name))]


def said(page: Page, index: int) -> int:
    """Count how often a line stands on the page, also with the site's name behind it."""
    name = page.keys[index]
    return page.repeated[name] + page.named[name]


def can_be_title(page: Page, index: int) -> bool:
    """Whether a line looks like a headline: some words, no sentence, no furniture."""
    if not MIN_WORDS <= page.words[index] <= MAX_WORDS:
        return False
    if page.kinds[index] in ("credit", "mark", "item") or page.is_furniture(index):
        return False
    shape = page.shapes[index]
    if shape.count(b"0") * 4 > len(shape) or shape[:1] == b"-":
        return False
    ends_open = page.strings[index].rstrip(_CLOSING_MARKS).endswith(_OPEN_ENDS)
    return not ends_open and page.ends(index) < 2  # noqa: PLR2004  # one is an abbreviation


def is_title(key: str, title: str) -> bool:
    """Whether a line says the title, maybe with the site's name behind it; given the keys."""
    return key == title or (key.startswith(title) and key[len(title) :].startswith(SITE_MARKS))
