from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.corpus import Chunk
from annotate.labels.annotation import Annotation, Attribute
from annotate.labels.read import Labels, read_labels
from annotate.ledger import Ledger
from tests.unit.labels.marked import STARTER, marked
from tests.unit.labels.rows import (
    ANNA,
    BORIS,
    answered,
    applied,
    drawn,
    standing,
    taken_back,
    write_ledgers,
)

Json = dict[str, Any]
CASE = marked("[Speaker s1|Macron] wants “[Support a1| an [ceasefire t1|immediate truce].]” Now.")
CHUNK = Chunk("c-1", "articles/a.txt", 0, 0, len(CASE.text), CASE.text)
RESULTS = drawn(CASE)


def read(folder: Path, *answers: Json, language: str | None = "en", **more: Any) -> Labels:
    write_ledgers(folder, [CHUNK], answers, **more)
    return read_labels(folder, STARTER, {CHUNK.article_id: language})


def only(labels: Labels) -> Annotation:
    (annotation,) = labels.annotations
    return annotation


def test_an_answer_comes_with_everything_that_is_known_about_it(tmp_path: Path) -> None:
    row = answered("c-1", annotation_id=7, lead_time=12.5, parent_prediction=3)
    assert only(read(tmp_path, row)) == Annotation(
        annotation_id=7,
        chunk_id="c-1",
        task_id=1,
        project_id=4,
        annotator=ANNA,
        schema_version="1.0.0",
        created_at="2031-03-14T10:00:00.000000Z",
        updated_at="2031-03-14T10:00:00.000000Z",
        lead_time=12.5,
        skipped=False,
        prelabelled=True,
    )


def test_borders_are_normalised_and_the_ledger_keeps_the_raw_ones(tmp_path: Path) -> None:
    answer = only(read(tmp_path, answered("c-1", RESULTS)))
    surfaces = {span.id: CASE.text[span.start : span.end] for span in answer.spans}
    assert surfaces == {"s1": "Macron", "a1": "an immediate truce.", "t1": "immediate truce"}
    (row,) = Ledger(tmp_path / "annotations.jsonl")
    assert row["annotation"]["result"] == RESULTS


def test_what_follows_by_rule_is_there_and_says_so(tmp_path: Path) -> None:
    answer = only(read(tmp_path, answered("c-1", RESULTS)))
    assert {(item.head, item.type, item.tail, item.origin) for item in answer.relations} == {
        ("s1", "says", "a1", "auto"),
        ("a1", "about", "t1", "auto"),
    }
    speaker = next(span for span in answer.spans if span.id == "s1")
    assert Attribute("entity", "macron", "auto") in speaker.attributes


def test_a_quote_is_judged_by_the_normalised_borders(tmp_path: Path) -> None:
    case = marked("He said [Support a1|that “war must end”], and left.")
    chunk = Chunk("c-1", "a", 0, 0, len(case.text), case.text)
    write_ledgers(tmp_path, [chunk], [answered("c-1", drawn(case))])
    answer = only(read_labels(tmp_path, STARTER, {"a": "en"}))
    assert answer.spans[0].attribute("quote") == "direct"


def test_spans_come_in_the_order_of_the_text(tmp_path: Path) -> None:
    answer = only(read(tmp_path, answered("c-1", RESULTS[::-1])))
    assert [span.id for span in answer.spans] == ["s1", "a1", "t1"]


def test_a_person_always_wins_over_a_rule(tmp_path: Path) -> None:
    source = (
        "[Speaker s1 entity=putin speaker_type=media|Macron] wants [Oppose a1 quote=direct|no]."
    )
    case = marked(source)
    chunk = Chunk("c-1", "a", 0, 0, len(case.text), case.text)
    write_ledgers(tmp_path, [chunk], [answered("c-1", drawn(case))])
    answer = only(read_labels(tmp_path, STARTER, {"a": "en"}))
    given_by_hand = {
        (item.name, item.value)
        for span in answer.spans
        for item in span.attributes
        if item.origin == "human"
    }
    assert given_by_hand == {("entity", "putin"), ("speaker_type", "media"), ("quote", "direct")}


def test_the_language_of_the_article_decides_on_clauses(tmp_path: Path) -> None:
    case = marked("[Speaker s1|Macron] part, mais [Oppose a1|non] vient de [Speaker s2|Putin].")
    chunk = Chunk("c-1", "a", 0, 0, len(case.text), case.text)
    write_ledgers(tmp_path, [chunk], [answered("c-1", drawn(case))])
    french = only(read_labels(tmp_path, STARTER, {"a": "fr"}))
    english = only(read_labels(tmp_path, STARTER, {"a": None}))
    assert [item.type for item in french.relations] == []
    assert [item.type for item in english.relations] == ["says"]


def test_a_name_with_a_plus_sign_is_no_joint_speaker(tmp_path: Path) -> None:
    case = marked("[Speaker s1|The channel] spoke.")
    chunk = Chunk("c-1", "a", 0, 0, len(case.text), case.text)
    named = {"id": "s1", "from_name": "entity_other", "to_name": "text", "type": "textarea"}
    results = [*drawn(case), named | {"value": {"start": 0, "end": 11, "text": ["Canal+"]}}]
    write_ledgers(tmp_path, [chunk], [answered("c-1", results)])
    answer = only(read_labels(tmp_path, STARTER, {"a": "fr"}))
    assert answer.spans[0].attribute("speaker_type") is None


