"""Memory that is free goes back to the system: allocators would rather keep it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Return what Arrow and the C library hold and do not use.

    One stage of a release leaves many small holes behind, which the next one cannot fill.
    """
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    _trim()(0)


@cache
def _trim() -> Callable[[int], object]:
    """Give glibc's `malloc_trim`; other C libraries have none."""
    try:
        found: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return lambda _: None
    return found
