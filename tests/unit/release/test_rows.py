from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.findings import Finding
from annotate.labels.annotation import Annotation
from annotate.quality.gold import Judge, counted, standing
from annotate.release.row_versions import RowVersions, with_versions
from annotate.release.rows import build_rows
from annotate.release.standing import decide
from tests.unit.labels.marked import marked
from tests.unit.labels.rows import ANNA, BORIS
from tests.unit.release.source import (
    CHUNKS,
    PARTS,
    TEXTS,
    annotation,
    answers,
    first_release,
    source,
)

Json = dict[str, Any]


def spans_rows(
    *given: Annotation,
    version: str = "0.1.0",
    before: Mapping[str, tuple[str, str]] | None = None,
    changed: Collection[str] = (),
) -> dict[str, Json]:
    versions = RowVersions((name, *both) for name, both in (before or {}).items())
    built = with_versions(
        build_rows(source(*given)), version, versions, {(one,) for one in changed}
    )
    return {row["id"]: row for row in built.rows["spans"]}


def test_a_chunk_is_published_with_its_text_and_labels() -> None:
    row = spans_rows(*answers())["c-call-0"]
    text = PARTS["c-call-0"].text
    assert row["text"] == text == TEXTS[row["article_id"]][row["start"] : row["end"]]
    assert [(span["id"], span["label"], span["layer"]) for span in row["spans"]] == [
        ("s1", "Speaker", "speaker"),
        ("t1", "ceasefire", "topic"),
        ("a1", "Support", "stance"),
    ]
    assert [span["text"] for span in row["spans"]] == [
        "Emmanuel Macron",
        "a\ntruce",
        "a\ntruce is needed",
    ]
    assert row["relations"] == [
        {"type": "says", "head": "s1", "tail": "a1", "origin": "auto"},
        {"type": "about", "head": "a1", "tail": "t1", "origin": "auto"},
    ]
    assert row["answers"] == 2
    assert (row["outlet"], row["published_at"], row["event"]) == (
        "Velin | Post",
        "2031-03-12",
        "call",
    )


def test_every_span_of_every_config_is_the_text_at_its_offsets() -> None:
    rows = first_release(source(*answers())).rows
    seen = 0
    for row in [*rows["spans"], *rows["annotations"]]:
        for span in row["spans"]:
            assert PARTS[row["id"]].text[span["start"] : span["end"]] == span["text"]
            seen += 1
    assert seen == 18


def test_attributes_come_in_the_order_of_their_names_with_their_origin() -> None:
    row = spans_rows(annotation(marked("[Speaker s1 entity=putin|He] left."), chunk_id="c-call-0"))
    assert row["c-call-0"]["spans"][0]["attributes"] == [
        {"key": "entity", "value": "putin", "origin": "human"},
        {"key": "speaker_type", "value": "person", "origin": "auto"},
    ]


def test_what_the_annotator_said_of_the_whole_text_is_published() -> None:
    answer = replace(answers()[0], document=(("flags", "unsure"),))
    assert spans_rows(answer)["c-call-0"]["document"] == [{"key": "flags", "value": "unsure"}]


EMPTY = marked(PARTS["c-call-0"].text)


def given_at(at: str, number: int, **more: Any) -> Annotation:
    return annotation(EMPTY, chunk_id="c-call-0", annotation_id=number, at=at, **more)


LATE = given_at("2031-03-15T10:00:00Z", 1, annotator=BORIS)
EARLY = given_at("2031-03-14T10:00:00Z", 2)
SKIPPED = given_at("2031-03-13T10:00:00Z", 3, was_cancelled=True)


