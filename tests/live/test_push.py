"""What a push finds and mends on a real server: copies, changed titles, pages and settings."""

from __future__ import annotations

import csv
import re
import secrets

import pytest

from annotate.corpus import prepare, read_chunks
from annotate.errors import RefusedError
from annotate.ledger import Ledger
from annotate.schema import load_schema, render_all
from annotate.schema.write import write_files
from annotate.studio.client import Studio
from annotate.studio.copies import BATCH_MARK
from annotate.studio.invite import sign_up
from annotate.studio.overlap import wanted_overlap
from annotate.studio.project import find_project, marker
from annotate.studio.push import push
from annotate.workspace import Workspace

pytestmark = pytest.mark.live


def tasks_of(studio, project_id):
    return list(studio.tasks(project_id, answers=False))


def copy_of(task, **meta):
    return {"data": task["data"], "meta": meta}


def events(workspace, name):
    return [row for row in Ledger(workspace.labels / "tasks.jsonl") if row["event"] == name]


def applied(workspace):
    rows = Ledger(workspace.labels / "config.jsonl")
    return [row["schema_version"] for row in rows if "schema_version" in row]


def with_setting(workspace, line):
    """Change a line of `[studio]` in annotate.toml, which has the same key."""
    path = workspace.root / "annotate.toml"
    key = line.split(" = ")[0]
    text, count = re.subn(rf"(?m)^{key} = .*$", line, path.read_text(encoding="utf-8"))
    assert count == 1
    path.write_text(text, encoding="utf-8")
    return Workspace.find(workspace.root)


def with_schema(workspace, old, new):
    text = workspace.schema_file.read_text(encoding="utf-8")
    assert old in text
    workspace.schema_file.write_text(text.replace(old, new), encoding="utf-8")


def region(label, text):
    value = {"start": 0, "end": 3, "text": text[:3], "labels": [label]}
    return {"id": "r1", "from_name": "span", "to_name": "text", "type": "labels", "value": value}


def test_a_copy_that_a_batch_of_ours_made_is_taken_off_by_the_next_push(sample, studio):
    report = push(sample)
    task = tasks_of(studio, report.project_id)[0]
    studio.import_tasks(report.project_id, [copy_of(task, **task["meta"])])
    again = push(sample)
    assert (again.created, again.removed, again.duplicates) == (0, 1, 0)
    assert tasks_of(studio, report.project_id)[0]["id"] == task["id"]
    assert len(events(sample, "repaired")) == 1


def test_a_copy_of_other_origin_is_reported_and_goes_with_repair_unless_it_is_answered(
    sample, studio
):
    report = push(sample)
    one, two, three = tasks_of(studio, report.project_id)[:3]
    ids = studio.import_tasks(report.project_id, [copy_of(task) for task in (one, two, three)])
    studio.annotate(ids[1], {"result": []})
    studio._sdk._client_wrapper.httpx_client.request(
        f"api/tasks/{ids[2]}/drafts", method="POST", json={"result": [], "lead_time": 1}
    )
    pushed = push(sample)  # takes off our own, where the copy is the one that people work on
    assert (pushed.removed, pushed.duplicates) == (2, 1)
    repaired = push(sample, repair=True)
    assert (repaired.removed, repaired.duplicates) == (1, 0)
    left = {task["id"] for task in tasks_of(studio, report.project_id)}
    assert {ids[1], ids[2], one["id"]} <= left
    assert not left & {ids[0], two["id"], three["id"]}
    assert push(sample).created == 0


def test_two_answered_copies_both_stay(sample, studio):
    report = push(sample)
    task = tasks_of(studio, report.project_id)[0]
    (copy,) = studio.import_tasks(report.project_id, [copy_of(task)])
    for task_id in (task["id"], copy):
        studio.annotate(task_id, {"result": []})
    repaired = push(sample, repair=True)
    assert (repaired.removed, repaired.duplicates) == (0, 1)


def test_a_changed_title_is_renewed_under_an_answer_and_the_text_is_not(sample, studio):
    report = push(sample)
    metadata = sample.articles / "metadata.csv"
    rows = list(csv.DictReader(metadata.read_text(encoding="utf-8").splitlines()))
    source, old = next((row["path"], row["title"]) for row in rows if row["title"])
    chunk = next(chunk for chunk in read_chunks(sample) if chunk.article_id == source)
    tasks = tasks_of(studio, report.project_id)
    task = next(each for each in tasks if each["data"]["chunk_id"] == chunk.id)
    studio.annotate(task["id"], {"result": []})
    text = metadata.read_text(encoding="utf-8")
    metadata.write_text(text.replace(old, "A corrected headline"), encoding="utf-8")
    prepare(sample)
    changed = push(sample)
    parts = sum(chunk.article_id == source for chunk in read_chunks(sample))
    assert (changed.created, changed.changed) == (0, parts)
    now = studio.task(task["id"])
    assert now["data"] == task["data"] | {"title": "A corrected headline"}
    assert len(now["annotations"]) == 1
    assert push(sample).changed == 0


