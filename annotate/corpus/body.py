"""The body of an article among what stands around it on a page, by a small trained model.

Trees judge each line by its shape, its place and its words; then again, knowing what they said
of the lines around it and which words the likely body uses. No rule names an outlet or a phrase
of one. `scripts/train_body.py` makes the model from the marked scrapes in `tests/data`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import NamedTuple

from annotate.corpus.credits import author_of, source_of
from annotate.corpus.edits import Edit, EditedText
from annotate.corpus.lines import RIMS, SITE_MARKS, Lines, Page, key_of
from annotate.corpus.model import Model, Verdicts
from annotate.corpus.repeats import second_copies, without_repeats

_MOST_LINES = 20_000
_BYLINES = 12  # lines around the body that may hold who wrote it
_MIN_REPEAT = 4  # words; shorter lines may stand twice in a body
_MIN_CAPTION, _MAX_CAPTION = 3, 40  # words
_TIME_OR_DATE = re.compile(
    r"\d:\d\d|\b(?:19|20)\d\d(?:\W|年)\d|\b\d{1,2}\W{1,2}(?:\w+\W{1,2}){0,3}(?:19|20)\d\d\b"
)
_CLEAR = 100  # chance in a thousand below which a line is clearly noise
_GENEROUS = -2000  # log-odds in thousandths that do for the body of a page without clear noise
_SURE = 2000
_SAID_AGAIN = 500  # log-odds in thousandths that a title gains by standing there twice
_MAX_DOUBT = 0.3  # share of the kept words that the model expects to have misjudged
_DRAWN = b"-#.,:\"'() "  # classes that make no text: a line of stars or dashes, a lone bullet
_SPACELESS = ord("u")  # class of the letters of scripts that part no words …
_UNSPACED = frozenset(b"udq,:()\"'")  # … and of what no space parts from them
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
    title: int  # -1 for none
    doubt: float


def select_body(text: str, title: str | None = None) -> Selection:
    """Choose the lines of the body. A text without any is left as it is."""
    return select_bodies([text], [title])[0]


def select_bodies(
    texts: Sequence[str], titles: Sequence[str | None], model: Model | None = None
) -> list[Selection]:
    """Choose the lines of the bodies of several texts at once; each as if it stood alone."""
    single = [without_repeats(text) if _is_short(text) else EditedText("") for text in texts]
    lines = Lines.of([each.clean for each in single])
    verdicts = (model or Model.load()).judge(lines).by_page(lines)
    found = map(select, lines.pages, titles, verdicts)
    return [_over(*each) for each in zip(single, found, strict=True)]


def _is_short(text: str) -> bool:
    """Whether a text has no more lines than the model has room for; none is chosen of a longer."""
    return text.count("\n") <= _MOST_LINES


def _over(single: EditedText, selection: Selection) -> Selection:
    """Lay the edits of a selection over those that left out repeats, which keep their reason."""
    if not single.edits:
        return selection
    if not selection.found:
        return replace(selection, edits=())
    edits = single.then(selection.edits).edits
    share = selection.share * len(single.clean) / len(single.raw)
    return replace(
        selection, share=share, edits=tuple(chain.from_iterable(_parted(edits, single.edits)))
    )


def _parted(edits: Iterable[Edit], repeats: Sequence[Edit]) -> Iterator[list[Edit]]:
    """Cut the repeats out of larger edits."""
    for edit in edits:
        first = bisect_left(repeats, (edit.start,))
        behind = bisect_left(repeats, (edit.end,), first)
        inside = [each for each in repeats[first:behind] if each.end <= edit.end]
        rims = [edit.start, *(at for each in inside for at in each[:2]), edit.end]
        others = [Edit(*rim, "", edit.reason) for rim in zip(rims[::2], rims[1::2], strict=True)]
        if edit.replacement or not inside:
            yield [edit]
        else:
            yield sorted(each for each in (*others, *inside) if each.start < each.end)


def select(page: Page, title: str | None, verdicts: Verdicts) -> Selection:
    """Choose the lines of one body, given what the model says of each."""
    choice = _choose(page, verdicts, title)
    if not choice.kept:
        return Selection((), title, 1.0, found=False)
    chosen = title or (page.strings[choice.title] if choice.title >= 0 else None)
    credit = verdicts.credit
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


def _choose(page: Page, verdicts: Verdicts, known: str | None = None) -> _Choice:
    """Keep the likely lines; of those that say the same, the one in the weightier block.

    The title is none of them, be it `known` or found.
    """
    least = _GENEROUS if _is_quiet(verdicts) else 0
    likely = [
        index
        for index, odds in enumerate(verdicts.body)
        if odds > least and page.shape_at(index).strip(_DRAWN)
    ]
    title = _title(verdicts, likely[0] if likely else -1)
    name = key_of(known or (page.strings[title] if title >= 0 else ""))
    kept = set(likely) - _second_copies(page, likely, verdicts)
    kept -= _titles(page, name)
    if not kept:
        return _Choice(frozenset(), -1, 0.0)
    words = 1000 * sum(map(verdicts.words.__getitem__, kept))
    return _Choice(frozenset(kept), title, sum(verdicts.doubt) / words)


def _is_quiet(verdicts: Verdicts) -> bool:
    """Whether no line is clearly noise; credits and what may be a title are none."""
    each = zip(verdicts.chance, verdicts.credit, verdicts.title, strict=True)
    return not any(chance < _CLEAR and not credit and title <= 0 for chance, credit, title in each)


def _title(verdicts: Verdicts, first: int) -> int:
    """Find the line that most looks like the title of the body; -1, not a guess.

    Of two that look nearly alike, the one that the page repeats is taken. The first line of the
    body is the title only if it looks very much like one.
    """
    early = zip(verdicts.title[: first + 1], verdicts.copies, strict=False)
    odds = [title + _SAID_AGAIN * (copies > 1) for title, copies in early]
    if odds:
        odds[first] -= _SURE
    best = max(odds, default=0)
    return odds.index(best) if best > 0 else -1


def _second_copies(page: Page, likely: Sequence[int], verdicts: Verdicts) -> set[int]:
    """Find the lines that say again what another one of a larger block says."""
    keys = {
        index: key_of(page.strings[index])
        for index in likely
        if verdicts.copies[index] > 1 and verdicts.words[index] >= _MIN_REPEAT
    }
    return (
        second_copies(keys, {index: verdicts.words[index] for index in likely}) if keys else set()
    )


def _reasons(
    page: Page, kept: Collection[int], title: str | None, credit: Sequence[bool]
) -> list[str | None]:
    """Say for each line why it is dropped; None for the lines that stay."""
    reasons: list[str | None] = [None] * len(page)
    if len(kept) == len(page):
        return reasons
    body = "\n".join(page.strings[index] for index in sorted(kept))
    titles = _titles(page, key_of(title or ""))
    for index, string in enumerate(page.strings):
        if index in kept:
            continue
        if index in titles:
            reasons[index] = "title"
        elif credit[index]:
            reasons[index] = "credit"
        elif _is_repeat(string, body):
            reasons[index] = "repeat"
        else:
            reasons[index] = "boilerplate"
    _name_captions(page, reasons, credit)
    return reasons


def _titles(page: Page, title: str) -> set[int]:
    """Find the lines that say the title, given by its key, maybe with the site's name behind it."""
    if not title:
        return set()
    first = {string[0] for string in page.strings}
    able = {char for char in first if char in RIMS or char.casefold()[:1] == title[0]}
    return {
        index
        for index, string in enumerate(page.strings)
        if string[0] in able and _is_title(string, title)
    }


