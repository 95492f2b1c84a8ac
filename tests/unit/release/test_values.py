"""Rows read by whole columns are the rows that pyarrow itself gives."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotate.release import arrays
from annotate.release.arrays import flags_of, numbers_of, values_of

WORDS = st.none() | st.text(max_size=5)
SPAN = st.fixed_dictionaries(
    {
        "id": WORDS,
        "start": st.none() | st.integers(-5, 5),
        "sure": st.none() | st.booleans(),
        "share": st.none() | st.floats(allow_nan=False),
        "tags": st.none() | st.lists(WORDS, max_size=3),
    }
)
KIND = pa.list_(
    pa.struct(
        [
            *(("id", pa.string()), ("start", pa.int32()), ("sure", pa.bool_())),
            *(("share", pa.float64()), ("tags", pa.list_(pa.string()))),
        ]
    )
)


# The first of the strategy's examples takes long on a busy machine.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.none() | st.lists(st.none() | SPAN, max_size=4), max_size=6), st.data())
def test_values_are_those_of_to_pylist(rows: list[Any], data: st.DataObject) -> None:
    array = pa.array(rows, KIND)
    assert values_of(array) == array.to_pylist() == rows
    start = data.draw(st.integers(0, len(rows)))
    part = array.slice(start, data.draw(st.integers(0, len(rows))))
    assert values_of(part) == part.to_pylist()


@given(
    st.sampled_from([pa.int32(), pa.int64()]),
    st.lists(st.none() | st.integers(-5, 5), max_size=9),
    st.data(),
)
def test_numbers_are_those_of_to_pylist(
    kind: pa.DataType, numbers: list[int | None], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(numbers)))
    told = [9 if number is None else number for number in numbers[start:]]
    assert numbers_of(pa.array(numbers, kind).slice(start), missing=9).tolist() == told
    assert flags_of(pa.array(numbers, kind).slice(start).is_null()).tolist() == [
        number is None for number in numbers[start:]
    ]


def test_of_a_slice_nothing_else_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    words = arrays._words
    monkeypatch.setattr(arrays, "_words", lambda part: seen.append(len(part)) or words(part))
    array = pa.array([["a"], ["b", "c"], ["d"] * 100])
    assert values_of(array.slice(1, 1)) == [["b", "c"]]
    assert seen == [2]
