"""The Label Studio project of a workspace: found by its marker, set up from the schema."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from annotate.errors import RefusedError, RemoteError
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
        raise RemoteError(
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
    differing = {key: value for key, value in wanted.items() if project.get(key) != value}
    if "label_config" in differing and project.get("total_annotations_number"):
        raise RefusedError(
            f"the schema differs from the labelling page of project {project['id']}, which "
            f"already holds {project['total_annotations_number']} answers",
            "put the schema back as it was; `annotate schema render` shows what it makes",
        )
    return ProjectPlan(int(project["id"]), differing)


def wanted_settings(workspace: Workspace, schema: Schema) -> Json:
    return {
        "title": workspace.settings.name,
        "description": f"Kept by annotate, which finds it by this mark: {marker(workspace)}",
        "label_config": render_xml(schema),
        "expert_instruction": render_instructions(schema),
        "show_instruction": True,
        "maximum_annotations": workspace.settings.studio.annotators_per_article,
        "show_collab_predictions": True,
        "enable_empty_annotation": True,
    }


def apply_project(plan: ProjectPlan, studio: Studio, workspace: Workspace, schema: Schema) -> int:
    """Create or change the project as planned, and note the labelling page now in force."""
    if plan.project_id is None:
        project_id = _create_once(plan, studio, workspace)
    else:
        project_id = plan.project_id
        if plan.settings:
            studio.update_project(project_id, **plan.settings)
    _note_config(workspace, schema, project_id, studio.clock())
    return project_id


def _create_once(plan: ProjectPlan, studio: Studio, workspace: Workspace) -> int:
    """Create the project; after a lost answer, look whether it was made before giving up."""
    try:
        return int(studio.create_project(**plan.settings)["id"])
    except DoubtfulError:
        project = find_project(studio, workspace)
        if project is None:
            raise
        return int(project["id"])


def _note_config(workspace: Workspace, schema: Schema, project_id: int, at: str) -> None:
    config = render_xml(schema)
    digest = hashlib.sha256(config.encode()).hexdigest()
    ledger = Ledger(workspace.labels / "config.jsonl")
    rows = [row for row in ledger if row["project_id"] == project_id]
    if rows and rows[-1]["sha256"] == digest:
        return
    ledger.append(
        [
            {
                "at": at,
                "project_id": project_id,
                "schema": schema.name,
                "schema_version": schema.version,
                "sha256": digest,
                "label_config": config,
            }
        ]
    )
