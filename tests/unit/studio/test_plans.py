"""Push, pull and project: what is planned from the two sides, without a server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.errors import RefusedError
from annotate.labels.read import current_rows
from annotate.studio.project import (
    ProjectPlan,
    marker,
    plan_project,
    same_project,
    wanted_settings,
)
from annotate.studio.pull import PullPlan, plan_pull
from annotate.studio.push import PushPlan, plan_push
from annotate.workspace import Settings, Workspace
from tests.unit.labels.marked import STARTER
from tests.unit.labels.rows import answered

Json = dict[str, Any]
HERE = 4
PROJECT = ProjectPlan(HERE, {})
AT = "2031-04-02T08:00:00.000000Z"
BORN = "2031-01-01T08:00:00.000000Z"


def row(event: str, task_id: int, project_id: int = HERE) -> Json:
    return {
        "event": event,
        "task_id": task_id,
        "project_id": project_id,
        "project_created_at": BORN,
    }


def plan(
    chunks: Sequence[str],
    recorded: Mapping[str, Json] | None = None,
    remote: Mapping[str, Sequence[int]] | None = None,
    **more: Any,
) -> PushPlan:
    return plan_push(chunks, recorded or {}, remote or {}, more.pop("project", PROJECT), **more)


def test_what_the_server_does_not_have_is_sent_in_order() -> None:
    found = plan(["c-2", "c-1", "c-3"], {"c-1": row("present", 5)}, {"c-1": [5]})
    assert found == PushPlan(PROJECT, ("c-2", "c-3"), 1, 0, (), (), ())


def test_everything_is_sent_to_a_project_that_is_still_to_be_made() -> None:
    found = plan(["c-1", "c-2"], project=ProjectPlan(None, {"title": "news"}))
    assert found.create == ("c-1", "c-2")
    assert found.gone == ()


def test_a_task_taken_off_the_server_is_not_sent_again() -> None:
    found = plan(["c-1", "c-2"], {"c-1": row("present", 5)})
    assert (found.gone, found.tombstones) == (("c-1",), (("c-1", 5),))
    assert found.create == ("c-2",)


def test_a_tombstone_keeps_a_task_off_the_server() -> None:
    found = plan(["c-1"], {"c-1": row("deleted", 5)})
    assert (found.create, found.gone) == ((), ("c-1",))
    assert found.tombstones == ()  # it has one already


@pytest.mark.parametrize("event", ["present", "deleted"])
def test_again_sends_what_was_taken_off(event: str) -> None:
    found = plan(["c-1"], {"c-1": row(event, 5)}, again=True)
    assert (found.create, found.gone) == (("c-1",), ())


def test_a_row_of_another_project_or_another_server_is_told_apart() -> None:
    project = {"id": HERE, "created_at": BORN}
    assert same_project(row("present", 5), project)
    assert not same_project(row("present", 5, HERE + 1), project)
    assert not same_project(row("present", 5) | {"project_created_at": AT}, project)


def test_a_task_that_the_ledger_does_not_know_is_recorded_with_its_lowest_id() -> None:
    recorded = {"c-2": row("deleted", 6)}
    found = plan(["c-1", "c-2", "c-3"], recorded, {"c-1": [9, 5], "c-2": [6], "c-3": [8]})
    assert found.unrecorded == (("c-1", 5), ("c-2", 6), ("c-3", 8))
    assert (found.create, found.present, found.duplicates) == ((), 3, 1)


def test_every_surplus_copy_is_counted() -> None:
    assert plan(["c-1"], remote={"c-1": [5, 6, 7], "c-9": [8, 9]}).duplicates == 3


def test_tasks_of_other_chunks_are_left_alone() -> None:
    found = plan(["c-1"], {"c-1": row("present", 5)}, {"c-1": [5], "c-9": [8]})
    assert found == PushPlan(PROJECT, (), 1, 0, (), (), ())


keys = st.sampled_from([f"c-{number}" for number in range(8)])
recorded_rows = st.builds(
    row,
    st.sampled_from(["present", "deleted"]),
    st.integers(1, 99),
)
servers = st.dictionaries(keys, st.lists(st.integers(1, 99), min_size=1, max_size=3, unique=True))


@given(st.lists(keys, unique=True), st.dictionaries(keys, recorded_rows), servers, st.booleans())
def test_pushing_twice_sends_nothing_the_second_time(
    chunks: list[str], recorded: dict[str, Json], remote: dict[str, list[int]], again: bool
) -> None:
    first = plan(chunks, recorded, remote, again=again)
    recorded |= {key: row("present", task) for key, task in first.unrecorded}
    recorded |= {key: row("deleted", task) for key, task in first.tombstones}
    for task, key in enumerate(first.create, 100):
        remote[key] = [task]
        recorded[key] = row("present", task)
    second = plan(chunks, recorded, remote)
    assert (second.create, second.unrecorded, second.tombstones) == ((), (), ())
    assert second.gone == first.gone
    assert second.present == first.present + len(first.create)
    assert second.duplicates == first.duplicates


@given(st.lists(keys, unique=True), st.dictionaries(keys, recorded_rows), servers, st.booleans())
def test_every_chunk_is_sent_or_there_or_gone(
    chunks: list[str], recorded: dict[str, Json], remote: dict[str, list[int]], again: bool
) -> None:
    found = plan(chunks, recorded, remote, again=again)
    assert sorted([*found.create, *found.gone, *(set(chunks) & set(remote))]) == sorted(chunks)
    assert found.present == len(set(chunks) & set(remote))
    assert set(found.create).isdisjoint(remote)


def pulled(*rows: Json) -> dict[int, Json]:
    return {each["annotation_id"]: each for each in rows}


def test_a_first_pull_is_all_new() -> None:
    found = pulled(answered("c-1", annotation_id=1), answered("c-2", annotation_id=2))
    assert plan_pull({}, found, AT) == PullPlan(tuple(found.values()), (), (), 0)


def test_an_answer_as_it_was_is_not_written_again() -> None:
    old = answered("c-1")
    later = old | {"pulled_at": AT}
    assert plan_pull(pulled(old), pulled(later), AT) == PullPlan((), (), (), 1)


@pytest.mark.parametrize(
    "change", [{"result": [{"id": "r1"}]}, {"was_cancelled": True}, {"lead_time": 43.0}]
)
def test_a_changed_answer_is_written_as_it_is_now(change: Json) -> None:
    old, new = answered("c-1"), answered("c-1", **change)
    assert plan_pull(pulled(old), pulled(new), AT) == PullPlan((), (new,), (), 0)


def test_an_answer_that_is_gone_leaves_a_tombstone() -> None:
    old = answered("c-1", annotation_id=7)
    found = plan_pull(pulled(old), {}, AT)
    (tombstone,) = found.deleted
    assert tombstone == old | {"event": "deleted", "pulled_at": AT, "annotation": None}
    assert (found.new, found.changed, found.unchanged) == ((), (), 0)


def test_an_id_given_out_again_is_one_deleted_and_one_new() -> None:
    old = answered("c-1", at="2031-03-14T10:00:00Z")
    new = answered("c-2", at="2031-03-20T10:00:00Z")
    found = plan_pull(pulled(old), pulled(new), AT)
    assert [each["event"] for each in found.rows] == ["deleted", "annotation"]
    assert found.deleted[0]["chunk_id"] == "c-1"
    assert found.new == (new,)
    assert list(current_rows([old, *found.rows]).values()) == [new]


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
    plan = plan_pull(recorded, found, AT)
    ledger = [*recorded.values(), *plan.rows]
    assert {key[-1]: each for key, each in current_rows(ledger).items()} == found
    assert plan_pull(found, found, AT) == PullPlan((), (), (), len(found))
    assert len(plan.new) + len(plan.changed) + plan.unchanged == len(found)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, Settings(workspace_id="0123456789", name="ferry-news"))


@pytest.fixture
def wanted(workspace: Workspace) -> Json:
    return wanted_settings(workspace, STARTER)


def test_a_project_that_is_not_there_is_made_with_all_settings(wanted: Json) -> None:
    found = plan_project(None, wanted)
    assert found == ProjectPlan(None, wanted)
    assert found.creates


def test_a_project_as_it_should_be_is_left_alone(wanted: Json) -> None:
    project = wanted | {"id": 4, "total_annotations_number": 12, "color": "#fff"}
    assert plan_project(project, wanted) == ProjectPlan(4, {})


def test_only_what_differs_is_changed(wanted: Json) -> None:
    project = wanted | {"id": 4, "maximum_annotations": 7, "total_annotations_number": 12}
    assert plan_project(project, wanted) == ProjectPlan(4, {"maximum_annotations": 1})


def test_a_changed_page_is_refused_under_answers(wanted: Json) -> None:
    project = wanted | {"id": 4, "label_config": "<View/>", "total_annotations_number": 12}
    with pytest.raises(RefusedError, match=r"project 4.*12 answers") as caught:
        plan_project(project, wanted)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("answers", [0, None])
def test_a_changed_page_without_answers_is_renewed(wanted: Json, answers: int | None) -> None:
    project = wanted | {"id": 4, "label_config": "<View/>", "total_annotations_number": answers}
    assert plan_project(project, wanted).settings == {"label_config": wanted["label_config"]}


def test_the_mark_tells_workspaces_and_roles_apart(workspace: Workspace, wanted: Json) -> None:
    other = replace(workspace, settings=Settings(workspace_id="9876543210", name="ferry-news"))
    marks = {marker(workspace), marker(workspace, "review"), marker(other)}
    assert len(marks) == 3
    assert wanted["description"].endswith(marker(workspace))


def test_the_title_fits_what_the_server_takes(workspace: Workspace, wanted: Json) -> None:
    assert 3 <= len(wanted["title"]) <= 50
    assert wanted["title"] == workspace.settings.name
