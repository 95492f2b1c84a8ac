from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.labels.annotation import Attribute, Relation, Span
from annotate.labels.regions import Reading, read_results, write_results
from annotate.schema.controls import controls
from tests.unit.labels.marked import STARTER, link, marked
from tests.unit.labels.texts import nasty_texts, ranges

Json = dict[str, Any]
TEXT = "Macron wants “an immediate truce”\nwith Putin."
CASE = marked(
    "[Speaker s1 entity=macron|Macron] wants “[Support a1 quote=direct|an immediate "
    "[ceasefire t1|truce]]”\nwith [Speaker s2|Putin]."
)


def read(*results: Json, text: str = TEXT) -> Reading:
    return read_results(results, text, STARTER, "chunk c-1 annotation 7")


def region(name: str, start: int, end: int, *labels: str, **value: Any) -> Json:
    place = {"start": start, "end": end, "text": TEXT[start:end], "labels": list(labels)}
    return answer(name, "span", "labels", **(place | value))


def answer(name: str, control: str, kind: str, **value: Any) -> Json:
    return {
        "id": name,
        "from_name": control,
        "to_name": "text",
        "type": kind,
        "origin": "manual",
        "value": value,
    }


def arrow(head: str, tail: str, *labels: str, direction: str = "right") -> Json:
    ends = {"from_id": head, "to_id": tail, "direction": direction}
    return {"type": "relation", **ends, "labels": list(labels)}


words = nasty_texts.map(lambda text: " ".join(text.split())).filter(bool)
free_texts = words.filter(lambda text: "+" not in text)
ids = [entity.id for entity in STARTER.entities]


@st.composite
def attributes_of(draw: st.DrawFn, label: str) -> tuple[Attribute, ...]:
    """Answers that the page can give about a span of this label, in canonical form."""
    found: dict[str, str] = {}
    for item in STARTER.attributes:
        if label not in STARTER.resolve(item.applies_to) or not draw(st.booleans()):
            continue
        if item.type == "choice":
            found[item.name] = draw(st.sampled_from(item.values))
        else:
            listed = draw(st.lists(st.sampled_from(ids), max_size=3))
            other = draw(st.lists(free_texts, max_size=1, min_size=not listed))
            found[item.name] = "+".join(sorted({*listed, *(f"other:{text}" for text in other)}))
    if STARTER.label(label).asks and draw(st.booleans()):
        found["text"] = draw(words)
    return tuple(Attribute(name, value) for name, value in sorted(found.items()))


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, list[Span], list[Relation]]:
    """A text, spans over it and relations between them."""
    text = draw(nasty_texts)
    spans = []
    for number in range(draw(st.integers(0, 5))):
        start, end = draw(ranges(text))
        label = draw(st.sampled_from([label.name for label in STARTER.labels]))
        own = draw(attributes_of(label))
        spans.append(Span(f"r{number}", start, end, STARTER.layer_of(label), label, own))
    fitting = [
        Relation(kind.name, head.id, tail.id)
        for kind in STARTER.relations
        for head in spans
        for tail in spans
        if head is not tail
        and head.label in STARTER.resolve(kind.from_)
        and tail.label in STARTER.resolve(kind.to)
    ]
    relations = draw(st.lists(st.sampled_from(fitting), unique=True)) if fitting else []
    return text, spans, relations


@given(answers())
def test_what_is_written_is_read_back_the_same(
    case: tuple[str, list[Span], list[Relation]],
) -> None:
    text, spans, relations = case
    results = orjson.loads(orjson.dumps(write_results(spans, relations, text, STARTER)))
    reading = read_results(results, text, STARTER, "chunk c-1 annotation 7")
    assert reading.findings == []
    assert reading.spans == spans
    assert reading.relations == relations
    assert reading.document == []


@given(answers())
def test_the_order_of_the_results_does_not_matter(
    case: tuple[str, list[Span], list[Relation]],
) -> None:
    text, spans, relations = case
    results = write_results(spans, relations, text, STARTER)
    reading = read_results(results[::-1], text, STARTER, "chunk c-1 annotation 7")
    assert reading.spans == spans[::-1]
    assert set(reading.relations) == set(relations)


@given(answers())
def test_every_result_fits_a_control_of_the_page(
    case: tuple[str, list[Span], list[Relation]],
) -> None:
    text, spans, relations = case
    page = controls(STARTER)
    for item in write_results(spans, relations, text, STARTER):
        if item["type"] == "relation":
            continue
        control = page[item["from_name"]]
        assert control.kind in item["value"]
        assert item["value"]["text" if control.kind != "text" else "start"] is not None
        chosen = item["value"].get("choices", [])
        assert control.several or len(chosen) <= 1


