"""Sends chunks in batches: the intent in the ledger before each, the result after it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from annotate.labels.shelf import REVIEW
from annotate.studio.batch import Batch
from annotate.studio.client import Studio
from annotate.studio.copies import Copy
from annotate.studio.errand import Errand
from annotate.studio.predictions import LateProposals
from annotate.studio.records import Records
from annotate.studio.tasks import Task, data_sha256, each_task
from annotate.workspace import Workspace

Progress = Callable[[int, int], None]
BATCH_BYTES = 16_000_000
FIRST = 400  # tasks: the server is soon at work, while more are made ready


class Sender:
    """The chunks of one push on their way.

    A batch has at most `most` tasks: half as many as one that was cut off, and then slowly more.
    `sent` are those that were sent, `created` those of them that are known to have arrived;
    `predicted` counts the new ones with predicted regions, `proposed` those that stood already
    and got some; `slowest` is how many seconds an import took at most.
    """

    def __init__(
        self,
        workspace: Workspace,
        studio: Studio,
        records: Records,
        errand: Errand,
        progress: Progress,
    ) -> None:
        self.workspace, self.studio, self.records = workspace, studio, records
        self.proposals, self.annotators = errand.proposals, errand.purpose.annotators
        self.always_shown = errand.purpose.role == REVIEW
        self.progress = progress
        self.settings = workspace.settings.studio
        self.most = self.settings.batch_size
        self.sent, self.created = set[str](), set[str]()
        self.predicted = self.proposed = 0
        self.slowest = 0.0

    def tasks(self, keys: Collection[str]) -> Iterator[Task]:
        """Read some tasks from the corpus, in its order."""
        if keys:
            chosen = set(keys)
            every = each_task(self.workspace, self.records.schema_version)
            yield from (task for task in every if task.chunk.id in chosen)

    def send(self, keys: Sequence[str]) -> bool:
        """Send chunks, batch by batch; False as soon as it is unknown whether one arrived.

        One request is under way at a time; what comes before and after it is done beside it.
        """
        from concurrent.futures import ThreadPoolExecutor

        under_way: Batch | None = None
        with ThreadPoolExecutor(1) as pool:
            for batch in self._batches(keys):
                self._intend(batch)
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

    def found(self, keys: Collection[str]) -> None:
        """Count what was found on the server and was sent by this push."""
        self.created.update(self.sent.intersection(keys))

    def propose(self, keys: Collection[str]) -> None:
        """Send what new rules propose in those of some chunks that stand on the server."""
        standing = [key for key in keys if key in self.records.sending.present]
        if standing:
            settle = self.settings.settle + self.slowest
            late = LateProposals(self.studio, self.records, self.proposals, settle)
            self.proposed = late.send(standing, self.tasks)

    def show_proposals(self) -> None:
        """Let the page show the predictions just sent; a server refuses a version it has none of.

        A project shows those of one version; an import leaves it at any of those it brought. An
        answer keeps the one that it was made from.
        """
        standing = self.always_shown and self.records.sending.present
        if not (self.predicted or self.proposed or standing):
            return
        project_id, version = self.records.project_id, self.proposals.model_version
        if self.studio.project(project_id)["model_version"] != version:
            self.studio.update_project(project_id, model_version=version)

    def _batches(self, keys: Collection[str]) -> Iterator[Batch]:
        batch, room = self._batch(), min(FIRST, self.most)
        for task in self.tasks(keys):
            batch.add(task)
            if len(batch) == room or batch.size > BATCH_BYTES:
                yield batch
                batch, room = self._batch(), self.most
        if batch:
            yield batch

    def _batch(self) -> Batch:
        return Batch(self.studio, self.records.project_id, self.proposals)

    def _intend(self, batch: Batch) -> None:
        """Write down that a batch is about to be sent."""
        self.records.write(
            self.records.row("intent", key, task_id=None, batch=batch.name) for key in batch.keys
        )

    def _is_certain(self, batch: Batch) -> bool:
        certain = batch.is_certain()
        self.slowest = max(self.slowest, batch.seconds)
        if batch.cut_off:
            self.most = max(1, len(batch) // 2)
        elif certain:
            self.most = min(self.settings.batch_size, self.most + self.most // 4 + 1)
        return certain

    def _arrived(self, batch: Batch, total: int) -> None:
        """Write down which tasks a batch has become."""
        if batch.ids is None:  # a background import tells none: the keys are read in the end
            return
        copies = [
            Copy(task_id, False, batch.name, data_sha256(task.data), self.annotators)
            for task_id, task in zip(batch.ids, batch.tasks, strict=True)
        ]
        versions = [self.records.wanted[key].model_version for key in batch.keys]
        self.records.write(map(self.records.present, batch.tasks, copies, versions))
        self.predicted += batch.predicted
        self.created.update(batch.keys)
        self.progress(len(self.created), total)
