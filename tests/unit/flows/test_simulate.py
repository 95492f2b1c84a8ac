from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.corpus import Chunk
from annotate.flows.gold import GoldChunk
from annotate.flows.simulate import CAREFUL, HASTY, Slips, answer
from annotate.labels.annotation import Annotation, Relation
from annotate.labels.boundaries import normalise
from tests.unit.labels.marked import STARTER, link, marked, read_annotation
from tests.unit.labels.rows import answered

Json = dict[str, Any]
NEVER = Slips(missed=0, moved=0, relabelled=0, skipped=0)

CASES = {
    "rules suffice": (
        (
            "[Speaker s1 entity=macron speaker_type=person|Macron] said “[Support a1 quote=direct|"
            "[ceasefire t1|a truce] is needed]”."
        ),
        ["s1 says a1", "a1 about t1"],
    ),
    "a pronoun": (
        (
            "[Speaker s1 entity=macron speaker_type=person|He] wants [Support a1 quote=indirect|"
            "[ceasefire t1|a truce]]."
        ),
        ["s1 says a1", "a1 about t1"],
    ),
    "the nearest is wrong": (
        (
            "[Speaker s1 entity=macron|Macron] told [Speaker s2 entity=putin|Putin] that "
            "[Oppose a1|[dialogue t1|calls]] are over."
        ),
        ["s1 says a1", "a1 about t1"],
    ),
    "two pieces": (
        (
            "“[Support a1|War must end],” said [Speaker s1 entity=putin|Putin]. "
            "“[Support a2|With [ceasefire t1|a truce]].”"
        ),
        ["a1 continues a2", "s1 says a1", "a1 about t1"],
    ),
    "the outlet speaks": (
        (
            "That is [Oppose a1 voice=outlet|wrong for [territory t1|the land]], unlike what "
            "[Speaker s1 entity=trump|Trump] did."
        ),
        ["a1 about t1"],
    ),
}


def gold_of(source: str, links: list[str]) -> GoldChunk:
    case = marked(source)
    chunk = Chunk("c-1", "a", 0, 0, len(case.text), case.text)
    relations = tuple(link(item) for item in links)
    return GoldChunk(chunk, "en", case.spans, relations, (("flags", "body_cut+unsure"),))


def answered_by(gold: GoldChunk, slips: Slips, seed: int = 0) -> Json:
    passage = marked(gold.chunk.text).passage()
    return answer(gold, passage, STARTER, slips, random.Random(seed))


def as_read(gold: GoldChunk, record: Json) -> Annotation:
    passage = marked(gold.chunk.text).passage()
    row = answered("c-1", record["result"], was_cancelled=record["was_cancelled"])
    annotation, findings = read_annotation(row, passage, STARTER, "1.0.0")
    # Who takes a Speaker for a Relay draws an arrow that the schema does not have.
    assert {item.code for item in findings} <= {"relation-unknown"}
    return annotation


@pytest.mark.parametrize("name", CASES)
def test_without_slips_the_labels_come_back_as_they_were_made(name: str) -> None:
    gold = gold_of(*CASES[name])
    annotation = as_read(gold, answered_by(gold, NEVER))
    quotes = marked(gold.chunk.text).passage().quotes
    wanted = {
        span.id: normalise(span, gold.chunk.text, quotes, STARTER.normalise) for span in gold.spans
    }
    assert {span.id for span in annotation.spans} == set(wanted)
    for span in annotation.spans:
        right = wanted[span.id]
        assert (span.start, span.end, span.label) == (right.start, right.end, right.label)
        assert {item.name: span.attribute(item.name) for item in right.attributes} == {
            item.name: item.value for item in right.attributes
        }
    found = {replace(item, origin="human") for item in annotation.relations}
    assert found == set(gold.relations)
    assert annotation.document == gold.document


def test_people_are_not_asked_what_a_rule_finds() -> None:
    gold = gold_of(*CASES["rules suffice"])
    record = answered_by(gold, NEVER)
    kinds = [item.get("from_name", item["type"]) for item in record["result"]]
    assert kinds == ["span", "span", "span", "flags"]


def test_people_draw_the_link_that_a_rule_gets_wrong() -> None:
    gold = gold_of(*CASES["the nearest is wrong"])
    record = answered_by(gold, NEVER)
    drawn = [item for item in record["result"] if item["type"] == "relation"]
    assert [(item["from_id"], item["to_id"], item["labels"]) for item in drawn] == [
        ("s1", "a1", ["says"])
    ]


def test_one_seed_gives_one_answer() -> None:
    gold = gold_of(*CASES["two pieces"])
    assert answered_by(gold, HASTY, 5) == answered_by(gold, HASTY, 5)
    assert len({str(answered_by(gold, HASTY, seed)) for seed in range(20)}) > 5


def test_a_skip_has_no_labels() -> None:
    record = answered_by(gold_of(*CASES["two pieces"]), replace(NEVER, skipped=1))
    assert (record["result"], record["was_cancelled"]) == ([], True)


def test_who_misses_everything_submits_an_empty_page() -> None:
    gold = replace(gold_of(*CASES["two pieces"]), document=())
    record = answered_by(gold, replace(NEVER, missed=1))
    assert (record["result"], record["was_cancelled"]) == ([], False)


@pytest.mark.parametrize("seed", range(8))
def test_a_moved_border_leaves_off_one_word(seed: int) -> None:
    gold = gold_of(*CASES["rules suffice"])
    moved = as_read(gold, answered_by(gold, replace(NEVER, moved=1), seed))
    text = gold.chunk.text
    assert {text[span.start : span.end] for span in moved.spans} <= {
        *("Macron", "a", "truce", "a truce is", "truce is needed"),
    }


def test_a_slipped_label_stays_in_its_layer() -> None:
    gold = gold_of(*CASES["rules suffice"])
    slipped = as_read(gold, answered_by(gold, replace(NEVER, relabelled=1), 3))
    layers = {span.id: span.layer for span in gold.spans}
    assert {span.id: span.layer for span in slipped.spans} == layers


@given(st.sampled_from(sorted(CASES)), st.sampled_from([CAREFUL, HASTY]), st.integers(0, 10**6))
def test_whatever_slips_the_answer_fits_text_and_schema(name: str, slips: Slips, seed: int) -> None:
    gold = gold_of(*CASES[name])
    record = answered_by(gold, slips, seed)
    annotation = as_read(gold, record)
    assert record["lead_time"] > 0
    ids = {span.id for span in gold.spans}
    assert {span.id for span in annotation.spans} <= ids
    ends = {end for item in annotation.relations for end in (item.head, item.tail)}
    assert ends <= {span.id for span in annotation.spans}


def test_a_span_that_a_slip_would_make_cross_another_is_left_out() -> None:
    case = marked("[Support a1|one two] [Support a2|three]")
    crossing = replace(case["a2"], start=4)
    chunk = Chunk("c-1", "a", 0, 0, len(case.text), case.text)
    gold = GoldChunk(chunk, "en", (case["a1"], crossing), (), ())
    annotation = as_read(gold, answered_by(gold, NEVER))
    assert [span.id for span in annotation.spans] == ["a1"]
    assert Relation("continues", "a1", "a2") not in annotation.relations