def test_a_page_that_takes_away_what_an_answer_uses_is_refused_with_the_answer(sample, studio):
    report = push(sample)
    one, two = tasks_of(studio, report.project_id)[:2]
    made = studio.annotate(one["id"], {"result": [region("oversight", one["data"]["text"])]})
    studio.annotate(two["id"], {"result": [region("Speaker", two["data"]["text"])]})
    before = studio.project(report.project_id)["label_config"]
    with_schema(sample, "name: oversight", "name: supervision")
    with_schema(sample, "](oversight", "](supervision")
    with pytest.raises(RefusedError, match="1 answers in project") as refused:
        push(sample)
    assert refused.value.problems == (
        f"`oversight` of `span`: task {one['id']} annotation {made['id']}",
    )
    assert studio.project(report.project_id)["label_config"] == before
    with pytest.raises(RefusedError):
        push(sample, dry_run=True)


@pytest.mark.one_database
def test_what_a_changed_schema_lacks_is_said_before_the_server_has_it(sample, studio):
    report = push(sample)
    with_schema(sample, "key: w\n", 'key: "0"\n')
    write_files(sample.label_config, render_all(load_schema(sample.schema_file)))
    heard = []

    def warn(line):
        heard.append((line, studio.project(report.project_id)["label_config"]))

    before = studio.project(report.project_id)["label_config"]
    pushed = push(sample, warn=warn)
    said = (
        "the schema has changed, and says 1.0.0: write `version: 1.0.1` in label_config/schema.yaml"
    )
    assert (pushed.warnings, heard) == ((said,), [(said, before)])
    assert studio.project(report.project_id)["label_config"] != before


def test_a_label_that_is_added_is_shown_applied_and_noted(sample, studio):
    report = push(sample)
    task = tasks_of(studio, report.project_id)[0]
    studio.annotate(task["id"], {"result": [region("oversight", task["data"]["text"])]})
    last = "      - name: other\n"
    text = sample.schema_file.read_text(encoding="utf-8")
    end = text.index("\n\n", text.index(last))
    added = (
        '\n      - name: sanctions\n        key: "0"\n'
        "        proposition: Trade should be cut\n        examples: [an embargo]"
    )
    sample.schema_file.write_text(text[:end] + added + text[end:], encoding="utf-8")
    old = (
        "the schema has changed, and says 1.0.0: write `version: 1.1.0` in label_config/schema.yaml"
    )
    unread = (
        "of another schema, in label_config/: guidelines.md, guidelines.html, quick_sheet.html; "
        "`annotate schema render` renews them"
    )
    assert push(sample, dry_run=True).warnings == (old, unread)
    with_schema(sample, "version: 1.0.0", "version: 1.1.0")
    planned = push(sample, dry_run=True)
    assert planned.warnings == (unread,)
    write_files(sample.label_config, render_all(load_schema(sample.schema_file)))
    assert push(sample, dry_run=True).warnings == ()
    assert "labelling page: `sanctions` of `span` is new" in planned.differences
    assert "sanctions" not in studio.project(report.project_id)["label_config"]
    assert push(sample).differences == planned.differences
    assert "sanctions" in studio.project(report.project_id)["label_config"]
    assert applied(sample) == ["1.0.0", "1.1.0"]
    assert push(sample).differences == ()


def test_a_setting_that_someone_changed_in_the_page_is_shown_and_put_back(sample, studio):
    report = push(sample)
    studio.update_project(report.project_id, sampling="Uniform sampling", show_skip_button=False)
    assert push(sample).differences == (
        "sampling: Uniform sampling becomes Sequential sampling",
        "show skip button: False becomes True",
    )
    project = studio.project(report.project_id)
    assert (project["sampling"], project["show_skip_button"]) == ("Sequential sampling", True)


def test_settings_of_annotate_toml_reach_the_project(sample, studio):
    for line in ('sampling = "uniform"', 'skipped = "nobody"', "skip_button = false"):
        sample = with_setting(sample, line)
    project = studio.project(push(sample).project_id)
    assert project["sampling"] == "Uniform sampling"
    assert project["skip_queue"] == "IGNORE_SKIPPED"
    assert project["show_skip_button"] is False
    assert project["expert_instruction"]
    assert project["show_instruction"] is True


