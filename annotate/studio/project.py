"""The Label Studio project of a workspace: found by its marker, set up from the schema."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from annotate.errors import ConfigError, RefusedError
from annotate.ledger import Ledger
from annotate.schema import Schema, render_instructions, render_xml
from annotate.studio.client import DoubtfulError, Studio
from annotate.workspace import Workspace

Json = dict[str, Any]
MAIN = "main"


def marker(workspace: Workspace, role: str = MAIN) -> str:
    """Spell what the project's description holds; titles may stand twice on a server."""
    return f"annotate:{workspace.settings.workspace_id}:{role}"


def find_project(studio: Studio, workspace: Workspace) -> Json | None:
    """Find the workspace's project on this server: the oldest if a lost answer made a twin."""
    found = studio.find_projects(marker(workspace))
    return found[0] if found else None


def need_project(studio: Studio, workspace: Workspace) -> Json:
    project = find_project(studio, workspace)
    if project is None:
        raise ConfigError(
            f"{studio.url} has no project of this workspace",
            "send the chunks first with `annotate push`",
        )
    return project


@dataclass(frozen=True)
class ProjectPlan:
    """What must happen to the project; `settings` are only those that differ."""

    project_id: int | None
    settings: Json

    @property
    def creates(self) -> bool:
        return self.project_id is None


def plan_project(project: Json | None, wanted: Json) -> ProjectPlan:
    """Compare the server's project with what the schema and the settings ask for.

    Raises `RefusedError` when the labelling page would change under existing answers.
    """
    if project is None:
        return ProjectPlan(None, wanted)
    differing = {key: value for key, value in wanted.items() if _kept(project.get(key)) != value}
    if "label_config" in differing and project.get("total_annotations_number"):
        raise RefusedError(
            f"the schema differs from the labelling page of project {project['id']}, which "
            f"already holds {project['total_annotations_number']} answers",
            "put the schema back as it was; `annotate schema render` shows what it makes",
        )
    return ProjectPlan(int(project["id"]), differing)


def _kept(value: Any) -> Any:
    """Bring a setting to how the server keeps it: without white space around a text."""
    return value.strip() if isinstance(value, str) else value


def wanted_settings(workspace: Workspace, schema: Schema) -> Json:
    wanted = {
        "title": workspace.settings.name,
        "description": f"Kept by annotate, which finds it by this mark: {marker(workspace)}",
        "label_config": render_xml(schema),
        "expert_instruction": render_instructions(schema),
        "show_instruction": True,
        "maximum_annotations": workspace.settings.studio.annotators_per_chunk,
        "show_collab_predictions": True,
        "enable_empty_annotation": True,
    }
    return {key: _kept(value) for key, value in wanted.items()}


def same_project(row: Json, project: Json) -> bool:
    """Whether a ledger row speaks of this project: every server counts its ids from 1."""
    here = (project["id"], project["created_at"])
    return (row["project_id"], row["project_created_at"]) == here


def apply_project(plan: ProjectPlan, studio: Studio, workspace: Workspace, schema: Schema) -> Json:
    """Create or change the project as planned, and note the labelling page now in force."""
    if plan.project_id is None:
        project = _create_once(plan, studio, workspace)
    elif plan.settings:
        project = studio.update_project(plan.project_id, **plan.settings)
    else:
        project = studio.project(plan.project_id)
    _note_config(workspace, schema, project, studio.clock())
    return project


def _create_once(plan: ProjectPlan, studio: Studio, workspace: Workspace) -> Json:
    """Create the project; after a lost answer, look whether it was made before giving up."""
    try:
        return studio.create_project(**plan.settings)
    except DoubtfulError:
        project = find_project(studio, workspace)
        if project is None:
            raise
        return project


def _note_config(workspace: Workspace, schema: Schema, project: Json, at: str) -> None:
    config = render_xml(schema)
    row = {
        "at": at,
        "project_id": project["id"],
        "project_created_at": project["created_at"],
        "schema": schema.name,
        "schema_version": schema.version,
        "sha256": hashlib.sha256(config.encode()).hexdigest(),
        "label_config": config,
    }
    ledger = Ledger(workspace.labels / "config.jsonl")
    noted = [old for old in ledger if same_project(old, project)]
    if not noted or _in_force(noted[-1]) != _in_force(row):
        ledger.append([row])


def _in_force(row: Json) -> tuple[str, str]:
    return row["sha256"], row["schema_version"]
