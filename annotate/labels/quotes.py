"""Which quote marks belong together, paragraph by paragraph."""

from __future__ import annotations

from dataclasses import dataclass

CLOSERS = {"“": "”", "«": "»", "‘": "’", "„": "“”", "‚": "‘’"}
STRAIGHT = '"'


@dataclass(frozen=True)
class Quotes:
    """Paired stretches `[start, end)`, marks included, in order; and marks without a partner."""

    pairs: tuple[tuple[int, int], ...]
    damaged: tuple[int, ...]

    def share(self, start: int, end: int) -> float | None:
        """Measure how much of `[start, end)` is quoted, 0 to 1; None beside a damaged mark."""
        if any(start - 1 <= position <= end for position in self.damaged):
            return None
        inside = sum(
            min(end, stop) - max(start, begin)
            for begin, stop in self.pairs
            if begin < end and start < stop
        )
        return inside / (end - start)

    def partner(self, position: int) -> int | None:
        """Find the other mark of the pair that has a mark at `position`."""
        for begin, stop in self.pairs:
            if begin == position:
                return stop - 1
            if stop - 1 == position:
                return begin
        return None


def find_quotes(text: str) -> Quotes:
    """Pair the quote marks of a text; apostrophes are not quote marks."""
    pairs: list[tuple[int, int]] = []
    damaged: list[int] = []
    start = 0
    for paragraph in text.split("\n"):
        _pair(text, start, start + len(paragraph), pairs, damaged)
        start += len(paragraph) + 1
    return Quotes(_outermost(pairs), tuple(sorted(damaged)))


def _pair(
    text: str, start: int, end: int, pairs: list[tuple[int, int]], damaged: list[int]
) -> None:
    open_marks: list[int] = []
    for position in range(start, end):
        mark = text[position]
        if mark not in MARKS or _is_apostrophe(text, position):
            continue
        if open_marks and _closes(text[open_marks[-1]], mark):
            pairs.append((open_marks.pop(), position + 1))
        elif mark in CLOSERS or mark == STRAIGHT:
            open_marks.append(position)
        elif not _ends_a_word(text, position):
            damaged.append(position)
    damaged += open_marks


MARKS = frozenset([*CLOSERS, *"".join(CLOSERS.values()), STRAIGHT])


def _closes(opener: str, mark: str) -> bool:
    return mark == STRAIGHT if opener == STRAIGHT else mark in CLOSERS[opener]


def _is_apostrophe(text: str, position: int) -> bool:
    """`’` between two letters."""
    after = position + 1 < len(text) and text[position + 1].isalnum()
    return text[position] in "’‘" and after and position > 0 and text[position - 1].isalnum()


def _ends_a_word(text: str, position: int) -> bool:
    """`’` behind a letter with nothing open before it, as in `the states’ duty`."""
    return text[position] == "’" and position > 0 and text[position - 1].isalnum()


def _outermost(pairs: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    kept: list[tuple[int, int]] = []
    for begin, end in sorted(pairs):
        if not kept or begin >= kept[-1][1]:
            kept.append((begin, end))
    return tuple(kept)
