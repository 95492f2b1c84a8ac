"""The loop of a review on a real server: two people differ, a third decides, nothing is mixed."""

from __future__ import annotations

import json
import re

import pytest
from pyarrow.parquet import read_table

from annotate.cli import run
from annotate.errors import ConfigError
from annotate.flows.decide import tasks_of, told
from annotate.flows.demo import signed_up, simulate
from annotate.labels.shelf import REVIEW
from annotate.labels.summary import each_answer
from annotate.ledger import Ledger
from annotate.quality.agreement import agreement
from annotate.quality.cases import standings
from annotate.quality.conflicts import find_conflicts
from annotate.quality.ledgers import adjudicated, decisions
from annotate.release.build import publish
from annotate.release.verify import verify_release
from annotate.studio.client import Studio
from annotate.studio.faults import DoubtfulError
from annotate.studio.project import need_project
from annotate.studio.pull import pull
from annotate.studio.push import push
from annotate.studio.review import review_pull, review_push
from annotate.studio.status import status

pytestmark = pytest.mark.live


@pytest.fixture
def labelled(sample, studio):
    """The sample, labelled by two people who differ in places."""
    push(sample, studio=studio)
    simulate(sample, studio, lambda _: None)
    pull(sample, studio=studio)
    return sample


def main_answers(workspace):
    return [answer.annotation for answer in each_answer(workspace)]


def places(results):
    return {
        (*item["value"]["labels"], item["value"]["start"], item["value"]["end"])
        for item in results
        if item["type"] == "labels"
    }


def test_what_two_people_label_apart_a_third_decides(labelled, studio, capsys):
    conflicts = find_conflicts(labelled)
    before = main_answers(labelled), agreement(labelled).to_json()
    assert 0 < len(conflicts) < len({answer.chunk_id for answer in before[0]})
    assert review_push(labelled, dry_run=True, studio=studio).created == len(conflicts)
    sent = review_push(labelled, studio=studio)
    again = review_push(labelled, studio=studio)
    assert (sent.created, again.created, again.present) == (len(conflicts), 0, len(conflicts))
    tasks = tasks_of(studio, labelled)
    assert tasks.keys() == conflicts.keys()

    person = signed_up(studio, labelled, "third")
    first, second, third, *_ = sorted(tasks)
    versions = {each["model_version"]: each["result"] for each in tasks[first]["predictions"]}
    chosen = [*versions["version B"], *told(["boundary"], "rule 4")]
    person.annotate(tasks[first]["id"], {"result": chosen})
    person.annotate(tasks[second]["id"], {"result": told(["missed"], "nothing is said")})
    person.annotate(tasks[third]["id"], {"result": [], "was_cancelled": True})
    assert review_pull(labelled, studio=studio).new == 3
    assert review_pull(labelled, studio=studio).new == 0

    found = decisions(labelled)
    assert {key: (each.kinds, each.why) for key, each in found.items()} == {
        first: (("boundary",), "rule 4"),
        second: (("missed",), "nothing is said"),
    }
    assert not any(each.answer.findings for each in found.values())
    standing = adjudicated(labelled)
    places = [(span.label, span.start, span.end) for span in standing[first].spans]
    meant = [(span.label, span.start, span.end) for span in conflicts[first].versions[1].spans]
    assert sorted(places) == sorted(meant)
    assert standing[second].spans == ()
    deciders = {answer.annotator for answer in standing.values()}
    assert len(deciders) == 1
    assert not deciders & {answer.annotator for answer in before[0]}

    assert (main_answers(labelled), agreement(labelled).to_json()) == before
    whole = pull(labelled, full=True, studio=studio)
    assert (whole.new, whole.changed, whole.deleted, whole.foreign) == (0, 0, 0, 0)
    assert push(labelled, studio=studio).created == 0
    assert status(labelled).review == {"sent": len(conflicts), "decided": 2}
    assert status(labelled).annotators.keys() == {answer.annotator for answer in before[0]}
    assert (main_answers(labelled), agreement(labelled).to_json()) == before

    capsys.readouterr()
    assert run(["review", "list", "--json", "-C", str(labelled.root)]) == 0
    listed = json.loads(capsys.readouterr().out)["decisions"]
    assert {row["chunk_id"]: row["why"] for row in listed} == {
        first: "rule 4",
        second: "nothing is said",
    }

    release = labelled.root / publish(labelled).path
    rows = [row for part in release.glob("spans/*") for row in read_table(part).to_pylist()]
    (decided,) = (row for row in rows if row["id"] == first)
    assert decided["origin"] == "adjudicated"
    assert len(decided["spans"]) == len(meant)
    chunks = sum(row["origin"] == "adjudicated" for row in rows)
    spans = sum(span["origin"] == "adjudicated" for row in rows for span in row["spans"])
    card = (release / "README.md").read_text(encoding="utf-8")
    assert f"| adjudicated | {chunks} | {spans} |" in card
    assert not verify_release(release)


def test_what_a_majority_settles_does_not_go_to_a_person(labelled, studio):
    conflicts = find_conflicts(labelled)
    chosen = min(conflicts)
    answers = Ledger(labelled.labels / "annotations.jsonl")
    row = next(row for row in answers if row["chunk_id"] == chosen)
    result = row["annotation"]["result"]
    signed_up(studio, labelled, "third").annotate(row["task_id"], {"result": result})
    assert pull(labelled, studio=studio).new == 1
    assert find_conflicts(labelled).keys() == conflicts.keys() - {chosen}
    assert review_push(labelled, studio=studio).created == len(conflicts) - 1
    assert tasks_of(studio, labelled).keys() == conflicts.keys() - {chosen}
    stands = {each.chunk_id: each for each in standings(labelled, decisions(labelled))}
    assert (stands[chosen].answers, stands[chosen].state) == (3, "by vote")
    assert {stands[key].state for key in conflicts.keys() - {chosen}} == {"in review"}


