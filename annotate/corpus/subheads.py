"""What stands between the sentences of a body: subheads and short lines of it, or captions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from annotate.corpus.lines import Page
from annotate.corpus.topic import Topic

_MAX_SUBHEAD_WORDS = 16
_MAX_CAPTION_WORDS = 40
_MAX_PLAIN_CAPTION_WORDS = 14  # of one that no blank line sets apart
_MAX_ANNOUNCED = 12  # lines
_LONG_ITEM_WORDS = 7


def captions(page: Page) -> set[int]:
    """Find credit lines, and the short sentences that stand right above one."""
    found = {index for index, kind in enumerate(page.kinds) if kind == "credit"}
    return found | {index - 1 for index in found if index and _is_caption(page, index)}


def _is_caption(page: Page, credit: int) -> bool:
    """Whether the line above a credit is the caption that it belongs to."""
    above = credit - 1
    if not page.tight[above]:
        return False
    if not page.tight[credit] and not (above and page.tight[above - 1]):
        return page.words[above] <= _MAX_CAPTION_WORDS
    brief = page.words[above] <= _MAX_PLAIN_CAPTION_WORDS and page.kinds[above] == "sentence"
    bracketed = page.shapes[credit][:1] == b"("
    return brief and not bracketed and b'"' not in page.shapes[above] and page.ends(above) < 2  # noqa: PLR2004


def between(
    page: Page, inside: Sequence[bool], gone: set[int], topic: Topic, heads: Collection[int]
) -> set[int]:
    """Give the lines of the body, without what stands between its sentences and is none of it."""
    kept: set[int] = set()
    gap: list[int] = []
    for index, chosen in enumerate(inside):
        if not chosen or index in gone:
            continue
        if page.kinds[index] == "sentence":
            if kept and _returns_under_subhead(page, index, inside, gone, topic):
                kept.add(index - 1)
            if gap:
                kept |= _of_body(page, gap, topic, heads, leading=not kept)
                gap = []
            kept.add(index)
        else:
            gap.append(index)
    closing = (index for index in gap if page.kinds[index] in ("short", "item"))
    kept.update(index for index in closing if not page.asks(index))
    return kept


def _returns_under_subhead(
    page: Page, index: int, inside: Sequence[bool], gone: set[int], topic: Topic
) -> bool:
    """Whether the body comes back from a gap below a line on its topic."""
    above = index - 1
    if inside[above] or above in gone or page.kinds[above] != "other" or page.recurring(above):
        return False
    return _is_subhead(page, above, topic, alone=False)


def _of_body(
    page: Page, gap: list[int], topic: Topic, heads: Collection[int], *, leading: bool
) -> set[int]:
    """Choose the short sentences, list items, heads of entries and the one subhead of a gap."""
    kept = {index for index in gap if page.kinds[index] == "short" or index in heads}
    kept.update(_items(page, gap, topic, leading=leading))
    others = [index for index in gap if page.kinds[index] == "other" and not page.recurring(index)]
    if not leading:
        if page.announces(gap[0] - 1):
            kept.update(_announced(page, gap))
        if others and _is_subhead(page, others[-1], topic, alone=len(others) == 1):
            kept.add(others[-1])
    kept.update(index for index in others if index + 1 in kept and page.kinds[index + 1] == "item")
    return kept


def _announced(page: Page, gap: list[int]) -> Iterator[int]:
    """Give the lines up to the next blank one, if they are few."""
    for index in gap[:_MAX_ANNOUNCED]:
        yield index
        if not page.tight[index]:
            return


def _items(page: Page, gap: list[int], topic: Topic, *, leading: bool) -> Iterator[int]:
    """Give the list items that a line announces, that are sentences, or that are on the topic."""
    for kind, group in groupby(gap, key=page.kinds.__getitem__):
        if kind != "item":
            continue
        run = list(group)
        above = run[0] - 1
        announced = above >= 0 and page.announces(above) and page.kinds[above] != "other"
        closed = sum(map(page.closed, run)) * 2 > len(run)
        long = sum(page.words[index] for index in run) > _LONG_ITEM_WORDS * len(run)
        if announced or closed or (long and (leading or sum(map(topic.evidence, run)) > 0)):
            yield from run


def _is_subhead(page: Page, index: int, topic: Topic, *, alone: bool) -> bool:
    """Whether a line can be a heading of the article: short, no pull quote, on its topic."""
    words, shape = page.words[index], page.shapes[index]
    if words > _MAX_SUBHEAD_WORDS or page.is_furniture(index):
        return False
    if shape[:1] == b'"' == shape[-1:]:
        return False
    known, size = topic.known(index)
    return (alone and 1 < words < 6) or known * 3 >= size > 0  # noqa: PLR2004