@pytest.mark.parametrize(
    ("aggregation", "given_answers", "chosen"),
    [
        ("first", [LATE, EARLY], EARLY),
        ("first", [LATE, EARLY, SKIPPED], EARLY),
        ("first", [SKIPPED], None),
        ("first", [], None),
        ("single", [LATE], LATE),
        ("single", [LATE, SKIPPED], LATE),
        ("single", [LATE, EARLY], None),
        ("single", [], None),
    ],
)
def test_an_answer_stands_for_a_chunk_by_the_rule_of_the_settings(
    aggregation: str, given_answers: list[Annotation], chosen: Annotation | None
) -> None:
    for ordered in (given_answers, given_answers[::-1]):
        gold = decide(aggregation, Judge(), "c-call-0", counted(ordered), EMPTY.text).gold
        assert (gold and gold.annotation) == chosen


def test_of_two_answers_of_one_person_the_last_stands() -> None:
    again = given_at("2031-03-16T10:00:00Z", 1)
    assert decide("first", Judge(), "c-call-0", counted([again, EARLY]), "").gold == standing(
        again, [again], "single"
    )


def test_answers_of_one_moment_are_told_apart_by_their_ids() -> None:
    twins = [
        given_at("2031-03-14T10:00:00Z", number, annotator=f"annotator-{number}")
        for number in (5, 2, 9)
    ]
    gold = decide("first", Judge(), "c-call-0", counted(twins), EMPTY.text).gold
    assert gold is not None
    assert gold.annotation == twins[1]


def test_chunks_without_a_decision_are_counted_and_left_out_of_spans_only() -> None:
    built = first_release(source(*answers()))
    assert built.undecided == 1
    assert "c-row-0" not in {row["id"] for row in built.rows["spans"]}
    assert [row["skipped"] for row in built.rows["annotations"] if row["id"] == "c-row-0"] == [True]


def test_a_chunk_of_two_answers_is_undecided_under_single() -> None:
    built = first_release(source(*answers(), aggregation="single"))
    assert built.undecided == 2
    assert {row["id"] for row in built.rows["spans"]} == {"c-call-1", "c-visit-0"}


def test_an_empty_answer_is_a_row_without_spans() -> None:
    row = spans_rows(given_at("2031-03-14T10:00:00Z", 1))["c-call-0"]
    assert (row["spans"], row["relations"], row["answers"]) == ([], [], 1)


def test_findings_are_counted_by_their_code() -> None:
    findings = [Finding(code, "error", "here", "so") for code in ("b", "a", "b")]
    assert first_release(source(*answers(), findings=findings)).set_aside == {
        "a": 1,
        "b": 2,
    }


def test_every_answer_of_every_annotator_is_published() -> None:
    rows = first_release(source(*answers(), simulated=True)).rows["annotations"]
    assert sorted((row["id"], row["annotator"]) for row in rows) == [
        ("c-call-0", ANNA),
        ("c-call-0", BORIS),
        ("c-call-1", ANNA),
        ("c-row-0", ANNA),
        ("c-visit-0", BORIS),
    ]
    assert {row["article_id"] for row in rows} == set(TEXTS)
    assert all(row["simulated"] for row in rows)
    assert len({row["annotation_id"] for row in rows}) == 5


def test_times_are_rounded_to_the_day() -> None:
    row = first_release(source(EARLY)).rows["annotations"][0]
    assert row["created_at"] == "2031-03-14"
    assert "10:00" not in str(row)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (None, None),
        (0.0, "0–30 s"),
        (29.99, "0–30 s"),
        (30.0, "30–60 s"),
        (119.0, "60–120 s"),
        (299.0, "120–300 s"),
        (599.9, "300–600 s"),
        (600.0, "600 s or more"),
        (1e9, "600 s or more"),
    ],
)
def test_lead_times_are_told_in_steps(seconds: float | None, told: str | None) -> None:
    answer = given_at("2031-03-14T10:00:00Z", 1, lead_time=seconds)
    assert first_release(source(answer)).rows["annotations"][0]["lead_time"] == told


