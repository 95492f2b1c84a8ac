from __future__ import annotations

import pytest

from annotate.corpus.alphabets import mixed_words


def shown(text: str) -> list[str]:
    return [text[start:end] for start, end in mixed_words(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The pаper and the Wоrld said so.", ["pаper", "Wоrld"]),
        ("Following еру call he left for the harbour.", ["еру"]),
        ("Он сказал Ghbdtn миру и ушёл домой.", ["Ghbdtn"]),
        ("Cегодня он ушёл домой.", ["Cегодня"]),
        ("Το λιμaνι είναι κλειστό.", ["λιμaνι"]),
    ],
)
def test_words_of_two_alphabets_or_a_wrong_keyboard_are_found(text: str, words: list[str]) -> None:
    assert shown(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "The paper Правда said so, and «мир» means peace.",
        "They cried Слава Україні in the harbour of Drevgrad.",
        "A slice of 5 μm, TNFα and γδ cells, Δt and kΩ.",
        "Агентство Reuters и IT-компания пишут в YouTube о VIPах и PDFе.",
        "Н.Е. Иванов, MSNBC и HTTPS.",
        "plain",
    ],
)
def test_foreign_names_and_symbols_are_not(text: str) -> None:
    assert shown(text) == []
