from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.corpus.edits import Edit, EditedText
from tests.unit.corpus.texts import edit_lists, edited_twice, law, made, nasty_texts


@law
@given(st.data())
def test_clean_is_the_raw_text_with_the_edits_made(data: st.DataObject) -> None:
    raw = data.draw(nasty_texts)
    edits = data.draw(edit_lists(raw))
    assert EditedText(raw, edits).clean == made(raw, edits)


@law
@given(edited_twice())
def test_two_passes_in_one_list_give_what_they_give_one_after_the_other(case: object) -> None:
    raw, first, second = case
    both = EditedText(raw, first).then(second)
    assert both.raw == raw
    assert both.clean == made(made(raw, first), second)
    assert made(raw, both.edits) == both.clean
    assert all(a.end <= b.start for a, b in pairwise(both.edits))


@law
@given(edited_twice())
def test_text_that_was_not_edited_maps_to_itself(case: object) -> None:
    raw, first, second = case
    both = EditedText(raw, first).then(second)
    for index, char in enumerate(both.clean):
        start, end = both.to_raw(index, index + 1)
        inside = [edit for edit in both.edits if (edit.start, edit.end) == (start, end)]
        assert raw[start:end] == char or inside


@law
@given(edited_twice())
def test_a_clean_range_survives_the_way_to_raw_and_back(case: object) -> None:
    raw, first, second = case
    both = EditedText(raw, first).then(second)
    behind = [both.to_raw(index, index + 1) for index in range(len(both.clean))]
    inserted = [start == end for start, end in behind]
    for start in range(len(both.clean)):
        for end in range(start + 1, min(start + 6, len(both.clean) + 1)):
            if inserted[start] or inserted[end - 1]:
                continue
            back = both.to_clean(*both.to_raw(start, end))
            assert back[0] <= start
            assert end <= back[1]
            assert both.to_raw(*back) == both.to_raw(start, end)


@law
@given(edited_twice())
def test_a_raw_range_is_inside_its_clean_range_on_the_way_back(case: object) -> None:
    raw, first, second = case
    both = EditedText(raw, first).then(second)
    kept = [_is_kept(both, index) for index in range(len(raw))]
    for start in range(len(raw)):
        for end in range(start + 1, min(start + 6, len(raw) + 1)):
            found = both.to_clean(start, end)
            if found is None:
                assert not any(kept[start:end])
                continue
            raw_start, raw_end = both.to_raw(*found)
            missing = [*range(start, raw_start), *range(raw_end, end)]
            assert not any(kept[index] for index in missing)


def _is_kept(edited: EditedText, index: int) -> bool:
    return not any(edit.start <= index < edit.end for edit in edited.edits)


def test_an_empty_raw_range_has_no_clean_range() -> None:
    assert EditedText("abc").to_clean(1, 1) is None


def test_an_empty_clean_range_is_a_bug() -> None:
    with pytest.raises(ValueError, match="no text"):
        EditedText("abc").to_raw(1, 1)


def test_a_position_inside_a_replacement_takes_all_that_was_replaced() -> None:
    edited = EditedText("a&amp;b", (Edit(1, 6, "&", "entity"),))
    assert edited.to_raw(1, 2) == (1, 6)
    assert edited.to_clean(3, 4) == (1, 2)


def test_text_that_is_gone_has_no_clean_range() -> None:
    assert EditedText("abcd", (Edit(1, 3, "", "control"),)).to_clean(1, 3) is None


def test_an_edit_that_takes_an_earlier_one_back_leaves_no_trace() -> None:
    once = EditedText("a\tb", (Edit(1, 2, " ", "space"),))
    assert once.then([Edit(1, 2, "\t", "oops")]).edits == ()


@pytest.mark.parametrize(
    "edits",
    [
        (Edit(2, 3, "", "x"), Edit(0, 1, "", "x")),
        (Edit(0, 2, "", "x"), Edit(1, 3, "", "x")),
        (Edit(2, 1, "", "x"),),
        (Edit(0, 9, "", "x"),),
        (Edit(-1, 1, "", "x"),),
    ],
)
def test_edits_that_overlap_or_lie_outside_are_a_bug(edits: tuple[Edit, ...]) -> None:
    with pytest.raises(ValueError, match="edit"):
        EditedText("abc", edits)
