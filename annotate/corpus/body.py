"""The body of an article among what stands around it on a page, by generic rules.

Every line has log-odds of being body: by its shape, by its place, and by the words it shares
with the likeliest body so far. The best stretches of lines are the body. No rule names an outlet
or a phrase of one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from annotate.corpus.credits import author_of, source_of
from annotate.corpus.edits import Edit
from annotate.corpus.gains import (
    Weights,
    listed,
    shape_gains,
    shape_losses,
    title_gains,
    web_doubts,
)
from annotate.corpus.lines import Page, key_of
from annotate.corpus.repeats import repeats
from annotate.corpus.stretch import best_stretches
from annotate.corpus.subheads import between, captions
from annotate.corpus.title import find_title, is_title, titles_of
from annotate.corpus.topic import Topic

_ROUNDS = 2
_MIN_SPOKEN = 3  # words; of shorter lines nobody can say what they speak of
_BYLINES = 12  # lines around the body that may hold who wrote it
_MIN_RIVAL = 100  # words
_GLUED = ",.;:!?)]}”»、，。；：！？"


@dataclass(frozen=True)
class Selection:
    """What of a text is its body: the edits that leave only that, and what stood beside it.

    `share` is how much of the text is kept; `doubtful` says that another stretch of the page,
    on another topic, could as well be the body.
    """

    edits: tuple[Edit, ...]
    title: str | None
    share: float
    found: bool
    author: str | None = None
    credit: str | None = None
    doubtful: bool = False


@dataclass(frozen=True)
class _Body:
    """The lines that are kept, and those before and between them that are not any noise."""

    kept: frozenset[int]
    gone: frozenset[int]
    dropped: frozenset[int]
    title: int | None


def select_body(text: str, title: str | None = None, outlet: str | None = None) -> Selection:
    """Choose the lines of the body. A text without sentences is left as it is."""
    page = Page(text)
    body = _body(page, outlet)
    if not body.kept:
        return Selection((), title, 1.0, found=False)
    chosen = title or (None if body.title is None else page.strings[body.title])
    share = sum(page.spans[index][1] - page.spans[index][0] for index in body.kept) / len(text)
    edits = tuple(_edits(page, _reasons(page, body, chosen)))
    first, last = min(body.kept), max(body.kept)
    before = range(max(0, first - _BYLINES), first)
    behind = range(last + 1, min(last + 1 + _BYLINES, len(page)))
    between_them = (index for index in range(first, last) if index not in body.kept)
    return Selection(
        edits,
        chosen,
        share,
        found=True,
        author=author_of(page, (*before, *between_them, *behind)),
        credit=source_of(page, (*before, *behind)),
        doubtful=_is_doubtful(page, body),
    )


def _is_doubtful(page: Page, body: _Body) -> bool:
    """Whether a block of sentences that is left out is larger than what is kept."""
    kept = sum(page.words[index] for index in body.kept)
    left = _main_block(
        page,
        [
            index
            for index, kind in enumerate(page.kinds)
            if kind == "sentence" and index not in body.kept and index not in body.gone
        ],
        body.gone,
    )
    words = sum(page.words[index] for index in left)
    return len(left) > 1 and words > max(_MIN_RIVAL, kept)


def _body(page: Page, outlet: str | None) -> _Body:
    """Choose the sentences of the body, on its topic, and what belongs to them in between."""
    dropped = repeats(page)
    gone = dropped | captions(page)
    entries = listed(page, gone)
    gains, losses = shape_gains(page, gone, entries, outlet), shape_losses(page, gone)
    spoken = [
        index
        for index, kind in enumerate(page.kinds)
        if kind in ("sentence", "short", "item")
        and index not in gone
        and page.words[index] > _MIN_SPOKEN
    ]
    inside = best_stretches(gains, losses)
    members = _main_block(page, [index for index in spoken if inside[index]], gone)
    place, topic = None, None
    for _ in range(_ROUNDS):
        if not members:
            break
        place = find_title(page, members)
        among = frozenset(members)
        topic = Topic(page, members, (i for i in spoken if i not in among), place)
        fitted, cheaper = gains.copy(), losses.copy()
        for index in spoken:
            fitted[index] += topic.evidence(index)
        for index, doubt in web_doubts(page, spoken, topic.shared).items():
            fitted[index] -= doubt
        if place is not None:
            titles = titles_of(page, place, members[0])
            title_gains(page, titles, gone, Weights(fitted, cheaper))
        inside = best_stretches(fitted, cheaper)
        before, members = members, [index for index in spoken if inside[index]]
        if members == before:
            break
    if topic is None or not any(page.kinds[index] == "sentence" for index in members):
        return _Body(frozenset(), frozenset(gone), frozenset(dropped), None)
    kept = between(page, inside, gone, topic, entries)
    place = find_title(page, members) if place is None or place > min(kept) else place
    return _Body(frozenset(kept), frozenset(gone), frozenset(dropped), place)


def _main_block(page: Page, members: list[int], gone: Collection[int]) -> list[int]:
    """Give the members between two gaps of other lines that hold most words."""
    blocks: list[list[int]] = []
    for index in members:
        if blocks and _apart(page, blocks[-1][-1], index, gone) < 2:  # noqa: PLR2004  # a subhead is one
            blocks[-1].append(index)
        else:
            blocks.append([index])
    return max(blocks, key=lambda block: sum(page.words[index] for index in block), default=[])


def _apart(page: Page, left: int, right: int, gone: Collection[int]) -> int:
    between_them = range(left + 1, right)
    return sum(page.kinds[index] == "other" and index not in gone for index in between_them)


def _reasons(page: Page, body: _Body, title: str | None) -> list[str | None]:
    """Say for each line why it is dropped; None for the lines that stay."""
    reasons: list[str | None] = []
    name = key_of(title or "") or None
    for index, kind in enumerate(page.kinds):
        if index in body.kept:
            reasons.append(None)
        elif name and is_title(page.keys[index], name):
            reasons.append("title")
        elif kind == "credit":
            reasons.append("credit")
        elif index in body.dropped:
            reasons.append("repeat")
        else:
            reasons.append("caption" if index in body.gone else "boilerplate")
    return reasons


def _edits(page: Page, reasons: list[str | None]) -> Iterator[Edit]:
    """Give one edit for each run of lines that go for the same reason, with a gap beside it."""
    first = next((index for index, reason in enumerate(reasons) if reason is None), len(reasons))
    keyed = groupby(range(len(reasons)), key=lambda index: (reasons[index], index < first))
    for (reason, leading), run in keyed:
        if reason is None:
            for index in run:
                yield from _rejoined(page, index)
            continue
        members = list(run)
        start = page.spans[members[0]][0] if leading else page.spans[members[0] - 1][1]
        end = page.spans[members[-1] + 1][0] if leading else page.spans[members[-1]][1]
        yield Edit(start, end, "", reason)


def _rejoined(page: Page, index: int) -> Iterator[Edit]:
    """Put a space, or nothing before a closing mark, where a paragraph was broken into lines."""
    for (_, end), (start, _) in pairwise(page.groups[index]):
        glued = page.text[start] in _GLUED or page.text[end - 1] == "-"
        yield Edit(end, start, "" if glued else " ", "rejoined")
