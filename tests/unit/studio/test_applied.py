"""Which labelling page is noted when, without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from annotate.flows.init import init
from annotate.ledger import Ledger
from annotate.schema import Schema, load_schema, parse_schema, render_instructions, render_xml
from annotate.studio.applied import (
    last_applied,
    note_applied,
    note_intent,
    settle_intent,
    version_warning,
)
from annotate.studio.purpose import labelling
from annotate.workspace import Workspace

Json = dict[str, Any]
BORN, SENT, LATER = "2031-03-01T08:00:00Z", "2031-03-02T08:00:00Z", "2031-03-03T08:00:00Z"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    init(tmp_path / "news")
    return Workspace.find(tmp_path / "news")


def project(schema: Schema) -> Json:
    """The project as a server shows it that has taken a schema; it strips white space."""
    config, told = render_xml(schema).strip(), render_instructions(schema).strip()
    return {"id": 4, "created_at": BORN, "label_config": config, "expert_instruction": told}


def noted(workspace: Workspace) -> list[tuple[str, str]]:
    rows = Ledger(workspace.labels / "config.jsonl")
    return [(row["schema_version"], row["at"]) for row in rows if "schema_version" in row]


def versions(workspace: Workspace) -> tuple[Schema, Schema]:
    """The schema of the workspace, and one with another page."""
    text = workspace.schema_file.read_text(encoding="utf-8")
    assert "key: w\n" in text
    changed = text.replace("key: w\n", 'key: "0"\n').replace("version: 1.", "version: 9.")
    return load_schema(workspace.schema_file), parse_schema(changed, "changed")


def test_a_page_that_the_server_took_is_noted_as_of_when_it_was_sent(workspace: Workspace) -> None:
    old, new = versions(workspace)
    note_applied(workspace, labelling(workspace, old), project(old), BORN)
    note_intent(workspace, labelling(workspace, new), project(old), SENT)
    settle_intent(workspace, project(new))
    settle_intent(workspace, project(new))
    note_applied(workspace, labelling(workspace, new), project(new), LATER)
    assert noted(workspace) == [(old.version, BORN), (new.version, SENT)]


def test_a_page_that_never_reached_the_server_is_not_noted(workspace: Workspace) -> None:
    old, new = versions(workspace)
    note_applied(workspace, labelling(workspace, old), project(old), BORN)
    note_intent(workspace, labelling(workspace, new), project(old), SENT)
    settle_intent(workspace, project(old))
    assert noted(workspace) == [(old.version, BORN)]


def test_the_page_of_a_project_is_in_force_from_its_birth(workspace: Workspace) -> None:
    old, _ = versions(workspace)
    note_intent(workspace, labelling(workspace, old), {}, SENT)
    settle_intent(workspace, project(old))
    assert noted(workspace) == [(old.version, BORN)]


def test_what_is_noted_already_needs_no_intent(workspace: Workspace) -> None:
    old, _ = versions(workspace)
    note_applied(workspace, labelling(workspace, old), project(old), BORN)
    note_intent(workspace, labelling(workspace, old), project(old), SENT)
    assert len(list(Ledger(workspace.labels / "config.jsonl"))) == 1


def test_a_schema_that_todays_checks_refuse_stops_no_push(workspace: Workspace) -> None:
    schema = load_schema(workspace.schema_file)
    note_applied(workspace, labelling(workspace, schema), project(schema), BORN)
    (row,) = Ledger(workspace.labels / "config.jsonl")
    refused = {**row, "schema_yaml": row["schema_yaml"].replace("key: w\n", "key: §\n")}
    Ledger(workspace.labels / "config.jsonl").append([refused])
    assert refused["schema_yaml"] != row["schema_yaml"]
    assert version_warning(workspace, schema, project(schema)) is None
    assert last_applied(workspace) is None
