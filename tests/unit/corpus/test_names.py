"""Names as numbers find what dictionaries of the names themselves would."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from annotate.corpus.names import Column, NameIndex

NAMES = st.lists(st.sampled_from("abcdé"), max_size=30)


def hashes(names: str) -> np.ndarray:
    return np.array([hash(name) for name in names], np.int64)


@given(NAMES, NAMES)
def test_an_index_finds_the_numbers_of_each_name(names: list[str], later: list[str]) -> None:
    index, plain = NameIndex(), dict[str, list[int]]()
    for part in (names, later):  # what was asked is asked again
        for name in part:
            plain.setdefault(name, []).append(len(index))
            index.add(name)
        assert [index.at(name) for name in "abcdéf"] == [plain.get(name, []) for name in "abcdéf"]
        assert index.last_of(hashes("abcdéf")).tolist() == [
            plain.get(name, [-1])[-1] for name in "abcdéf"
        ]
        assert index.counts(hashes("abcdéf")).tolist() == [
            len(plain.get(name, ())) for name in "abcdéf"
        ]
        assert list(index.groups()) == list(plain.values())


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(-(1 << 63), 1 << 63)), max_size=20))
def test_a_column_adds_up_modulo_the_largest_number(added: list[tuple[int, int]]) -> None:
    column, plain = Column(), dict[int, int]()
    for number, value in added:
        column.add(number, value)
        plain[number] = (plain.get(number, 0) + value) % (1 << 64)
    assert [column[number] for number in range(25)] == [plain.get(each, 0) for each in range(25)]
    assert len(column) == max(plain, default=-1) + 1
