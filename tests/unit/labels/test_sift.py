from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.labels.annotation import Attribute, Relation, Span
from annotate.labels.sift import Sifted, clashes, shifted, sift
from annotate.schema import Schema
from tests.unit.labels.marked import STARTER, link, marked, read_annotation
from tests.unit.labels.rows import answered, drawn
from tests.unit.labels.texts import nasty_texts, ranges

TEXT = "The president of the union said that talks must begin now."


def span(name: str, start: int, end: int, label: str, **more: object) -> Span:
    raw = {"raw_start": start, "raw_end": end}
    return replace(Span(name, start, end, STARTER.layer_of(label), label), **raw | more)


def sifted(*spans: Span, arrows: tuple[Relation, ...] = (), text: str = TEXT) -> Sifted:
    return sift(spans, arrows, text, STARTER, "here")


def kept(*spans: Span) -> set[str]:
    return {item.id for item in sifted(*spans).spans}


LABELS = {"speaker": ("Speaker", "Relay"), "stance": ("Support", "Oppose")}


@pytest.mark.parametrize("layer", LABELS)
@pytest.mark.parametrize(
    ("kind", "stretch"), [("identical", (4, 26)), ("nested", (17, 26)), ("crossing", (17, 31))]
)
def test_each_layer_allows_and_forbids_what_the_schema_says(
    layer: str, kind: str, stretch: tuple[int, int]
) -> None:
    one, two = LABELS[layer]
    found = sifted(span("r1", 4, 26, one), span("r2", *stretch, two))
    if getattr(STARTER.overlap_of(layer), kind) == "allow":
        assert (found.findings, len(found.spans)) == ([], 2)
    else:
        assert [item.code for item in found.findings] == ["spans-crossing"]
        assert found.findings[0].place == "here regions r1 and r2"
        assert found.spans == []


def test_spans_of_two_layers_may_lie_anyhow() -> None:
    assert kept(span("r1", 4, 26, "Speaker"), span("r2", 17, 31, "Support")) == {"r1", "r2"}


def test_spans_that_only_touch_do_not_overlap() -> None:
    assert kept(span("r1", 4, 13, "Speaker"), span("r2", 13, 26, "Relay")) == {"r1", "r2"}


def test_the_finding_names_both_with_their_words() -> None:
    (found,) = sifted(span("r1", 4, 26, "Speaker"), span("r2", 17, 31, "Relay")).findings
    assert "Speaker “president of the union” (4–26)" in found.message
    assert "Relay “the union said” (17–31)" in found.message


def test_of_a_span_drawn_twice_the_elder_stays() -> None:
    found = sifted(
        span("r1", 4, 26, "Speaker"),
        span("r2", 4, 26, "Speaker"),
        span("a1", 37, 53, "Support"),
        arrows=(link("r2 says a1"), link("r1 says a1")),
    )
    assert [item.id for item in found.spans] == ["r1", "a1"]
    assert found.relations == [link("r1 says a1")]
    assert [item.code for item in found.findings] == ["spans-crossing"]


def test_of_a_span_drawn_twice_with_two_answers_none_stays() -> None:
    """Which answer was meant cannot be seen in them."""
    named = (Attribute("entity", "macron"),)
    assert kept(span("r1", 4, 26, "Speaker", attributes=named), span("r2", 4, 26, "Speaker")) == (
        set()
    )


def test_an_arrow_that_loses_an_end_is_left_out_and_told() -> None:
    found = sifted(
        span("r1", 4, 26, "Speaker"),
        span("r2", 17, 31, "Relay"),
        span("a1", 37, 53, "Support"),
        arrows=(link("r1 says a1"),),
    )
    assert found.relations == []
    assert [item.code for item in found.findings] == ["spans-crossing", "relation-end"]


def test_no_rule_puts_another_in_the_place_of_an_arrow_that_was_drawn() -> None:
    """The person said who said it; another speaker of the sentence would be a guess."""
    case = marked(
        "[Speaker s1|The president of] the union told [Speaker s3|Macron] that "
        "[Support a1|[ceasefire t1|talks] must begin] now."
    )
    start = case.text.index("of the union")
    crossing = replace(case["s1"], id="s2", start=start, end=start + 12)
    both = replace(case, spans=(*case.spans, crossing))
    row = answered("c-1", drawn(both, "s1 says a1"))
    annotation, findings = read_annotation(row, case.passage(), STARTER, "1.0.0")
    assert {item.code for item in findings} == {"spans-crossing", "relation-end"}
    assert {item.type for item in annotation.relations} == {"about"}
    assert "says" not in {item.relation for item in annotation.missing}


