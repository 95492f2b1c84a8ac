"""How many bytes of one file another one shares, cut by content as the Hub's storage cuts them.

A border is where a gear hash over the last 64 bytes ends in 16 zero bits, so about every 64 kB;
pieces are 8 to 128 kB. It is our own cutter: the Hub's has other constants, and the same idea.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WINDOW, BITS = 64, 16
LEAST, MOST = 8 << 10, 128 << 10
_STRIDE = 1 << 20
_GEAR = np.array([random.Random(number).getrandbits(64) for number in range(256)], np.uint64)  # noqa: S311


def pieces(data: bytes) -> Iterator[bytes]:
    """Cut data at its borders."""
    start = 0
    for border in [*_borders(data), len(data)]:
        while border - start > MOST:
            yield data[start : start + MOST]
            start += MOST
        if border - start >= LEAST or border == len(data):
            yield data[start:border]
            start = border


def _borders(data: bytes) -> Iterator[int]:
    values = _GEAR[np.frombuffer(data, np.uint8)]
    for begin in range(0, len(values), _STRIDE):
        first = max(0, begin - WINDOW + 1)
        hashes = _gear(values[first : begin + _STRIDE])[begin - first :]
        low = hashes >> np.uint64(64 - BITS)
        yield from (int(place) + begin + 1 for place in np.flatnonzero(low == 0))


def _gear(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Add up the values of the last bytes, each shifted by its distance."""
    sums = values.copy()
    for back in range(1, WINDOW):
        sums[back:] += values[:-back] << np.uint64(back)
    return sums


def shared(before: Path, after: Path) -> tuple[int, int]:
    """Give how many bytes below `after` are in pieces of `before`, and how many there are.

    Only Parquet files count: the rest is small.
    """
    known = {
        hashlib.sha256(piece).digest()
        for path in before.rglob("*.parquet")
        for piece in pieces(path.read_bytes())
    }
    common = whole = 0
    for path in after.rglob("*.parquet"):
        for piece in pieces(path.read_bytes()):
            whole += len(piece)
            common += len(piece) * (hashlib.sha256(piece).digest() in known)
    return common, whole
