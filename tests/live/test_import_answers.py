"""Imports that are answered before they are done, as Enterprise and the cloud do."""

from __future__ import annotations

import re

import httpx
import pytest

from annotate.corpus import read_chunks
from annotate.ledger import Ledger
from annotate.studio.client import Studio
from annotate.studio.project import find_project
from annotate.studio.push import push
from annotate.workspace import SETTINGS_FILE, Workspace
from scripts.servers import LiveStudio, altered_studio
from tests.live.asynchronous import importing_later, new_record
from tests.live.test_cli import run
from tests.outcome import assert_error

pytestmark = pytest.mark.live

# Any other edition than the community's imports asynchronously: the code for it is there, but
# without a queue (Redis) the server does the work before it answers with the import's number.
ASYNCHRONOUS = """
from pathlib import Path
FEATURE_FLAGS_FILE = str(Path(BASE_DIR) / "feature_flags.json")
VERSION_EDITION = "Asynchronous"
"""


def hurried(workspace: Workspace) -> Workspace:
    """Send in small batches, and judge a doubtful one sooner than these imports begin."""
    settings = workspace.root / SETTINGS_FILE
    text = settings.read_text(encoding="utf-8")
    for key, value in {"settle": 0.4, "batch_size": 10}.items():
        text = re.sub(rf"^{key} = \w+", f"{key} = {value}", text, flags=re.MULTILINE)
    settings.write_text(text, encoding="utf-8")
    return Workspace.find(workspace.root)


def keys_on_server(studio: Studio, workspace: Workspace) -> list[str]:
    project_id = find_project(studio, workspace)["id"]
    return sorted(task["data"]["chunk_id"] for task in studio.tasks(project_id, answers=False))


def present_in_ledger(workspace: Workspace) -> list[str]:
    rows = Ledger(workspace.labels / "tasks.jsonl")
    return sorted(row["chunk_id"] for row in rows if row["event"] == "present")


@pytest.mark.parametrize("tells_ids", [True, False], ids=["with ids", "without ids"])
def test_chunks_that_are_imported_later_arrive_exactly_once(sample, server, studio, tells_ids):
    sample = hurried(sample)
    chunks = sorted(chunk.id for chunk in read_chunks(sample))
    with importing_later(server.url, tells_ids=tells_ids) as stand_in:
        through = Studio(stand_in.url, server.login.token)
        first = push(sample, studio=through)
        sent = len(stand_in.imports)
        second = push(sample, studio=through)
    assert (first.created, first.duplicates) == (len(chunks), 0)
    assert (second.created, second.present, second.duplicates) == (0, len(chunks), 0)
    assert len(stand_in.imports) == sent == -(-len(chunks) // 10)
    assert keys_on_server(studio, sample) == chunks
    assert present_in_ledger(sample) == chunks


def test_an_import_that_fails_later_is_told_and_made_up_for_without_doubles(sample, server, studio):
    sample = hurried(sample)
    chunks = sorted(chunk.id for chunk in read_chunks(sample))
    with importing_later(server.url, fails_after=3) as stand_in:
        assert_error(run(sample, "push", LABEL_STUDIO_URL=stand_in.url), 3)
        assert len(stand_in.imports) > 0
    with importing_later(server.url) as stand_in:
        report = push(sample, studio=Studio(stand_in.url, server.login.token))
    assert (report.present + report.created, report.duplicates) == (len(chunks), 0)
    assert keys_on_server(studio, sample) == chunks


@pytest.mark.one_database
def test_label_studios_own_asynchronous_import_is_understood(sample, tmp_path):
    sample = hurried(sample)
    chunks = sorted(chunk.id for chunk in read_chunks(sample))
    with altered_studio(tmp_path / "server", ASYNCHRONOUS) as server:
        studio = Studio(server.url, server.token)
        first, second = push(sample, studio=studio), push(sample, studio=studio)
        assert (first.created, second.created, second.duplicates) == (len(chunks), 0, 0)
        assert keys_on_server(studio, sample) == chunks
        told = first_import(server, first.project_id)
    assert told["status"] == "completed"
    # The stand-in tells of an import under the very keys that the real server has.
    assert list(told) == list(new_record(1, first.project_id, "", []))


def first_import(server: LiveStudio, project_id: int) -> dict[str, object]:
    headers = {"Authorization": f"Token {server.token}"}
    answer = httpx.get(f"{server.url}/api/projects/{project_id}/imports/1/", headers=headers)
    return answer.raise_for_status().json()
