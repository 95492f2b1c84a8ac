"""Brings Label Studio up to the workspace: every chunk stands there exactly once.

The key is `chunk_id` in `task.data`: imports never look for duplicates, and SQLite gives task
ids out a second time. Before a batch is sent the ledger holds the intent, after it the result.
When an answer is lost, the server is left alone until it is still, read, and the plan is made
anew from what stands there. Each task carries the name of its batch, so that copies which a
lost answer made can be told from anybody else's, and taken off.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from annotate.errors import RemoteError
from annotate.ledger import Ledger
from annotate.schema import Schema, load_schema
from annotate.studio.batch import Batch
from annotate.studio.client import Studio, connect
from annotate.studio.copies import (
    Copies,
    Copy,
    is_answered,
    read_copies,
    with_drafts,
)
from annotate.studio.cursor import Besides, read_besides, write_besides
from annotate.studio.faults import DoubtfulError
from annotate.studio.overlap import wanted_overlap
from annotate.studio.plan import PushPlan, Wanted, plan_push, unproposed
from annotate.studio.predictions import LateProposals, Proposals
from annotate.studio.project import (
    ProjectPlan,
    apply_project,
    check_losses,
    delete_twins,
    overlap_warning,
    own_projects,
    plan_project,
    version_warning,
    wanted_settings,
)
from annotate.studio.records import Records
from annotate.studio.tasks import RENEWED, Task, data_sha256, each_task
from annotate.workspace import Workspace, lock

Json = dict[str, Any]
Progress = Callable[[int, int], None]
FRUITLESS = 4  # rounds that bring nothing forward, before a push gives up
BATCH_CHARACTERS = 8_000_000
_PAUSE = 0.5  # seconds between two looks at a server that is to be still


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
) -> PushReport:
    """Bring Label Studio up to the workspace; a second push sends nothing.

    `full` reads every key on the server even when its count is right. Raises `ConfigError`,
    `InputError`, `RemoteError` (safe to run again) or `RefusedError`.
    """
    schema = load_schema(workspace.schema_file)
    with lock(workspace, "push"):
        proposals = Proposals(schema, workspace.settings.studio)
        wanted = _wanted(workspace, schema, proposals)
        studio = studio or connect(workspace)
        pusher = _Pusher(workspace, studio, schema, wanted, proposals, progress=progress or _silent)
        plan = pusher.plan(again=again, repair=repair, full=full or repair)
        warnings = (version_warning(workspace, schema, pusher.project), overlap_warning(workspace))
        told = tuple(warning for warning in warnings if warning)
        if dry_run:
            return replace(_planned(plan, studio.url), warnings=told)
        return replace(pusher.carry_out(plan, again=again, repair=repair), warnings=told)


def _wanted(workspace: Workspace, schema: Schema, proposals: Proposals) -> dict[str, Wanted]:
    return {
        task.chunk.id: Wanted(
            data_sha256(task.data),
            task.data["text_sha256"],
            wanted_overlap(task.chunk.article_id, workspace.settings.studio),
            proposals.version_for(task.chunk.id),
        )
        for task in each_task(workspace, schema.version)
    }


def _planned(plan: PushPlan, url: str) -> PushReport:
    return PushReport(
        project_id=plan.project.project_id,
        created=len(plan.create),
        present=plan.present,
        changed=len(plan.change),
        duplicates=plan.duplicates,
        gone=len(plan.gone),
        address=_address(url, plan.project.project_id),
        removed=len(plan.surplus),
        shared=len(plan.overlap),
        differences=plan.project.differences,
        proposed=len(plan.propose),
    )


def _address(url: str, project_id: int | None) -> str | None:
    return f"{url}/projects/{project_id}" if project_id else None


def _silent(_done: int, _total: int) -> None:
    return


class _Pusher:
    """One push: what it compares, and the door and ledger it writes through."""

    def __init__(
        self,
        workspace: Workspace,
        studio: Studio,
        schema: Schema,
        wanted: Mapping[str, Wanted],
        proposals: Proposals,
        *,
        progress: Progress,
    ) -> None:
        self.workspace, self.studio, self.schema = workspace, studio, schema
        self.wanted, self.progress = wanted, progress
        self.settings = workspace.settings.studio
        self.proposals = proposals
        ledger = Ledger(workspace.labels / "tasks.jsonl")
        self.records = Records(ledger, schema.version, wanted)
        self.projects: list[Json] = []
        self.project: Json = {}
        self.besides = Besides()
        self.misled = False  # whether a task was not what the ledger says
        self.sent: set[str] = set()  # chunks that this push has sent
        self.created: set[str] = set()  # those of them that are known to have arrived
        self.changed = self.shared = self.removed = self.predicted = self.proposed = 0
        self.slowest = 0.0  # seconds that an import took so far

    def plan(self, *, again: bool, repair: bool, full: bool) -> PushPlan:
        """Compare both sides; the server's keys are read only if the ledger may be wrong."""
        self.projects = own_projects(self.studio, self.workspace)
        project = self.studio.project(int(self.projects[0]["id"])) if self.projects else None
        project_plan = plan_project(project, wanted_settings(self.workspace, self.schema))
        check_losses(project_plan, project, self.studio)
        self.records.open(project)
        copies: Copies | None = {}
        if project is not None:
            self.project = project
            copies = self._compared(full=full)
        return self._planned(project_plan, copies, again=again, repair=repair)

    def _compared(self, *, full: bool) -> Copies | None:
        """Read the server's keys; None when the ledger can be taken at its word."""
        if self.records.unsure:
            return self._settled()
        present = self.records.sending.present
        self.besides = read_besides(self.workspace, self.project)
        if full or int(self.project["task_number"]) != len(present) + sum(self.besides):
            return self._copies()
        known = all(sent.overlap for key, sent in present.items() if key in self.wanted)
        return None if known else self._copies()

    def _planned(
        self, project: ProjectPlan, copies: Copies | None, *, again: bool, repair: bool
    ) -> PushPlan:
        sending = self.records.sending
        plan = plan_push(self.wanted, sending, copies, project, again=again, repair=repair)
        return plan if copies is not None else replace(plan, duplicates=self.besides.duplicates)

    def carry_out(self, first: PushPlan, *, again: bool, repair: bool) -> PushReport:
        """Carry a plan out, and what is left of it after faults, until nothing is left.

        Raises `RemoteError` when several rounds bring nothing forward.
        """
        plan, fruitless = self._after_project(first, again=again, repair=repair), 0
        while not plan.is_done:
            open_before = plan.open
            copies = self._applied(plan)
            self.besides = self.besides._replace(duplicates=plan.duplicates)
            plan = self._planned(first.project, copies, again=again, repair=repair)
            fruitless = 0 if plan.open < open_before else fruitless + 1
            if fruitless == FRUITLESS:
                raise RemoteError(
                    f"{plan.open} tasks are still not as they should be after {FRUITLESS} attempts",
                    "what was done is in the ledger; run `annotate push` again",
                )
        self._note(plan)
        self._propose()
        self._show_proposals()
        write_besides(self.workspace, self.project, plan.duplicates, self.besides.foreign)
        return self._report(first, plan)

    def _after_project(self, first: PushPlan, *, again: bool, repair: bool) -> PushPlan:
        """Bring the project up; some of its settings make the server change the tasks itself."""
        delete_twins(self.studio, self.projects)
        project = first.project
        rewrites = "maximum_annotations" in project.settings and not project.creates
        if rewrites:
            self.records.write(
                self.records.row("overlap", key, overlap=None)
                for key in self.records.sending.present
            )
        self.project = apply_project(
            project, self.project, self.studio, self.workspace, self.schema
        )
        self.records.project = self.project
        if not rewrites:
            return first
        return self._planned(project, self._copies(), again=again, repair=repair)

    def _applied(self, plan: PushPlan) -> Copies | None:
        """Do what a plan says; gives the server's keys where the ledger may be wrong after it."""
        if not self._apply(plan):
            return self._settled()
        return None if self._is_complete(plan) else self._copies()

    def _propose(self) -> None:
        """Send what new rules propose in tasks that stand already."""
        keys = unproposed(self.wanted, self.records.sending)
        standing = [key for key in keys if key in self.records.sending.present]
        if standing:
            late = LateProposals(
                self.studio, self.records, self.proposals, self.settings.settle + self.slowest
            )
            self.proposed = late.send(standing, self._tasks)

    def _show_proposals(self) -> None:
        """Let the page show the predictions just sent; a server refuses a version it has none of.

        A project shows those of one version. An answer keeps the one that it was made from.
        """
        version = self.proposals.model_version
        if (self.predicted or self.proposed) and self.studio.project(int(self.project["id"]))[
            "model_version"
        ] != version:
            self.studio.update_project(int(self.project["id"]), model_version=version)

    def _report(self, first: PushPlan, last: PushPlan) -> PushReport:
        project_id = int(self.project["id"])
        return PushReport(
            project_id=project_id,
            created=len(self.created),
            present=first.present,
            changed=self.changed,
            duplicates=last.duplicates,
            gone=len(first.gone),
            address=_address(self.studio.url, project_id),
            removed=self.removed,
            shared=self.shared,
            differences=first.project.differences,
            predicted=self.predicted,
            proposed=self.proposed,
        )

    def _apply(self, plan: PushPlan) -> bool:
        """Do what a plan says; returns whether all of it certainly happened."""
        self._note(plan)
        self.misled = False
        for key, task_id in plan.surplus:
            self._take_off(key, task_id)
        if not self._send(plan.create):
            return False
        if plan.change:
            self._renew(dict(plan.change))
        for number, (key, task_id, overlap) in enumerate(plan.overlap, 1):
            if self._still(key, task_id) is not None:
                self.studio.update_task(task_id, overlap=overlap)
                self.records.write([self.records.row("overlap", key, overlap=overlap)])
                self.shared += 1
            self.progress(number, len(plan.overlap))
        return True

    def _still(self, key: str, task_id: int) -> Json | None:
        """Read a task, if it still is that of a chunk: ids are given out again on SQLite."""
        task = self.studio.task(task_id)
        if task is not None and task["data"].get("chunk_id") == key:
            return task
        self.misled = True
        return None

    def _note(self, plan: PushPlan) -> None:
        """Write down what the server has and the ledger does not say."""
        self.records.write(self.records.row("deleted", key) for key, _ in plan.tombstones)
        found = dict(plan.unrecorded)
        self.records.write(
            self.records.present(task, found[task.chunk.id]) for task in self._tasks(found.keys())
        )
        self.records.write(
            self.records.row("overlap", key, overlap=seen) for key, seen in plan.overlap_seen
        )
        self.created |= found.keys() & self.sent

    def _take_off(self, key: str, task_id: int) -> None:
        """Delete a surplus copy, unless someone has begun to answer it or its id is another's."""
        task = self._still(key, task_id)
        if task is None or is_answered(task):
            return
        if self.studio.drafted_tasks(int(self.project["id"]), task_id):
            return  # what others have begun is not shown with the task
        try:
            self.studio.delete_task(task_id)
        except DoubtfulError:
            self.misled = True
            return
        self.records.write([self.records.row("repaired", key, task_id=task_id)])
        self.removed += 1

    def _send(self, keys: Sequence[str]) -> bool:
        """Send chunks, batch by batch; False as soon as it is unknown whether one arrived.

        One request is under way at a time; what comes before and after it is done beside it.
        """
        from concurrent.futures import ThreadPoolExecutor

        under_way: Batch | None = None
        with ThreadPoolExecutor(1) as pool:
            for tasks in self._batches(keys):
                batch = self._intended(tasks)
                if under_way and not self._is_certain(under_way):
                    return False
                batch.start(pool)
                self.sent.update(batch.keys)
                if under_way:
                    self._arrived(under_way, len(keys))
                under_way = batch
        if under_way and not self._is_certain(under_way):
            return False
        if under_way:
            self._arrived(under_way, len(keys))
        return True

    def _intended(self, tasks: Sequence[Task]) -> Batch:
        """Write down that a batch is about to be sent."""
        batch = Batch(self.studio, int(self.project["id"]), tasks, self.proposals)
        rows = (
            self.records.row("intent", key, task_id=None, batch=batch.name) for key in batch.keys
        )
        self.records.write(rows)
        return batch

    def _is_certain(self, batch: Batch) -> bool:
        certain = batch.is_certain()
        self.slowest = max(self.slowest, batch.seconds)
        return certain

    def _arrived(self, batch: Batch, total: int) -> None:
        """Write down which tasks a batch has become."""
        if batch.ids is None:  # a background import tells none: the keys are read in the end
            return
        overlap = self.settings.annotators_per_chunk
        copies = [
            Copy(task_id, False, batch.name, data_sha256(task.data), overlap)
            for task_id, task in zip(batch.ids, batch.tasks, strict=True)
        ]
        versions = [self.wanted[key].model_version for key in batch.keys]
        self.records.write(map(self.records.present, batch.tasks, copies, versions))
        self.predicted += sum(map(bool, batch.proposed))
        self.created.update(batch.keys)
        self.progress(len(self.created), total)

    def _tasks(self, keys: Collection[str]) -> Iterator[Task]:
        """Read some tasks from the corpus, in its order."""
        if keys:
            chosen = set(keys)
            every = each_task(self.workspace, self.schema.version)
            yield from (task for task in every if task.chunk.id in chosen)

    def _batches(self, keys: Collection[str]) -> Iterator[list[Task]]:
        batch, size = list[Task](), 0
        for task in self._tasks(keys):
            batch.append(task)
            size += len(task.chunk.text)
            if len(batch) == self.settings.batch_size or size > BATCH_CHARACTERS:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _renew(self, change: Mapping[str, int]) -> None:
        """Send the title and context of some tasks anew; their text stays as the server has it."""
        for number, task in enumerate(self._tasks(change.keys()), 1):
            key = task.chunk.id
            there = self._still(key, change[key])
            if there is not None:
                shown = {name: task.data[name] for name in RENEWED}
                self.studio.update_task(change[key], data=there["data"] | shown)
                self.records.write(
                    [self.records.row("changed", key, data_sha256=data_sha256(task.data))]
                )
                self.changed += 1
            self.progress(number, len(change))

    def _is_complete(self, plan: PushPlan) -> bool:
        """Whether the server holds as many tasks as the ledger says, and as were there besides."""
        if self.misled or self.records.unsure:
            return False
        counted = int(self.studio.project(int(self.project["id"]))["task_number"])
        return counted == (
            len(self.records.sending.present) + plan.duplicates + self.besides.foreign
        )

    def _settled(self) -> Copies:
        """Read the keys once the number of tasks has not changed for a while.

        A request whose connection broke may still be at work: read at once, its tasks are not
        there yet, and sending again would double every one of them. It is waited for as long as
        `settle` says, and as the slowest import so far took.
        """
        project_id, wait = int(self.project["id"]), self.settings.settle + self.slowest
        count, since = -1, time.monotonic()
        while time.monotonic() - since < wait:
            found = int(self.studio.project(project_id)["task_number"])
            if found != count:
                count, since = found, time.monotonic()
            time.sleep(min(_PAUSE, wait))
        return self._copies()

    def _copies(self) -> Copies:
        """Read the key of every task of the project."""
        project_id = int(self.project["id"])
        copies, foreign = read_copies(self.studio.tasks(project_id, answers=False))
        known = self.wanted.keys() | self.records.sending.present.keys()
        self.besides = Besides(0, foreign + len(copies.keys() - known))
        if all(len(each) == 1 for each in copies.values()):
            return copies
        return with_drafts(copies, self.studio.drafted_tasks(project_id))
