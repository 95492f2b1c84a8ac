from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.corpus import Chunk
from annotate.labels.facts import Facts, Mark, diff, facts_of, key_of
from annotate.labels.history import Event, history
from annotate.labels.shelf import AnswerKey
from tests.unit.labels.marked import STARTER, marked, read_annotation
from tests.unit.labels.rows import (
    ANNA,
    BORIS,
    answered,
    applied,
    drawn,
    present,
    standing,
    taken_back,
)

Json = dict[str, Any]
CASE = marked("[Speaker s1|Macron] wants [Support a1|an immediate truce], he said.")
TEXT = CASE.text
RESULTS = drawn(CASE)
CHUNK = Chunk("c-1", "a", 0, 0, len(TEXT), TEXT)


def told(*answers: Json, tasks: tuple[Json, ...] = (), configs: tuple[Json, ...] = ()) -> list[str]:
    return [f"{event.who}: {event.sentence}" for event in history(tasks, answers, configs, TEXT)]


def version(results: list[Json], day: int = 15, **more: Any) -> Json:
    return answered("c-1", results, updated_at=f"2031-03-{day}T10:00:00Z", **more)


def changes(*answers: Json) -> list[str]:
    """What the last version changed, in words."""
    return [change.sentence for change in history([], answers, [], TEXT)[-1].changes]


def region(name: str, words: str, *labels: str) -> Json:
    start = TEXT.index(words)
    value = {"start": start, "end": start + len(words), "text": words, "labels": list(labels)}
    return {"id": name, "from_name": "span", "to_name": "text", "type": "labels", "value": value}


def test_a_change_is_told_of_whoever_saved_it() -> None:
    first = answered("c-1", RESULTS, completed_by=3, updated_by=3)
    others = version([], completed_by=3, updated_by=1), version(RESULTS, 16, completed_by=3)
    own = version([], 17, completed_by=3, updated_by=3)
    project = (first["project_id"], first["project_created_at"])
    events = history([], [first, *others, own], [], TEXT, {(*project, 1): BORIS})
    assert [(event.who, event.sentence) for event in events[:2]] == [
        (ANNA, "answered: 2 spans"),
        (
            BORIS,
            "emptied the answer: now it says that nothing is to be marked, in the answer of "
            + ANNA,
        ),
    ]
    assert [event.who for event in events[2:]] == [ANNA, ANNA]
    (_, unknown) = history([], [first, others[0]], [], TEXT)
    assert unknown.who == "user 1"


def test_a_first_answer_is_told_with_all_it_holds() -> None:
    assert told(answered("c-1", RESULTS)) == [f"{ANNA}: answered: 2 spans"]
    assert changes(answered("c-1", RESULTS)) == [
        "marked Speaker “Macron” (0–6)",
        "marked Support “an immediate truce” (13–31)",
    ]


@pytest.mark.parametrize(
    ("results", "sentences"),
    [
        (RESULTS[:1], ["removed Support “an immediate truce” (13–31)"]),
        ([*RESULTS, region("w1", "he", "Relay")], ["marked Relay “he” (33–35)"]),
        (
            [RESULTS[0], region("a1", "truce", "Support")],
            ["moved Support “an immediate truce” (13–31) to “truce” (26–31)"],
        ),
        (
            [RESULTS[0], region("a1", "an immediate truce", "Oppose")],
            ["relabelled “an immediate truce” (13–31) from Support to Oppose"],
        ),
        (
            [RESULTS[0], region("a1", "truce", "Oppose")],
            [
                (
                    "relabelled “an immediate truce” (13–31) from Support to Oppose and moved it "
                    "to “truce” (26–31)"
                )
            ],
        ),
        (
            [*RESULTS, {"type": "relation", "from_id": "s1", "to_id": "a1", "labels": ["says"]}],
            [
                (
                    "drew an arrow (says) from Speaker “Macron” (0–6) to "
                    "Support “an immediate truce” (13–31)"
                )
            ],
        ),
        (
            [
                *RESULTS,
                {"id": "a1", "from_name": "quote", "type": "choices"}
                | {"value": {"choices": ["direct"]}},
            ],
            ["answered quote of Support “an immediate truce” (13–31): direct"],
        ),
        (
            [
                *RESULTS,
                {"id": "d", "from_name": "flags", "type": "choices"}
                | {"value": {"choices": ["unsure", "body_cut"]}},
            ],
            ["answered flags of the chunk: unsure, body_cut"],
        ),
    ],
)
def test_a_version_is_told_by_what_it_changed(results: list[Json], sentences: list[str]) -> None:
    first = answered("c-1", RESULTS)
    assert changes(first, version(results)) == sentences
    back = changes(first, version(results), version(RESULTS, 16))
    assert len(back) == len(sentences)


