"""The body of an article among what stands around it on a page, by generic rules.

Every line has log-odds of being body: by its shape, by its place, and by the words it shares
with the likeliest body so far. The best stretches of lines are the body. No rule names an outlet
or a phrase of one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from annotate.corpus.credits import author_of, source_of
from annotate.corpus.edits import Edit
from annotate.corpus.gains import (
    Weights,
    listed,
    reader_doubts,
    shape_gains,
    shape_losses,
    title_gains,
    web_doubts,
)
from annotate.corpus.lines import Page, key_of
from annotate.corpus.repeats import repeats
from annotate.corpus.stretch import best_stretches
from annotate.corpus.subheads import between, captions
from annotate.corpus.title import can_be_title, find_lead, find_title, is_title, titles_of
from annotate.corpus.topic import Topic

_ROUNDS = 3
_MIN_SPOKEN = 3  # words; of shorter lines nobody can say what they speak of
_BYLINES = 12  # lines around the body that may hold who wrote it
_NEAR = 6  # lines from a title to its body
_READER = 2.0
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
    left = (
        index
        for index, kind in enumerate(page.kinds)
        if kind == "sentence" and index not in body.kept and index not in body.gone
    )
    blocks = (block for block in _blocks(page, left, body.gone) if len(block) > 1)
    words = (sum(page.words[index] for index in block) for block in blocks)
    return max(words, default=0) > max(_MIN_RIVAL, kept)


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
    members = _anchor(page, [index for index in spoken if gains[index] > 0], gone)
    if entries:
        members = sorted({*members, *(index for index in entries.values() if index in spoken)})
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
        for index in reader_doubts(page, spoken, among):
            fitted[index] -= _READER
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


def _anchor(page: Page, spoken: list[int], gone: set[int]) -> list[int]:
    """Give the block of lines to begin with: the one under the headline, else the largest."""
    blocks = [block for block in _blocks(page, spoken, gone) if _has_sentence(page, block)]
    if len(blocks) < 2:  # noqa: PLR2004
        return blocks[0] if blocks else []
    lead = find_lead(page, [index for block in blocks for index in block])
    if lead is None:
        return max(blocks, key=lambda block: _weight(page, block))
    first = next(block for block in blocks if lead in block)
    later = [block for block in blocks if block[0] > first[0]]
    topic = Topic(page, first, (i for block in later for i in block), find_title(page, first))
    fitting = (block for block in later if sum(map(topic.evidence, block)) > 0)
    return [index for block in (first, *fitting) for index in block]


def _weight(page: Page, block: list[int]) -> float:
    """Weigh a block by its words; one under what may be a title weighs more."""
    doubts = web_doubts(page, block, frozenset())
    words = sum(page.words[index] for index in block if index not in doubts)
    titled = any(can_be_title(page, index) for index in range(max(0, block[0] - _NEAR), block[0]))
    return words * (1.5 if titled else 1.0)


def _has_sentence(page: Page, block: list[int]) -> bool:
    return any(page.kinds[index] == "sentence" for index in block)


def _blocks(page: Page, members: Iterable[int], gone: Collection[int]) -> list[list[int]]:
    """Group lines with at most one other line between neighbours: a subhead is one."""
    blocks: list[list[int]] = []
    last = -1
    for index in members:
        others = sum(page.kinds[at] == "other" and at not in gone for at in range(last + 1, index))
        if blocks and others < 2:  # noqa: PLR2004
            blocks[-1].append(index)
        else:
            blocks.append([index])
        last = index
    return blocks


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