def test_only_what_a_person_said_is_written() -> None:
    span = replace(CASE["s1"], attributes=(Attribute("entity", "macron", "auto"),))
    says = Relation("says", "s1", "a1", "auto")
    results = write_results([span, CASE["a1"]], [says], CASE.text, STARTER)
    assert [item["from_name"] for item in results] == ["span", "span", "quote"]


@pytest.mark.parametrize("newline", ["\\n", "\n", " ", ""])
def test_a_newline_may_come_as_a_backslash_and_an_n(newline: str) -> None:
    stored = TEXT.replace("\n", newline)
    reading = read(region("r1", 0, len(TEXT), "Support", text=stored))
    assert reading.findings == []
    assert (reading.spans[0].start, reading.spans[0].end) == (0, len(TEXT))


def test_a_region_without_its_text_is_taken_at_its_offsets() -> None:
    reading = read(region("r1", 0, 6, "Speaker", text=None))
    assert [span.end for span in reading.spans] == [6]


def test_an_answer_that_says_nothing_is_an_answer() -> None:
    assert read() == Reading()


def test_a_region_of_two_layers_becomes_two_spans() -> None:
    reading = read(region("r1", 0, 6, "Speaker", "Support"))
    assert [(span.id, span.layer) for span in reading.spans] == [
        ("r1:speaker", "speaker"),
        ("r1:stance", "stance"),
    ]


def test_answers_about_a_region_of_two_layers_go_to_the_half_they_fit() -> None:
    reading = read(
        region("r1", 0, 6, "Speaker", "Support"),
        answer("r1", "speaker_type", "choices", choices=["person"]),
        answer("r1", "quote", "choices", choices=["direct"]),
    )
    found = {span.id: span.attributes for span in reading.spans}
    assert found == {
        "r1:speaker": (Attribute("speaker_type", "person"),),
        "r1:stance": (Attribute("quote", "direct"),),
    }


def test_a_relation_of_a_region_of_two_layers_belongs_to_the_half_that_fits() -> None:
    reading = read(
        region("r1", 0, 6, "Speaker", "Support"),
        region("r2", 14, 33, "Oppose"),
        region("r3", 27, 32, "ceasefire"),
        arrow("r1", "r2", "says"),
        arrow("r1", "r3"),
    )
    assert reading.relations == [link("r1:speaker says r2"), link("r1:stance about r3")]


@pytest.mark.parametrize(
    "results",
    [
        [region("r1", 0, 6, "Support", "Oppose")],
        [region("r1", 0, 6, "Support"), region("r1", 0, 6, "ceasefire")],
        [region("r1", 0, 6, "Support", "Oppose", "ceasefire")],
    ],
)
def test_no_two_spans_of_an_answer_share_an_id(results: list[Json]) -> None:
    """Other pages and programs may give one region several labels."""
    names = [span.id for span in read(*results).spans]
    assert len(names) == len(set(names)) >= 2


@pytest.mark.parametrize("kind", ["s1 says a1", "w1 relays a1", "a1 about t1", "a1 continues a2"])
@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.parametrize(
    ("turned", "direction"), [(True, "left"), (True, "right"), (False, "right")]
)
def test_a_relation_is_named_and_turned_by_its_ends(
    kind: str, labelled: bool, turned: bool, direction: str
) -> None:
    head, name, tail = kind.split()
    ends = (tail, head) if turned else (head, tail)
    reading = read(
        region("s1", 0, 6, "Speaker"),
        region("w1", 39, 44, "Relay"),
        region("a1", 14, 33, "Support"),
        region("a2", 7, 12, "Oppose"),
        region("t1", 27, 32, "ceasefire"),
        arrow(*ends, *([name] if labelled else []), direction=direction),
    )
    assert reading.findings == []
    found = reading.relations[0]
    if name == "continues":
        assert {found.head, found.tail} == {head, tail}
        assert (found.head == head) == (turned == (direction == "left"))
    else:
        assert found == link(f"{head} {name} {tail}")


@pytest.mark.parametrize("names", [[], ["says"]])
def test_an_arrow_drawn_in_both_directions_is_one_relation(names: list[str]) -> None:
    reading = read(
        region("s1", 0, 6, "Speaker"),
        region("a1", 14, 33, "Support"),
        arrow("s1", "a1", *names),
        arrow("a1", "s1"),
    )
    assert reading.relations == [link("s1 says a1")]


def test_an_arrow_that_no_relation_allows_is_a_finding() -> None:
    reading = read(
        region("s1", 0, 6, "Speaker"), region("s2", 39, 44, "Speaker"), arrow("s1", "s2")
    )
    assert reading.relations == []
    assert [item.code for item in reading.findings] == ["relation-unknown"]


