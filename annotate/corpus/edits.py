"""The edit list: how clean text came out of raw text, with every character accounted for.

All ranges are half-open and count Unicode code points.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain
from typing import NamedTuple


class Edit(NamedTuple):
    """Replace `[start, end)` by `replacement`. An empty range inserts, an empty text deletes."""

    start: int
    end: int
    replacement: str
    reason: str


Pass = Callable[[str], Iterable[Edit]]


@dataclass(frozen=True)
class EditedText:
    """A raw text and the sorted, non-overlapping edits that make it clean."""

    raw: str
    edits: tuple[Edit, ...] = ()

    def __post_init__(self) -> None:
        _check(self.edits, len(self.raw))

    @cached_property
    def clean(self) -> str:
        """The raw text with all edits made."""
        if not self.edits:
            return self.raw
        parts: list[str] = []
        position = 0
        for start, end, replacement, _ in self.edits:
            parts += (self.raw[position:start], replacement)
            position = end
        return "".join((*parts, self.raw[position:]))

    @cached_property
    def _raw_starts(self) -> list[int]:
        return [edit[0] for edit in self.edits]

    @cached_property
    def _raw_ends(self) -> list[int]:
        return [edit[1] for edit in self.edits]

    @cached_property
    def clean_starts(self) -> list[int]:
        """Where each edit's replacement starts in the clean text."""
        gains = accumulate(len(edit[2]) - edit[1] + edit[0] for edit in self.edits)
        shifts = chain((0,), gains)
        return [start + shift for start, shift in zip(self._raw_starts, shifts, strict=False)]

    @cached_property
    def clean_ends(self) -> list[int]:
        """Where each edit's replacement ends in the clean text."""
        pairs = zip(self.clean_starts, self.edits, strict=True)
        return [start + len(edit[2]) for start, edit in pairs]

    def to_raw(self, start: int, end: int) -> tuple[int, int]:
        """Find the raw range of a clean one; a replaced part counts as a whole.

        Deleted text at the rim of the range stays outside. The range must not be empty.
        """
        if not 0 <= start < end <= len(self.clean):
            raise ValueError(f"no text at [{start}, {end})")
        return self._raw_of(start)[0], self._raw_of(end - 1)[1]

    def _raw_of(self, position: int) -> tuple[int, int]:
        """Give the raw range behind one clean character."""
        index = bisect_right(self.clean_ends, position)
        if index < len(self.edits) and self.clean_starts[index] <= position:
            return self.edits[index].start, self.edits[index].end
        start = position - self.shift_before(index)
        return start, start + 1

    def to_clean(self, raw_start: int, raw_end: int) -> tuple[int, int] | None:
        """Find the clean range of a raw one; None when nothing of it is left.

        Where the range touches a replaced part, the whole replacement belongs to it.
        """
        if not 0 <= raw_start <= raw_end <= len(self.raw):
            raise ValueError(f"no text at [{raw_start}, {raw_end})")
        if raw_start == raw_end:
            return None
        start = self._clean_from(raw_start)
        end = self._clean_until(raw_end)
        return (start, end) if start < end else None

    def _clean_from(self, raw_start: int) -> int:
        """Find the first clean position that holds something of `raw_start` or later."""
        index = bisect_right(self._raw_ends, raw_start)
        if index < len(self.edits) and self._raw_starts[index] <= raw_start:
            return self.clean_starts[index]
        return raw_start + self.shift_before(index)

    def _clean_until(self, raw_end: int) -> int:
        """Find the end of what the clean text holds of anything before `raw_end`."""
        index = bisect_left(self._raw_starts, raw_end) - 1
        if index >= 0 and self._raw_ends[index] >= raw_end:
            return self.clean_ends[index]
        return raw_end + self.shift_before(index + 1)

    def shift_before(self, index: int) -> int:
        """How far clean positions between the edits `index - 1` and `index` are moved."""
        return self.clean_ends[index - 1] - self._raw_ends[index - 1] if index else 0

    def then(self, edits: Iterable[Edit]) -> EditedText:
        """Edit the clean text further; the result holds all edits against the same raw text.

        Edits of two passes that overlap become one, with the reason of the later pass.
        """
        later = tuple(edits)
        if not later:
            return self
        _check(later, len(self.clean))
        joined = _joined(self, later) if self.edits else later
        kept = [
            edit
            for edit in joined
            if len(edit[2]) != edit[1] - edit[0] or self.raw[edit[0] : edit[1]] != edit[2]
        ]
        return EditedText(self.raw, tuple(kept))

    def through(self, *passes: Pass) -> EditedText:
        """Run passes one after the other, each on the output of the one before."""
        edited = self
        for each in passes:
            edited = edited.then(each(edited.clean))
        return edited


