"""The edit list: how clean text came out of raw text, with every character accounted for.

All ranges are half-open and count Unicode code points.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
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
        if self.edits and not (self.edits[0].start >= 0 and self.edits[-1].end <= len(self.raw)):
            raise ValueError("an edit lies outside the text")
        if any(edit.start > edit.end for edit in self.edits):
            raise ValueError("an edit ends before it starts")
        if any(after.start < before.end for before, after in pairwise(self.edits)):
            raise ValueError("edits overlap or are not sorted")

    @cached_property
    def clean(self) -> str:
        """The raw text with all edits made."""
        parts: list[str] = []
        position = 0
        for edit in self.edits:
            parts += (self.raw[position : edit.start], edit.replacement)
            position = edit.end
        return "".join((*parts, self.raw[position:]))

    @cached_property
    def _clean_starts(self) -> list[int]:
        """Where each edit's replacement starts in the clean text."""
        starts: list[int] = []
        shift = 0
        for edit in self.edits:
            starts.append(edit.start + shift)
            shift += len(edit.replacement) - (edit.end - edit.start)
        return starts

    @cached_property
    def _raw_starts(self) -> list[int]:
        return [edit.start for edit in self.edits]

    @cached_property
    def _raw_ends(self) -> list[int]:
        return [edit.end for edit in self.edits]

    @cached_property
    def _clean_ends(self) -> list[int]:
        return [end for _, end in self.clean_ranges]

    @cached_property
    def clean_ranges(self) -> list[tuple[int, int]]:
        """Where each edit's replacement lies in the clean text."""
        pairs = zip(self._clean_starts, self.edits, strict=True)
        return [(start, start + len(edit.replacement)) for start, edit in pairs]

    def to_raw(self, start: int, end: int) -> tuple[int, int]:
        """Find the raw range of a clean one; a replaced part counts as a whole.

        Deleted text at the rim of the range stays outside. The range must not be empty.
        """
        if not 0 <= start < end <= len(self.clean):
            raise ValueError(f"no text at [{start}, {end})")
        return self._raw_of(start)[0], self._raw_of(end - 1)[1]

    def to_raw_point(self, position: int) -> int:
        """Find where in the raw text an insertion at a clean position belongs."""
        index = bisect_right(self._clean_ends, position)
        return position - self._shift_before(index)

    def _raw_of(self, position: int) -> tuple[int, int]:
        """Give the raw range behind one clean character."""
        index = bisect_right(self._clean_ends, position)
        if index < len(self.edits) and self._clean_starts[index] <= position:
            return self.edits[index].start, self.edits[index].end
        start = position - self._shift_before(index)
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
            return self._clean_starts[index]
        return raw_start + self._shift_before(index)

    def _clean_until(self, raw_end: int) -> int:
        """Find the end of what the clean text holds of anything before `raw_end`."""
        index = bisect_left(self._raw_starts, raw_end) - 1
        if index >= 0 and self._raw_ends[index] >= raw_end:
            return self._clean_ends[index]
        return raw_end + self._shift_before(index + 1)

    def _shift_before(self, index: int) -> int:
        """How far clean positions between the edits `index - 1` and `index` are moved."""
        return self._clean_ends[index - 1] - self._raw_ends[index - 1] if index else 0

    def then(self, edits: Iterable[Edit]) -> EditedText:
        """Edit the clean text further; the result holds all edits against the same raw text.

        Edits of two passes that overlap become one, with the reason of the later pass.
        """
        later = EditedText(self.clean, tuple(edits))
        if not later.edits:
            return self
        joined = [_join(self, later, group) for group in _groups(self, later)]
        kept = (edit for edit in joined if self.raw[edit.start : edit.end] != edit.replacement)
        return EditedText(self.raw, tuple(kept))

    def through(self, *passes: Pass) -> EditedText:
        """Run passes one after the other, each on the output of the one before."""
        edited = self
        for each in passes:
            edited = edited.then(each(edited.clean))
        return edited


class _Group(NamedTuple):
    """Edits of both passes that must become one; `[start, end)` in the text between them."""

    start: int
    end: int
    earlier: list[int]
    later: list[int]


def _groups(earlier: EditedText, later: EditedText) -> list[_Group]:
    """Cluster the edits of two passes by overlap in the text between the passes, in order."""
    items = [(start, end, index, -1) for index, (start, end) in enumerate(earlier.clean_ranges)]
    items += [(edit.start, edit.end, -1, index) for index, edit in enumerate(later.edits)]
    items.sort(key=lambda item: (item[0], item[1], item[3]))
    groups: list[_Group] = []
    for start, end, first, second in items:
        if groups and _must_join(groups[-1], start, end, is_later=second >= 0):
            groups[-1] = groups[-1]._replace(end=max(groups[-1].end, end))
        else:
            groups.append(_Group(start, end, [], []))
        if second >= 0:
            groups[-1].later.append(second)
        else:
            groups[-1].earlier.append(first)
    return groups


def _must_join(group: _Group, start: int, end: int, *, is_later: bool) -> bool:
    """Overlapping edits join; an insertion joins whatever the other pass did at its place."""
    if start < group.end:
        return True
    inserts = (group.start == group.end and bool(group.later)) or (is_later and start == end)
    return inserts and start == group.end and bool(group.later) != is_later


def _join(earlier: EditedText, later: EditedText, group: _Group) -> Edit:
    """Make one edit against the raw text out of a group."""
    if not group.later:
        return earlier.edits[group.earlier[0]]
    edits = [later.edits[index] for index in group.later]
    widest = max(edits, key=lambda edit: edit.end - edit.start)
    start, end = _raw_range(earlier, group)
    if not group.earlier:
        return Edit(start, end, widest.replacement, widest.reason)
    local = tuple(
        edit._replace(start=edit.start - group.start, end=edit.end - group.start) for edit in edits
    )
    between = EditedText(earlier.clean[group.start : group.end], local)
    return Edit(start, end, between.clean, widest.reason)


def _raw_range(earlier: EditedText, group: _Group) -> tuple[int, int]:
    ranges = [(edit.start, edit.end) for edit in map(earlier.edits.__getitem__, group.earlier)]
    if group.start < group.end:
        ranges.append(earlier.to_raw(group.start, group.end))
    if not ranges:
        point = earlier.to_raw_point(group.start)
        return point, point
    return min(start for start, _ in ranges), max(end for _, end in ranges)
