"""What an extractor leaves around a body, told by how the page sets it."""

from __future__ import annotations

import re
from itertools import takewhile

from annotate.corpus.articles import Metadata
from annotate.corpus.visible import Visible, dense

Span = tuple[int, int]

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_NEVER_BODY = frozenset(
    re.findall(
        r"\w+",
        """address button caption figcaption footer form header label legend nav option select
        summary""",
    )
)
_RIM = 6  # blocks at the start and the end in which title, names and dates are looked for
_TOP = 400  # characters from the start of the body in which a main heading is its title
_REPEATED = 40  # characters that do not repeat by chance
_MOST = 0.5  # share of the text; who would take more has not understood the page
_CREDIT = 25  # characters that stand around a name in a line that names the author
_DATE = 50  # characters of a line that gives the date
_END = re.compile(r"[.!?…。！？]\W*\Z")
_DIGITS = re.compile(r"[0-9]+")


def leftovers(
    visible: Visible, blocks: list[Span], metadata: Metadata, author: str | None = None
) -> dict[Span, str]:
    """Give the blocks that are no body, with the reason; none if that were most of the text."""
    found: dict[Span, str] = {}
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        text = visible.dense[slice(*block)]
        rim = min(index, len(blocks) - 1 - index) < _RIM
        if reason := _reason(
            visible, block, text, metadata, author, rim=rim, top=block[0] - blocks[0][0] < _TOP
        ):
            found[block] = reason
        elif len(text) >= _REPEATED and text in seen:
            found[block] = "repeat"
        seen.add(text)
    left = [block for block in blocks if block not in found]
    headings = takewhile(lambda block: visible.block_at(block[0]) in _HEADINGS, reversed(left))
    found.update(dict.fromkeys(headings, "boilerplate"))
    return found if _size(found) <= _MOST * _size(blocks) else {}


def _size(blocks: dict[Span, str] | list[Span]) -> int:
    return sum(end - start for start, end in blocks)


def _reason(
    visible: Visible,
    block: Span,
    text: str,
    metadata: Metadata,
    author: str | None,
    *,
    rim: bool,
    top: bool,
) -> str | None:
    """Say why a block is no body, by where it stands and what the page calls it."""
    name = visible.block_at(block[0])
    if name in _NEVER_BODY:
        return "caption" if name in ("caption", "figcaption") else "boilerplate"
    if rim and ((name == "h1" and top) or _is(text, metadata.title)):
        return "title"
    if rim and (_is_credit(text, author) or _is_date(text, metadata.published_at)):
        return "credit"
    return "boilerplate" if name not in _HEADINGS and _is_link(visible, block, text) else None


def _is(text: str, value: str | None) -> bool:
    return value is not None and text.casefold() == dense(value).casefold()


def _is_credit(text: str, author: str | None) -> bool:
    """Whether the line says little but who wrote the article."""
    if author is None or len(text) > len(author) + _CREDIT or _END.search(text):
        return False
    return any(dense(name).casefold() in text.casefold() for name in author.split(", "))


def _is_date(text: str, date: str | None) -> bool:
    """Whether the line says little but when the article came out."""
    if date is None or len(text) > _DATE or _END.search(text):
        return False
    numbers = set(map(int, _DIGITS.findall(text[:_DATE])))
    year, *rest = map(int, _DIGITS.findall(date[:10]) or (0,))
    return year in numbers and rest[-1:] != [] and rest[-1] in numbers


def _is_link(visible: Visible, block: Span, text: str) -> bool:
    """Whether a block is one link that is not a sentence, perhaps with a word before a colon."""
    rest = len(text) - visible.linked(*block)
    introduced = rest <= _CREDIT and text[:rest].endswith((":", "："))
    whole = visible.is_break(block[0]) and visible.is_break(block[1])
    return whole and (rest == 0 or introduced) and not _END.search(text)
