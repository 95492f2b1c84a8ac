from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.corpus.quotes import find_quotes
from annotate.labels.annotation import Attribute, Span
from annotate.labels.boundaries import normalise
from annotate.schema.model import Normalise
from tests.unit.labels.texts import nasty_texts, ranges

RULE = Normalise(strip_leading=("that",), strip_trailing=".,;")


def kept(marked: str, rule: Normalise = RULE) -> str:
    """What stays of the stretch between square brackets."""
    start, end = marked.index("["), marked.index("]") - 1
    text = marked.replace("[", "").replace("]", "")
    span = normalise(Span("a", start, end, "stance", "Support"), text, find_quotes(text), rule)
    return text[span.start : span.end]


@pytest.mark.parametrize(
    ("marked", "surface"),
    [
        ("He said[  war must end\t]now", "war must end"),
        ("He said[\u00a0war\u2009\r\n]now", "war"),
        ("He said [that war must end]", "war must end"),
        ("He said [That war must end]", "war must end"),
        ("He said [that\u00a0war must end]", "war must end"),
        ("He said [that that war must end]", "war must end"),
        ("He said [thatcher must go]", "thatcher must go"),
        ("He said [war must end.]", "war must end"),
        ("He said [war must end,] and left", "war must end"),
        ("He said [war must end;] and left", "war must end"),
        ("He said [war must end ,;.]", "war must end"),
        ("He asked: [must war end?]", "must war end?"),
    ],
)
def test_spaces_that_and_final_marks_are_trimmed(marked: str, surface: str) -> None:
    assert kept(marked) == surface


@pytest.mark.parametrize(
    ("marked", "surface"),
    [
        ("He said: “[War must end.]”", "War must end."),
        ('He said: "[War must end.]"', "War must end."),
        ("Il dit : «[La guerre doit finir.]»", "La guerre doit finir."),
        ("He said: [“War must end.”]", "“War must end.”"),
        ("He said: [“War must end.”.]", "“War must end.”"),
    ],
)
def test_a_full_stop_inside_the_closing_mark_stays(marked: str, surface: str) -> None:
    assert kept(marked) == surface


@pytest.mark.parametrize(
    ("marked", "surface"),
    [
        ("He said [“war must end], now”.", "war must end"),
        ("He said “now [war must end”].", "war must end"),
        ("He wants [“peace” and “war] to end”.", "“peace” and “war"),
        ("He wants [“peace” and war], he said.", "“peace” and war"),
        ("He said [“that war] must end”.", "war"),
        ("It is [the states’] duty.", "the states’"),
        ("“He said [‘war must end], and now’, twice.”", "war must end"),
    ],
)
def test_a_mark_stays_with_its_partner_only(marked: str, surface: str) -> None:
    assert kept(marked) == surface


@pytest.mark.parametrize("marked", ["a[  ]b", "a[.]b", "a[ ., ]b", "He said “[”]."])
def test_a_span_of_nothing_but_trimmings_stays_as_it_was(marked: str) -> None:
    assert kept(marked) == marked[marked.index("[") + 1 : marked.index("]")]


def test_without_rules_only_spaces_go() -> None:
    assert kept("He said [ that it ends. ]", Normalise()) == "that it ends."


def test_nothing_but_the_borders_changes() -> None:
    span = Span("a", 0, 5, "stance", "Oppose", (Attribute("quote", "direct"),), "predicted")
    assert normalise(span, " war ", find_quotes(" war "), RULE) == Span(
        "a", 1, 4, "stance", "Oppose", (Attribute("quote", "direct"),), "predicted"
    )


trimmings = st.lists(
    st.sampled_from([" ", "that ", "That ", ".", ",", ";", "“", "”", '"', "’", "x", "\u00a0"]),
    min_size=1,
    max_size=14,
).map("".join)


@given(st.data())
def test_borders_once_normalised_stay(data: st.DataObject) -> None:
    text = data.draw(trimmings | nasty_texts)
    start, end = data.draw(ranges(text))
    quotes = find_quotes(text)
    once = normalise(Span("a", start, end, "stance", "Support"), text, quotes, RULE)
    assert normalise(once, text, quotes, RULE) == once
    assert start <= once.start < once.end <= end
