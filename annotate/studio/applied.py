"""The labelling pages that were applied, in `labels/config.jsonl`: by them answers are dated.

What is about to be applied is written down first. A push that is killed after the server has
taken it leaves that row alone, and the next one asks the server which page it has.
"""

from __future__ import annotations

import hashlib
from typing import Any

from annotate.errors import ConfigError
from annotate.ledger import Ledger
from annotate.schema import FOR_PEOPLE, Schema, compare_schemas, parse_schema
from annotate.schema.write import changed_files
from annotate.studio.purpose import Purpose
from annotate.studio.sent import same_project
from annotate.workspace import Workspace

Json = dict[str, Any]
INTENT = "intent"


def note_intent(workspace: Workspace, purpose: Purpose, project: Json, at: str) -> None:
    """Write down the page that is about to be applied; `project` is empty before it is made.

    The page lies in a key of its own: no reader may take it for one in force.
    """
    page = _page(workspace, purpose)
    if project and _is_noted(workspace, project, page):
        return
    row = {
        "event": INTENT,
        "at": at,
        "project_id": project.get("id"),
        "project_created_at": project.get("created_at"),
        "page": page,
        "instructions_sha256": _digest(purpose.instructions),
    }
    _ledger(workspace).append([row])


def note_applied(workspace: Workspace, purpose: Purpose, project: Json, at: str) -> None:
    """Write down the page in force, unless the last row says so already."""
    _note(workspace, project, _page(workspace, purpose), at)


def settle_intent(workspace: Workspace, project: Json) -> None:
    """Note the page of a push that was killed, if the server has it: in force since it was sent.

    `project` is as the server has it before it is changed again.
    """
    last = None
    for row in _ledger(workspace):
        if row["project_id"] is None or same_project(row, project):
            last = row
    if last is not None and last.get("event") == INTENT and _is_on(project, last):
        at = project["created_at"] if last["project_id"] is None else last["at"]
        _note(workspace, project, last["page"], at)


def last_applied(workspace: Workspace) -> Schema | None:
    """Read back the schema that any project was last given; None before there is one."""
    source: str | None = None
    for row in _ledger(workspace):
        source = row.get("schema_yaml") or source
    return _read_back(source)


def version_warning(workspace: Workspace, schema: Schema, project: Json | None) -> str | None:
    """Say when the schema has changed since it was last applied, and its version too little."""
    noted = _last_noted(workspace, project) if project else None
    applied = _read_back(noted.get("schema_yaml") if noted else None)
    if applied is None:
        return None
    change = compare_schemas(applied, schema)
    if change.enough:
        return None
    where = workspace.relative(workspace.schema_file)
    return (
        f"the schema has changed, and says {schema.version}: "
        f"write `version: {change.needed}` in {where}"
    )


def _read_back(source: str | None) -> Schema | None:
    """Read a schema of the ledger; None, too, where a check that is younger refuses it."""
    try:
        return None if source is None else parse_schema(source, "the schema as it was applied")
    except ConfigError:
        return None


def render_warning(workspace: Workspace, schema: Schema) -> str | None:
    """Say which of the files that people read were made from another schema."""
    folder = workspace.label_config
    there = {name: made for name, made in FOR_PEOPLE.items() if (folder / name).exists()}
    old = changed_files(folder, {name: made(schema) for name, made in there.items()})
    if not old:
        return None
    place = workspace.relative(folder)
    return f"of another schema, in {place}/: {', '.join(old)}; `annotate schema render` renews them"


def _note(workspace: Workspace, project: Json, page: Json, at: str) -> None:
    if not _is_noted(workspace, project, page):
        here = {"project_id": project["id"], "project_created_at": project["created_at"]}
        _ledger(workspace).append([{"at": at, **here, **page}])


def _page(workspace: Workspace, purpose: Purpose) -> Json:
    config, schema = purpose.page, purpose.schema
    return {
        "schema": schema.name,
        "schema_version": schema.version,
        "sha256": hashlib.sha256(config.encode()).hexdigest(),
        "label_config": config,
        "schema_yaml": workspace.schema_file.read_text(encoding="utf-8"),
    }


def _is_on(project: Json, intent: Json) -> bool:
    """Whether the server shows the page and the instructions that were to be applied."""
    shown = (project.get("label_config"), project.get("expert_instruction"))
    meant = (_digest(intent["page"]["label_config"]), intent["instructions_sha256"])
    return tuple(_digest(text or "") for text in shown) == meant


def _digest(text: str) -> str:
    """Hash a text as the server keeps it: without white space around it."""
    return hashlib.sha256(text.strip().encode()).hexdigest()


def _is_noted(workspace: Workspace, project: Json, page: Json) -> bool:
    noted = _last_noted(workspace, project)
    return noted is not None and _in_force(noted) == _in_force(page)


def _last_noted(workspace: Workspace, project: Json) -> Json | None:
    last = None
    for row in _ledger(workspace):
        if "schema_version" in row and same_project(row, project):
            last = row
    return last


def _in_force(row: Json) -> tuple[str, str, str | None]:
    return row["sha256"], row["schema_version"], row.get("schema_yaml")


def _ledger(workspace: Workspace) -> Ledger:
    return Ledger(workspace.labels / "config.jsonl")
