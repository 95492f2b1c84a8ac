from __future__ import annotations

import time

import pytest
from hypothesis import given

from annotate.corpus.clean import clean
from annotate.corpus.edits import EditedText
from annotate.corpus.flags import flags_of
from tests.unit.corpus.languages import ODD, TEXTS
from tests.unit.corpus.texts import law, nasty_texts


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("Following еру call he left for the harbour.", "mixed_script", "еру"),
        ("The pаper said so.", "mixed_script", "pаper"),
        ("He said \"it is over' and left.", "quotes_mixed", "\"it is over'"),
        ("A “quote without an end.", "quotes_unpaired", "“"),
        ("An end” without a quote.", "quotes_unpaired", "”"),
        ("He wants 'peace at last\" now.", "quotes_mixed", "'peace at last\""),
        ("He said “it is over» and left.", "quotes_mixed", "“it is over»"),
        ('He said “it” and “is” and "over".', "quotes_style", '"over"'),
        ('He said "it" and "is" and “over”.', "quotes_style", "“over”"),
        ("The ferry is \ufffd late.", "mojibake", "\ufffd"),
        ("The owner doesnâ€t know.", "mojibake", "â€"),
        ("The ownerâ€? does not know.", "mojibake", "â€?"),
        ("They didn?t know.", "letter_as_quote", "?"),
    ],
)
def test_damage_is_shown_where_it_is(text: str, code: str, shown: str) -> None:
    (flag,) = flags_of(text)
    assert (flag.code, text[flag.start : flag.end]) == (code, shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("She says Tthe harbour is shutT and that the harbour stays.", ["T", "T"]),
        ("She says ,,the harbour is shut'' and left.", [",,", "''"]),
        ("She says ``the harbour is shut'' and left.", ["``", "''"]),
        ("She says ''the harbour is shut'' and left.", ["''", "''"]),
        ("She says <<the harbour is shut>> and left.", ["<<", ">>"]),
        ("She says ?the harbour is shut? and left.", ["?", "?"]),
        ("She says \u00d2the harbour is shut\u00d3 and left.", ["\u00d2", "\u00d3"]),
        ("She says ìthe harbour is shutî and left.", ["ì", "î"]),
    ],
)
def test_signs_in_the_place_of_quote_marks_are_shown_each(text: str, shown: list[str]) -> None:
    flags = flags_of(text)
    assert [text[flag.start : flag.end] for flag in flags] == shown
    assert {flag.code for flag in flags} == {"letter_as_quote"}


def test_a_letter_of_another_keyboard_is_shown_beside_the_words_it_spoils() -> None:
    text = "She says Эthe harbour is shutЭ and left."
    places = [text[flag.start : flag.end] for flag in flags_of(text)]
    assert sorted(places) == ["shutЭ", "Э", "Э", "Эthe"]


def test_a_quote_with_a_wrong_end_does_not_spoil_the_next() -> None:
    text = (
        'He asks for a truce "at once\' and talks \'for a lasting peace". He is "for it," he says.'
    )
    shown = [text[flag.start : flag.end] for flag in flags_of(text)]
    assert shown == ["\"at once'", "'for a lasting peace\""]


@pytest.mark.parametrize("language", TEXTS)
def test_the_customs_of_a_language_are_no_damage(language: str) -> None:
    assert flags_of(clean(EditedText(TEXTS[language])).clean) == ()


@pytest.mark.parametrize("text", ODD)
def test_odd_but_sound_text_has_no_flags(text: str) -> None:
    assert flags_of(clean(EditedText(text)).clean) == ()


@pytest.mark.parametrize(
    "text",
    [
        "“The leaders’ talks,” she said, “didn’t fail.”",
        "« Oui », dit-il.",
        "It’s the boys’ ferry. The '90s are over.",
        "Привет, мир. Это текст.",
    ],
)
def test_sound_text_has_no_flags(text: str) -> None:
    assert flags_of(text) == ()


@pytest.mark.parametrize(
    "piece", [",,a ", "?a ", "“a ", "«a» ", '1" "', "aaaT ", "Tthe ", "Ã", "еру "]
)
def test_flags_of_a_long_line_of_damage_take_no_quadratic_time(piece: str) -> None:
    start = time.process_time()
    flags_of(piece * (200_000 // len(piece)))
    assert time.process_time() - start < 6


@law
@given(nasty_texts)
def test_flags_lie_inside_the_text_in_order(text: str) -> None:
    flags = flags_of(text)
    assert all(0 <= flag.start < flag.end <= len(text) for flag in flags)
    assert [flag.start for flag in flags] == sorted(flag.start for flag in flags)
