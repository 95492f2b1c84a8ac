"""From many answers to one gold."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.labels.annotation import Annotation, Span
from annotate.labels.tokens import snap, token_places
from annotate.quality.candidates import aligned, candidates
from annotate.quality.elections import elect, weighted_median
from annotate.quality.gold import Judge, counted, judge
from annotate.quality.weights import Weights
from tests.unit.quality.answered import answer, mark

TEXT = "Macron said that a truce is needed now, and that arms would be wrong. " * 6
PEOPLE = ("a", "b", "c", "d", "e")


def decide(*answers: Annotation, **known: object):
    return Judge(**known).decide("x/0", counted(answers), TEXT)  # type: ignore[arg-type]


def places(outcome):
    return [(one.start, one.end, one.label) for one in outcome.gold.annotation.spans]


def three(*spans: list[Span], **known: object):
    found = [answer(who, "x/0", own) for who, own in zip(PEOPLE, spans, strict=False)]
    return decide(*found, **known)


def test_what_all_say_is_unanimous():
    outcome = three([mark(0, 6, "Speaker", "s")], [mark(0, 6, "Speaker", "s")])
    gold = outcome.gold
    assert places(outcome) == [(0, 6, "Speaker")]
    assert (gold.answers, gold.support, gold.whole) == (2, {"s": 2}, 2)
    assert (gold.origin, gold.origins) == ("unanimous", {"s": "unanimous"})


def test_one_answer_stands_as_it_is():
    own = answer("a", "x/0", [mark(1, 5, "Speaker", "s")])
    gold = decide(own).gold
    assert gold.annotation is own
    assert (gold.origin, gold.origins, gold.support) == ("single", {"s": "single"}, {"s": 1})


def test_without_an_answer_there_is_no_gold_and_no_conflict():
    assert decide(answer("a", "x/0", skipped=True)) == (None, ())


def test_of_two_answers_of_one_person_the_last_counts():
    early = answer("a", "x/0", [mark(0, 6, "Speaker")], number=2, at="2026-11-23T10:00:00Z")
    late = answer("a", "x/0", [], number=1, at="2026-11-24T10:00:00Z")
    assert counted([late, early]) == [late]


@pytest.mark.parametrize(
    ("kind", "one", "two"),
    [
        ("missed", [mark(0, 6, "Speaker", "s")], []),
        ("boundary", [mark(0, 22, "Support", "s")], [mark(0, 33, "Support", "t")]),
        ("label", [mark(0, 22, "Support", "s")], [mark(0, 22, "Oppose", "t")]),
        ("answer", [mark(0, 6, "Speaker", "s", entity="macron")], [mark(0, 6, "Speaker", "t")]),
    ],
)
def test_two_who_differ_leave_it_to_a_person(kind, one, two):
    outcome = three(one, two)
    assert outcome.gold is None
    assert [conflict.kind for conflict in outcome.conflicts] == [kind]
    assert outcome.conflicts[0].spans[0] == ("a", "s")


def test_two_count_alike_however_well_they_do_elsewhere():
    outcome = three([mark(0, 6, "Speaker")], [], weights={"a": 0.9, "b": 0.2})
    assert outcome.gold is None


def test_an_arrow_of_one_of_two_is_a_conflict():
    spans = [mark(0, 6, "Speaker", "s"), mark(17, 33, "Support", "u")]
    outcome = decide(answer("a", "x/0", spans, [("says", "s", "u")]), answer("b", "x/0", spans))
    assert [conflict.kind for conflict in outcome.conflicts] == ["relation"]


def test_an_arrow_that_most_of_those_with_both_ends_draw_stands():
    spans = [mark(0, 6, "Speaker", "s"), mark(17, 33, "Support", "u")]
    arrow = [("says", "s", "u")]
    outcome = decide(
        answer("a", "x/0", spans, arrow),
        answer("b", "x/0", spans, arrow),
        answer("c", "x/0", spans),
    )
    assert [(one.type, one.head, one.tail) for one in outcome.gold.annotation.relations] == arrow
    assert outcome.gold.whole == 2


def test_a_span_of_one_of_three_does_not_stand():
    outcome = three([mark(0, 6, "Speaker")], [], [])
    assert places(outcome) == []
    assert outcome.gold.origin == "majority"


def test_three_vote_on_borders_label_and_answers():
    outcome = three(
        [mark(17, 34, "Support", "s", voice="source")],
        [mark(17, 26, "Support", "t", voice="source")],
        [mark(19, 34, "Oppose", "u", voice="outlet")],
    )
    assert places(outcome) == [(17, 34, "Support")]
    assert outcome.gold.annotation.spans[0].attribute("voice") == "source"
    assert list(outcome.gold.support.values()) == [2]
    assert list(outcome.gold.origins.values()) == ["majority"]


def test_weights_decide_between_two_of_three():
    given_ = ([mark(17, 33, "Support")], [mark(17, 33, "Oppose")], [])
    assert places(three(*given_, weights={"a": 0.6, "b": 0.8, "c": 0.9})) == [(17, 33, "Oppose")]
    assert three(*given_, weights={"a": 0.8, "b": 0.8, "c": 0.9}).gold is None


def test_borders_that_differ_are_brought_to_whole_tokens_and_equal_ones_stay():
    assert places(three([mark(0, 4, "Speaker")], [mark(0, 5, "Speaker")])) == [(0, 6, "Speaker")]
    assert places(three([mark(0, 4, "Speaker")], [mark(0, 4, "Speaker")])) == [(0, 4, "Speaker")]


def test_what_a_person_decides_replaces_the_vote():
    decision = answer("z", "x/0", [mark(0, 6, "Speaker", "s"), mark(17, 33, "Oppose", "d")])
    outcome = three(
        [mark(0, 6, "Speaker")], [mark(17, 33, "Support")], adjudicated={"x/0": decision}
    )
    gold = outcome.gold
    assert gold.annotation is decision
    assert (gold.origin, gold.whole) == ("adjudicated", 0)
    assert gold.support == {"s": 1, "d": 0}
    assert set(gold.origins.values()) == {"adjudicated"}


def test_own_words_are_not_voted_on():
    one, two = (mark(0, 6, "Speaker", "s", note=words) for words in ("president", "the president"))
    assert three([one], [two]).gold is None
    gold = three([one], [two], free=frozenset({"note"})).gold
    assert gold.annotation.spans[0].attribute("note") == "president"


def test_names_of_spans_are_one_time_each():
    """A region that was predicted has the same id with everybody, wherever they moved it."""
    here, there = (0, 6, "Speaker"), (17, 26, "Speaker")
    outcome = three(
        [mark(*here, "p"), mark(*there, "q")],
        [mark(*there, "p"), mark(*here, "p2")],
        [mark(*here, "p")],
    )
    assert len({one.id for one in outcome.gold.annotation.spans}) == 2


def test_the_lighter_of_two_that_nobody_drew_across_each_other_goes():
    both = [mark(0, 16, "Support"), mark(17, 34, "Support")]
    left, right = [mark(0, 24, "Support")], [mark(12, 34, "Support")]
    outcome = three(both, left, right, weights={"a": 0.5, "b": 0.8, "c": 0.9})
    assert places(outcome) == [(12, 34, "Support")]
    tied = three(both, left, right, weights={"a": 0.5, "b": 0.8, "c": 0.8})
    assert [conflict.kind for conflict in tied.conflicts] == ["boundary"]


def test_spans_that_were_drawn_one_in_the_other_both_stand():
    nested = [mark(0, 34, "Support"), mark(2, 6, "Support")]
    assert len(places(three(nested, nested))) == 2


def test_five_are_read_by_token_and_the_bad_ones_do_not_count():
    good = [mark(0, 6, "Speaker"), mark(17, 33, "Support"), mark(49, 53, "Speaker")]
    wrong = [mark(17, 33, "Oppose")]
    answers = [answer(who, "x/0", good) for who in "abc"]
    answers += [answer(who, "x/0", wrong) for who in "de"]
    found = judge([(answers, TEXT)]).decide("x/0", answers, TEXT)
    assert places(found) == [(one.start, one.end, one.label) for one in good]
    assert found.gold.support[found.gold.annotation.spans[0].id] == 3


def test_neighbours_of_one_label_stay_two_spans_by_token():
    two = [mark(0, 6, "Support"), mark(7, 11, "Support")]
    answers = [answer(who, "x/0", two) for who in PEOPLE]
    assert len(places(judge([(answers, TEXT)]).decide("x/0", answers, TEXT))) == 2


@pytest.mark.parametrize(
    ("kind", "one", "two"),
    [
        ("label", [mark(0, 6, "Support", "s")], [mark(0, 6, "Oppose", "t")]),
        (
            "boundary",
            [mark(0, 6, "Support", "s"), mark(7, 11, "Support", "u")],
            [mark(0, 11, "Support", "t")],
        ),
    ],
)
def test_a_tie_among_six_is_left_to_a_person(kind, one, two):
    answers = [answer(who, "x/0", one if who < "d" else two) for who in "abcdef"]
    outcome = judge([(answers, TEXT)]).decide("x/0", answers, TEXT)
    assert outcome.gold is None
    assert [conflict.kind for conflict in outcome.conflicts] == [kind]
    assert {who for who, _ in outcome.conflicts[0].spans} == set("abcdef")


def test_weights_are_the_mean_f1_with_partners():
    one, two = mark(0, 6, "Speaker"), mark(17, 33, "Support")
    weights = Weights()
    weights.add([answer("a", "x/0", [one, two]), answer("b", "x/0", [one]), answer("c", "x/0", [])])
    assert weights.done() == {"a": pytest.approx(1 / 3), "b": pytest.approx(1 / 3), "c": 0.01}


def test_a_median_between_two_halves_is_a_tie():
    assert weighted_median([(1, 1.0), (5, 1.0)]) == (1, True)
    assert weighted_median([(1, 1.0), (5, 1.0), (9, 1.0)]) == (5, False)
    assert weighted_median([(1, 0.1 + 0.2), (9, 0.3)]) == (1, True)
    assert elect([("x", 0.1 + 0.2), ("y", 0.3)]).tied


def test_snapping_widens_to_tokens_and_drops_spaces():
    tokens = token_places("so, the harbour ")
    assert snap(1, 6, tokens) == (0, 7)
    assert snap(3, 16, tokens) == (4, 15)
    assert snap(3, 4, tokens) == (3, 4)


spans = st.lists(
    st.builds(
        lambda first, size, label: (first, first + size, label),
        st.integers(0, 60),
        st.integers(1, 20),
        st.sampled_from(["Support", "Oppose", "Speaker", "ceasefire"]),
    ),
    max_size=5,
)


@settings(deadline=None, max_examples=80)
@given(st.lists(spans, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_a_gold_holds_whatever_the_order_of_answers(drawn, rng):
    """Whole spans inside the text, ids one time each, at most one span of each annotator behind."""
    answers = [
        answer(who, "x/0", [mark(*one, f"{who}{number}") for number, one in enumerate(own)])
        for who, own in zip(PEOPLE, drawn, strict=False)
    ]
    shuffled = rng.sample(answers, len(answers))
    known = judge([(shuffled, TEXT)])
    one, two = (known.decide("x/0", counted(each), TEXT) for each in (answers, shuffled))
    assert one == two
    assert (one.gold is None) == bool(one.conflicts)
    for found in candidates(answers):
        assert max(s.start for s in found.members.values()) < min(
            s.end for s in found.members.values()
        )
    if one.gold:
        names = [span.id for span in one.gold.annotation.spans]
        assert len(set(names)) == len(names)
        for span in one.gold.annotation.spans:
            assert 0 <= span.start < span.end <= len(TEXT)
            assert 1 <= one.gold.support[span.id] <= len(answers)


@given(spans)
def test_answers_that_are_equal_are_the_gold(own):
    distinct = {one[:2]: one for one in own}.values()
    marks = [mark(*one, str(number)) for number, one in enumerate(distinct)]
    answers = [answer(who, "x/0", [replace(one) for one in marks]) for who in "ab"]
    outcome = decide(*answers)
    assert outcome.gold is not None
    assert sorted(places(outcome)) == sorted((one.start, one.end, one.label) for one in marks)
    assert outcome.gold.origin == "unanimous"


def test_each_span_has_one_partner():
    one, two = [mark(0, 10, "Support"), mark(0, 9, "Support")], [mark(0, 10, "Support")]
    assert aligned(one, two) == [(one[0], two[0])]