def test_an_arrow_to_a_region_whose_words_are_gone_is_no_leave_for_a_rule() -> None:
    case = marked("[Speaker s1|He] told [Speaker s2|Macron] that [Support a1|war must end].")
    results = drawn(case, "s1 says a1")
    results[0]["value"]["text"] = "She"
    row = answered("c-1", results)
    annotation, findings = read_annotation(row, case.passage(), STARTER, "1.0.0")
    assert [item.code for item in findings] == ["surface-mismatch", "relation-end"]
    assert annotation.relations == ()
    assert "says" not in {item.relation for item in annotation.missing}


def test_overlap_is_judged_by_the_normalised_borders() -> None:
    case = marked("[Speaker s1|Macron ][Relay w1|his office] said so.")
    wide = replace(case["w1"], start=case["w1"].start - 1)
    row = answered("c-1", drawn(replace(case, spans=(case["s1"], wide))))
    annotation, findings = read_annotation(row, case.passage(), STARTER, "1.0.0")
    assert (findings, len(annotation.spans)) == ([], 2)


def test_a_span_keeps_the_borders_that_were_drawn() -> None:
    case = marked("He said [Support a1| that talks must begin. ]")
    annotation, _ = read_annotation(answered("c-1", drawn(case)), case.passage(), STARTER, "1.0.0")
    (found,) = annotation.spans
    assert case.text[found.start : found.end] == "talks must begin"
    assert (found.raw_start, found.raw_end) == (case["a1"].start, case["a1"].end)


labels = st.sampled_from([label.name for label in STARTER.labels])
strict = STARTER.model_copy(update={"overlap": {}})


@st.composite
def many_spans(draw: st.DrawFn) -> list[Span]:
    found = []
    for number in range(draw(st.integers(0, 8))):
        start, end = draw(ranges(TEXT[:14]))
        found.append(span(f"r{number}", start, end, draw(labels)))
    return found


@given(many_spans(), st.sampled_from([STARTER, strict]))
def test_what_is_kept_overlaps_as_the_schema_allows(spans: list[Span], schema: Schema) -> None:
    found = sift(spans, (), TEXT, schema, "here")
    assert not list(clashes(found.spans, schema))
    assert len(found.spans) == len(spans) or found.findings
    again = sift(found.spans, (), TEXT, schema, "here")
    assert (again.spans, again.findings) == (found.spans, [])


@given(many_spans(), st.randoms())
def test_the_order_of_the_results_decides_nothing(spans: list[Span], random: object) -> None:
    mixed = list(spans)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one, two = kept(*spans), kept(*mixed)
    assert one == two


BALLOONS = "🎈🎈🎈 Macron wants a truce, he said."


def moved(words: str, start: int, end: int, text: str = BALLOONS, **more: object) -> list[str]:
    at = text.index(words)
    stored = span("a1", at + start, at + len(words) + end, "Support", **more)
    return [item.id for item, _ in shifted([stored], text)]


@pytest.mark.parametrize(("start", "end"), [(3, 3), (3, 0), (0, 3)])
def test_a_border_shifted_into_a_word_is_found(start: int, end: int) -> None:
    assert moved("wants a truce", start, end, BALLOONS.replace("truce,", "truce soon,")) == ["a1"]


def test_borders_at_words_are_no_suspects() -> None:
    assert moved("wants a truce", 0, 0) == []


def test_a_border_in_a_word_that_no_shift_explains_is_no_suspect() -> None:
    assert moved("wants a truce", 2, 0) == []
    assert moved("wants a truce", 3, 0, BALLOONS.replace("🎈🎈🎈", "🎈")) == []


def test_without_letters_beyond_the_plane_nothing_is_suspected() -> None:
    assert moved("wants a truce", 3, 3, BALLOONS.replace("🎈", "★")) == []


def test_letters_behind_a_border_do_not_shift_it() -> None:
    assert moved("wants a truce", 3, 0, "Macron wants a truce, he said 🎈🎈🎈.") == []


def test_a_prediction_has_no_handles() -> None:
    assert moved("wants a truce", 3, 3, origin="predicted") == []


def test_scripts_without_spaces_have_no_inside_of_a_word() -> None:
    assert moved("希望停火", 3, 3, "🎈🎈🎈。希望停火谈判现在开始") == []


@given(nasty_texts)
def test_what_the_handles_make_of_whole_words_is_found(text: str) -> None:
    """The law of the bug: counted in UTF-16, read as code points."""
    text = f"🎈🎈 {text} wants a truce soon and talks now"
    at = text.rindex("wants")
    utf16 = at + sum(letter > "\uffff" for letter in text[:at])
    inside = 0 < utf16 < len(text) and text[utf16 - 1 : utf16 + 1].isalpha()
    found = list(shifted([span("a1", utf16, len(text), "Support")], text))
    assert bool(found) == inside
    assert not list(shifted([span("a1", at, len(text), "Support")], text))