def overlaps(studio, project_id):
    return {task["data"]["chunk_id"]: task["overlap"] for task in tasks_of(studio, project_id)}


def test_whole_articles_go_to_several_people_and_keep_to_it(sample, studio):
    sample = with_setting(sample, "overlap_share = 0.5")
    sample = with_setting(sample, "annotators_per_chunk = 1")
    report = push(sample)
    found = overlaps(studio, report.project_id)
    articles = {}
    for chunk in read_chunks(sample):
        articles.setdefault(chunk.article_id, set()).add(found[chunk.id])
    assert all(len(each) == 1 for each in articles.values())
    assert {number for each in articles.values() for number in each} == {1, 2}
    assert report.shared == sum(number == 2 for number in found.values())
    assert push(sample).shared == 0

    sample = with_setting(sample, "annotators_per_chunk = 3")
    sample = with_setting(sample, "overlap_annotators = 4")
    push(sample)
    renewed = overlaps(studio, report.project_id)
    assert renewed == {key: {1: 3, 2: 4}[number] for key, number in found.items()}
    sample = with_setting(sample, "annotators_per_chunk = 1")
    sample = with_setting(sample, "overlap_annotators = 2")
    push(sample)
    assert overlaps(studio, report.project_id) == found


def test_a_lower_number_of_annotators_leaves_shared_articles_shared(sample, studio):
    """The server then sets every task to the new number; one push must put ours back."""
    sample = with_setting(sample, "overlap_share = 0.5")
    sample = with_setting(sample, "annotators_per_chunk = 2")
    report = push(sample)
    assert set(overlaps(studio, report.project_id).values()) == {2}
    sample = with_setting(sample, "annotators_per_chunk = 1")
    push(sample)
    assert set(overlaps(studio, report.project_id).values()) == {1, 2}
    sample = with_setting(sample, "annotators_per_chunk = 3")
    push(sample)
    found = overlaps(studio, report.project_id)
    articles = {chunk.id: chunk.article_id for chunk in read_chunks(sample)}
    wanted = {
        key: wanted_overlap(article, sample.settings.studio) for key, article in articles.items()
    }
    assert found == wanted


@pytest.fixture
def colleague(studio, server):
    """A second person on the server."""
    email = f"colleague.{secrets.token_hex(4)}@annotate.example"
    return Studio(server.url, sign_up(studio.invite_link(), email, secrets.token_urlsafe(12)))


def begin(studio, task_id, *results):
    """Leave a draft as the page does while somebody works."""
    studio._post(f"api/tasks/{task_id}/drafts", json={"result": list(results), "lead_time": 1})


def test_what_a_colleague_has_only_begun_keeps_its_label_and_its_task(sample, studio, colleague):
    report = push(sample)
    task = tasks_of(studio, report.project_id)[0]
    begin(colleague, task["id"], region("oversight", task["data"]["text"]))
    (copy,) = studio.import_tasks(report.project_id, [copy_of(task, **task["meta"])])
    begin(colleague, copy)
    pushed = push(sample)
    assert (pushed.removed, pushed.duplicates) == (0, 1)
    with_schema(sample, "name: oversight", "name: supervision")
    with_schema(sample, "](oversight", "](supervision")
    with pytest.raises(RefusedError) as refused:
        push(sample)
    (line,) = refused.value.problems
    assert f"task {task['id']} draft" in line


def test_a_task_whose_id_was_given_to_another_is_not_renewed(sample, studio):
    """On SQLite ids are given out again; on PostgreSQL the task is simply gone."""
    report = push(sample)
    last = tasks_of(studio, report.project_id)[-1]
    studio.delete_task(last["id"])
    strange = dict.fromkeys(last["data"], "strange")
    (other,) = studio.import_tasks(report.project_id, [{"data": strange}])
    source = next(c.article_id for c in read_chunks(sample) if c.id == last["data"]["chunk_id"])
    metadata = sample.articles / "metadata.csv"
    rows = metadata.read_text(encoding="utf-8").splitlines()
    named = [f"{source},,A new headline,,,," if row.startswith(source) else row for row in rows]
    if source not in metadata.read_text(encoding="utf-8"):
        named.append(f"{source},,A new headline,,,,")
    metadata.write_text("\n".join(named) + "\n", encoding="utf-8")
    prepare(sample)
    push(sample)
    assert studio.task(other)["data"] == strange


def test_a_task_of_others_does_not_make_every_push_read_all_keys(sample, studio, monkeypatch):
    report = push(sample)
    task = tasks_of(studio, report.project_id)[0]
    foreign = {key: value for key, value in task["data"].items() if key != "chunk_id"}
    studio.import_tasks(report.project_id, [{"data": foreign}])
    push(sample, studio=studio)
    paths = []
    whole = studio._request

    def counted(method, path, **content):
        paths.append(path)
        return whole(method, path, **content)

    monkeypatch.setattr(studio, "_request", counted)
    assert push(sample, studio=studio).created == 0
    assert "api/tasks" not in paths
    assert len(paths) <= 3


