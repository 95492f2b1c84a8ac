"""A time limit for one article, so that none can hold up the rest."""

from __future__ import annotations

import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any

_TICK = 0.2  # seconds between two looks at the clock


class TimeLimit(BaseException):
    """Ends the work on an article whose time is up; no `except Exception` may swallow it."""


def time_limit(seconds: float) -> AbstractContextManager[None]:
    """Raise `TimeLimit` in the block after `seconds`.

    In the main thread they are processor time of this process, so that a busy machine makes no
    difference; in a worker's thread a watching thread counts them by the clock.
    """
    if threading.current_thread() is threading.main_thread():
        return _Alarm(seconds) if _handles else _alarm(seconds)
    return _watch().limit(seconds)


@contextmanager
def one_handler() -> Iterator[None]:
    """Let all time limits in the block share one signal handler: to change it takes long."""
    if _handles or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPROF, _stop)
    _handles.append(True)
    try:
        yield
    finally:
        _handles.clear()
        signal.signal(signal.SIGPROF, before)


_handles: list[bool] = []  # whether the handler is ours; in the main thread only


class _Alarm:
    """Sets the timer for a block, where the handler is ours already."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, self._seconds)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    with one_handler(), _Alarm(seconds):
        yield


def _stop(_number: int, _frame: Any) -> None:
    raise TimeLimit


@cache
def _watch() -> _Watch:
    return _Watch()


class _Watch:
    """One thread that looks after all threads with a limit."""

    def __init__(self) -> None:
        self._ends: dict[int, float] = {}
        self._lock = threading.Lock()
        threading.Thread(target=self._run, name="annotate-time-limit", daemon=True).start()

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        thread = threading.get_ident()
        with self._lock:
            self._ends[thread] = time.monotonic() + seconds
        try:
            yield
        finally:
            with self._lock:
                self._ends.pop(thread, None)

    def _run(self) -> None:
        while True:
            time.sleep(_TICK)
            with self._lock:
                late = [key for key, end in self._ends.items() if time.monotonic() > end]
                for thread in late:
                    del self._ends[thread]
                    _raise_in(thread)


def _raise_in(thread: int) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(TimeLimit))
