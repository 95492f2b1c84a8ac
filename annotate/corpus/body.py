"""The body of an article among what stands around it on a page, by a small trained model.

Trees judge each line by its shape, its place and its words; then again, knowing what they said
of the lines around it and which words the likely body uses. No rule names an outlet or a phrase
of one. `scripts/train_body.py` makes the model from the marked scrapes in `tests/data`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotate.corpus.credits import author_of, source_of
from annotate.corpus.edits import Edit
from annotate.corpus.lines import SITE_MARKS, Lines, Page, key_of
from annotate.corpus.model import Model, Verdicts

Array = NDArray[Any]

_BYLINES = 12  # lines around the body that may hold who wrote it
_MIN_REPEAT = 4  # words; shorter lines may stand twice in a body
_MAX_CAPTION = 40  # words
_MAX_DOUBT = 0.12  # share of the kept words that the model expects to have misjudged
_GLUED = ",.;:!?)]}”»、，。；：！？"


@dataclass(frozen=True)
class Selection:
    """What of a text is its body: the edits that leave only that, and what stood beside it.

    `share` is how much of the text is kept; `doubtful` says that the model was far from sure.
    """

    edits: tuple[Edit, ...]
    title: str | None
    share: float
    found: bool
    author: str | None = None
    credit: str | None = None
    doubtful: bool = False


class _Choice(NamedTuple):
    """The lines of one page that are kept, and which line is its title."""

    kept: frozenset[int]
    title: int | None
    doubt: float


def select_body(text: str, title: str | None = None) -> Selection:
    """Choose the lines of the body. A text without any is left as it is."""
    return select_bodies([text], [title])[0]


def select_bodies(
    texts: Sequence[str], titles: Sequence[str | None], model: Model | None = None
) -> list[Selection]:
    """Choose the lines of the bodies of several texts at once; each as if it stood alone."""
    lines = Lines.of(texts)
    verdicts = (model or Model.load()).judge(lines)
    parts = zip(lines.pages, titles, lines.rows(), strict=True)
    return [_select(page, title, verdicts.of(rows)) for page, title, rows in parts]


def _select(page: Page, title: str | None, verdicts: Verdicts) -> Selection:
    choice = _choose(page, verdicts)
    if not choice.kept:
        return Selection((), title, 1.0, found=False)
    chosen = title or (None if choice.title is None else page.strings[choice.title])
    credit = verdicts.credit.tolist()
    size = sum(page.spans[index][1] - page.spans[index][0] for index in choice.kept)
    before, behind = _around(choice.kept, len(page))
    within = [index for index in range(before.stop, behind.start) if index not in choice.kept]
    near = [page.strings[index] for index in (*before, *within, *behind)]
    credits_near = [page.strings[index] for index in (*before, *behind) if credit[index]]
    return Selection(
        tuple(_edits(page, _reasons(page, choice.kept, chosen, credit))),
        chosen,
        size / len(page.text),
        found=True,
        author=author_of(near),
        credit=source_of(credits_near),
        doubtful=choice.doubt > _MAX_DOUBT,
    )


def _around(kept: Collection[int], count: int) -> tuple[range, range]:
    """Give the lines right before a body and right behind it."""
    first, behind = min(kept), max(kept) + 1
    return range(max(0, first - _BYLINES), first), range(behind, min(behind + _BYLINES, count))


def _choose(page: Page, verdicts: Verdicts) -> _Choice:
    """Keep the likely lines; of those that say the same, the one in the weightier block."""
    likely = np.flatnonzero(verdicts.body > 0).tolist()
    copied = (verdicts.copies > 1) & (verdicts.words >= _MIN_REPEAT)
    kept = set(likely)
    if copied.any():
        kept -= _second_copies(page, likely, copied, verdicts.words)
    if not kept:
        return _Choice(frozenset(), None, 0.0)
    unsure = np.minimum(verdicts.chance, 1000 - verdicts.chance) * verdicts.words
    words = 1000 * int(verdicts.words[list(kept)].sum())
    return _Choice(frozenset(kept), _title(verdicts.title[: min(kept)]), int(unsure.sum()) / words)


def _title(odds: Array) -> int | None:
    """Find the line before the body that most looks like its title; None, not a guess."""
    best = int(odds.argmax()) if len(odds) else None
    return best if best is not None and odds[best] > 0 else None


def _second_copies(page: Page, likely: Sequence[int], copied: Array, words: Array) -> set[int]:
    """Find the lines that say again what another one of a larger block says."""
    doubles = [index for index in likely if copied[index]]
    if not doubles:
        return set()
    weights = _block_weights(likely, words)
    keys = {index: key_of(page.strings[index]) for index in doubles}
    best: dict[str, int] = {}
    for index, key in keys.items():
        if weights[index] > weights[best.setdefault(key, index)]:
            best[key] = index
    return {index for index, key in keys.items() if best[key] != index}


def _block_weights(likely: Sequence[int], words: Array) -> dict[int, int]:
    """Give for each line the words of its block: lines with at most one other in between."""
    weights: dict[int, int] = {}
    block: list[int] = []
    for index in (*likely, likely[-1] + 9):
        if block and index > block[-1] + 2:
            weights.update(dict.fromkeys(block, int(words[block].sum())))
            block = []
        block.append(index)
    return weights


def _reasons(
    page: Page, kept: Collection[int], title: str | None, credit: Sequence[bool]
) -> list[str | None]:
    """Say for each line why it is dropped; None for the lines that stay."""
    reasons: list[str | None] = [None] * len(page)
    if len(kept) == len(page):
        return reasons
    body = "\n".join(page.strings[index] for index in sorted(kept))
    name = key_of(title or "") or None
    for index, string in enumerate(page.strings):
        if index in kept:
            continue
        if name and _is_title(key_of(string), name):
            reasons[index] = "title"
        elif credit[index]:
            reasons[index] = "credit"
        elif _is_repeat(string, body):
            reasons[index] = "repeat"
        else:
            reasons[index] = "caption" if _is_caption(page, index, credit) else "boilerplate"
    return reasons


def _is_title(key: str, title: str) -> bool:
    """Whether a line says the title, maybe with the site's name behind it; given the keys."""
    return key == title or (key.startswith(title) and key[len(title) :].startswith(SITE_MARKS))


def _is_repeat(string: str, body: str) -> bool:
    return string.count(" ") >= _MIN_REPEAT - 1 and string in body


def _is_caption(page: Page, index: int, credit: Sequence[bool]) -> bool:
    """Whether a credit stands right beneath."""
    below = index + 1
    if below >= len(page) or not credit[below] or page.strings[index].count(" ") >= _MAX_CAPTION:
        return False
    return page.spans[index][1] + 1 == page.spans[below][0]


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