@pytest.mark.parametrize("name", ["about", "knows"])
def test_a_name_that_does_not_fit_the_ends_is_a_finding(name: str) -> None:
    reading = read(
        region("s1", 0, 6, "Speaker"), region("a1", 14, 33, "Support"), arrow("s1", "a1", name)
    )
    assert reading.relations == []
    assert [item.code for item in reading.findings] == ["relation-unknown"]


@pytest.mark.parametrize("end", ["gone", "", None])
def test_a_relation_to_nothing_is_a_finding(end: Any) -> None:
    reading = read(region("s1", 0, 6, "Speaker"), region("a1", 14, 33, "Support"), arrow(end, "a1"))
    assert reading.relations == []
    assert [item.code for item in reading.findings] == ["relation-end"]
    assert [span.id for span in reading.spans] == ["s1", "a1"]


BAD = {
    "label-unknown": region("bad", 0, 6, "Speeker"),
    "offset-range": region("bad", 0, len(TEXT) + 1, "Speaker"),
    "surface-mismatch": region("bad", 0, 6, "Speaker", text="Putin"),
}


@pytest.mark.parametrize("code", BAD)
def test_what_does_not_fit_is_set_aside_and_the_rest_goes_on(code: str) -> None:
    good = write_results(CASE.spans, [link("s1 says a1")], CASE.text, STARTER)
    reading = read(BAD[code], *good, arrow("bad", "a1"))
    assert [item.code for item in reading.findings] == [code, "relation-end"]
    assert "region bad" in reading.findings[0].place
    assert "chunk c-1 annotation 7" in reading.findings[0].place
    assert reading.findings[0].severity == "error"
    assert reading.spans == list(CASE.spans)
    assert reading.relations == [link("s1 says a1")]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (-1, 5),
        (5, 5),
        (6, 5),
        (0, len(TEXT) + 1),
        (None, 5),
        (0, None),
        ("0", "5"),
        (0.0, 5.0),
        (False, 5),
        (0, True),
    ],
)
def test_offsets_that_are_no_stretch_of_the_text_are_a_finding(start: Any, end: Any) -> None:
    reading = read(answer("bad", "span", "labels", start=start, end=end, labels=["Speaker"]))
    assert [item.code for item in reading.findings] == ["offset-range"]
    assert reading.spans == []


@pytest.mark.parametrize(
    ("lost", "names"),
    [
        (BAD["surface-mismatch"], []),
        (BAD["offset-range"], []),
        (BAD["offset-range"], ["says"]),
        (BAD["label-unknown"], ["says"]),
        (None, ["says"]),
    ],
)
def test_an_arrow_to_a_region_that_is_set_aside_still_tells_what_it_was(
    lost: Json | None, names: list[str]
) -> None:
    good = region("a1", 14, 33, "Support")
    for drawn in (arrow("bad", "a1", *names), arrow("a1", "bad", *names)):
        reading = read(*([lost] if lost else []), good, drawn)
        assert reading.relations == []
        assert reading.dangling == [link("bad says a1")]


@pytest.mark.parametrize("lost", [None, BAD["label-unknown"]])
def test_an_arrow_without_a_name_to_who_knows_what_tells_nothing(lost: Json | None) -> None:
    good = region("a1", 14, 33, "Support")
    reading = read(*([lost] if lost else []), good, arrow("bad", "a1"))
    assert (reading.relations, reading.dangling) == ([], [])


def test_two_answers_to_a_question_that_takes_one_are_a_finding() -> None:
    reading = read(
        region("s1", 0, 6, "Speaker"),
        answer("s1", "speaker_type", "choices", choices=["media"]),
        answer("s1", "speaker_type", "choices", choices=["person"]),
        answer("s1", "entity", "choices", choices=["macron"]),
    )
    assert reading.spans[0].attributes == (Attribute("entity", "macron"),)
    assert [(item.code, item.place) for item in reading.findings] == [
        ("answer-unknown", "chunk c-1 annotation 7 region s1")
    ]
    assert "['media', 'person']" in reading.findings[0].message


def test_one_answer_given_twice_is_one() -> None:
    reading = read(
        region("s1", 0, 6, "Speaker"),
        answer("s1", "speaker_type", "choices", choices=["person"]),
        answer("s1", "speaker_type", "choices", choices=["person"]),
        answer("d1", "flags", "choices", choices=["unsure"]),
        answer("d2", "flags", "choices", choices=["body_cut", "unsure"]),
    )
    assert reading.findings == []
    assert reading.spans[0].attributes == (Attribute("speaker_type", "person"),)
    assert reading.document == [("flags", "body_cut+unsure")]


