from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from annotate.corpus.article import prepare_article
from annotate.corpus.articles import Received, Source
from annotate.corpus.edits import EditedText
from annotate.corpus.mojibake import broken, mojibake, repaired
from annotate.workspace import PrepareSettings
from tests.unit.corpus.languages import ODD, TEXTS
from tests.unit.corpus.texts import law, made, nasty_texts


def repair(text: str) -> str:
    return EditedText(text, tuple(mojibake(text))).clean


def misread(text: str, encoding: str) -> str:
    """Read UTF-8 with another encoding; what it leaves out comes through as a control character."""
    return "".join(bytes((byte,)).decode(encoding, "ignore") or chr(byte) for byte in text.encode())


WORDS = (
    *("café", "l’été", "“yes”", "don’t — really", "Größe", "Österreich", "voilà !", "à la carte"),
    *("£100", "20 °C", "© 2024", "português", "maçã", "Česko", "čaj", "Łódź", "żółć", "şehir"),
    *("Привет, мир", "Γειά σου", "שלום", "مرحبا", "中文报纸", "한국어", "नमस्ते", "😀", "™", "œuvre"),
)


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
@pytest.mark.parametrize("word", WORDS)
def test_utf_8_read_with_a_western_encoding_is_repaired(word: str, encoding: str) -> None:
    text = f"The sign says {word} and more."
    assert repair(misread(text, encoding)) == text
    assert repair(misread(misread(text, encoding), encoding)) == text


@pytest.mark.parametrize("text", ["Привет, мир. Это паром.", "«Совет» решил — да.", "don’t"])
def test_utf_8_read_with_a_cyrillic_encoding_is_repaired(text: str) -> None:
    assert repair(misread(text, "cp1251")) == text


def test_controls_where_cp1252_has_quote_marks_are_repaired() -> None:
    assert repair("It\x92s \x93over\x94.") == "It’s “over”."


@pytest.mark.parametrize("language", TEXTS)
def test_sound_text_is_never_repaired(language: str) -> None:
    assert tuple(mojibake(TEXTS[language])) == ()
    assert tuple(mojibake(TEXTS[language].upper())) == ()
    assert tuple(broken(TEXTS[language])) == ()


@pytest.mark.parametrize("text", ODD)
def test_signs_that_are_meant_are_never_repaired(text: str) -> None:
    assert tuple(mojibake(text)) == ()
    assert tuple(broken(text)) == ()


@pytest.mark.parametrize("language", ["fr", "pt", "pl", "ru", "el", "vi"])
def test_a_whole_article_comes_back(language: str) -> None:
    assert repair(misread(TEXTS[language], "latin-1")) == TEXTS[language]


def test_each_repair_is_an_edit_of_the_damaged_characters_only() -> None:
    edits = tuple(mojibake("He said donâ€™t, café."))
    assert [tuple(edit) for edit in edits] == [(11, 14, "’", "mojibake")]


def test_repairs_are_shown_in_the_clean_text() -> None:
    text = "He said donâ€™t at the cafÃ©."
    edited = EditedText(text, tuple(mojibake(text)))
    assert [edited.clean[start:end] for start, end in repaired(edited)] == ["’", "é"]


@pytest.mark.parametrize(
    ("text", "left"),
    [("a \ufffd\ufffd b", "\ufffd\ufffd"), ("donâ€t", "â€"), ("foundÂ it", "Â"), ("ï¿½", "ï¿½")],
)
def test_what_cannot_be_repaired_is_found(text: str, left: str) -> None:
    assert repair(text) == text
    assert [text[start:end] for start, end in broken(text)] == [left]


STORY = (
    "The harbour council met on Tuesday and didnâ€™t vote on the ferry line.",
    "The mayor, who has run the town for nine years, said that the line stays open until autumn.",
    "The owner of the three boats called it â€œa good dayâ€\x9d for the crews and for the town.",
)


@pytest.mark.parametrize(
    ("form", "raw"),
    [
        ("text", "\n\n".join(STORY)),
        ("html", f"<html><body><article><p>{'</p><p>'.join(STORY)}</p></article></body></html>"),
    ],
)
def test_a_repaired_article_says_where_and_names_its_language(form: str, raw: str) -> None:
    prepared = prepare_article(Received("a", Source("a", None), raw, form), PrepareSettings())
    article = prepared.article
    assert article.edited(raw).clean == article.text
    assert article.metadata.language == "en"
    shown = [article.text[flag.start : flag.end] for flag in article.flags]
    assert shown == ["’", "“", "”"]
    assert {flag.code for flag in article.flags} == {"mojibake"}


@law
@given(nasty_texts)
def test_repairing_twice_changes_nothing_more(raw: str) -> None:
    edits = tuple(mojibake(raw))
    assert tuple(mojibake(made(raw, edits))) == ()
    assert {edit.reason for edit in edits} <= {"mojibake"}


@law
@given(st.text(st.characters(max_codepoint=0x7F), max_size=60))
def test_ascii_is_never_repaired(raw: str) -> None:
    assert tuple(mojibake(raw)) == ()


@law
@given(st.text(st.characters(min_codepoint=0x400, max_codepoint=0x45F), min_size=3, max_size=30))
def test_a_word_of_another_alphabet_comes_back(word: str) -> None:
    assume(repair(word) == word)  # a few look like mojibake themselves
    assert repair(misread(word, "cp1252")) == word
