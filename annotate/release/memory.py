"""Memory that is free goes back to the system: allocators would rather keep it."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TypeVar

T = TypeVar("T")


def give_back() -> None:
    """Return what Arrow and the C library hold and do not use.

    One stage of a release leaves many small holes behind, which the next one cannot fill.
    """
    if (pyarrow := sys.modules.get("pyarrow")) is not None:  # else it holds nothing
        pyarrow.default_memory_pool().release_unused()
    _trim()(0)


def giving_back(items: Iterable[T], every: int = 20_000) -> Iterator[T]:
    """Pass items on, and give back now and then what whoever takes them has let go."""
    for number, item in enumerate(items, 1):
        yield item
        if number % every == 0:
            give_back()


@cache
def _trim() -> Callable[[int], object]:
    """Give glibc's `malloc_trim`; other C libraries have none."""
    try:
        found = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return lambda _: None
    found.argtypes = [ctypes.c_size_t]
    trim: Callable[[int], object] = found
    return trim
