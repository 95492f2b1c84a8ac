"""Which quote marks belong together, paragraph by paragraph, and which have no partner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

PARTNERS = {"“": "”", "„": "“”", "«": "»", '"': '"', "‚": "‘’", "‘": "’", "'": "'"}
MARKS = frozenset("".join([*PARTNERS, *PARTNERS.values()]))
CLOSING = frozenset("”»’\"'")
SINGLE = "'‘’"  # may be an apostrophe: without a partner it says nothing

# A mark that can be either opens before a word and closes after something; inside a word it is
# an apostrophe, and between spaces it is neither.
_MARK = re.compile(
    r"(?P<open>[“„‚«]|(?<![^\s(\[—–/“‘„«-])[\"‘'](?=\S))"
    r"|(?P<close>[”»]|(?<=\S)[\"’‘'](?!\w)|(?<!\S)\"(?!\S))"
)


@dataclass(frozen=True)
class Quotes:
    """Quoted stretches `[start, end)` with their marks, in order.

    `pairs` are the outermost ones, `nested` those inside them. `damaged` is a mark without a
    partner, or the stretch between two marks of different kinds.
    """

    pairs: tuple[tuple[int, int], ...]
    damaged: tuple[tuple[int, int], ...]
    nested: tuple[tuple[int, int], ...] = ()

    def share(self, start: int, end: int) -> float | None:
        """Measure how much of `[start, end)` is quoted, 0 to 1; None beside a damaged mark."""
        if any(begin <= end and start <= stop for begin, stop in self.damaged):
            return None
        inside = sum(
            min(end, stop) - max(start, begin)
            for begin, stop in self.pairs
            if begin < end and start < stop
        )
        return inside / (end - start)

    def partner(self, position: int) -> int | None:
        """Find the other mark of the pair that has a mark at `position`."""
        for begin, stop in (*self.pairs, *self.nested):
            if begin == position:
                return stop - 1
            if stop - 1 == position:
                return begin
        return None


def find_quotes(text: str) -> Quotes:
    """Pair the quote marks of a text; a quote ends with its paragraph at the latest.

    A paragraph whose quote stays open is not damaged when the next one opens with the same
    mark: that is how a quote of several paragraphs is printed.
    """
    pairs: list[tuple[int, int]] = []
    damaged: list[tuple[int, int]] = []
    paragraphs = list(re.finditer(r"[^\n]+", text))
    for number, paragraph in enumerate(paragraphs, 1):
        following = paragraphs[number].group() if number < len(paragraphs) else ""
        start = paragraph.start()
        for begin, end, whole in _scan(paragraph.group(), following):
            (pairs if whole else damaged).append((start + begin, start + end))
    outermost = _outermost(pairs)
    nested = tuple(sorted(set(pairs) - set(outermost)))
    return Quotes(outermost, tuple(sorted(damaged)), nested)


def _scan(line: str, next_line: str) -> Iterator[tuple[int, int, bool]]:
    """Give (start, end, whether the two marks are partners) for the quotes of a paragraph."""
    opened: list[re.Match[str]] = []
    for mark in _MARK.finditer(line):
        if opened and mark.group() in PARTNERS[opened[-1].group()]:
            yield opened.pop().start(), mark.end(), True
        elif mark["open"]:
            opened.append(mark)
        elif mark.group() not in SINGLE:
            yield (opened.pop() if opened else mark).start(), mark.end(), False
    for mark in opened:
        if next_line.startswith(mark.group()):
            yield mark.start(), len(line), True
        elif mark.group() not in SINGLE:
            yield *mark.span(), False


def _outermost(pairs: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    kept: list[tuple[int, int]] = []
    for begin, end in sorted(pairs):
        if not kept or begin >= kept[-1][1]:
            kept.append((begin, end))
    return tuple(kept)