def test_the_last_version_of_an_answer_counts(tmp_path: Path) -> None:
    first = answered("c-1", RESULTS[:1])
    second = answered("c-1", RESULTS, updated_at="2031-03-15T10:00:00.000000Z")
    answer = only(read(tmp_path, first, second))
    assert len(answer.spans) == 3
    assert answer.updated_at.startswith("2031-03-15")


def test_a_deleted_answer_is_gone(tmp_path: Path) -> None:
    row = answered("c-1", RESULTS)
    assert read(tmp_path, row, taken_back(row)).annotations == ()


def test_an_id_that_was_given_out_again_is_another_answer(tmp_path: Path) -> None:
    old = answered("c-1", RESULTS, annotator=ANNA)
    new = answered("c-1", annotator=BORIS, at="2031-03-20T10:00:00.000000Z")
    answer = only(read(tmp_path, old, taken_back(old), new))
    assert (answer.annotator, answer.spans) == (BORIS, ())


def test_one_id_in_two_projects_is_two_answers(tmp_path: Path) -> None:
    rows = [answered("c-1", project_id=4), answered("c-1", project_id=5)]
    assert [item.project_id for item in read(tmp_path, *rows).annotations] == [4, 5]


events = st.lists(st.tuples(st.integers(1, 3), st.sampled_from("va"), st.integers()), max_size=12)


@given(events)
def test_what_stands_is_the_last_word_on_each_answer(log: list[tuple[int, str, int]]) -> None:
    rows = [
        answered("c-1", annotation_id=key, lead_time=number)
        | ({"event": "deleted", "annotation": None} if kind == "a" else {})
        for key, kind, number in log
    ]
    last = {key: (kind, number) for key, kind, number in log}
    found = {key[-1]: row["annotation"]["lead_time"] for key, row in standing(rows).items()}
    assert found == {key: number for key, (kind, number) in last.items() if kind == "v"}


def test_a_skipped_answer_says_so(tmp_path: Path) -> None:
    assert only(read(tmp_path, answered("c-1", was_cancelled=True))).skipped


@pytest.mark.parametrize("result", [[], None])
def test_an_empty_answer_is_kept(tmp_path: Path, result: Any) -> None:
    answer = only(read(tmp_path, answered("c-1", result=result)))
    assert (answer.spans, answer.skipped) == ((), False)


def test_an_answer_about_a_chunk_nobody_pushed_is_set_aside(tmp_path: Path) -> None:
    labels = read(tmp_path, answered("c-9", annotation_id=7), answered("c-1", annotation_id=8))
    assert [item.annotation_id for item in labels.annotations] == [8]
    assert [(item.code, item.place) for item in labels.findings] == [
        ("chunk-unknown", "chunk c-9 annotation 7")
    ]


def test_findings_of_all_answers_come_in_one_run(tmp_path: Path) -> None:
    unknown = [item | {"value": item["value"] | {"labels": ["Speeker"]}} for item in RESULTS[:2]]
    rows = [answered("c-1", unknown, annotation_id=key) for key in (1, 2)]
    labels = read(tmp_path, *rows)
    assert [item.code for item in labels.findings] == ["label-unknown"] * 4
    assert len(labels.annotations) == 2


CONFIGS = [
    applied("1.0.0", "Sat, 01 Mar 2031 08:00:00 GMT"),
    applied("1.1.0", "Mon, 10 Mar 2031 08:00:00 GMT"),
    applied("2.0.0", "2031-03-20T08:00:00.000000Z"),
]


@pytest.mark.parametrize(
    ("saved", "version"),
    [
        ("2031-03-09T23:59:59.999999Z", "1.0.0"),
        ("2031-03-10T08:00:00Z", "1.1.0"),
        ("2031-03-20T09:30:00.5+02:00", "1.1.0"),
        ("2031-03-20T08:00:00.000001Z", "2.0.0"),
        ("2031-02-01T08:00:00Z", ""),
    ],
)
def test_an_answers_schema_is_the_one_in_force_when_it_was_saved(
    tmp_path: Path, saved: str, version: str
) -> None:
    row = answered("c-1", at="2031-03-01T09:00:00Z", updated_at=saved)
    assert only(read(tmp_path, row, configs=CONFIGS)).schema_version == version


def test_a_chunk_is_the_one_that_was_pushed_last(tmp_path: Path) -> None:
    Ledger(tmp_path / "tasks.jsonl").append(
        [{"event": "intent", "chunk_id": "c-0"}, {"event": "deleted", "chunk_id": "c-1"}]
    )
    labels = read(tmp_path, answered("c-1", RESULTS))
    assert list(labels.chunks) == ["c-1"]
    assert Chunk.from_json(labels.chunks["c-1"]) == CHUNK


def test_empty_ledgers_hold_nothing(tmp_path: Path) -> None:
    assert read_labels(tmp_path, STARTER, {}) == Labels()


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    first = read(tmp_path, answered("c-1", RESULTS), answered("c-1", annotation_id=2))
    assert read_labels(tmp_path, STARTER, {CHUNK.article_id: "en"}) == first
