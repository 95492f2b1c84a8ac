from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from annotate.corpus.repeats import without_repeats
from tests.unit.corpus.texts import law, nasty_texts

FIRST, SECOND, THIRD = (
    "The council of Mell voted on Monday to keep the old ferry.",
    "The mayor said that the ferry would stay for nine more years.",
    "The doctor of the island lives on the mainland and was glad.",
)


def left(*lines: str) -> str:
    return without_repeats("\n\n".join(lines)).clean


def test_the_copy_in_the_longer_block_stays() -> None:
    teaser, parting = (FIRST, SECOND), ("Read more", "Subscribe", "Share")
    assert left(*teaser, *parting, FIRST, SECOND, THIRD) == "\n\n".join(
        (*parting, FIRST, SECOND, THIRD)
    )
    assert left(FIRST, SECOND, THIRD, *parting, *teaser) == "\n\n".join(
        (FIRST, SECOND, THIRD, *parting)
    )


def test_short_lines_and_headings_may_stand_twice() -> None:
    lines = ("What the council of Mell decided on Monday evening", "Yes.")
    assert left(*lines, FIRST, *lines) == "\n\n".join((*lines, FIRST, *lines))


pieces = st.sampled_from((FIRST, SECOND, THIRD, "Share", "Read more"))


@law
@given(st.lists(pieces, max_size=12))
def test_each_sentence_is_left_once_and_all_else_stays(lines: list[str]) -> None:
    found = [line for line in left(*lines).split("\n") if line]
    brief = ("Share", "Read more")
    assert [line for line in found if line in brief] == [x for x in lines if x in brief]
    sentences = [line for line in found if line not in brief]
    assert sorted(sentences) == sorted({line for line in lines if line not in brief})


@law
@given(st.lists(nasty_texts, max_size=8))
def test_any_lines_are_left_out_whole_or_not_at_all(lines: list[str]) -> None:
    text = "\n".join((*lines, *lines[:2]))
    edited = without_repeats(text)
    assert {edit.replacement for edit in edited.edits} <= {""}
    assert set(edited.clean.split("\n")) - {""} == set(text.split("\n")) - {""}
