"""Sends the chunks in conflict to a project of their own, and fetches what people decide there.

A task shows what all annotators agree on as the beginning of the answer, and each version beside
it as a prediction, without a name. It is sent once: who answers differently later on changes
nothing in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotate.errors import ConfigError
from annotate.labels.regions import write_document, write_results
from annotate.labels.shelf import REVIEW, answers_on
from annotate.quality.conflicts import Conflict, Version, find_conflicts
from annotate.quality.ledgers import decisions
from annotate.schema import Schema, load_schema
from annotate.studio.client import Studio
from annotate.studio.connect import connect
from annotate.studio.errand import Errand
from annotate.studio.plan import Wanted
from annotate.studio.project import find_project
from annotate.studio.pull import PullReport, Rows, pull
from annotate.studio.purpose import reviewing
from annotate.studio.push import Progress, Pusher, PushReport, Warn
from annotate.studio.sent import same_project
from annotate.studio.tasks import Task, data_sha256, each_task
from annotate.workspace import Workspace, lock

Json = dict[str, Any]
AGREED = "agreed"  # the page begins with this prediction: the project is set to show it


class Versions:
    """What tasks of a review are sent with: the versions, and what they have in common."""

    model_version = AGREED

    def __init__(self, conflicts: Mapping[str, Conflict], schema: Schema) -> None:
        self._conflicts, self._schema = conflicts, schema

    def version_for(self, chunk_id: str) -> str | None:  # noqa: ARG002 - nothing is proposed later
        return None

    def of(self, task: Task) -> list[Json]:
        """Give the agreed part first; empty too, or the page would begin with a version."""
        conflict = self._conflicts[task.chunk.id]
        names = (f"version {chr(ord('A') + at)}" for at in range(len(conflict.versions)))
        named = [(AGREED, conflict.agreed), *zip(names, conflict.versions, strict=True)]
        return [self._spelled(name, version, task.chunk.text) for name, version in named]

    def _spelled(self, name: str, version: Version, text: str) -> Json:
        results = write_results(version.spans, version.relations, text, self._schema)
        return {"model_version": name, "result": [*results, *write_document(version.document)]}


def review_push(
    workspace: Workspace,
    *,
    dry_run: bool = False,
    again: bool = False,
    repair: bool = False,
    full: bool = False,
    progress: Progress | None = None,
    studio: Studio | None = None,
    warn: Warn | None = None,
) -> PushReport:
    """Send the chunks in conflict that the review does not have yet, each exactly once.

    What was decided in a project that is gone is sent into another only with `again`. Raises as
    `push` does, and `ConfigError` while there is nothing to decide and no review.
    """
    schema = load_schema(workspace.schema_file)
    studio = studio or connect(workspace)
    with lock(workspace, "push"):
        project = find_project(studio, workspace, REVIEW)
        decided = set() if again else decided_elsewhere(workspace, project)
        conflicts = find_conflicts(workspace)
        waiting = conflicts.keys() - decided
        wanted = {
            task.chunk.id: Wanted(data_sha256(task.data), task.data["text_sha256"], overlap=1)
            for task in each_task(workspace, schema.version)
            if task.chunk.id in waiting
        }
        if project is None and not wanted:
            raise _nothing_to_review(decided=bool(conflicts.keys() & decided))
        errand = Errand(reviewing(workspace, schema), wanted, Versions(conflicts, schema))
        pusher = Pusher(workspace, studio, errand, progress, warn)
        return pusher.run(dry_run=dry_run, again=again, repair=repair, full=full)


def decided_elsewhere(workspace: Workspace, project: Json | None) -> set[str]:
    """Name the chunks that were decided, but not in this project."""
    here, elsewhere = set[str](), set[str]()
    for row in answers_on(workspace.labels / "annotations.jsonl", REVIEW).rows():
        (here if project and same_project(row, project) else elsewhere).add(row["chunk_id"])
    return decisions(workspace).keys() - here if elsewhere - here else set()


def _nothing_to_review(*, decided: bool) -> ConfigError:
    """Refuse to make an empty project."""
    if decided:
        return ConfigError(
            "every chunk in conflict is decided already, so there is nothing to review",
            "`annotate review push --again` sends them once more",
        )
    return ConfigError(
        "no chunk is in conflict, so there is nothing to review",
        "`annotate pull` fetches what annotators answered; `annotate review list` tells of "
        "every chunk with several answers what the vote says",
    )


def review_pull(
    workspace: Workspace,
    *,
    dry_run: bool = False,
    full: bool = False,
    progress: Progress | None = None,
    arrived: Rows | None = None,
    studio: Studio | None = None,
) -> PullReport:
    """Fetch what was decided into the ledger, as `pull` does what was answered."""
    return pull(
        workspace,
        role=REVIEW,
        dry_run=dry_run,
        full=full,
        progress=progress,
        arrived=arrived,
        studio=studio,
    )
