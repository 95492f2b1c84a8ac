"""Known errors put into one of two answers, and what every figure makes of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from annotate.errors import ConfigError, InputError
from annotate.labels.annotation import Span
from annotate.quality import positions
from annotate.quality.coefficients import alpha, masi_distance
from annotate.quality.report_page import render_report
from annotate.quality.unitizing import unitizing_alpha
from annotate.schema import load_schema
from scripts.interval_coverage import CASES, coverage
from tests.unit.quality.answered import (
    LENGTH,
    ROOT,
    SCHEMA,
    agreed,
    answer,
    chunk_of,
    mark,
    random_marks,
)

ARTICLES = 9
EACH = 8  # spans in an article: 72 in all
FIGURES = ("u_alpha", "coded_alpha", "f1_exact", "f1_iou", "f1_overlap", "label_alpha")


def originals():
    rng = np.random.default_rng(7)
    return {f"article-{number}": random_marks(rng, EACH) for number in range(ARTICLES)}


def with_error(change):
    """Let `change` give what the second person marks for (number of the span, span)."""
    answers, number = [], 0
    for chunk, marks in originals().items():
        changed = []
        for span in marks:
            changed += change(number, span)
            number += 1
        answers += [answer("ann", chunk, marks), answer("bob", chunk, changed)]
    return agreed(answers).overall


def figures(measured, place="stance"):
    return {name: measured.figure(place, name).value for name in FIGURES}


def test_without_error_every_figure_is_one():
    found = with_error(lambda _number, span: [span])
    assert set(figures(found).values()) == {1}
    assert found.largest is None


def test_dropped_spans_lower_all_that_looks_at_places():
    found = with_error(lambda number, span: [span] if number % 5 else [])
    values = figures(found)
    kept = 72 - 15
    assert values["f1_exact"] == values["f1_iou"] == pytest.approx(2 * kept / (72 + kept))
    assert values["coded_alpha"] == values["label_alpha"] == 1
    assert 0.7 < values["u_alpha"] < 0.9
    assert found.figure("stance", "count_ratio").value == pytest.approx(kept / 72)
    assert (found.largest, found.disagreements["missed"]) == ("missed", 15)


def test_shifted_ends_are_seen_by_the_exact_figure_and_by_u_alpha():
    found = with_error(lambda _number, span: [replace(span, end=span.end + 10)])
    values = figures(found)
    assert values["f1_exact"] == 0
    assert values["f1_iou"] == values["f1_overlap"] == values["coded_alpha"] == 1
    assert values["u_alpha"] < 0.95
    assert (found.largest, found.disagreements["boundary"]) == ("boundary", 72)


def test_flipped_labels_leave_the_places_alone():
    def flip(number, span):
        other = {"Support": "Oppose", "Oppose": "Support", "Neutral": "Support"}[span.label]
        return [replace(span, label=other)] if number % 6 == 0 else [span]

    found = with_error(flip)
    values = figures(found)
    assert values["f1_exact"] == pytest.approx(60 / 72)
    assert values["f1_iou"] == found.figure("stance", "binary_alpha").value == 1
    assert values["label_alpha"] < 0.85
    assert values["coded_alpha"] < 0.85
    assert (found.largest, found.disagreements["label"]) == ("label", 12)


def test_spans_cut_in_two_are_one_to_u_alpha_and_two_to_f1():
    def cut(_number, span):
        middle = (span.start + span.end) // 2
        return [replace(span, end=middle, id="1"), replace(span, start=middle, id="2")]

    values = figures(with_error(cut))
    assert values["u_alpha"] == pytest.approx(1)
    assert values["f1_exact"] == 0
    assert values["f1_iou"] == values["f1_overlap"] == pytest.approx(2 / 3)


def test_the_corpus_value_sums_disagreement_over_articles():
    rng = np.random.default_rng(3)
    marks = [(random_marks(rng, 4), random_marks(rng, 5)) for _ in range(3)]
    answers = [
        answer(who, f"a{number}", spans)
        for number, both in enumerate(marks)
        for who, spans in zip(("ann", "bob"), both, strict=True)
    ]
    found = agreed(answers).overall.figure("stance", "u_alpha").value
    single = [
        agreed(answers[at : at + 2]).overall.figure("stance", "u_alpha").value for at in (0, 2, 4)
    ]
    assert min(single) < found < max(single)
    plain = [[(each.start, each.end, each.label) for each in spans] for spans in marks[0]]
    assert single[0] == pytest.approx(unitizing_alpha(plain, LENGTH).u)


def test_chunks_of_one_article_are_one_continuum():
    one = [[(0, 9, "Support")], [(0, 9, "Support"), (20, 30, "Oppose")]]
    two = [[(5, 9, "Oppose")], [(7, 9, "Oppose")]]
    answers = [
        answer(who, f"a/{part}", [mark(*unit) for unit in units])
        for part, both in enumerate((one, two))
        for who, units in zip(("ann", "bob"), both, strict=True)
    ]
    joined = [
        first + [(start + LENGTH, end + LENGTH, label) for start, end, label in second]
        for first, second in zip(one, two, strict=True)
    ]
    found = agreed(answers).overall
    assert found.figure("stance", "u_alpha").value == pytest.approx(
        unitizing_alpha(joined, 2 * LENGTH).u
    )
    assert (found.chunks, found.articles) == (2, 1)


def test_three_people_are_compared_at_once_and_by_two():
    marks = [[(0, 9, "Support")], [(1, 9, "Support")], [(0, 9, "Oppose"), (20, 30, "Neutral")]]
    people = ("ann", "bob", "cy")
    answers = [
        answer(who, "a", [mark(*unit) for unit in units])
        for who, units in zip(people, marks, strict=True)
    ]
    found = agreed(answers)
    whole = unitizing_alpha(marks, LENGTH)
    assert found.overall.figure("stance", "u_alpha").value == pytest.approx(whole.u)
    assert found.overall.figure("stance/Support", "k_alpha").value == pytest.approx(
        whole.by_label["Support"]
    )
    assert [couple[:2] for couple in found.couples] == [
        ("ann", "bob"),
        ("ann", "cy"),
        ("bob", "cy"),
    ]
    by_two = unitizing_alpha(marks[1:], LENGTH).u
    assert found.couples[2].measured.figure("stance", "u_alpha").value == pytest.approx(by_two)


def test_an_interval_holds_the_value_and_needs_five_articles():
    found = with_error(lambda number, span: [span] if number % 5 else []).figure("stance", "f1_iou")
    assert found.low < found.value < found.high
    assert found.n == 129
    spans = [mark(0, 9, "Support")]
    for count, given in ((4, False), (5, True)):
        answers = [answer(who, f"a{n}", spans) for n in range(count) for who in ("ann", "bob")]
        few = agreed(answers).overall.figure("stance", "f1_iou")
        assert (few.value, few.low is not None) == (1, given)


def test_an_interval_of_ten_articles_holds_the_value_nearly_as_often_as_it_says():
    plain, ours = coverage(CASES[0], 10, corpora=300)
    assert plain < 0.92 < ours


def test_only_chunks_that_both_labelled_count():
    spans = [mark(0, 9, "Support")]
    both = [answer("ann", "a", spans), answer("bob", "a", spans)]
    more = [answer("ann", "b", spans), answer("bob", "c", spans), answer("cy", "a", skipped=True)]
    assert agreed(both + more).overall.figures == agreed(both).overall.figures


def test_of_several_answers_of_one_person_the_last_counts():
    spans = [mark(0, 9, "Support")]
    later = answer("bob", "a", spans, number=2, at="2026-11-24T10:00:00Z")
    found = agreed([answer("ann", "a", spans), later, answer("bob", "a")]).overall
    assert found.figure("stance", "f1_exact").value == 1


def test_nothing_marked_is_undefined_and_says_why():
    found = agreed([answer("ann", "a"), answer("bob", "a")]).overall
    for place, all_of_it in found.figures.items():
        for figure in all_of_it:
            if figure.name not in {"coverage", "masi_alpha"}:
                assert (figure.value, figure.why) == (None, "no units"), (place, figure)


def test_answers_about_aligned_spans_are_compared():
    values = [("direct", "direct"), ("direct", "mixed"), ("mixed", "mixed"), ("direct", "direct")]
    answers = [
        answer(who, f"a{number}", [mark(0, 9, "Support", quote=both[side])])
        for number, both in enumerate(values)
        for side, who in enumerate(("ann", "bob"))
    ]
    found = agreed(answers).overall
    assert found.figure("answer quote", "alpha").value == pytest.approx(alpha(values))
    assert found.disagreements["answer"] == 1


SPEAKERS = (mark(0, 5, "Speaker", "s1", entity="a"), mark(10, 15, "Speaker", "s2", entity="b"))
SIDES = (*SPEAKERS, mark(20, 60, "Support", "p"), mark(30, 40, "ceasefire", "t"))


def test_relations_are_told_apart_by_ends_and_type():
    one = answer("ann", "a", SIDES, [("says", "s1", "p"), ("about", "p", "t")])
    two = answer("bob", "a", SIDES, [("says", "s2", "p"), ("about", "p", "t")])
    found = agreed([one, two]).overall
    assert found.figure("relations", "ends_f1").value == 0.5
    assert found.figure("relation says", "f1").value == 0
    assert found.figure("relation about", "f1").value == 1
    assert found.disagreements["relation"] == 2


def test_a_relation_to_a_span_that_one_lacks_is_not_a_wrong_link():
    one = answer("ann", "a", SIDES, [("says", "s1", "p"), ("about", "p", "t")])
    two = answer("bob", "a", SIDES[1:], [("about", "p", "t")])
    found = agreed([one, two]).overall
    assert found.figure("relations", "ends_f1").value == pytest.approx(2 / 3)
    assert found.figure("relations", "ends_f1_aligned").value == 1
    assert found.disagreements["relation"] == 0


def positioned(who, chunk, speakers):
    links = [("about", "p", "t"), *(("says", speaker, "p") for speaker in speakers)]
    return answer(who, chunk, SIDES, links)


def test_triples_are_compared_article_by_article():
    sets = {"a": (("s1",), ("s1",)), "b": (("s1", "s2"), ("s1",)), "c": ((), ("s2",))}
    answers = [
        positioned(who, chunk, both[side])
        for chunk, both in sets.items()
        for side, who in enumerate(("ann", "bob"))
    ]
    found = agreed(answers).overall
    assert found.figure("triples", "f1").value == pytest.approx(2 * 2 / 6)
    assert found.figure("triples", "masi_alpha").value == pytest.approx(masi_by_hand(sets.values()))


def masi_by_hand(items):
    values = [each for item in items for each in item]
    observed = sum(masi_distance(one, two) for one, two in items) / len(items)
    pairs = [(i, j) for i in range(len(values)) for j in range(len(values)) if i != j]
    expected = sum(masi_distance(values[i], values[j]) for i, j in pairs) / len(pairs)
    return 1 - observed / expected


def test_gates_are_passed_or_not_or_undefined():
    marks = [mark(0, 9, "Support"), mark(20, 30, "Oppose")]
    answers = [answer(who, f"a{n}", marks) for n in range(10) for who in ("ann", "bob")]
    gates = {(gate.stage, gate.figure): gate.outcome for gate in agreed(answers).gates}
    assert gates["pilot", "articles"] == gates["pilot", "stance.f1_iou"] == "passed"
    assert gates["pilot", "speaker.u_alpha"] == "undefined"
    few = {(gate.stage, gate.figure): gate.outcome for gate in agreed(answers[:4]).gates}
    assert few["pilot", "articles"] == "not passed"


def test_a_gate_for_a_figure_that_there_is_not_names_the_nearest():
    answers = [answer("ann", "a"), answer("bob", "a")]
    with pytest.raises(ConfigError) as caught:
        agreed(answers, pilot={"stance.u_alpa": 0.5})
    assert "did you mean stance.u_alpha?" in caught.value.problems[0]


def test_without_a_chunk_that_two_labelled_the_remedy_is_overlap():
    with pytest.raises(InputError) as caught:
        agreed([answer("ann", "a"), answer("bob", "b")])
    assert "overlap_share" in caught.value.hint


def test_the_same_seed_gives_the_same_report():
    rng = np.random.default_rng(5)
    answers = [
        answer(who, f"a{n}", random_marks(rng, 5)) for n in range(4) for who in ("ann", "bob")
    ]
    assert agreed(answers).to_json() == agreed(answers[::-1]).to_json()


def test_labels_of_every_layer_are_figures():
    found = agreed([answer("ann", "a"), answer("bob", "a")]).overall
    for label in SCHEMA.labels:
        assert found.figure(f"{SCHEMA.layer_of(label.name)}/{label.name}", "k_alpha").value is None


def test_what_is_left_out_of_intervals_over_many_articles_is_little(monkeypatch):
    rng = np.random.default_rng(2)
    speakers = [((), ("s1",), ("s2",), ("s1", "s2"))[pick] for pick in rng.integers(0, 4, 120)]
    answers = [
        positioned(who, f"a{number:03d}", mine if rng.random() < share else ("s1",))
        for number, mine in enumerate(speakers)
        for who, share in (("ann", 1.0), ("bob", 0.7))
    ]
    exact = agreed(answers).overall.figure("triples", "masi_alpha")
    monkeypatch.setattr(positions, "_MANY", 0)
    linear = agreed(answers).overall.figure("triples", "masi_alpha")
    assert linear.value == pytest.approx(exact.value)
    assert linear.low == pytest.approx(exact.low, abs=0.01)
    assert linear.high == pytest.approx(exact.high, abs=0.01)
    assert exact.low < exact.value < exact.high


@pytest.mark.parametrize("name", ["claims", "entities"])
def test_layers_and_relations_are_those_of_the_schema(name):
    schema = load_schema(ROOT / "tests" / "data" / "schemas" / f"{name}.yaml")
    layer = schema.layers[0]
    spans = [Span("1", 0, 9, layer.name, layer.labels[0].name)]
    found = agreed([answer("ann", "a", spans), answer("bob", "a", spans)], schema)
    assert found.overall.figure(layer.name, "f1_exact").value == 1
    wanted = {f"relation {kind.name}" for kind in schema.relations}
    assert {place for place in found.overall.figures if place.startswith("relation ")} == wanted
    assert found.overall.figure("triples", "f1").why == "no units"
    known = {"articles", "triples", *(layer.name for layer in schema.layers)}
    assert {gate.figure.partition(".")[0] for gate in found.gates} <= known
    assert layer.name in render_report(found, chunk_of)
