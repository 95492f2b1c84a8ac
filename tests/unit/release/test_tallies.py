from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.release.tallies import Tallies

ADDED = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("xyz"), st.integers(1, 5)))


@given(ADDED)
def test_tallies_are_what_counters_would_hold(added: list[tuple[int, str, int]]) -> None:
    names = ["a", "b", "d", "é"]
    tallies = Tallies(names)
    counters = {name: Counter[str]() for name in names}
    for row, what, count in added:
        assert tallies.row(names[row]) == row
        tallies.add(row, what, count)
        counters[names[row]][what] += count
    assert dict(tallies) == counters


def test_an_article_of_others_has_no_row() -> None:
    tallies = Tallies(["a", "c"])
    assert [tallies.row(name) for name in ("", "b", "d")] == [-1, -1, -1]
    assert "b" not in tallies
    with pytest.raises(KeyError):
        tallies["b"]
