"""The text of a page without its white space, with the place of every character in the source."""

from __future__ import annotations

import html
import itertools
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import pairwise

from annotate.corpus.markup import BLOCKS, tokens

_CLOSED = {f"/{name}": "" for name in BLOCKS}
_KINDS = _CLOSED | {name: name for name in (*BLOCKS, "br", "a", "/a")}


@dataclass(frozen=True)
class Visible:
    """All visible characters but white space, and where blocks and links lie in them.

    Positions count in `dense`, half-open; `breaks` is sorted, and `blocks` names the element
    that opens at each break, empty where one only closes.
    """

    source: str
    dense: str
    breaks: list[int]
    blocks: list[str]
    links: list[tuple[int, int]]
    _starts: list[int] = field(repr=False)
    _runs: list[tuple[int, int, bool]] = field(repr=False)

    def raw(self, start: int, end: int) -> tuple[int, int]:
        """Give the range in the source of a range that is not empty."""
        return self._character(start)[0], self._character(end - 1)[1]

    def _character(self, position: int) -> tuple[int, int]:
        index = bisect_right(self._starts, position) - 1
        first, end, entity = self._runs[index]
        if entity:
            return first, end
        after = self._starts[index + 1] if index + 1 < len(self._starts) else len(self.dense)
        at = _place(self.source, first, end, position - self._starts[index], after - position)
        return at, at + 1

    def is_break(self, position: int) -> bool:
        """Whether a block or a line starts or ends here."""
        if position in (0, len(self.dense)):
            return True
        index = bisect_left(self.breaks, position)
        return index < len(self.breaks) and self.breaks[index] == position

    def breaks_in(self, start: int, end: int) -> list[int]:
        """Give the breaks in a range, its ends among them."""
        return self.breaks[bisect_left(self.breaks, start) : bisect_right(self.breaks, end)]

    def blocks_of(self, start: int, end: int) -> list[tuple[int, int]]:
        """Cut a range at its breaks."""
        cuts = sorted({start, *self.breaks_in(start, end), end})
        return list(pairwise(cuts))

    def block_at(self, position: int) -> str:
        """Name the element that opens nearest before a position; empty behind one that closed."""
        index = bisect_right(self.breaks, position) - 1
        return self.blocks[index] if index >= 0 else ""

    def linked(self, start: int, end: int) -> int:
        """Count the characters of a range that are the text of links."""
        index = max(0, bisect_right(self.links, (start, start)) - 1)
        count = 0
        while index < len(self.links) and self.links[index][0] < end:
            first, last = self.links[index]
            count += max(0, min(last, end) - max(first, start))
            index += 1
        return count


def dense(text: str) -> str:
    """Drop white space and what is not printable."""
    joined = "".join(text.split())
    return joined if joined.isprintable() else "".join(filter(str.isprintable, joined))


def _place(source: str, start: int, end: int, before: int, after: int) -> int:
    """Find the character of a run that has so many kept ones before it, or from it on."""
    places = range(start, end) if before < after else range(end - 1, start - 1, -1)
    number = before if before < after else after - 1
    kept = (at for at in places if dense(source[at]))
    return next(itertools.islice(kept, number, None))


def read_visible(source: str, most: int) -> Visible | None:
    """Take the visible text of a page apart; None when it holds more tags than `most`."""
    runs = _Runs()
    marks = _Marks()
    kinds = _KINDS.get
    position = tags = 0
    for first, end, name in tokens(source):
        if first > position and (words := source[position:first].split()):
            runs.add("".join(words), position, first, entity=False)
        position = end
        if name == "&":
            runs.add(html.unescape(source[first:end]), first, end, entity=True)
            continue
        tags += 1
        if tags > most:
            return None
        if (kind := kinds(name)) is not None:
            marks.add(kind, runs.size)
    runs.add(dense(source[position:]), position, len(source), entity=False)
    return Visible(
        source,
        "".join(runs.parts),
        marks.breaks,
        marks.blocks,
        marks.links,
        runs.starts,
        runs.places,
    )


class _Runs:
    """The pieces of visible text read so far."""

    __slots__ = ("parts", "places", "size", "starts")

    def __init__(self) -> None:
        self.size = 0
        self.parts: list[str] = []
        self.starts: list[int] = []
        self.places: list[tuple[int, int, bool]] = []

    def add(self, part: str, start: int, end: int, *, entity: bool) -> None:
        if entity or not part.isprintable():
            part = dense(part)
        if part:
            self.parts.append(part)
            self.starts.append(self.size)
            self.places.append((start, end, entity))
            self.size += len(part)


class _Marks:
    """The blocks and links read so far."""

    __slots__ = ("_link", "blocks", "breaks", "links")

    def __init__(self) -> None:
        self.breaks: list[int] = []
        self.blocks: list[str] = []
        self.links: list[tuple[int, int]] = []
        self._link: int | None = None

    def add(self, kind: str, place: int) -> None:
        if kind in ("a", "/a"):
            if self._link is not None and self._link < place:
                self.links.append((self._link, place))
            self._link = place if kind == "a" else None
        elif not self.breaks or self.breaks[-1] < place:
            self.breaks.append(place)
            self.blocks.append(kind)
        else:
            self.blocks[-1] = kind