def _check(edits: Iterable[Edit], size: int) -> None:
    """Raise `ValueError` unless edits are sorted, do not overlap, and lie in a text of a size."""
    position = 0
    for start, end, _, _ in edits:
        if not position <= start <= end:
            raise ValueError("an edit ends before it starts, overlaps or is not sorted")
        position = end
    if position > size:
        raise ValueError("an edit lies outside the text")


class _Group(NamedTuple):
    """Edits `[first:last)` of a later pass and what of the earlier one must join them.

    `[start, end)` counts in the text between the passes.
    """

    start: int
    end: int
    earlier: tuple[int, int]
    later: tuple[int, int]


def _joined(earlier: EditedText, later: tuple[Edit, ...]) -> list[Edit]:
    """Lay the edits of a later pass over those of an earlier one, all against the raw text."""
    joined: list[Edit] = []
    starts, ends = earlier.clean_starts, earlier.clean_ends
    done = index = 0
    while index < len(later):
        start, end, replacement, reason = later[index]
        first = bisect_left(ends, start, done)
        if first == len(ends) or end < starts[first]:  # nothing near: the usual case
            shift = earlier.shift_before(first)
            joined += earlier.edits[done:first]
            joined.append(Edit(start - shift, end - shift, replacement, reason))
            done, index = first, index + 1
            continue
        group = _group(earlier, later, done, index)
        joined += earlier.edits[done : group.earlier[0]]
        joined.append(_join(earlier, later, group))
        done, index = group.earlier[1], group.later[1]
    joined += earlier.edits[done:]
    return joined


def _group(earlier: EditedText, later: tuple[Edit, ...], done: int, index: int) -> _Group:
    """Gather what overlaps a later edit; an insertion joins whatever was done at its place."""
    starts, ends = earlier.clean_starts, earlier.clean_ends
    start, end = later[index][:2]
    first = bisect_right(ends, start, done)
    if start == end and first > done and ends[first - 1] == start:
        first -= 1
        start = starts[first]
    last, upto = first, index + 1
    while True:
        if last < len(starts) and (starts[last] < end or start == end == starts[last]):
            start, end = min(start, starts[last]), max(end, ends[last])
            last += 1
        elif upto < len(later) and later[upto][0] < end:
            end = max(end, later[upto][1])
            upto += 1
        else:
            return _Group(start, end, (first, last), (index, upto))


def _join(earlier: EditedText, later: tuple[Edit, ...], group: _Group) -> Edit:
    """Make one edit against the raw text out of a group, for the reason of its widest edit."""
    first, last = group.earlier
    start = group.start - earlier.shift_before(first)
    end = group.end - earlier.shift_before(last)
    edits = later[slice(*group.later)]
    if first == last:
        return Edit(start, end, edits[0].replacement, edits[0].reason)
    local = tuple(
        Edit(edit.start - group.start, edit.end - group.start, edit.replacement, edit.reason)
        for edit in edits
    )
    between = EditedText(earlier.clean[group.start : group.end], local)
    widest = max(edits, key=lambda edit: edit.end - edit.start)
    return Edit(start, end, between.clean, widest.reason)
