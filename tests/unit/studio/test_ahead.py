from __future__ import annotations

from threading import Event

import pytest

from annotate.studio.ahead import ahead


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
    assert not asked[2].is_set()
    assert len(list(given)) == 2


def test_what_an_item_raises_is_raised_in_its_turn():
    def items():
        yield 1
        raise ValueError("cut")

    given = ahead(items())
    assert next(given) == 1
    with pytest.raises(ValueError, match="cut"):
        next(given)