def _is_title(string: str, title: str) -> bool:
    key = key_of(string)
    return key == title or (key.startswith(title) and key[len(title) :].startswith(SITE_MARKS))


def _is_repeat(string: str, body: str) -> bool:
    return string.count(" ") >= _MIN_REPEAT - 1 and string in body


def _name_captions(page: Page, reasons: list[str | None], credit: Sequence[bool]) -> None:
    """Call captions what stands right above a credit."""
    for below in range(1, len(reasons)):
        above = below - 1
        if (
            credit[below]
            and reasons[above] == "boilerplate"
            and page.spans[above][1] + 1 == page.spans[below][0]
            and _may_be_caption(page.strings[above])
        ):
            reasons[above] = "caption"


def _may_be_caption(string: str) -> bool:
    """Whether a line has the length of a caption, and does not say when the article came out."""
    spaced = _MIN_CAPTION <= string.count(" ") + 1 <= _MAX_CAPTION
    return spaced and not _TIME_OR_DATE.search(string)


def _edits(page: Page, reasons: Sequence[str | None]) -> Iterator[Edit]:
    """Give one edit for each run of lines that go for the same reason, with a gap beside it."""
    spans, count, index, led = page.spans, len(reasons), 0, False
    while index < count:
        reason, first = reasons[index], index
        index += 1
        if reason is None:
            led = True
            if first in page.groups:
                yield from _rejoined(page, first)
            continue
        while index < count and reasons[index] == reason:
            index += 1
        start = spans[first - 1][1] if led else spans[first][0]
        end = spans[index - 1][1] if led else spans[index][0]
        yield Edit(start, end, "", reason)


def _rejoined(page: Page, index: int) -> Iterator[Edit]:
    """Put a space, or nothing before a closing mark, where a paragraph was broken into lines."""
    for (_, end), (start, _) in pairwise(page.groups[index]):
        beside = {page.shape[end - 1], page.shape[start]}
        spaceless = _SPACELESS in beside and beside <= _UNSPACED
        glued = spaceless or page.text[start] in _GLUED or page.text[end - 1] == "-"
        yield Edit(end, start, "" if glued else " ", "rejoined")
