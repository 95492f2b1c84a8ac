"""Brings Label Studio up to the workspace: every chunk stands there exactly once.

The key is `chunk_id` in `task.data`: imports never look for duplicates, and SQLite gives task
ids out a second time. Before a batch is sent the ledger holds the intent, after it the result.
When an answer is lost, the server is left alone until it is still, read, and the plan is made
anew from what stands there. Each task carries the name of its batch, so that copies which a
lost answer made can be told from anybody else's, and taken off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from annotate.corpus.freshness import stale_warning
from annotate.errors import RemoteError
from annotate.labels.controls import control_ids
from annotate.labels.shelf import MAIN
from annotate.ledger import Ledger
from annotate.schema import load_schema
from annotate.studio.applied import render_warning, version_warning
from annotate.studio.client import Studio
from annotate.studio.connect import connect
from annotate.studio.copies import Copies
from annotate.studio.cursor import Besides, write_besides
from annotate.studio.errand import Errand
from annotate.studio.faults import SMALLER
from annotate.studio.mender import Mender
from annotate.studio.overlap import wanted_overlap
from annotate.studio.plan import PushPlan, Wanted, plan_push, unproposed
from annotate.studio.predictions import Proposals
from annotate.studio.project import (
    LOCK,
    ProjectPlan,
    address_of,
    apply_project,
    check_losses,
    delete_twins,
    overlap_warning,
    own_projects,
    plan_project,
    wanted_settings,
)
from annotate.studio.purpose import labelling
from annotate.studio.records import Records
from annotate.studio.sender import Sender
from annotate.studio.survey import Survey
from annotate.studio.tasks import Task, data_sha256, each_task
from annotate.workspace import Workspace, lock

Json = dict[str, Any]
Progress = Callable[[int, int], None]
Warn = Callable[[str], None]
FRUITLESS = 4  # rounds that bring nothing forward, before a push gives up


@dataclass(frozen=True)
class PushReport:
    """What a push did.

    `changed` counts tasks whose title or context was renewed, `shared` those whose number of
    annotators was set, `removed` the surplus copies taken off, `duplicates` those that stay,
    `predicted` the new tasks with predicted regions, `proposed` those that stood already and
    got some of a new version; in a plan, those that a new version would look at.
    """

    project_id: int | None
    created: int
    present: int
    changed: int
    duplicates: int
    gone: int
    address: str | None
    removed: int = 0
    shared: int = 0
    differences: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    predicted: int = 0
    proposed: int = 0


def push(
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
    """Bring Label Studio up to the workspace; a second push sends nothing.

    `warn` hears each warning of the report before anything is changed. `full` reads every key on
    the server even when its count is right. Raises `ConfigError`, `InputError`, `RemoteError`
    (safe to run again) or `RefusedError`.
    """
    schema = load_schema(workspace.schema_file)
    with lock(workspace, "push"):
        proposals = Proposals(schema, workspace.settings.studio)
        wanted = _wanted(workspace, schema.version, proposals)
        errand = Errand(labelling(workspace, schema), wanted, proposals)
        pusher = Pusher(workspace, studio or connect(workspace), errand, progress, warn)
        return pusher.run(dry_run=dry_run, again=again, repair=repair, full=full)


def _wanted(workspace: Workspace, version: str, proposals: Proposals) -> dict[str, Wanted]:
    settings, controls = workspace.settings.studio, control_ids(workspace)

    def overlap(task: Task) -> int:
        if task.chunk.id in controls:
            return settings.control_annotators
        return wanted_overlap(task.chunk.article_id, settings)

    return {
        task.chunk.id: Wanted(
            data_sha256(task.data),
            task.data["text_sha256"],
            overlap(task),
            proposals.version_for(task.chunk.id),
        )
        for task in each_task(workspace, version)
    }


def _planned(plan: PushPlan, url: str) -> PushReport:
    return PushReport(
        project_id=plan.project.project_id,
        created=len(plan.create),
        present=plan.present,
        changed=len(plan.change),
        duplicates=plan.duplicates,
        gone=len(plan.gone),
        address=address_of(url, plan.project.project_id),
        removed=len(plan.surplus),
        shared=len(plan.overlap),
        differences=plan.project.differences,
        proposed=len(plan.propose),
    )


def _silent(_done: int, _total: int) -> None:
    return


class Pusher:
    """One push: plan, apply, and plan again from what came of it. Its caller holds the lock."""

    def __init__(
        self,
        workspace: Workspace,
        studio: Studio,
        errand: Errand,
        progress: Progress | None = None,
        warn: Warn | None = None,
    ) -> None:
        self.warn = warn
        self.workspace, self.studio, self.wanted = workspace, studio, errand.wanted
        self.purpose, progress = errand.purpose, progress or _silent
        ledger = Ledger(workspace.labels / "tasks.jsonl")
        version, role = self.purpose.schema.version, self.purpose.role
        self.records = Records(ledger, version, errand.wanted, role)
        self.survey = Survey(workspace, studio, self.records, errand.wanted.keys())
        self.sender = Sender(workspace, studio, self.records, errand, progress)
        self.mender = Mender(studio, self.records, progress)
        self.projects: list[Json] = []

    def run(self, *, dry_run: bool, again: bool, repair: bool, full: bool) -> PushReport:
        """Carry the errand out, or, with `dry_run`, tell what that would do."""
        plan = self.plan(again=again, repair=repair, full=full or repair)
        told = tuple(self._warnings())
        if self.warn is not None:
            for warning in told:
                self.warn(warning)
        if dry_run:
            return replace(_planned(plan, self.studio.url), warnings=told)
        return replace(self.carry_out(plan, again=again, repair=repair), warnings=told)

    def _warnings(self) -> Iterator[str]:
        """Say what is better mended before this push than after it."""
        schema = self.purpose.schema
        found = [
            stale_warning(self.workspace),
            version_warning(self.workspace, schema, self.records.project),
            render_warning(self.workspace, schema),
        ]
        if self.purpose.role == MAIN:
            found.append(overlap_warning(self.workspace))
        yield from (warning for warning in found if warning)

    def plan(self, *, again: bool, repair: bool, full: bool) -> PushPlan:
        """Compare both sides; the server's keys are read only if the ledger may be wrong."""
        self.projects = own_projects(self.studio, self.workspace, self.purpose.role)
        wanted = wanted_settings(self.workspace, self.purpose)
        project = self._as_set(wanted) if self.projects else None
        project_plan = plan_project(project, wanted)
        check_losses(project_plan, project, self.studio)
        self.records.open(project)
        if project is not None and self.records.unsure and self.warn is not None:
            self.warn(
                "a push broke off; waiting until the server is at rest, to send nothing twice"
            )
        copies = {} if project is None else self.survey.compared(full=full)
        return self._planned(project_plan, copies, again=again, repair=repair)

    def _as_set(self, wanted: Json) -> Json:
        """Read those settings of the project that a push looks at."""
        project_id = int(self.projects[0]["id"])
        return self.studio.project_settings(project_id, sorted(wanted.keys() - {LOCK}), LOCK)

    def _planned(
        self, project: ProjectPlan, copies: Copies | None, *, again: bool, repair: bool
    ) -> PushPlan:
        sending = self.records.sending
        plan = plan_push(self.wanted, sending, copies, project, again=again, repair=repair)
        if copies is not None:
            return plan
        return replace(plan, duplicates=self.survey.besides.duplicates)

    def carry_out(self, first: PushPlan, *, again: bool, repair: bool) -> PushReport:
        """Carry a plan out, and what is left of it after faults, until nothing is left.

        Raises `RemoteError` when several rounds bring nothing forward.
        """
        plan, fruitless = self._after_project(first, again=again, repair=repair), 0
        while not plan.is_done:
            open_before = plan.open
            copies = self._applied(plan)
            self.survey.besides = self.survey.besides._replace(duplicates=plan.duplicates)
            plan = self._planned(first.project, copies, again=again, repair=repair)
            fruitless = 0 if plan.open < open_before else fruitless + 1
            if fruitless == FRUITLESS:
                raise RemoteError(
                    f"{plan.open} tasks are still not as they should be after {FRUITLESS} attempts",
                    "what was done is in the ledger; run `annotate push` again"
                    + (f", or {SMALLER}" if plan.create else ""),
                )
        self._note(plan)
        self.sender.propose(unproposed(self.wanted, self.records.sending))
        self.sender.show_proposals()
        besides = Besides(plan.duplicates, self.survey.besides.foreign)
        write_besides(self.workspace, self.records.project, besides, self.purpose.role)
        return self._report(first, plan)

    def _after_project(self, first: PushPlan, *, again: bool, repair: bool) -> PushPlan:
        """Bring the project up; some of its settings make the server change the tasks itself."""
        delete_twins(self.studio, self.projects)
        project, records = first.project, self.records
        rewrites = "maximum_annotations" in project.settings and not project.creates
        if rewrites:
            present = records.sending.present
            records.write(records.row("overlap", key, overlap=None) for key in present)
        records.project = apply_project(
            project, records.project, self.studio, self.workspace, self.purpose
        )
        if not rewrites:
            return first
        return self._planned(project, self.survey.copies(), again=again, repair=repair)

    def _applied(self, plan: PushPlan) -> Copies | None:
        """Do what a plan says; gives the server's keys where the ledger may be wrong after it."""
        if not self._apply(plan):
            return self.survey.settled(self.sender.slowest)
        right = not self.mender.misled and self.survey.is_complete(plan.duplicates)
        return None if right else self.survey.copies()

    def _apply(self, plan: PushPlan) -> bool:
        """Do what a plan says; returns whether all of it certainly happened."""
        self._note(plan)
        self.mender.misled = False
        for key, task_id in plan.surplus:
            self.mender.take_off(key, task_id)
        if not self.sender.send(plan.create):
            return False
        ids = dict(plan.change)
        self.mender.renew(self.sender.tasks(ids.keys()), ids)
        self.mender.share(plan.overlap)
        return True

    def _note(self, plan: PushPlan) -> None:
        """Write down what the server has and the ledger does not say."""
        records, found = self.records, dict(plan.unrecorded)
        records.write(records.row("deleted", key) for key, _ in plan.tombstones)
        records.write(
            records.present(task, found[task.chunk.id]) for task in self.sender.tasks(found.keys())
        )
        records.write(records.row("overlap", key, overlap=seen) for key, seen in plan.overlap_seen)
        self.sender.found(found.keys())

    def _report(self, first: PushPlan, last: PushPlan) -> PushReport:
        return PushReport(
            project_id=self.records.project_id,
            created=len(self.sender.created),
            present=first.present,
            changed=self.mender.changed,
            duplicates=last.duplicates,
            gone=len(first.gone),
            address=address_of(self.studio.url, self.records.project_id),
            removed=self.mender.removed,
            shared=self.mender.shared,
            differences=first.project.differences,
            predicted=self.sender.predicted,
            proposed=self.sender.proposed,
        )
