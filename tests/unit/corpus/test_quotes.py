from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.corpus.quotes import MARKS, find_quotes
from tests.unit.corpus.texts import law
from tests.unit.labels.texts import nasty_texts, ranges


def paired(text: str) -> list[str]:
    return [text[start:end] for start, end in find_quotes(text).pairs]


def damaged(text: str) -> list[str]:
    return [text[start:end] for start, end in find_quotes(text).damaged]


@pytest.mark.parametrize(
    "quote",
    [
        '"yes"',
        "'yes'",
        "“yes”",
        "«yes»",
        "« yes »",
        "‘yes’",
        "„yes“",
        "„yes”",
        "”yes”",
        "»yes«",
        "»yes»",
        "‹yes›",
        "「yes」",
        "『yes』",
    ],
)
def test_every_kind_of_mark_is_paired(quote: str) -> None:
    text = f"She said {quote} and left."
    assert paired(text) == [quote]
    assert find_quotes(text).damaged == ()


def test_german_single_marks_are_paired() -> None:
    assert paired("Er sagte ‚ja‘ und ging.") == ["‚ja‘"]


@pytest.mark.parametrize(
    "text",
    ["It doesn’t matter.", "the states’ duty", "l’Élysée n‘est pas", "Ferran’s and Vehn’s call"],
)
def test_apostrophes_are_no_quote_marks(text: str) -> None:
    quotes = find_quotes(text)
    assert (quotes.pairs, quotes.damaged) == ((), ())


def test_an_apostrophe_inside_a_quotation_does_not_end_it() -> None:
    assert paired("‘It doesn’t matter’, he said.") == ["‘It doesn’t matter’"]


def test_a_quotation_inside_another_belongs_to_the_outer_one() -> None:
    assert paired("“He said ‘no’ twice,” she wrote.") == ["“He said ‘no’ twice,”"]


def test_several_quotations_come_in_order() -> None:
    assert paired('"one" and “two” and «three»') == ['"one"', "“two”", "«three»"]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("He said: “Let them in. He left.", "“"),
        ("Let them in.” He left.", "”"),
        ("« oui", "«"),
        ("oui »", "»"),
        ('a " b', '"'),
    ],
)
def test_a_mark_without_a_partner_is_damaged(text: str, mark: str) -> None:
    assert paired(text) == []
    assert damaged(text) == [mark]


@pytest.mark.parametrize("quote", ['“yes"', "«yes”", '"yes”', "„yes»"])
def test_two_marks_of_different_kinds_are_damaged_together(quote: str) -> None:
    assert paired(f"He said {quote} and left.") == []
    assert damaged(f"He said {quote} and left.") == [quote]


def test_a_single_mark_stands_for_the_end_of_a_quotation_that_has_none() -> None:
    quotes = find_quotes("He said “it is over’ and left.")
    assert (quotes.mixed, quotes.unpaired, quotes.pairs) == (((8, 20),), (), ())


def test_a_measure_is_no_quote_mark() -> None:
    assert paired('"The 40" screen and the 6\'2" man," he said.') == [
        '"The 40" screen and the 6\'2" man,"'
    ]


def test_marks_inside_one_another_cost_no_quadratic_time() -> None:
    start = time.process_time()
    find_quotes("«" * 100_000 + "”" * 100_000)
    assert time.process_time() - start < 5


@pytest.mark.parametrize("text", ["the ’90s", "rock ’n’ roll", "the '90s", "the states’ duty"])
def test_a_single_mark_alone_says_nothing(text: str) -> None:
    assert damaged(text) == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_a_quotation_ends_with_its_paragraph(end: str) -> None:
    assert paired(f"“He said.{end}She said.”") == []
    assert damaged(f"“He said.{end}She said.”") == ["“", "”"]


@pytest.mark.parametrize("end", ["\n", "\n\n"])
def test_a_quotation_that_opens_again_goes_on(end: str) -> None:
    assert paired(f"“He said.{end}“She said.” They left.") == ["“He said.", "“She said.”"]
    assert damaged(f"“He said.{end}“She said.”") == []


def test_damage_in_one_paragraph_leaves_the_next_alone() -> None:
    assert paired("“Let them in.\nHe said “yes”.") == ["“yes”"]


@pytest.mark.parametrize(
    ("marked", "share"),
    [("“all of it”", 1), ("all of", 1), ("nothing", 0), ("said “all of it”", 11 / 16)],
)
def test_a_share_counts_the_characters_between_the_marks(marked: str, share: float) -> None:
    text = "He said “all of it” and nothing else."
    start = text.index(marked)
    assert find_quotes(text).share(start, start + len(marked)) == pytest.approx(share)


def test_two_quotations_in_one_stretch_are_added_up() -> None:
    text = "“ab” and “cd”"
    assert find_quotes(text).share(0, len(text)) == pytest.approx(8 / 13)


@pytest.mark.parametrize("marked", ["Let them in", "“Let them in", "them “x"])
def test_in_or_beside_damage_no_share_is_known(marked: str) -> None:
    text = "He said: “Let them in. Let them “x."
    start = text.index(marked)
    assert find_quotes(text).share(start, start + len(marked)) is None


def test_away_from_damage_the_share_is_known() -> None:
    text = "He said: “Let them in. And “yes”."
    start = text.index("them in")
    assert find_quotes(text).share(start, start + 7) == 0


@law
@given(nasty_texts)
def test_pairs_are_apart_in_order_and_begin_with_a_mark(text: str) -> None:
    quotes = find_quotes(text)
    for start, end in quotes.pairs:
        assert end > start
        assert text[start] in MARKS
        assert text[end - 1] in MARKS or text[end : end + 1] == "\n"
        assert "\n" not in text[start:end]
        assert quotes.partner(start) == end - 1
    assert all(one[1] <= two[0] for one, two in pairwise(quotes.pairs))
    for start, end in quotes.damaged:
        assert {text[start], text[end - 1]} <= MARKS
        assert quotes.share(start, end) is None


@law
@given(st.data())
def test_a_share_is_a_share(data: st.DataObject) -> None:
    text = data.draw(nasty_texts)
    share = find_quotes(text).share(*data.draw(ranges(text)))
    assert share is None or 0 <= share <= 1
