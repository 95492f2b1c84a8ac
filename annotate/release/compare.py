"""Compares the rows of two releases by column: which are new, gone, or changed."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from annotate.corpus.names import NameIndex
from annotate.release.arrays import cells_at, flags_of, numbers_of
from annotate.release.opened import Places, Rows

if TYPE_CHECKING:
    import pyarrow as pa

Flags = NDArray[np.bool_]
_Item = TypeVar("_Item")
BLOCK = 10_000  # rows that are compared at a time


@dataclass(frozen=True)
class Matched:
    """Places of rows. `old[i]` and `new[i]` have the same key; `changed[i]` says they differ."""

    added: Places
    removed: Places
    old: Places
    new: Places
    changed: Flags


def match(before: Rows, after: Rows, key: Sequence[str], ignored: Collection[str] = ()) -> Matched:
    """Pair rows by their key, which is unique on each side, and compare all common columns.

    A hash of each key is held, and two blocks of one column of each side. Two keys of one hash
    would be taken for one: of a million rows, with a chance of one in 30 million.
    """
    at = _places_before(before, after, key)
    new = np.flatnonzero(at >= 0)
    old = at[new]
    left = np.ones(len(before), bool)
    left[old] = False
    removed = np.flatnonzero(left)
    changed = np.zeros(len(new), bool)
    # In the order of the files of `before`: then each of their row groups is read once.
    order = np.argsort(old, kind="stable")
    blocks = [order[begin : begin + BLOCK] for begin in range(0, len(order), BLOCK)]
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        reads = (
            (
                block,
                one.submit(before.taken, name, old[block]),
                other.submit(after.taken, name, new[block]),
            )
            for name in _common(before, after, ignored)
            for block in blocks
        )
        for block, mine, theirs in _ahead(reads):
            changed[block] |= differing(mine.result(), theirs.result())
    return Matched(np.flatnonzero(at < 0), removed, old, new, changed)


def _ahead(items: Iterable[_Item]) -> Iterator[_Item]:
    """Ask for each item while the one before it is looked at."""
    waiting: deque[_Item] = deque()
    for item in items:
        waiting.append(item)
        if len(waiting) > 1:
            yield waiting.popleft()
    yield from waiting


def _common(before: Rows, after: Rows, ignored: Collection[str]) -> list[str]:
    """List the columns that both sides have; what has another type is a change of the schema."""
    return [
        field.name
        for field in after.schema
        if field.name not in ignored
        and field.name in before.schema.names
        and _comparable(before.schema.field(field.name).type, field.type)
    ]


def _comparable(one: pa.DataType, other: pa.DataType) -> bool:
    """Whether values of two types can be compared: they are alike, or structs that share a part.

    So a span without its text is compared with one that has it, by all the rest.
    """
    import pyarrow.types as kinds

    if kinds.is_list(one) and kinds.is_list(other):
        return _comparable(one.value_type, other.value_type)
    if kinds.is_struct(one) and kinds.is_struct(other):
        return any(True for _ in _parts_of_both(one, other))
    return bool(one == other)


def _parts_of_both(one: pa.StructType, other: pa.StructType) -> Iterator[tuple[int, int]]:
    """Give where the parts of cells stand that can be compared."""
    for number in range(one.num_fields):
        place = other.get_field_index(one.field(number).name)
        if place >= 0 and _comparable(one.field(number).type, other.field(place).type):
            yield number, place


def _places_before(before: Rows, after: Rows, key: Sequence[str]) -> Places:
    """Give for each row of `after` the place of the row with its key, -1 where there is none."""
    index = NameIndex(array("q", map(hash, before.values(key))))
    return index.first_of(np.fromiter(map(hash, after.values(key)), np.int64, len(after)))


def differing(before: pa.Array, after: pa.Array) -> Flags:
    """Say place by place whether two columns differ in what both have; null equals only null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if before.equals(after):
        return np.zeros(len(before), bool)
    differs: Flags = flags_of(pc.is_null(before)) != flags_of(pc.is_null(after))
    if pa.types.is_list(before.type):
        differs |= _differing_lists(before, after)
    elif pa.types.is_struct(before.type):
        mine, theirs = before.flatten(), after.flatten()
        for one, other in _parts_of_both(before.type, after.type):
            differs |= differing(mine[one], theirs[other])
    else:
        differs[numbers_of(pc.indices_nonzero(pc.not_equal(before, after)), missing=0)] = True
    return differs


def _differing_lists(before: pa.Array, after: pa.Array) -> Flags:
    """Compare the items of those lists that are as long as each other, all at once."""
    import pyarrow.compute as pc

    lengths = [numbers_of(pc.list_value_length(side), missing=0) for side in (before, after)]
    differs: Flags = lengths[0] != lengths[1]
    alike = np.flatnonzero(~differs)
    if len(alike) == 0:
        return differs
    every = len(alike) == len(differs)
    sides = [side if every else cells_at(side, alike) for side in (before, after)]
    owners = numbers_of(pc.list_parent_indices(sides[0]), missing=0)
    items = differing(*(pc.list_flatten(side) for side in sides))
    differs[alike[np.unique(owners[items])]] = True
    return differs