def test_a_skip_and_an_empty_answer_are_told_apart() -> None:
    assert told(answered("c-1", was_cancelled=True)) == [f"{ANNA}: skipped the chunk"]
    assert told(answered("c-1")) == [f"{ANNA}: answered that nothing is to be marked"]


def test_an_answer_after_a_skip_and_a_skip_after_an_answer_say_so() -> None:
    skip = version([], 15, was_cancelled=True)
    assert told(answered("c-1", was_cancelled=True), version(RESULTS))[1] == (
        f"{ANNA}: answered after the skip: 2 spans"
    )
    assert told(answered("c-1", RESULTS), skip)[1] == f"{ANNA}: skipped the chunk after all"
    assert told(answered("c-1", was_cancelled=True), skip)[1] == f"{ANNA}: skipped the chunk again"


def test_an_emptied_answer_says_so() -> None:
    (_, event) = history([], [answered("c-1", RESULTS), version([])], [], TEXT)
    assert event.kind == "emptied"
    assert len(event.changes) == 2


def test_an_answer_saved_again_unchanged_says_so() -> None:
    assert told(answered("c-1", RESULTS), version(RESULTS))[1] == (
        f"{ANNA}: saved the answer again, with nothing changed"
    )


def test_a_version_that_nobody_saved_says_why_it_is_there() -> None:
    first = answered("c-1", RESULTS) | {"text_sha256": "1" * 64}
    other = first | {"text_sha256": "0" * 64, "pulled_at": "2031-05-01T00:00:00Z"}
    event = history([], [first, other], [], TEXT)[-1]
    assert (event.sentence, event.at[:10]) == (
        "the text of the task on the server became another",
        "2031-05-01",
    )
    marked_so = first | {"annotation": first["annotation"] | {"ground_truth": True}}
    event = history([], [first, marked_so], [], TEXT)[-1]
    assert event.sentence.startswith("the server's record of the answer changed, but nothing")


def test_a_deleted_answer_is_told_with_what_was_lost() -> None:
    row = answered("c-1", RESULTS)
    event = history([], [row, taken_back(row)], [], TEXT)[-1]
    assert event.kind == "deleted"
    assert [change.kind for change in event.changes] == ["span-removed"] * 2


def test_annotators_are_kept_apart() -> None:
    rows = [
        answered("c-1", RESULTS, annotation_id=1),
        answered("c-1", RESULTS[:1], annotation_id=2, annotator=BORIS, at="2031-03-14T11:00:00Z"),
        version(RESULTS[:1], annotation_id=1),
    ]
    assert told(*rows) == [
        f"{ANNA}: answered: 2 spans",
        f"{BORIS}: answered: 1 span",
        f"{ANNA}: changed the answer in 1 point",
    ]


def test_an_id_given_out_again_begins_a_new_answer() -> None:
    new = answered("c-1", RESULTS[:1], annotator=BORIS, at="2031-03-20T10:00:00Z")
    kinds = [event.kind for event in history([], [answered("c-1", RESULTS), new], [], TEXT)]
    assert sorted(kinds) == ["answered", "answered", "deleted"]


