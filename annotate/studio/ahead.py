"""Asks for what comes next while what came is looked at.

Each call is made in a thread of its own that ends with the process, so whoever is interrupted
waits for none. Only what changes nothing on the server may be called so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")


def ahead(items: Iterator[T]) -> Iterator[T]:
    """Begin with the first item at once, and with each other one when that before is given.

    What an item raises is raised in its turn.
    """
    return _items(items, begun(lambda: _next(items)))


def calls_ahead(calls: Iterable[Callable[[], T]], at_once: int) -> Iterator[T]:
    """Give what calls give, in their order; so many are begun at once, and one more then."""
    left = iter(calls)
    return _results(left, deque(map(begun, islice(left, at_once))))


def _items(items: Iterator[T], coming: Future[list[T]]) -> Iterator[T]:
    while found := coming.result():
        coming = begun(lambda: _next(items))
        yield found[0]


def _results(left: Iterator[Callable[[], T]], waiting: deque[Future[T]]) -> Iterator[T]:
    for call in left:
        waiting.append(begun(call))
        yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _next(items: Iterator[T]) -> list[T]:
    """Give the next item; none at the end."""
    return list(islice(items, 1))


def begun(call: Callable[[], T]) -> Future[T]:
    """Begin a call in a thread of its own."""
    from concurrent.futures import Future
    from threading import Thread

    future: Future[T] = Future()

    def make() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - whoever asks for the result gets it
            future.set_exception(error)

    Thread(target=make, daemon=True).start()
    return future
