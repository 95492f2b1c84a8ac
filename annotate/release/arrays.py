"""Arrow's arrays as Python and numpy have them.

`to_pylist` is slow, and `to_numpy` and `pa.array` import pandas first, which takes more memory than
all that is read.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa


def values_of(array: pa.Array) -> list[Any]:
    """Give the values as Python has them; `to_pylist` gives the same, and takes four times as long.

    It makes every nested value by itself, this goes by whole columns.
    """
    import pyarrow.types as kinds

    if kinds.is_list(array.type):
        ends = _ends(array)
        first = ends[0]  # of a slice, what lies outside it is left alone
        items = values_of(array.values.slice(first, ends[-1] - first))
        found = [items[start - first : end - first] for start, end in pairwise(ends)]
        return _with_nulls(array, found)
    if kinds.is_struct(array.type):
        names = [array.type[number].name for number in range(array.type.num_fields)]
        columns = [values_of(array.field(number)) for number in range(len(names))]
        rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
        return _with_nulls(array, rows)
    if kinds.is_string(array.type):
        return _with_nulls(array, _words(array))
    if kinds.is_boolean(array.type):
        return _with_nulls(array, _bits_of(array.buffers()[1], array).tolist())
    if kinds.is_int32(array.type) and not array.null_count:
        listed: list[Any] = _int32(array.buffers()[1], array.offset, len(array)).tolist()
        return listed
    others: list[Any] = array.to_pylist()
    return others


def numbers_of(array: pa.Array, *, missing: int) -> NDArray[np.int64]:
    """Give whole numbers of 32 or 64 bits, below 2^63, and something else for nulls."""
    width = np.dtype(f"i{array.type.bit_width // 8}")
    buffer, offset = array.buffers()[1], array.offset * width.itemsize
    if buffer is None:
        return np.full(len(array), missing, np.int64)
    found = np.frombuffer(buffer, width, len(array), offset).astype(np.int64)
    if array.null_count:
        found[~_bits_of(array.buffers()[0], array)] = missing
    return found


def flags_of(array: pa.Array) -> NDArray[np.bool_]:
    """Give booleans, of which none is null."""
    return _bits_of(array.buffers()[1], array)


def _int32(buffer: pa.Buffer | None, offset: int, count: int) -> NDArray[np.int32]:
    if buffer is None:
        return np.zeros(count, np.int32)
    return np.frombuffer(buffer, np.int32, count, offset * 4)


def _bits_of(buffer: pa.Buffer | None, array: pa.Array) -> NDArray[np.bool_]:
    """Read one of an array's columns of bits; without any, all are set."""
    if buffer is None:
        return np.ones(len(array), bool)
    last = array.offset + len(array)
    bits = np.unpackbits(np.frombuffer(buffer, np.uint8), count=last, bitorder="little")
    return bits[array.offset :].astype(bool)


def _ends(array: pa.Array) -> list[int]:
    """Give where each list or string begins, and where the last one ends."""
    found: list[int] = _int32(array.buffers()[1], array.offset, len(array) + 1).tolist()
    return found


def _words(array: pa.Array) -> list[Any]:
    ends, buffer = _ends(array), array.buffers()[2]
    data = b"" if buffer is None else memoryview(buffer)[ends[0] : ends[-1]].tobytes()
    first = ends[0]
    if data.isascii():
        text = data.decode()
        return [text[start - first : end - first] for start, end in pairwise(ends)]
    return [data[start - first : end - first].decode() for start, end in pairwise(ends)]


def _with_nulls(array: pa.Array, found: list[Any]) -> list[Any]:
    if not array.null_count:
        return found
    valid = _bits_of(array.buffers()[0], array).tolist()
    return [item if there else None for item, there in zip(found, valid, strict=True)]


def cells_at(array: pa.Array, places: NDArray[np.int64]) -> pa.Array:
    """Take cells; a stretch of them is not copied."""
    import pyarrow as pa

    count = len(places)
    if count and places[-1] - places[0] == count - 1 and bool((np.diff(places) == 1).all()):
        return array.slice(int(places[0]), count)
    numbers = np.ascontiguousarray(places, np.int64)
    return array.take(pa.Array.from_buffers(pa.int64(), count, [None, pa.py_buffer(numbers)]))