def test_a_deletion_comes_before_the_answer_that_took_its_number() -> None:
    old = answered("c-1", RESULTS)
    new = answered("c-1", RESULTS[:1], annotator=BORIS, at="2031-03-20T10:00:00Z")
    pulled = {"pulled_at": "2031-03-28T10:00:00Z"}
    events = history([], [old, taken_back(old) | pulled, new | pulled], [], TEXT)
    assert [event.kind for event in events] == ["answered", "deleted", "answered"]
    assert [event.at[:10] for event in events] == ["2031-03-14", "2031-03-20", "2031-03-20"]


def test_pushes_schemas_and_answers_come_in_the_order_of_time() -> None:
    tasks = (
        present(CHUNK) | {"event": "intent", "at": "2031-03-02T08:00:00Z"},
        present(CHUNK) | {"at": "2031-03-02T08:00:01Z", "batch": "b"},
        present(CHUNK) | {"event": "changed", "at": "2031-03-10T08:00:00Z"},
        present(CHUNK) | {"event": "overlap", "overlap": 2, "at": "2031-03-11T08:00:00Z"},
        present(CHUNK)
        | {"event": "overlap", "overlap": None, "at": "2031-03-12T08:00:00Z"}
        | {"task_id": None},
        present(CHUNK) | {"event": "deleted", "at": "2031-03-20T08:00:00Z"},
        present(CHUNK, 9) | {"at": "2031-03-21T08:00:00Z", "batch": "c"},
        present(CHUNK, 9) | {"event": "intent", "at": "2031-03-22T08:00:00Z"},
    )
    configs = (
        applied("0.9.0", "Sun, 02 Mar 2031 07:00:00 GMT"),
        applied("1.1.0", "2031-03-15T08:00:00Z"),
        applied("1.2.0", "2031-03-23T08:00:00Z"),
        applied("1.0.0", "2031-03-01T08:00:00Z") | {"project_id": 77},
    )
    assert told(answered("c-1", RESULTS), tasks=tasks, configs=configs) == [
        "annotate: pushed: task 1 of project 4",
        "annotate: title or context renewed in task 1 of project 4",
        "annotate: task 1 of project 4 is for 2 annotators",
        "annotate: its task of project 4 is for as many annotators as all tasks of the project",
        f"{ANNA}: answered: 2 spans",
        "annotate: labelling page of schema 1.1.0 applied to project 4",
        "annotate: task 1 of project 4 is gone from the server",
        "annotate: pushed again: task 9 of project 4",
        "annotate: sending to project 4 began; no result is known",
    ]


def test_words_are_the_servers_where_its_text_was_another() -> None:
    results = [RESULTS[0] | {"value": RESULTS[0]["value"] | {"text": "Merkel"}}]
    row = answered("c-1", results) | {"text_sha256": "0" * 64}
    assert changes(row) == ["marked Speaker “Merkel” (0–6)"]


@pytest.mark.parametrize(
    "item",
    [
        {"type": "labels"},
        {"type": "labels", "value": {"start": "x", "end": None, "labels": None}},
        {"type": "relation"},
        {"type": "choices", "value": None},
        {"type": "rating", "from_name": "stars", "value": {"rating": 5}},
        {},
    ],
)
def test_what_no_page_would_send_is_told_all_the_same(item: Json) -> None:
    assert len(history([], [answered("c-1", [item])], [], TEXT)) == 1


names = st.sampled_from(["r1", "r2", "r3"])
labels = st.sampled_from(["Speaker", "Support", "Oppose", "ceasefire"])


@st.composite
def results_of(draw: st.DrawFn) -> list[Json]:
    found: list[Json] = []
    for name in draw(st.lists(names, unique=True)):
        start = draw(st.integers(0, len(TEXT) - 1))
        end = draw(st.integers(start + 1, len(TEXT)))
        for label in draw(st.lists(labels, min_size=1, max_size=2, unique=True)):
            found.append(region(name, TEXT[start:end], label))
            found[-1]["value"] |= {"start": start, "end": end}
    arrow = st.fixed_dictionaries(
        {"type": st.just("relation"), "from_id": names, "to_id": names},
        optional={"direction": st.sampled_from(["left", "right"]), "labels": st.just(["says"])},
    )
    reply = st.fixed_dictionaries(
        {
            "type": st.just("choices"),
            "id": names,
            "from_name": st.sampled_from(["quote", "flags"]),
            "value": st.fixed_dictionaries(
                {"choices": st.lists(st.sampled_from(["direct", "unsure"]), max_size=2)}
            ),
        }
    )
    return found + draw(st.lists(arrow, max_size=3)) + draw(st.lists(reply, max_size=3))