def test_a_task_begins_with_what_is_agreed_and_names_nobody(labelled, studio):
    report = review_push(labelled, studio=studio)
    assert studio.project(report.project_id)["model_version"] == "agreed"
    people = {answer.annotator for answer in main_answers(labelled)}
    ids = {
        item["id"]
        for row in Ledger(labelled.labels / "annotations.jsonl")
        for item in row["annotation"]["result"]
        if item["type"] == "labels"
    }
    swapped = set()
    for key, task in tasks_of(studio, labelled).items():
        shown = {each["model_version"]: each["result"] for each in task["predictions"]}
        assert shown.keys() == {"agreed", "version A", "version B"}
        spelled = json.dumps([shown, task["data"]])
        assert not any(name in spelled for name in people)
        regions = [item for each in shown.values() for item in each if item["type"] == "labels"]
        assert not {item["id"] for item in regions} & ids
        marks = {name: places(results) for name, results in shown.items()}
        assert marks["agreed"] == marks["version A"] & marks["version B"]
        by_name = sorted(
            (answer for answer in main_answers(labelled) if answer.chunk_id == key),
            key=lambda answer: answer.annotator,
        )
        first = {(span.label, span.start, span.end) for span in by_name[0].spans}
        swapped.add(first == marks["version A"])
    assert swapped == {True, False}  # the order does not tell whose a version is


def test_what_was_decided_in_a_project_that_is_gone_is_not_asked_again(labelled, studio):
    conflicts = find_conflicts(labelled)
    sent = review_push(labelled, studio=studio)
    person, tasks = signed_up(studio, labelled, "third"), tasks_of(studio, labelled)
    first, *others = sorted(tasks)
    person.annotate(tasks[first]["id"], {"result": told(["missed"], "nothing is said")})
    assert review_pull(labelled, studio=studio).new == 1
    studio.delete_project(sent.project_id)
    assert review_push(labelled, dry_run=True, studio=studio).created == len(others)
    assert review_push(labelled, studio=studio).created == len(others)
    assert tasks_of(studio, labelled).keys() == conflicts.keys() - {first}
    assert review_pull(labelled, studio=studio).deleted == 0
    assert decisions(labelled)[first].why == "nothing is said"
    assert review_push(labelled, again=True, studio=studio).created == 1
    for task in tasks_of(studio, labelled).values():
        person.annotate(task["id"], {"result": told(["missed"], "nothing is said")})
    review_pull(labelled, studio=studio)
    studio.delete_project(need_project(studio, labelled, REVIEW)["id"])
    with pytest.raises(ConfigError, match="every chunk in conflict is decided"):
        review_push(labelled, studio=studio)


def test_an_import_whose_answer_is_lost_leaves_each_task_once(labelled, server, studio):
    class Losing(Studio):
        lost = 0

        def import_tasks(self, project_id, tasks):
            ids = super().import_tasks(project_id, tasks)
            self.lost += 1
            if self.lost == 1:
                raise DoubtfulError("the answer was lost")
            return ids

    losing = Losing(server.url, server.login.token)
    report = review_push(labelled, studio=losing)
    assert losing.lost == 1
    tasks = list(studio.tasks(report.project_id, answers=False))
    keys = [task["data"]["chunk_id"] for task in tasks]
    assert sorted(keys) == sorted(find_conflicts(labelled))
    assert studio.project(report.project_id)["model_version"] == "agreed"
    studio.update_project(report.project_id, model_version="version A")  # as a kill may leave it
    review_push(labelled, studio=studio)
    assert studio.project(report.project_id)["model_version"] == "agreed"


def test_without_a_conflict_no_project_is_made(sample, studio):
    push(sample, studio=studio)
    with pytest.raises(ConfigError, match="no chunk is in conflict"):
        review_push(sample, studio=studio)
    with pytest.raises(ConfigError, match="no review project"):
        review_pull(sample, studio=studio)
    with pytest.raises(ConfigError):
        need_project(studio, sample, REVIEW)


def test_a_control_chunk_goes_to_everybody_and_looks_like_any_other(sample, studio):
    project_id = push(sample, studio=studio).project_id
    before = {task["data"]["chunk_id"]: task for task in studio.tasks(project_id, answers=False)}
    chosen = sorted(before)[3]
    sample.controls_file.write_text(json.dumps({"chunk_id": chosen}), encoding="utf-8")
    assert push(sample, studio=studio).shared == 1
    again = push(sample, studio=studio)
    assert (again.created, again.shared, again.changed) == (0, 0, 0)
    after = {task["data"]["chunk_id"]: task for task in studio.tasks(project_id, answers=False)}
    assert {key: task["overlap"] for key, task in after.items()} == {
        key: 50 if key == chosen else task["overlap"] for key, task in before.items()
    }
    assert after[chosen]["data"] == before[chosen]["data"]
    assert after[chosen]["meta"] == before[chosen]["meta"]


@pytest.mark.one_database
def test_a_push_sends_the_operator_to_the_list_and_not_into_the_stream(
    labelled, monkeypatch, capsys
):
    monkeypatch.chdir(labelled.root)
    assert run(["review", "push"]) == 0
    said = capsys.readouterr().err
    assert re.search(r"next: open each task from the list at http\S+/projects/\d+/data, then", said)
    assert "labeling=1" not in said