def test_an_empty_twin_project_is_deleted_when_the_project_is_made(sample, studio):
    for _ in range(2):
        studio.create_project(title="twin", description=marker(sample))
    push(sample)
    (only,) = studio.find_projects(marker(sample))
    assert only["id"] == find_project(studio, sample)["id"]


def test_a_lost_ledger_is_made_again_with_changes_and_overlap(sample):
    sample = with_setting(sample, "overlap_share = 0.5")
    push(sample)
    (sample.labels / "tasks.jsonl").unlink()
    for _ in range(2):
        report = push(sample)
        assert (report.created, report.changed, report.shared) == (0, 0, 0)


def test_every_task_carries_the_name_of_the_batch_that_brought_it(sample, studio):
    report = push(sample)
    batches = {row["batch"] for row in events(sample, "intent")}
    marks = {task["meta"][BATCH_MARK] for task in tasks_of(studio, report.project_id)}
    assert marks == batches


def test_predicted_regions_come_with_their_tasks_once_and_not_for_all(sample, studio):
    sample = with_setting(sample, "unpredicted_share = 0.4")
    report = push(sample)
    whole = {task["id"]: task for task in studio.tasks(report.project_id, answers=True)}
    predicted = [task for task in whole.values() if task["predictions"]]
    assert 0 < len(predicted) == report.predicted < len(whole)
    version = studio.project(report.project_id)["model_version"]
    schema = load_schema(sample.schema_file)
    assert version.endswith(f"{schema.name}-{schema.version}")
    for task in predicted:
        (prediction,) = task["predictions"]
        assert prediction["model_version"] == version
        for item in prediction["result"]:
            value = item["value"]
            assert task["data"]["text"][value["start"] : value["end"]] == value["text"]
            assert set(value["labels"]) <= {"Speaker", "Relay"}
    assert push(sample, full=True).predicted == 0
    again = {task["id"]: task for task in studio.tasks(report.project_id, answers=True)}
    count = {key: len(task["predictions"]) for key, task in whole.items()}
    assert {key: len(task["predictions"]) for key, task in again.items()} == count


def test_a_new_version_proposes_once_in_the_tasks_that_nobody_has_answered(sample, studio):
    report = push(sample)
    old = studio.project(report.project_id)["model_version"]
    whole = {task["id"]: task for task in studio.tasks(report.project_id, answers=True)}
    with_them = [task for task in whole.values() if task["predictions"]]
    answered, skipped, begun = (task["id"] for task in with_them[:3])
    studio.annotate(answered, {"result": []})
    studio.annotate(skipped, {"result": [], "was_cancelled": True})
    studio._sdk._client_wrapper.httpx_client.request(
        f"api/tasks/{begun}/drafts", method="POST", json={"result": [], "lead_time": 1}
    )
    with_schema(sample, "version: 1.0.0", "version: 1.0.1")
    plan = push(sample, dry_run=True)
    pushed = push(sample)
    new = studio.project(report.project_id)["model_version"]
    assert new == old.replace("1.0.0", "1.0.1") != old
    versions = {
        task["id"]: [each["model_version"] for each in task["predictions"]]
        for task in studio.tasks(report.project_id, answers=True)
    }
    left = {answered, skipped, begun}
    assert versions == {
        key: ([old] if key in left else [old, new]) if task["predictions"] else []
        for key, task in whole.items()
    }
    assert pushed.created == pushed.predicted == 0
    assert pushed.proposed == len(with_them) - len(left) > 0
    assert len(whole) > plan.proposed >= pushed.proposed

    assert push(sample, dry_run=True).proposed == push(sample, full=True).proposed == 0
    (sample.labels / "tasks.jsonl").unlink()  # then the server says what it has
    assert push(sample).proposed == 0
    counts = {
        task["id"]: len(task["predictions"]) for task in studio.predictions(report.project_id)
    }
    assert counts == {key: len(each) for key, each in versions.items()}


def test_predictions_can_be_switched_off(sample, studio):
    off = with_setting(sample, "predictions = false")
    report = push(off)
    assert report.predicted == report.proposed == 0
    assert not any(task["predictions"] for task in studio.tasks(report.project_id, answers=True))
    switched_on = push(with_setting(off, "predictions = true"))
    predicted = [task for task in studio.predictions(report.project_id) if task["predictions"]]
    assert len(predicted) == switched_on.proposed > 0
