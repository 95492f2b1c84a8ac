from __future__ import annotations

import subprocess
import sys
from functools import partial
from threading import Event

import pytest

from annotate.studio.ahead import ahead, calls_ahead


def test_items_come_in_their_order():
    assert list(ahead(iter(range(5)))) == list(range(5))
    assert list(ahead(iter(()))) == []


def test_the_next_item_is_asked_for_before_this_one_is_looked_at():
    asked = [Event() for _ in range(3)]

    def items():
        for event in asked:
            event.set()
            yield event

    given = ahead(items())
    assert asked[0].wait(10)
    next(given)
    assert asked[1].wait(10)
    assert not asked[2].wait(0.2)
    assert len(list(given)) == 2


def test_what_an_item_raises_is_raised_in_its_turn():
    def items():
        yield 1
        raise ValueError("cut")

    given = ahead(items())
    assert next(given) == 1
    with pytest.raises(ValueError, match="cut"):
        next(given)


def test_calls_give_what_they_give_in_their_order():
    calls = [partial(int, str(number)) for number in range(7)]
    for at_once in (1, 2, 9):
        assert list(calls_ahead(calls, at_once)) == list(range(7))
    assert list(calls_ahead([], 2)) == []


def test_so_many_calls_are_begun_at_once_and_one_more_before_the_first_is_given():
    asked = [Event() for _ in range(5)]
    given = calls_ahead((event.set for event in asked), 2)
    assert asked[0].wait(10)
    assert asked[1].wait(10)
    assert not asked[2].wait(0.2)
    next(given)
    assert asked[2].wait(10)
    assert not asked[3].wait(0.2)
    assert len(list(given)) == 4


def test_what_a_call_raises_is_raised_in_its_turn():
    given = calls_ahead([partial(int, "1"), partial(int, "x"), partial(int, "3")], 2)
    assert next(given) == 1
    with pytest.raises(ValueError, match="invalid literal"):
        next(given)


def test_a_call_that_hangs_keeps_no_process_alive():
    code = (
        "import itertools, time; from annotate.studio.ahead import ahead;"
        "ahead(time.sleep(60) for _ in itertools.count()); raise SystemExit(3)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=30, check=False).returncode == 3
