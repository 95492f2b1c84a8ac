"""The chain against a real Label Studio: push, answer, pull, publish."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from annotate.corpus import read_articles, read_chunks
from annotate.flows.decide import decide
from annotate.flows.demo import load, signed_up, simulate
from annotate.flows.gold import project_gold, raw_texts, read_gold
from annotate.labels.read import read_labels
from annotate.ledger import Ledger
from annotate.release.build import publish
from annotate.release.draft import check_offsets
from annotate.schema import load_schema
from annotate.studio.client import Studio
from annotate.studio.invite import sign_up
from annotate.studio.project import find_project, plan_project, wanted_settings
from annotate.studio.pull import pull
from annotate.studio.purpose import labelling
from annotate.studio.push import push
from annotate.studio.review import review_pull, review_push
from annotate.studio.status import status

pytestmark = pytest.mark.live


def silent(_line: str) -> None:
    return


def server_keys(studio: Studio, project_id: int) -> list[str]:
    return [task["data"]["chunk_id"] for task in studio.tasks(project_id, answers=False)]


def test_push_twice_sends_nothing_the_second_time(sample, studio):
    chunks = {chunk.id for chunk in read_chunks(sample)}
    first, second = push(sample), push(sample)
    assert (first.created, first.present) == (len(chunks), 0)
    assert (second.created, second.present, second.duplicates) == (0, len(chunks), 0)
    assert sorted(server_keys(studio, first.project_id)) == sorted(chunks)


def test_a_dry_run_of_push_makes_no_project(sample, studio):
    report = push(sample, dry_run=True)
    assert report.created == len(read_chunks(sample))
    assert report.project_id is None
    assert find_project(studio, sample) is None
    assert not (sample.labels / "tasks.jsonl").exists()


def test_a_lost_ledger_is_written_again_from_the_server(sample):
    chunks = read_chunks(sample)
    push(sample)
    (sample.labels / "tasks.jsonl").unlink()
    report = push(sample)
    assert (report.created, report.present) == (0, len(chunks))
    rows = list(Ledger(sample.labels / "tasks.jsonl"))
    assert {row["chunk_id"] for row in rows if row["event"] == "present"} == {
        chunk.id for chunk in chunks
    }


def test_a_task_that_someone_deleted_is_sent_again_only_when_asked(sample, studio):
    report = push(sample)
    task = next(studio.tasks(report.project_id, answers=False))
    studio._sdk.tasks.delete(id=str(task["id"]))
    assert (push(sample).created, push(sample).gone) == (0, 1)
    assert push(sample, again=True).created == 1
    assert sorted(server_keys(studio, report.project_id)) == sorted(
        chunk.id for chunk in read_chunks(sample)
    )


def test_every_key_of_a_task_is_a_string_and_the_text_is_the_chunk(sample, studio):
    report = push(sample)
    chunks = {chunk.id: chunk for chunk in read_chunks(sample)}
    for task in studio.tasks(report.project_id, answers=False):
        assert {type(value) for value in task["data"].values()} == {str}
        assert task["data"]["text"] == chunks[task["data"]["chunk_id"]].text


def test_what_two_answer_and_a_third_decides_becomes_a_release_that_traces_to_the_received_text(
    sample, studio
):
    push(sample)
    sent = simulate(sample, studio, silent)
    first = pull(sample)
    assert (first.new, first.changed, first.deleted) == (sent, 0, 0)
    again = pull(sample)
    assert (again.new, again.unchanged) == (0, sent)

    review = review_push(sample, studio=studio)
    assert decide(studio, sample, signed_up(studio, sample, "decider")) == review.created > 0
    assert review_pull(sample, studio=studio).new == review.created

    report = publish(sample)
    path = sample.root / report.path
    assert check_offsets(path) > sent
    loaded = load(path, load_schema(sample.schema_file), sample.private / "hf")
    assert len(loaded["spans"]) == len(read_chunks(sample))
    assert len(loaded["annotations"]) == sent + review.created
    assert Counter(loaded["annotations"]["role"])["adjudicator"] == review.created
    assert len(set(loaded["annotations"]["annotator"])) == 3
    assert_spans_trace_to_received(sample, loaded["spans"])


def assert_spans_trace_to_received(workspace, rows):
    """Follow each span: chunk, article, then through the edits into what was received."""
    texts = raw_texts(workspace)
    articles = {article.id: article for article in read_articles(workspace)}
    for row in rows:
        article = articles[row["article_id"]]
        edited = article.edited(texts[article.id])
        assert edited.clean == article.text
        for span in row["spans"]:
            start, end = row["start"] + span["start"], row["start"] + span["end"]
            assert article.text[start:end] == span["text"]
            assert edited.to_clean(*edited.to_raw(start, end)) == (start, end)


def test_an_answer_that_is_changed_and_then_deleted_leaves_its_history(sample, studio):
    report = push(sample)
    task = next(studio.tasks(report.project_id, answers=False))
    made = studio.annotate(int(task["id"]), {"result": [], "lead_time": 3.0})
    pull(sample)
    studio._sdk.annotations.update(id=made["id"], result=[], was_cancelled=True)
    assert (pull(sample).changed, pull(sample).skipped) == (1, 1)
    studio._sdk.annotations.delete(id=made["id"])
    assert pull(sample).deleted == 1
    assert pull(sample).deleted == 0
    events = [row["event"] for row in Ledger(sample.labels / "annotations.jsonl")]
    assert events == ["annotation", "annotation", "deleted"]
    assert not read_labels(sample.labels, load_schema(sample.schema_file), {}).annotations


def test_push_goes_on_after_people_have_answered(sample, studio):
    report = push(sample)
    task = next(studio.tasks(report.project_id, answers=False))
    studio.annotate(int(task["id"]), {"result": []})
    again = push(sample)
    assert (again.created, again.present) == (0, report.created)


def test_a_second_push_finds_no_setting_to_change(sample, studio):
    push(sample)
    project = studio.project(find_project(studio, sample)["id"])
    wanted = wanted_settings(sample, labelling(sample, load_schema(sample.schema_file)))
    assert plan_project(project, wanted).settings == {}


def test_status_counts_what_files_and_server_hold(sample, studio):
    push(sample)
    sent = simulate(sample, studio, silent)
    pull(sample)
    found = status(sample)
    chunks = len(read_chunks(sample))
    assert found.chunks == {
        "prepared": chunks,
        "to_push": 0,
        "pushed": chunks,
        "deleted": 0,
        "let_go": 0,
        "answered": chunks,
        "skipped": 0,
    }
    assert sum(found.annotators.values()) == sent
    assert (found.server.tasks, found.server.answers) == (chunks, sent - skips(sample))


def skips(workspace) -> int:
    rows = Ledger(workspace.labels / "annotations.jsonl")
    return sum(1 for row in rows if row["annotation"]["was_cancelled"])


def test_an_invited_person_can_log_in_with_their_password(server, studio):
    import httpx

    token = sign_up(studio.invite_link(), "invited@annotate.example", "a-long-password")
    assert Studio(server.url, token).user["email"] == "invited@annotate.example"
    with httpx.Client(base_url=server.url, follow_redirects=True) as browser:
        page = browser.get("/user/login/")
        csrf = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        form = {
            "csrfmiddlewaretoken": csrf,
            "email": "invited@annotate.example",
            "password": "a-long-password",
        }
        browser.post("/user/login/", data=form, headers={"Referer": server.url})
        assert browser.get("/api/current-user/whoami").json()["email"] == form["email"]


def test_gold_labels_project_onto_the_chunks_of_the_prepared_sample(sample):
    schema = load_schema(sample.schema_file)
    gold = read_gold()
    placed = sum(len(chunk.spans) for chunk in project_gold(sample, schema, gold))
    assert placed == sum(len(row["spans"]) for row in gold.values())


def test_the_ledger_holds_no_address_of_a_person(sample, studio, server):
    push(sample)
    simulate(sample, studio, silent)
    pull(sample)
    for path in sample.labels.iterdir():
        text = path.read_text(encoding="utf-8")
        assert server.login.email not in text
        assert f"second.{sample.settings.workspace_id}" not in text
        for line in text.splitlines():
            json.loads(line)
