"""Lost answers and killed pushes: nothing doubled, nothing lost."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from annotate.corpus import read_chunks
from annotate.ledger import Ledger, now
from annotate.studio.client import Studio
from annotate.studio.project import find_project
from annotate.studio.pull import pull
from annotate.studio.push import push

pytestmark = pytest.mark.live

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture
def losing_answers(monkeypatch):
    monkeypatch.syspath_prepend(SCRIPTS)
    return importlib.import_module("faults").losing_answers


def keys_on_server(studio: Studio, workspace) -> list[str]:
    project_id = find_project(studio, workspace)["id"]
    return sorted(task["data"]["chunk_id"] for task in studio.tasks(project_id, answers=False))


def test_a_lost_answer_to_an_import_doubles_nothing(sample, server, studio, losing_answers):
    quick = sample.settings.studio.model_copy(update={"settle": 1.0, "batch_size": 10})
    sample = type(sample)(sample.root, sample.settings.model_copy(update={"studio": quick}))
    chunks = sorted(chunk.id for chunk in read_chunks(sample))
    with losing_answers(server.url, times=1) as (url, imports):
        report = push(sample, studio=Studio(url, server.login.token))
    assert 15 < len(chunks) <= 20
    assert len(imports) == 3  # ten that were not sent again, the others in fives
    assert (report.created, report.duplicates) == (len(chunks), 0)
    assert keys_on_server(studio, sample) == chunks
    rows = list(Ledger(sample.labels / "tasks.jsonl"))
    assert sorted(row["chunk_id"] for row in rows if row["event"] == "present") == chunks


def test_a_lost_answer_to_new_predictions_doubles_none(sample, server, studio, losing_answers):
    quick = sample.settings.studio.model_copy(update={"settle": 1.0})
    sample = type(sample)(sample.root, sample.settings.model_copy(update={"studio": quick}))
    project_id = push(sample).project_id
    before = {task["id"]: len(task["predictions"]) for task in studio.predictions(project_id)}
    text = sample.schema_file.read_text(encoding="utf-8")
    sample.schema_file.write_text(text.replace("version: 1.0.0", "version: 1.0.1"), "utf-8")
    with losing_answers(server.url, times=1) as (url, imports):
        report = push(sample, studio=Studio(url, server.login.token))
    assert len(imports) == 1  # the server was looked at, and had them all
    assert report.proposed == sum(before.values()) > 0
    now_there = {task["id"]: len(task["predictions"]) for task in studio.predictions(project_id)}
    assert now_there == {key: 2 * count for key, count in before.items()}
    assert push(sample).proposed == 0


def test_a_push_after_a_killed_one_waits_until_the_server_is_still(sample):
    """A killed push leaves an intent without a result; its request may still be at work."""
    push(sample)
    ledger = Ledger(sample.labels / "tasks.jsonl")
    rows = list(ledger)
    ledger.path.unlink()
    intents = [row for row in rows if row["event"] == "intent"]
    ledger.append([row | {"at": now()} for row in intents])
    report = push(sample)
    assert (report.created, report.present, report.duplicates) == (0, len(intents), 0)


class Dying(Studio):
    """Ends the process, for all that the ledger can tell, once the project is as it shall be."""

    def update_project(self, project_id, **settings):
        super().update_project(project_id, **settings)
        raise KeyboardInterrupt


def with_key(workspace, old, new, version):
    """Put a label on another key, under another version of the schema."""
    text = workspace.schema_file.read_text(encoding="utf-8")
    assert f"key: {old}\n" in text
    text = re.sub(r"(?m)^version: .*$", f"version: {version}", text)
    workspace.schema_file.write_text(text.replace(f"key: {old}\n", f"key: {new}\n"), "utf-8")


def test_a_page_is_noted_though_the_push_was_killed_as_it_was_applied(sample, server, studio):
    report = push(sample)
    with_key(sample, "w", '"0"', "1.0.1")
    with pytest.raises(KeyboardInterrupt):
        push(sample, studio=Dying(server.url, server.login.token))
    assert 'hotkey="0"' in studio.project(report.project_id)["label_config"]
    with_key(sample, '"0"', "w", "1.0.2")
    push(sample)
    rows = list(Ledger(sample.labels / "config.jsonl"))
    pages = [row for row in rows if "schema_version" in row]
    assert [row["schema_version"] for row in pages] == ["1.0.0", "1.0.1", "1.0.2"]
    killed = next(row for row in rows if row.get("page", {}).get("schema_version") == "1.0.1")
    assert pages[1]["at"] == killed["at"]
    assert 'hotkey="0"' in pages[1]["label_config"]


def test_answers_of_another_server_are_not_taken_for_deleted(sample, studio):
    """Every server counts its projects from 1: only the time of birth tells them apart."""
    report = push(sample)
    task = next(studio.tasks(report.project_id, answers=False))
    studio.annotate(int(task["id"]), {"result": []})
    pull(sample)
    ledger = Ledger(sample.labels / "annotations.jsonl")
    (row,) = ledger
    ledger.path.unlink()
    elsewhere = row | {"project_created_at": "2030-01-01T00:00:00.000000Z"}
    ledger.append([elsewhere])
    found = pull(sample)
    assert (found.new, found.deleted) == (1, 0)
    assert [row["event"] for row in ledger] == ["annotation", "annotation"]
