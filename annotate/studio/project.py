"""The Label Studio project of a workspace: found by its marker, set up from the schema."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.errors import ConfigError, RefusedError
from annotate.labels.shelf import MAIN
from annotate.studio.applied import note_applied, note_intent, settle_intent
from annotate.studio.client import Studio
from annotate.studio.drift import Losses, PageChange, compare_pages
from annotate.studio.faults import DoubtfulError
from annotate.studio.purpose import Purpose
from annotate.workspace import StudioSettings, Workspace

Json = dict[str, Any]
SAMPLING = {"sequential": "Sequential sampling", "uniform": "Uniform sampling"}
SKIPPED = {
    "again": "REQUEUE_FOR_ME",
    "others": "REQUEUE_FOR_OTHERS",
    "nobody": "IGNORE_SKIPPED",
}
# The free edition keeps this one to itself: there `annotate serve` sets it for the whole server.
LOCK = "custom_task_lock_ttl"
_SAME = PageChange()
_LONGEST_SHOWN = 40  # characters of a setting


def marker(workspace: Workspace, role: str = MAIN) -> str:
    """Spell what the project's description holds; titles may stand twice on a server."""
    return f"annotate:{workspace.settings.workspace_id}:{role}"


def find_project(studio: Studio, workspace: Workspace, role: str = MAIN) -> Json | None:
    """Find the workspace's project on this server: if a lost answer made a twin, the one in use."""
    found = own_projects(studio, workspace, role)
    return found[0] if found else None


def own_projects(studio: Studio, workspace: Workspace, role: str = MAIN) -> list[Json]:
    """All projects of the workspace and role: first those that hold tasks, then the oldest."""
    found = studio.find_projects(marker(workspace, role))
    return sorted(found, key=lambda each: (not each.get("task_number"), int(each["id"])))


def delete_twins(studio: Studio, projects: Sequence[Json]) -> None:
    """Delete the empty ones of the projects that lost answers left beside the one in use."""
    for twin in projects[1:]:
        if not studio.project_counts(int(twin["id"]))["task_number"]:
            studio.delete_project(int(twin["id"]))


def address_of(url: str, project_id: int | None) -> str | None:
    """Give the address of a project on a server, to which its pages are added."""
    return f"{url}/projects/{project_id}" if project_id else None


def labelling_address(project: str) -> str:
    """Give where annotators label, from a project's address: the list shows others' answers."""
    return f"{project}/data?labeling=1"


def need_project(studio: Studio, workspace: Workspace, role: str = MAIN) -> Json:
    project = find_project(studio, workspace, role)
    if project is None and role == MAIN:
        raise ConfigError(
            f"{studio.url} has no project of this workspace",
            "send the chunks first with `annotate push`",
        )
    if project is None:
        raise ConfigError(
            f"{studio.url} has no {role} project of this workspace",
            f"send what is in conflict first with `annotate {role} push`",
        )
    return project


@dataclass(frozen=True)
class ProjectPlan:
    """What must happen to the project; `settings` are only those that differ.

    `differences` says so for people; `page` is how the labelling page changes.
    """

    project_id: int | None
    settings: Json
    differences: tuple[str, ...] = ()
    page: PageChange = _SAME

    @property
    def creates(self) -> bool:
        return self.project_id is None


def plan_project(project: Json | None, wanted: Json) -> ProjectPlan:
    """Compare the server's project with what the schema and the settings ask for."""
    if project is None:
        return ProjectPlan(None, wanted)
    differing = {
        key: value
        for key, value in wanted.items()
        if _kept(project.get(key)) != value and (key in project or key != LOCK)
    }
    page = compare_pages(project.get("label_config") or "", wanted["label_config"])
    lines = tuple(_differences(project, differing, page))
    return ProjectPlan(int(project["id"]), differing, lines, page)


def _differences(project: Json, differing: Json, page: PageChange) -> Iterator[str]:
    for key, value in differing.items():
        if key == "label_config":
            yield from page.lines()
        elif len(str(value)) > _LONGEST_SHOWN:
            yield f"{key.replace('_', ' ')}: other wording"
        else:
            yield f"{key.replace('_', ' ')}: {project.get(key)} becomes {value}"


def _kept(value: Any) -> Any:
    """Bring a setting to how the server keeps it: without white space around a text."""
    return value.strip() if isinstance(value, str) else value


def check_losses(plan: ProjectPlan, project: Json | None, studio: Studio) -> None:
    """Refuse a page that takes away what answers or drafts refer to.

    Raises `RefusedError` with the answers that are affected.
    """
    if project is None or not plan.page.removed:
        return
    losses = Losses(frozenset(plan.page.removed))
    project_id = int(project["id"])
    for task in studio.tasks(project_id, answers=True):
        losses.look_at({"id": task["id"], "annotations": task["annotations"]})
    for task_id in studio.drafted_tasks(project_id):
        losses.look_at({"id": task_id, "drafts": studio.drafts(task_id)})
    if losses.places:
        raise RefusedError(
            f"the schema takes away what {losses.count} answers in project {project_id} use",
            "put it back into the schema, or change these answers in Label Studio first; "
            "`annotate push --dry-run` shows when nothing is lost any more",
            tuple(losses.lines()),
        )


def wanted_settings(workspace: Workspace, purpose: Purpose) -> Json:
    """All settings of the project, as the server keeps them."""
    studio = workspace.settings.studio
    wanted = {
        "title": purpose.title,
        "description": f"Kept by annotate, which finds it by this mark: "
        f"{marker(workspace, purpose.role)}",
        "label_config": purpose.page,
        "expert_instruction": purpose.instructions,
        "show_instruction": True,
        "show_collab_predictions": True,
        "enable_empty_annotation": True,
        "maximum_annotations": purpose.annotators,
        **_labelling(studio),
    }
    return {key: _kept(value) for key, value in wanted.items()}


def _labelling(studio: StudioSettings) -> Json:
    return {
        "sampling": SAMPLING[studio.sampling],
        "skip_queue": SKIPPED[studio.skipped],
        "show_skip_button": studio.skip_button,
        LOCK: studio.lock_seconds,
    }


def apply_project(
    plan: ProjectPlan, project: Json, studio: Studio, workspace: Workspace, purpose: Purpose
) -> Json:
    """Create or change the project as planned; its labelling page is noted before and after."""
    if project:
        settle_intent(workspace, project)
    if plan.settings:
        note_intent(workspace, purpose, project, studio.clock())
    if plan.project_id is None:
        project = _create_once(plan, studio, workspace, purpose.role)
    elif plan.settings:
        project = studio.update_project(plan.project_id, **plan.settings)
    note_applied(workspace, purpose, project, studio.clock())
    return project


def _create_once(plan: ProjectPlan, studio: Studio, workspace: Workspace, role: str) -> Json:
    """Create the project; after a lost answer, look whether it was made before giving up."""
    created: Json = {}
    try:
        created = studio.create_project(**plan.settings)
    except DoubtfulError:
        if find_project(studio, workspace, role) is None:
            raise
    found = own_projects(studio, workspace, role)
    delete_twins(studio, found)
    used = int(found[0]["id"])
    return created | found[0] if created.get("id") == used else studio.project(used)


def overlap_warning(workspace: Workspace) -> str | None:
    """Say when a share of the articles is to go to no more people than all others."""
    studio = workspace.settings.studio
    if studio.overlap_share and studio.overlap_annotators <= studio.annotators_per_chunk:
        return (
            "overlap_share does nothing while overlap_annotators is not above annotators_per_chunk"
        )
    return None
