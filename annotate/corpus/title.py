"""The title of an article, found among the lines before its body."""

from __future__ import annotations

from collections.abc import Sequence

from annotate.corpus.lines import Page

MIN_WORDS = 4
MAX_WORDS = 40
MAX_DISTANCE = 40  # lines before the body
_LEAD = 4  # sentences
_SITE = (" | ", " – ", " - ", " — ", " :: ", " « ", " · ")
_OPEN_ENDS = (".", "。", "…", ":", "：")
_CLOSING_MARKS = "\"”’'»)] "


def find_title(page: Page, body: Sequence[int]) -> int | None:
    """Find the line before the sentences of a body that names their topic; None, not a guess.

    Of several, one that the page repeats goes first, then the one with most words of the lead.
    """
    first = body[0]
    near = [
        index for index in range(max(0, first - MAX_DISTANCE), first) if _can_be_title(page, index)
    ]
    if not near:
        return None
    for size in (_LEAD, len(body)):
        words = frozenset[str]().union(*map(page.stems, body[:size]))
        shared = {index: len(page.stems(index) & words) for index in near}
        candidates = [index for index in near if shared[index] > 1]
        if len(candidates) > 1:
            ranks = {index: (said(page, index), min(shared[index], 4)) for index in candidates}
            return max(candidates, key=lambda index: (*ranks[index], -index))
        if candidates:
            return candidates[0]
    return None


def titles_of(page: Page, place: int, first: int) -> list[int]:
    """Find the lines from a title on to the first sentence that say it again."""
    name = page.keys[place]
    return [place, *(i for i in range(place + 1, first) if is_title(page.keys[i], name))]


def said(page: Page, index: int) -> int:
    """Count how often a line stands on the page, also with the site's name behind it."""
    name = page.keys[index]
    return sum(key.startswith(name) and is_title(key, name) for key in page.keys)


def _can_be_title(page: Page, index: int) -> bool:
    if not MIN_WORDS <= page.words[index] <= MAX_WORDS:
        return False
    if page.kinds[index] in ("credit", "mark", "item") or page.is_furniture(index):
        return False
    ends_open = page.strings[index].rstrip(_CLOSING_MARKS).endswith(_OPEN_ENDS)
    return not ends_open and page.ends(index) < 2  # noqa: PLR2004  # one is an abbreviation


def is_title(key: str, title: str) -> bool:
    """Whether a line says the title, maybe with the site's name behind it; given the keys."""
    return key == title or (key.startswith(title) and key[len(title) :].startswith(_SITE))
