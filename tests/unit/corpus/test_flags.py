from __future__ import annotations

import pytest
from hypothesis import given

from annotate.corpus.flags import flags_of
from tests.unit.corpus.texts import nasty_texts


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("Following еру call he left for the harbour.", "mixed_script", "еру"),
        ("The pаper said so.", "mixed_script", "pаper"),
        ("He said \"it is over' and left.", "quotes_unpaired", '"'),
        ("A “quote without an end.", "quotes_unpaired", "“"),
        ("An end” without a quote.", "quotes_unpaired", "”"),
        ("He wants 'peace at last\" now.", "quotes_unpaired", "'peace at last\""),
    ],
)
def test_damage_is_shown_where_it_is(text: str, code: str, shown: str) -> None:
    (flag,) = flags_of(text)
    assert (flag.code, text[flag.start : flag.end]) == (code, shown)


@pytest.mark.parametrize(
    "text",
    [
        'He said "it is over" and left.',
        "“The leaders’ talks,” she said, “didn’t fail.”",
        "“He told me ‘go’ and I went.”",
        "« Oui », dit-il.",
        "„Ja“, sagte er.",
        "It’s the boys’ ferry. The '90s are over.",
        "Привет, мир. Это текст.",
    ],
)
def test_sound_text_has_no_flags(text: str) -> None:
    assert flags_of(text) == ()


@given(nasty_texts)
def test_flags_lie_inside_the_text_in_order(text: str) -> None:
    flags = flags_of(text)
    assert all(0 <= flag.start < flag.end <= len(text) for flag in flags)
    assert [flag.start for flag in flags] == sorted(flag.start for flag in flags)
