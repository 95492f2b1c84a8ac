"""What a person decided about a text, laid over what the rules made of it.

Where no decision reaches, every edit stays as it was. Ranges count in the raw text, half-open.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter

from annotate.corpus.articles import Decision, Received
from annotate.corpus.clean import clean
from annotate.corpus.edits import Edit, EditedText
from annotate.corpus.markup import markup
from annotate.corpus.mojibake import mojibake

_SPACE = re.compile(r"\s+")
_MARKS = frozenset(("Mn", "Mc", "Me"))
_HANGUL_JOINERS = range(0x1160, 0x1200)
Range = tuple[int, int]


def visible_text(received: Received) -> EditedText:
    """Clean the characters of a text and leave nothing out of what a reader would see."""
    decoded = EditedText(received.raw).through(mojibake)
    return clean(decoded.through(markup) if received.form == "html" else decoded)


def removals(edited: EditedText, visible: EditedText) -> list[Edit]:
    """Find the edits that leave out something visible."""
    harmless = set(visible.edits)
    return [edit for edit in edited.edits if edit not in harmless and _hides(edit, visible)]


def _hides(edit: Edit, visible: EditedText) -> bool:
    shown = visible.to_clean(edit.start, edit.end)
    return bool(shown and visible.clean[slice(*shown)].strip() and not edit.replacement.strip())


def decided(edited: EditedText, visible: EditedText, decisions: Iterable[Decision]) -> EditedText:
    """Take back removals for each `keep`, make one for each `drop`; later decisions win.

    A range that cuts a character, as one with its accent, counts for the whole of it.
    """
    cuts, touched = removals(edited, visible), list[Range]()
    for decision in decisions:
        span = _whole(visible, decision) if decision.action != "accept" else None
        if span is None:
            continue
        before, cuts = cuts, list(_without(cuts, *span))
        if decision.action == "drop":
            cuts = sorted((*cuts, Edit(*span, "", "dropped")))
        if cuts != before:
            touched.append(span)
    zones = _zones(edited, visible, touched)
    edits = [edit for edit in edited.edits if not _lies_in(edit, zones)]
    for zone in zones:
        edits += _inside(visible, cuts, zone)
    return EditedText(edited.raw, tuple(sorted(edits)))


def _lies_in(edit: Edit, zones: list[Range]) -> bool:
    index = bisect_right(zones, edit.start, key=itemgetter(0)) - 1
    return index >= 0 and edit.end <= zones[index][1]


def _whole(visible: EditedText, decision: Decision) -> Range | None:
    """Widen a range to whole characters, and narrow it to what can be seen; null for nothing."""
    size = len(visible.raw)
    shown = visible.to_clean(min(decision.start, size), min(decision.end, size))
    if shown is None:
        return None
    text, (start, end) = visible.clean, shown
    piece = text[start:end]
    start, end = end - len(piece.lstrip()), start + len(piece.rstrip())
    if start >= end:
        return None
    while start > 0 and _joins(text[start]):
        start -= 1
    while end < len(text) and _joins(text[end]):
        end += 1
    return visible.to_raw(start, end)


def _joins(char: str) -> bool:
    """Whether a character may melt into the one before it."""
    return unicodedata.category(char) in _MARKS or ord(char) in _HANGUL_JOINERS


def _without(cuts: Iterable[Edit], start: int, end: int) -> Iterator[Edit]:
    """Give what of some removals lies outside a range."""
    for cut in cuts:
        if cut.end <= start or end <= cut.start:
            yield cut
            continue
        if cut.start < start:
            yield cut._replace(end=start)
        if end < cut.end:
            yield cut._replace(start=end)


def _zones(edited: EditedText, visible: EditedText, ranges: list[Range]) -> list[Range]:
    """Widen ranges to where both texts have the same character on either side, none of it space."""
    if not ranges:
        return []
    spans = [(edit.start, edit.end) for edit in (*edited.edits, *visible.edits)]
    islands = _merged(spans + [match.span() for match in _SPACE.finditer(edited.raw)])
    return _merged(_grown(islands, *span) for span in ranges)


def _merged(spans: Iterable[Range]) -> list[Range]:
    """Join ranges that overlap or touch."""
    merged: list[Range] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _grown(islands: list[Range], start: int, end: int) -> Range:
    first = bisect_left(islands, start, key=itemgetter(1))
    last = bisect_right(islands, end, key=itemgetter(0)) - 1
    if first < len(islands):
        start = min(start, islands[first][0])
    if last >= 0:
        end = max(end, islands[last][1])
    return start, end


def _inside(visible: EditedText, cuts: list[Edit], zone: Range) -> Iterator[Edit]:
    """Edit the text of a zone anew."""
    start, end = zone
    edits = (edit for edit in visible.edits if start <= edit.start and edit.end <= end)
    local = EditedText(visible.raw[start:end], tuple(_moved(edits, -start)))
    own = [cut for cut in _moved(cuts, -start) if cut.start >= 0 and cut.end <= end - start]
    shown = ((local.to_clean(cut.start, cut.end), cut.reason) for cut in own)
    drops = [Edit(*span, "", reason) for span, reason in shown if span]
    is_first, is_last = start == 0, end == len(visible.raw)
    gaps = _gaps(local.clean, drops, is_first=is_first, is_last=is_last)
    return _moved(local.then(gaps).edits, start)


def _moved(edits: Iterable[Edit], distance: int) -> Iterator[Edit]:
    for start, end, replacement, reason in edits:
        yield Edit(start + distance, end + distance, replacement, reason)


def _gaps(text: str, drops: list[Edit], *, is_first: bool, is_last: bool) -> Iterator[Edit]:
    """Leave between two kept parts the widest white space that was there, and none at the ends."""
    for run in _runs(text, drops):
        start, end = run[0].start, run[-1].end
        while start > 0 and text[start - 1].isspace():
            start -= 1
        while end < len(text) and text[end].isspace():
            end += 1
        at_rim = (is_first and start == 0) or (is_last and end == len(text))
        kept = "" if at_rim else _widest_space(text[start:end])
        borders = (start, *(drop.start for drop in run[1:]), end)
        for drop, (first, last) in zip(run, pairwise(borders), strict=True):
            yield Edit(first, last, kept if last == end else "", drop.reason)


def _runs(text: str, drops: Sequence[Edit]) -> list[list[Edit]]:
    """Group the drops that nothing but white space parts."""
    runs: list[list[Edit]] = []
    for drop in drops:
        if runs and not text[runs[-1][-1].end : drop.start].strip():
            runs[-1].append(drop)
        else:
            runs.append([drop])
    return runs


def _widest_space(text: str) -> str:
    return next((space for space in ("\n\n", "\n", " ") if space in text), "")