def test_a_position_is_one_row_per_article_with_all_its_evidence() -> None:
    text = "[Speaker s1|Macron] wants [Support a1|[ceasefire t1|a truce]]."
    given_answers = [
        annotation(marked(text), chunk_id=name, annotation_id=number)
        for number, name in enumerate(["c-call-1", "c-call-0", "c-visit-0"])
    ]
    rows = first_release(source(*given_answers)).rows["triples"]
    assert [(row["article_id"], row["entity"], row["polarity"], row["topic"]) for row in rows] == [
        ("articles/call.txt", "macron", "Support", "ceasefire"),
        ("articles/visit.txt", "macron", "Support", "ceasefire"),
    ]
    assert rows[0]["evidence"] == [
        {"id": "c-call-0", "span": "a1"},
        {"id": "c-call-1", "span": "a1"},
    ]


def test_what_gives_no_triple_is_counted_over_all_chunks() -> None:
    lonely = [
        annotation(marked("[Support a1|Yes]."), chunk_id=name, annotation_id=number)
        for number, name in enumerate(["c-call-0", "c-visit-0"])
    ]
    assert first_release(source(*lonely)).groups_without_triple == 2


def test_every_article_with_a_chunk_is_a_row() -> None:
    rows = first_release(source(*answers())).rows["articles"]
    assert {row["article_id"]: (row["chunks"], row["text"]) for row in rows} == {
        name: (2 if name == "articles/call.txt" else 1, text) for name, text in TEXTS.items()
    }
    assert {row["licence"] for row in rows} == {"CC0-1.0"}


def versions(rows: dict[str, Json]) -> dict[str, tuple[str, str]]:
    return {key: (row["first_version"], row["last_changed_version"]) for key, row in rows.items()}


def test_a_row_says_since_when_it_is_there_and_when_it_last_changed() -> None:
    first = versions(spans_rows(*answers()[:3], version="0.1.0"))
    second = spans_rows(*answers(), version="0.2.0", before=first, changed={"c-call-0"})
    assert versions(second) == {
        "c-call-0": ("0.1.0", "0.2.0"),
        "c-call-1": ("0.1.0", "0.1.0"),
        "c-visit-0": ("0.2.0", "0.2.0"),
    }


def test_rows_that_were_there_before_come_first() -> None:
    first = versions(spans_rows(answers()[3]))
    second = spans_rows(*answers(), version="0.2.0", before=first)
    assert list(second) == ["c-visit-0", "c-call-0", "c-call-1"]


def test_the_tenth_version_comes_behind_the_ninth() -> None:
    ninth = versions(spans_rows(answers()[3], version="0.9.0"))
    tenth = spans_rows(*answers()[2:4], version="0.10.0", before=ninth)
    assert list(tenth) == ["c-visit-0", "c-call-1"]


@given(st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(rng: random.Random) -> None:
    shuffled = answers()
    rng.shuffle(shuffled)
    chunks = list(CHUNKS)
    rng.shuffle(chunks)
    one = first_release(source(*answers()))
    other = first_release(source(*shuffled, chunks=chunks))
    assert other == one


def test_rows_of_three_versions_follow_their_numbers() -> None:
    """0.10.0 is younger than 0.9.0; a skipped answer is as old as its article's first chunk."""
    made = build_rows(source(*answers()))
    before = RowVersions([("c-visit-0", "0.9.0", "0.9.0"), ("c-call-1", "0.10.0", "0.10.0")])
    built = with_versions(made, "0.11.0", before, ())
    ids = [row["id"] for row in built.rows["spans"]]
    assert ids == ["c-visit-0", "c-call-1", "c-call-0"]
    articles = [row["article_id"] for row in built.rows["articles"]]
    assert articles == ["articles/visit.txt", "articles/call.txt", "articles/row.txt"]
    given = [row["id"] for row in built.rows["annotations"]]
    assert given == ["c-visit-0", "c-call-1", "c-call-0", "c-call-0", "c-row-0"]