@st.composite
def ledgers(draw: st.DrawFn) -> list[Json]:
    """Answers of two people, each saved, skipped, deleted and made anew some times."""
    rows: list[Json] = []
    for day in range(10, 10 + draw(st.integers(0, 8))):
        born, number = draw(st.sampled_from([(1, 1), (2, 1), (3, 2)]))
        row = version(
            draw(results_of()),
            day,
            annotation_id=number,
            annotator=ANNA if number == 1 else BORIS,
            at=f"2031-03-0{born}T10:00:00Z",
            was_cancelled=draw(st.booleans()),
        )
        rows.append(row if draw(st.integers(0, 3)) else taken_back(row))
        rows[-1]["pulled_at"] = f"2031-03-{day}T20:00:00Z"
    return rows


def replay(events: Iterable[Event]) -> dict[AnswerKey, Facts]:
    """Carry the changes of all answers out; gives those that were not deleted."""
    found: dict[AnswerKey, Facts] = {}
    for event in events:
        if event.annotation_id is None:
            continue
        key = (event.project_id, event.project_created_at, event.annotation_id)
        facts = found.setdefault(key, {})
        for change in event.changes:
            if change.after is None and change.before is not None:
                del facts[key_of(change.before)]
            elif change.after is not None:
                facts[key_of(change.after)] = change.after
        if event.kind == "deleted":
            del found[key]
    return found


@given(ledgers())
def test_the_log_of_a_chunk_replays_to_the_answers_that_stand(rows: list[Json]) -> None:
    stand = {key: facts_of(row["annotation"], TEXT) for key, row in standing(rows).items()}
    assert replay(history([], rows, [], TEXT)) == stand


@given(ledgers())
def test_the_log_of_a_chunk_replays_to_its_current_spans(rows: list[Json]) -> None:
    passage = CASE.passage()
    lenient = STARTER.model_copy(update={"overlap": dict.fromkeys(STARTER.overlap, ALLOWED)})
    replayed = replay(history([], rows, [], TEXT))
    for key, row in standing(rows).items():
        annotation, _ = read_annotation(row, passage, lenient, "1.0.0")
        told_spans = {
            (fact.start, fact.end, label)
            for fact in replayed[key].values()
            if isinstance(fact, Mark)
            for label in fact.labels
        }
        assert {
            (span.raw_start, span.raw_end, span.label) for span in annotation.spans
        } == told_spans


ALLOWED = STARTER.overlap_of("stance").model_copy(
    update={"identical": "allow", "nested": "allow", "crossing": "allow"}
)


@given(results_of(), results_of())
def test_what_differs_leads_from_one_version_to_the_other(one: list[Json], two: list[Json]) -> None:
    before, after = (facts_of({"result": results}, TEXT) for results in (one, two))
    facts = dict(before)
    for change in diff(before, after):
        assert change.sentence
        if change.before is not None:
            assert facts.pop(key_of(change.before)) == change.before
        if change.after is not None:
            facts[key_of(change.after)] = change.after
    assert facts == after
    assert not list(diff(after, after))


@given(ledgers(), st.integers())
def test_the_log_of_one_annotator_is_untouched_by_the_others(rows: list[Json], seed: int) -> None:
    own = [row for row in rows if row["annotator"] == ANNA]
    others = [row for row in rows if row["annotator"] == BORIS]
    mixed: list[Json] = []
    shuffled = random.Random(seed)
    left, right = list(own), list(others)
    while left or right:
        mixed.append((left if left and (not right or shuffled.random() < 0.5) else right).pop(0))
    assert _of(history([], mixed, [], TEXT), ANNA) == history([], own, [], TEXT)


def _of(events: list[Event], who: str) -> list[Event]:
    return [event for event in events if event.who == who]
