"""Compares the rows of two releases by column: which are new, gone, or changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotate.release.opened import Places, Rows, whole

if TYPE_CHECKING:
    import pyarrow as pa

Flags = NDArray[np.bool_]
BLOCK = 10_000  # rows that are compared at a time
_BETWEEN = "\x1f"  # stands in no id, entity or label


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

    The keys are held, and a block of one other column of each side.
    """
    import pyarrow.compute as pc

    known, given = _keys(before, key), _keys(after, key)
    at = _numbers(pc.index_in(given, value_set=known), missing=-1)
    new = np.flatnonzero(at >= 0)
    old = at[new]
    removed = np.setdiff1d(np.arange(len(known)), old, assume_unique=True)
    changed = np.zeros(len(new), bool)
    # In the order of the files of `before`: then each of their row groups is read once.
    order = np.argsort(old, kind="stable")
    for name in _common(before, after, ignored):
        for begin in range(0, len(order), BLOCK):
            block = order[begin : begin + BLOCK]
            changed[block] |= differing(
                before.taken(name, old[block]), after.taken(name, new[block])
            )
    return Matched(np.flatnonzero(at < 0), removed, old, new, changed)


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


def _keys(rows: Rows, key: Sequence[str]) -> pa.Array:
    import pyarrow.compute as pc

    columns = [whole(rows.column(name)) for name in key]
    if len(columns) == 1:
        return columns[0]
    return pc.binary_join_element_wise(
        *columns, _BETWEEN, null_handling="replace", null_replacement=""
    )


def differing(before: pa.Array, after: pa.Array) -> Flags:
    """Say place by place whether two columns differ in what both have; null equals only null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if before.equals(after):
        return np.zeros(len(before), bool)
    differs: Flags = _flags(pc.is_null(before)) != _flags(pc.is_null(after))
    if pa.types.is_list(before.type):
        differs |= _differing_lists(before, after)
    elif pa.types.is_struct(before.type):
        mine, theirs = before.flatten(), after.flatten()
        for one, other in _parts_of_both(before.type, after.type):
            differs |= differing(mine[one], theirs[other])
    else:
        differs[pc.indices_nonzero(pc.not_equal(before, after)).to_numpy()] = True
    return differs


def _differing_lists(before: pa.Array, after: pa.Array) -> Flags:
    """Compare the items of those lists that are as long as each other, all at once."""
    import pyarrow.compute as pc

    lengths = [_numbers(pc.list_value_length(side), missing=0) for side in (before, after)]
    differs: Flags = lengths[0] != lengths[1]
    alike = np.flatnonzero(~differs)
    if len(alike) == 0:
        return differs
    every = len(alike) == len(differs)
    sides = [side if every else side.take(alike) for side in (before, after)]
    owners = _numbers(pc.list_parent_indices(sides[0]), missing=0)
    items = differing(*(pc.list_flatten(side) for side in sides))
    differs[alike[np.unique(owners[items])]] = True
    return differs


def _flags(array: Any) -> Flags:
    return np.asarray(array.to_numpy(zero_copy_only=False), bool)


def _numbers(array: pa.Array, *, missing: int) -> Places:
    """Give whole numbers as numpy has them; `fill_null` would import pandas first."""
    found: NDArray[Any] = array.to_numpy(zero_copy_only=False)
    if array.null_count:
        found = np.nan_to_num(found, nan=missing)
    return found.astype(np.int64)
