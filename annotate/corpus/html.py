"""The body of an HTML page, found by trafilatura and located in the source to the character."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from annotate.corpus.articles import Metadata
from annotate.corpus.clean import clean
from annotate.corpus.edits import Edit, EditedText
from annotate.corpus.extract import Extracted, extract
from annotate.corpus.leftovers import leftovers
from annotate.corpus.locate import Located, locate
from annotate.corpus.markup import markup
from annotate.corpus.visible import Visible, read_visible

MAX_TAGS = 30_000  # no article's page holds so many; the extractor takes 40 µs for an element
TOO_COMPLEX = "page_too_complex"

_MARKED_ENOUGH = 500  # characters of a marked body that are worth a second look


class Page(NamedTuple):
    """What an HTML page gave.

    `share` is how much of the visible text was kept; `approximate` holds the positions in the
    source near which a paragraph of the body must be, but was not found. `doubt` says why the
    page was not given to the extractor, or not taken from it.
    """

    edited: EditedText
    metadata: Metadata = Metadata()
    found: bool = False
    share: float = 1.0
    approximate: tuple[int, ...] = ()
    doubt: str | None = None


def read_page(source: str) -> Page:
    """Keep what trafilatura calls the body; where it finds none, all visible text stays."""
    visible = read_visible(source, MAX_TAGS)
    if visible is None:
        return Page(_all(source), doubt=TOO_COMPLEX)
    extracted = extract(source)
    if extracted is None:
        return Page(_all(source), doubt=TOO_COMPLEX if visible.dense else None)
    located = _better(visible, extracted)
    blocks = [block for span in _merged(located.ranges) for block in visible.blocks_of(*span)]
    dropped = leftovers(visible, blocks, extracted.metadata, extracted.author)
    kept = _merged(span for span in blocks if span not in dropped)
    if not kept:
        return Page(_all(source), extracted.metadata)
    edited = clean(EditedText(source, tuple(_edits(visible, kept, dropped))))
    share = sum(end - start for start, end in kept) / len(visible.dense)
    places = tuple(_raw_point(visible, at) for at in located.missing)
    return Page(edited, extracted.metadata, found=True, share=share, approximate=places)


def _all(source: str) -> EditedText:
    return clean(EditedText(source, tuple(markup(source))))


def _raw_point(visible: Visible, at: int) -> int:
    at = min(at, len(visible.dense) - 1)
    return visible.raw(at, at + 1)[0]


def _better(visible: Visible, parsed: Extracted) -> Located:
    """Locate the body; where the extractor gave far less than the page marks, what it marks."""
    located = locate(visible, parsed.paragraphs)
    found = sum(end - start for start, end in located.ranges)
    marked = sum(map(len, parsed.marked))
    if marked < _MARKED_ENOUGH or found * 2 > marked:
        return located
    other = locate(visible, parsed.marked)
    return other if other.lost * 10 < marked else located


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sort ranges and join those that touch."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _edits(
    visible: Visible, kept: list[tuple[int, int]], dropped: dict[tuple[int, int], str]
) -> Iterator[Edit]:
    """Take the markup out of what is kept, and all that stands between and around."""
    size = len(visible.dense)
    position = place = 0
    for start, end in (*kept, (size, size)):
        raw, after = visible.raw(start, end) if start < end else (len(visible.source),) * 2
        if position < raw:
            reason = dropped.get((place, start), "boilerplate" if place < start else "markup")
            yield Edit(position, raw, _gap(visible, place, start, end), reason)
        yield from markup(visible.source, raw, after)
        position, place = after, end


def _gap(visible: Visible, start: int, end: int, after: int) -> str:
    """Say what stands in place of a range between two kept ones: a blank line, or a space."""
    if start == 0 or end == after:
        return ""
    if visible.breaks_in(start, end):
        return "\n\n"
    first, last = visible.raw(start - 1, end + 1)
    return " " if any(map(str.isspace, visible.source[first + 1 : last - 1])) else ""
