from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given

from annotate.corpus.clean import clean, clean_line, normal_form
from annotate.corpus.edits import EditedText
from tests.unit.corpus.texts import law, made, nasty_texts


@law
@given(nasty_texts)
def test_edits_of_the_normal_form_give_nfc(raw: str) -> None:
    assert made(raw, tuple(normal_form(raw))) == unicodedata.normalize("NFC", raw)


@law
@given(nasty_texts)
def test_clean_text_is_nfc_with_single_spaces_and_nothing_unseen(raw: str) -> None:
    text = clean(EditedText(raw)).clean
    assert unicodedata.is_normalized("NFC", text)
    assert not re.search(
        r"[\x00-\x09\x0b-\x1f\x7f-\xa0\ud800-\udfff\u2028-\u202e\u2066-\u2069]", text
    )
    assert not re.search(r"  | \n|\n |\n\n\n|\A\s|\s\Z", text)


@law
@given(nasty_texts)
def test_cleaning_twice_changes_nothing_more(raw: str) -> None:
    text = clean(EditedText(raw)).clean
    assert clean(EditedText(text)).edits == ()


@pytest.mark.parametrize(
    ("raw", "text", "reasons"),
    [
        ("a\r\nb", "a\nb", ["newline"]),
        ("a\rb\u2028c", "a\nb\nc", ["newline", "newline"]),
        ("a\x00b", "ab", ["control"]),
        ("a\ud800b", "ab", ["surrogate"]),
        ("a\u202eb", "ab", ["bidi_override"]),
        ("a\xa0b", "a b", ["space"]),
        ("a   b", "a b", ["space"]),
        ("a  \nb", "a\nb", ["space"]),
        ("a\n\n\n\nb", "a\n\nb", ["blank_lines"]),
        ("cafe\u0301!", "café!", ["nfc"]),
        ("\ufeffa", "a", ["byte_order_mark"]),
        ("👩\u200d👧 \u200fא\u200c", "👩\u200d👧 \u200fא\u200c", []),
    ],
)
def test_each_edit_says_why(raw: str, text: str, reasons: list[str]) -> None:
    edited = clean(EditedText(raw))
    assert edited.clean == text
    assert [edit.reason for edit in edited.edits] == reasons


def test_the_normal_form_is_edited_around_the_changed_character_only() -> None:
    edited = clean(EditedText("Zelenskii\u0306 und mehr"))
    assert [edit[:3] for edit in edited.edits] == [(8, 10, "ĭ")]


def test_a_line_from_a_meta_tag_comes_out_on_one_line() -> None:
    assert clean_line(" A\r\n title\xa0") == "A title"


def test_a_run_of_marks_that_no_script_writes_is_cut() -> None:
    edited = clean(EditedText("a" + "\u0301\u0323" * 200_000 + " b"))
    assert len(edited.clean) < 520
    assert edited.clean.endswith(" b")
    assert {edit.reason for edit in edited.edits} <= {"mark_run", "nfc"}
