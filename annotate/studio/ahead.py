"""Asks for what comes next while what came is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

T = TypeVar("T")


def ahead(items: Iterator[T]) -> Iterator[T]:
    """Begin with the first item at once, and with each other one when that before is given.

    What an item raises is raised in its turn.
    """
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(1)
    return _given(items, pool, pool.submit(_next, items))


def _given(items: Iterator[T], pool: ThreadPoolExecutor, coming: Future[list[T]]) -> Iterator[T]:
    try:
        while found := coming.result():
            coming = pool.submit(_next, items)
            yield found[0]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _next(items: Iterator[T]) -> list[T]:
    """Give the next item; none at the end."""
    return list(islice(items, 1))