def test_a_known_label_beside_an_unknown_one_stays() -> None:
    reading = read(region("r1", 0, 6, "Speaker", "Speeker"))
    assert [(span.id, span.label) for span in reading.spans] == [("r1", "Speaker")]
    assert [item.code for item in reading.findings] == ["label-unknown"]


def test_offsets_shifted_by_astral_letters_are_a_finding() -> None:
    text = "🎈🎈 Macron wants a truce."
    item = answer("r1", "span", "labels", start=5, end=11, text="Macron", labels=["Speaker"])
    assert [each.code for each in read(item, text=text).findings] == ["surface-mismatch"]


@pytest.mark.parametrize(
    ("origin", "ours"),
    [("prediction", "predicted"), ("manual", "human"), ("prediction-changed", "human")],
)
def test_a_prediction_left_as_it_was_is_no_persons_word(origin: str, ours: str) -> None:
    reading = read(region("r1", 0, 6, "Speaker") | {"origin": origin})
    assert reading.spans[0].origin == ours


def test_answers_about_the_whole_text_go_to_the_document() -> None:
    flags = answer("doc", "flags", "choices", choices=["unsure", "body_cut"])
    reading = read(flags, region("r1", 0, 6, "Speaker"))
    assert reading.document == [("flags", "body_cut+unsure")]
    assert reading.spans[0].attributes == ()


@pytest.mark.parametrize("chosen", [[], None, [""]])
def test_an_empty_answer_is_no_answer(chosen: Any) -> None:
    reading = read(
        answer("doc", "flags", "choices", choices=chosen),
        region("r1", 14, 33, "Support"),
        answer("r1", "quote", "choices", choices=chosen),
    )
    assert reading.document == []
    assert reading.spans[0].attributes == ()


def test_an_answer_to_a_question_not_asked_of_a_label_is_left_out() -> None:
    reading = read(
        region("r1", 0, 6, "Speaker"), answer("r1", "quote", "choices", choices=["direct"])
    )
    assert reading.spans[0].attributes == ()


def test_an_entity_in_words_takes_the_place_of_other() -> None:
    reading = read(
        region("r1", 0, 6, "Speaker"),
        answer("r1", "entity", "choices", choices=["other", "putin"]),
        answer("r1", "entity_other", "textarea", text=["  a clerk\n of  his "]),
    )
    assert reading.spans[0].attributes == (Attribute("entity", "other:a clerk of his+putin"),)


def test_an_entity_in_words_needs_no_choice() -> None:
    reading = read(
        region("r1", 0, 6, "Speaker"), answer("r1", "entity_other", "textarea", text=["a clerk"])
    )
    assert reading.spans[0].attributes == (Attribute("entity", "other:a clerk"),)


def test_other_without_words_stays_other() -> None:
    reading = read(
        region("r1", 0, 6, "Speaker"), answer("r1", "entity", "choices", choices=["other"])
    )
    assert reading.spans[0].attributes == (Attribute("entity", "other"),)


@pytest.mark.parametrize(
    "chosen", [["macron", "putin"], ["putin", "macron"], ["putin"] * 2 + ["macron"]]
)
def test_several_entities_have_one_spelling(chosen: list[str]) -> None:
    reading = read(region("r1", 0, 6, "Speaker"), answer("r1", "entity", "choices", choices=chosen))
    assert reading.spans[0].attributes == (Attribute("entity", "macron+putin"),)


def test_the_words_for_another_topic_are_its_text() -> None:
    reading = read(
        region("r1", 27, 32, "other"),
        answer("r1", "asks_text", "textarea", text=["fishing rights"], start=27, end=32),
    )
    assert reading.findings == []
    assert reading.spans[0].attributes == (Attribute("text", "fishing rights"),)


def test_words_for_a_topic_of_the_list_are_left_out() -> None:
    reading = read(
        region("r1", 27, 32, "ceasefire"), answer("r1", "asks_text", "textarea", text=["x"])
    )
    assert reading.spans[0].attributes == ()


@pytest.mark.parametrize(
    "item",
    [
        answer("r1", "mood", "choices", choices=["calm"]),
        answer("r1", "quote", "choices", choices=["shouted"]),
        answer("doc", "flags", "choices", choices=["noise"]),
    ],
)
def test_an_answer_that_the_schema_does_not_know_is_a_finding(item: Json) -> None:
    """Nothing is silently dropped, and the server checks no value."""
    reading = read(region("r1", 14, 33, "Support"), item)
    assert len(reading.findings) == 1
    assert reading.spans[0].attributes == ()
    assert reading.document == []
