"""Push, pull and project: what is planned from the two sides, without a server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.studio.answers import Answers, Brought
from annotate.studio.copies import Copies, Copy
from annotate.studio.plan import PushPlan, Wanted, plan_push
from annotate.studio.project import LOCK, ProjectPlan, marker, plan_project, wanted_settings
from annotate.studio.purpose import labelling
from annotate.studio.sent import Sending, same_project
from annotate.workspace import Settings, Workspace
from tests.unit.labels.marked import STARTER
from tests.unit.labels.rows import answered, standing

Json = dict[str, Any]
HERE = 4
PROJECT = ProjectPlan(HERE, {})
AT = "2031-04-02T08:00:00.000000Z"
BORN = "2031-01-01T08:00:00.000000Z"


SHOWN = "shown"


def row(event: str, task_id: int, key: str = "c-1", **more: Any) -> Json:
    return {
        "event": event,
        "batch": "b-1",
        "chunk_id": key,
        "task_id": task_id,
        "project_id": HERE,
        "project_created_at": BORN,
        "data_sha256": SHOWN,
        **more,
    }


def sending(**states: str) -> Sending:
    """Chunks of a ledger: `c1="present 5"` is chunk c-1 that stands as task 5."""
    found = Sending()
    for name, state in states.items():
        event, task = state.split()
        found.take(row(event, int(task), f"c-{name[1:]}"))
    return found


def copies(**tasks: Sequence[int]) -> dict[str, list[Copy]]:
    return {f"c-{name[1:]}": [copy(task) for task in each] for name, each in tasks.items()}


def copy(task_id: int, **more: Any) -> Copy:
    return Copy(task_id, data_sha256=SHOWN, **more)


def wanted_chunks(keys: Iterable[str]) -> dict[str, Wanted]:
    return {key: Wanted(SHOWN, "text", 1) for key in keys}


def plan(
    chunks: Iterable[str],
    recorded: Sending | None = None,
    remote: Copies | None = None,
    **more: Any,
) -> PushPlan:
    project = more.pop("project", PROJECT)
    wanted = more.pop("wanted", wanted_chunks(chunks))
    return plan_push(wanted, recorded or Sending(), remote, project, **more)


def test_what_the_server_does_not_have_is_sent_in_order() -> None:
    found = plan(["c-2", "c-1", "c-3"], sending(c1="present 5"), copies(c1=[5]))
    assert found == PushPlan(PROJECT, ("c-2", "c-3"), 1)


def test_a_ledger_whose_count_is_right_is_taken_at_its_word() -> None:
    found = plan(["c-2", "c-1"], sending(c1="present 5"), None)
    assert found == PushPlan(PROJECT, ("c-2",), 1)


def test_everything_is_sent_to_a_project_that_is_still_to_be_made() -> None:
    found = plan(["c-1", "c-2"], remote={}, project=ProjectPlan(None, {"title": "news"}))
    assert found.create == ("c-1", "c-2")
    assert found.gone == ()


def test_a_task_taken_off_the_server_is_not_sent_again() -> None:
    found = plan(["c-1", "c-2"], sending(c1="present 5"), {})
    assert (found.gone, found.tombstones) == (("c-1",), (("c-1", 5),))
    assert found.create == ("c-2",)


def test_a_tombstone_keeps_a_task_off_the_server() -> None:
    found = plan(["c-1"], sending(c1="deleted 5"), {})
    assert (found.create, found.gone) == ((), ("c-1",))
    assert found.tombstones == ()  # it has one already


@pytest.mark.parametrize("event", ["present", "deleted"])
def test_again_sends_what_was_taken_off(event: str) -> None:
    found = plan(["c-1"], sending(c1=f"{event} 5"), {}, again=True)
    assert (found.create, found.gone) == (("c-1",), ())


def test_a_row_of_another_project_or_another_server_is_told_apart() -> None:
    project = {"id": HERE, "created_at": BORN}
    assert same_project(row("present", 5), project)
    assert not same_project(row("present", 5, project_id=HERE + 1), project)
    assert not same_project(row("present", 5, project_created_at=AT), project)


def test_a_task_that_the_ledger_does_not_know_is_recorded_with_its_lowest_id() -> None:
    remote = copies(c1=[9, 5], c2=[6], c3=[8])
    found = plan(["c-1", "c-2", "c-3"], sending(c2="deleted 6"), remote)
    assert [(key, each.task_id) for key, each in found.unrecorded] == [
        ("c-1", 5),
        ("c-2", 6),
        ("c-3", 8),
    ]
    assert (found.create, found.present, found.duplicates) == ((), 3, 1)


def test_every_surplus_copy_is_counted() -> None:
    assert plan(["c-1"], remote=copies(c1=[5, 6, 7], c9=[8, 9])).duplicates == 3


def test_a_surplus_copy_of_a_batch_of_ours_is_taken_off() -> None:
    recorded = sending(c1="intent 0")
    remote = {"c-1": [copy(5), copy(6, batch="b-1"), copy(7, batch="b-2")]}
    found = plan(["c-1"], recorded, remote)
    assert (found.surplus, found.duplicates) == ((("c-1", 6),), 1)


def test_repair_takes_off_copies_of_any_origin_but_none_that_is_answered() -> None:
    remote = {"c-1": [copy(5), copy(6, answered=True), copy(7), copy(8, answered=True)]}
    found = plan(["c-1"], sending(c1="present 5"), remote, repair=True)
    assert found.surplus == (("c-1", 5), ("c-1", 7))
    assert found.duplicates == 1
    assert [(key, each.task_id) for key, each in found.unrecorded] == [("c-1", 6)]


def test_a_task_whose_title_or_context_has_changed_is_renewed() -> None:
    wanted = {"c-1": Wanted("other", "text", 1)}
    assert plan([], sending(c1="present 5"), wanted=wanted).change == (("c-1", 5),)


def test_what_an_old_ledger_does_not_tell_is_not_renewed() -> None:
    recorded = Sending()
    recorded.take(row("present", 5, data_sha256=None))
    assert plan(["c-1"], recorded).change == ()


def test_chunks_that_new_rules_have_not_looked_at_are_planned_once() -> None:
    drawn = dict.fromkeys(("c-1", "c-2", "c-3", "c-5"), "rules-1/news-1.0.1")
    keys = [*drawn, "c-4"]  # the last one is to have no predictions
    wanted = {key: Wanted(SHOWN, "text", 1, drawn.get(key)) for key in keys}
    recorded = sending(c2="present 6", c4="present 8")  # as an older ledger tells it
    recorded.take(row("present", 5, "c-1", model_version="rules-1/news-1.0.0"))
    recorded.take(row("present", 7, "c-3", model_version="rules-1/news-1.0.1"))
    assert plan([], recorded, wanted=wanted).propose == ("c-1", "c-2")
    for key in ("c-1", "c-2"):
        recorded.take(row("predicted", 5, key, model_version="rules-1/news-1.0.1"))
    assert plan([], recorded, wanted=wanted).propose == ()


def test_the_number_of_annotators_is_set_where_it_differs() -> None:
    wanted = {key: Wanted(SHOWN, "text", 2) for key in ("c-1", "c-2", "c-3")}
    recorded = sending(c1="present 5", c2="present 6", c3="present 7")
    recorded.take(row("overlap", 5, "c-1", overlap=1))
    recorded.take(row("overlap", 6, "c-2", overlap=2))
    assert plan([], recorded, wanted=wanted).overlap == (("c-1", 5, 2),)


def test_what_the_server_says_of_that_number_is_written_down() -> None:
    recorded = sending(c1="present 5", c2="present 6")
    recorded.take(row("overlap", 6, "c-2", overlap=2))
    remote = {"c-1": [copy(5, overlap=3)], "c-2": [copy(6, overlap=2)]}
    found = plan(["c-1", "c-2"], recorded, remote)
    assert found.overlap_seen == (("c-1", 3),)
    assert found.overlap == (("c-1", 5, 1), ("c-2", 6, 1))


def test_tasks_of_other_chunks_are_left_alone() -> None:
    found = plan(["c-1"], sending(c1="present 5"), copies(c1=[5], c9=[8]))
    assert found == PushPlan(PROJECT, (), 1)


keys = st.sampled_from([f"c-{number}" for number in range(8)])
states = st.tuples(st.sampled_from(["present", "deleted"]), st.integers(1, 99))
made = st.builds(
    copy,
    st.integers(1, 99),
    answered=st.booleans(),
    batch=st.sampled_from([None, "b-1", "b-2"]),
)
servers = st.dictionaries(
    keys, st.lists(made, min_size=1, max_size=3, unique_by=lambda each: each.task_id)
)


def recorded_as(rows: Mapping[str, tuple[str, int]]) -> Sending:
    found = Sending()
    for key, (event, task) in rows.items():
        found.take(row(event, task, key))
    return found


def carry_out(found: PushPlan, recorded: Sending, remote: dict[str, list[Copy]]) -> None:
    """Do to a ledger and a server what a plan says."""
    for key, task in found.tombstones:
        recorded.take(row("deleted", task, key))
    for key, each in found.unrecorded:
        recorded.take(row("present", each.task_id, key))
    for key, task in found.surplus:
        remote[key] = [each for each in remote[key] if each.task_id != task]
    for task, key in enumerate(found.create, 100):
        remote[key] = [copy(task)]
        recorded.take(row("present", task, key))


@given(
    st.lists(keys, unique=True),
    st.dictionaries(keys, states),
    servers,
    st.booleans(),
    st.booleans(),
)
def test_pushing_twice_sends_nothing_the_second_time(
    chunks: list[str],
    rows: dict[str, tuple[str, int]],
    remote: dict[str, list[Copy]],
    again: bool,
    repair: bool,
) -> None:
    recorded = recorded_as(rows)
    first = plan(chunks, recorded, remote, again=again, repair=repair)
    carry_out(first, recorded, remote)
    for server in (remote, None):  # as read, and by the ledger alone
        second = plan(chunks, recorded, server, repair=repair)
        assert second.is_done
        assert (second.unrecorded, second.tombstones) == ((), ())
        assert second.gone == first.gone
        assert second.present == first.present + len(first.create)
    assert plan(chunks, recorded, remote).duplicates == first.duplicates


@given(st.lists(keys, unique=True), st.dictionaries(keys, states), servers, st.booleans())
def test_every_chunk_is_sent_or_there_or_gone(
    chunks: list[str],
    rows: dict[str, tuple[str, int]],
    remote: dict[str, list[Copy]],
    again: bool,
) -> None:
    found = plan(chunks, recorded_as(rows), remote, again=again)
    assert sorted([*found.create, *found.gone, *(set(chunks) & set(remote))]) == sorted(chunks)
    assert found.present == len(set(chunks) & set(remote))
    assert set(found.create).isdisjoint(remote)


@given(servers, st.booleans())
def test_of_each_chunk_one_copy_stays_and_every_answered_one(
    remote: dict[str, list[Copy]], repair: bool
) -> None:
    gone = set(plan(remote, remote=remote, repair=repair).surplus)
    for key, each in remote.items():
        left = [copy for copy in each if (key, copy.task_id) not in gone]
        assert left
        assert [copy for copy in each if copy.answered] == [copy for copy in left if copy.answered]


PROJECT_ROW = {"id": HERE, "created_at": BORN}


def known(*rows: Json) -> Answers:
    return Answers(PROJECT_ROW, enumerate(rows), rows.__getitem__)


def tasks_of(*rows: Json) -> list[int]:
    return sorted({row["task_id"] for row in rows})


def test_a_first_pull_is_all_new() -> None:
    rows = [answered("c-1", annotation_id=1), answered("c-2", annotation_id=2)]
    assert known().compare(tasks_of(*rows), rows, AT) == Brought([], rows, [])


def test_an_answer_as_it_was_is_not_written_again() -> None:
    old = answered("c-1")
    later = old | {"pulled_at": AT}
    assert known(old).compare(tasks_of(old), [later], AT) == Brought([], [], [])


def test_what_only_one_way_of_reading_tells_is_no_change() -> None:
    old = answered("c-1")
    more = {"unique_id": "u", "result_count": 2, "prediction": {}}
    told = old | {"annotation": old["annotation"] | more}
    assert not known(old).compare(tasks_of(old), [told], AT).rows


@pytest.mark.parametrize(
    "change", [{"result": [{"id": "r1"}]}, {"was_cancelled": True}, {"lead_time": 43.0}]
)
def test_a_changed_answer_is_written_as_it_is_now(change: Json) -> None:
    old, new = answered("c-1"), answered("c-1", **change)
    assert known(old).compare(tasks_of(old), [new], AT) == Brought([], [], [new])


def test_a_text_that_was_changed_under_an_answer_is_noted() -> None:
    old = answered("c-1") | {"text_sha256": "1"}
    new = old | {"text_sha256": "2"}
    assert known(old).compare(tasks_of(old), [new], AT).changed == [new]


def test_an_answer_that_is_gone_leaves_a_tombstone() -> None:
    old = answered("c-1", annotation_id=7)
    answers = known(old)
    (tombstone,) = answers.compare(tasks_of(old), [], AT).deleted
    assert tombstone["event"] == "deleted"
    assert (tombstone["pulled_at"], tombstone["annotation"]) == (AT, None)
    names = ("chunk_id", "task_id", "annotation_id", "annotator", "pseudonym_key")
    assert {name: tombstone[name] for name in names} == {name: old[name] for name in names}
    assert len(answers) == 0


def test_answers_of_tasks_that_were_not_read_are_left_alone() -> None:
    old = answered("c-1", annotation_id=7)
    assert not known(old).compare([old["task_id"] + 1], [], AT).rows


def test_answers_of_a_deleted_task_leave_tombstones() -> None:
    old = answered("c-1", annotation_id=7)
    assert [row["annotation_id"] for row in known(old).without([], AT)] == [7]
    assert known(old).without([old["task_id"]], AT) == []


def test_an_id_given_out_again_is_one_deleted_and_one_new() -> None:
    old = answered("c-1", at="2031-03-14T10:00:00Z")
    new = answered("c-2", at="2031-03-20T10:00:00Z") | {"task_id": old["task_id"] + 1}
    answers = known(old)
    found = answers.compare([new["task_id"]], [new], AT)
    assert [each["event"] for each in found.rows] == ["deleted", "annotation"]
    assert found.deleted[0]["chunk_id"] == "c-1"
    assert found.new == [new]
    assert not answers.compare([old["task_id"]], [], AT).rows  # it has its tombstone
    assert list(standing([old, *found.rows]).values()) == [new]


records = st.dictionaries(
    st.integers(1, 5),
    st.tuples(st.sampled_from(["2031-03-14T10:00:00Z", "2031-03-20T10:00:00Z"]), st.integers(0, 2)),
)


@given(records, records)
def test_after_a_pull_the_ledger_says_what_the_server_says(
    before: dict[int, tuple[str, int]], after: dict[int, tuple[str, int]]
) -> None:
    def rows(side: dict[int, tuple[str, int]]) -> dict[int, Json]:
        return {
            key: answered("c-1", annotation_id=key, at=at, lead_time=number)
            for key, (at, number) in side.items()
        }

    recorded, found = rows(before), rows(after)
    answers, tasks = known(*recorded.values()), tasks_of(*recorded.values(), *found.values())
    brought = answers.compare(tasks, found.values(), AT)
    ledger = [*recorded.values(), *brought.rows]
    assert {key[-1]: each for key, each in standing(ledger).items()} == found
    assert not answers.compare(tasks, found.values(), AT).rows
    assert len(answers) == len(found)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, Settings(workspace_id="0123456789", name="ferry-news"))


@pytest.fixture
def wanted(workspace: Workspace) -> Json:
    return wanted_settings(workspace, labelling(workspace, STARTER))


def test_a_project_that_is_not_there_is_made_with_all_settings(wanted: Json) -> None:
    found = plan_project(None, wanted)
    assert found == ProjectPlan(None, wanted)
    assert found.creates


def test_a_project_as_it_should_be_is_left_alone(wanted: Json) -> None:
    project = wanted | {"id": 4, "total_annotations_number": 12, "color": "#fff"}
    assert plan_project(project, wanted) == ProjectPlan(4, {})


def test_only_what_differs_is_changed(wanted: Json) -> None:
    project = wanted | {"id": 4, "maximum_annotations": 7, "total_annotations_number": 12}
    found = plan_project(project, wanted)
    assert found.settings == {"maximum_annotations": 1}
    assert found.differences == ("maximum annotations: 7 becomes 1",)


def test_a_page_that_only_gains_is_renewed(wanted: Json) -> None:
    project = wanted | {"id": 4, "label_config": "<View/>", "total_annotations_number": 12}
    found = plan_project(project, wanted)
    assert found.settings == {"label_config": wanted["label_config"]}
    assert found.page.added
    assert not found.page.removed


def test_a_setting_that_the_server_does_not_show_is_not_set_again(wanted: Json) -> None:
    project = {key: value for key, value in wanted.items() if key != LOCK} | {"id": 4}
    assert plan_project(project, wanted).settings == {}


def test_the_mark_tells_workspaces_and_roles_apart(workspace: Workspace, wanted: Json) -> None:
    other = replace(workspace, settings=Settings(workspace_id="9876543210", name="ferry-news"))
    marks = {marker(workspace), marker(workspace, "review"), marker(other)}
    assert len(marks) == 3
    assert wanted["description"].endswith(marker(workspace))


def test_the_title_fits_what_the_server_takes(workspace: Workspace, wanted: Json) -> None:
    assert 3 <= len(wanted["title"]) <= 50
    assert wanted["title"] == workspace.settings.name
