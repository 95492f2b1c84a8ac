"""The regions that rules propose: in a new task, and in one that nobody has answered yet.

The key is the `model_version` of a prediction, which names schema version and rule set: a task
that has one of this version gets no second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from typing import Any, Protocol

from annotate.errors import RemoteError
from annotate.labels.predict import Predictor, is_predicted
from annotate.schema import Schema
from annotate.studio.client import Studio
from annotate.studio.faults import DoubtfulError
from annotate.studio.records import Records
from annotate.studio.tasks import Task
from annotate.workspace import StudioSettings

Json = dict[str, Any]
TASKS_A_REQUEST = 2000  # the server counts all of a project's tasks anew after each
ROUNDS = 3  # times that a lost answer is looked into


class Proposing(Protocol):
    """Gives the predictions that tasks are sent with; the page shows those of `model_version`."""

    @property
    def model_version(self) -> str: ...

    def version_for(self, chunk_id: str) -> str | None: ...

    def of(self, task: Task) -> list[Json]: ...


class Proposals:
    """Predicted regions of those chunks that are to have them.

    Some have none, drawn by a seed: against them the bias of the others is measured.
    """

    def __init__(self, schema: Schema, settings: StudioSettings) -> None:
        self.settings = settings
        self._predictor = Predictor(schema)
        self.model_version = self._predictor.model_version

    def version_for(self, chunk_id: str) -> str | None:
        """Name the rules that are to propose in a chunk; None where none are to."""
        share, seed = self.settings.unpredicted_share, self.settings.overlap_seed
        drawn = self.settings.predictions and is_predicted(chunk_id, share, seed)
        return self.model_version if drawn else None

    def of(self, task: Task) -> list[Json]:
        """Give the predictions to send with a task: one, or none where nothing is proposed.

        An empty one would be shown as nothing, and yet count as the origin of the answer.
        """
        if self.version_for(task.chunk.id) is None:
            return []
        prediction = self._predictor.predictions_of(task.chunk, task.language)
        return [prediction] if prediction["result"] else []


class LateProposals:
    """Gives tasks that stand already what a new schema or new rules propose in them.

    What an answer was made from stays as it was: a task that someone has answered, skipped or
    begun to answer gets nothing.
    """

    def __init__(
        self, studio: Studio, records: Records, proposals: Proposing, settle: float
    ) -> None:
        self.studio, self.records, self.proposals = studio, records, proposals
        self.project_id = int(records.project["id"])
        self.settle = settle
        self.sent = 0
        self.doubtful: frozenset[str] = frozenset()  # of the request whose answer was lost

    def send(
        self, keys: Collection[str], tasks: Callable[[Collection[str]], Iterator[Task]]
    ) -> int:
        """Send what is lacking, and write down what was looked at; gives the number of tasks.

        After a lost answer the server is read again. Raises `RemoteError`.
        """
        for _ in range(ROUNDS):
            lacking = self._lacking(keys)
            self._look_at(key for key in keys if key not in lacking)
            self.sent += len(self.doubtful - lacking)
            try:
                for proposed in self._batches(tasks(lacking)):
                    self._send(proposed)
            except DoubtfulError:
                time.sleep(self.settle)
                keys = [key for key in keys if self._is_open(key)]
                continue
            return self.sent
        raise RemoteError(
            f"Label Studio broke off {ROUNDS} times while it was sent predicted regions",
            "all tasks stand; run `annotate push` again for their predictions",
        )

    def _is_open(self, key: str) -> bool:
        return self.records.sending.chunks[key].model_version != self.proposals.model_version

    def _lacking(self, keys: Collection[str]) -> set[str]:
        """Find the chunks without a prediction of today's rules, and without an answer."""
        version, present = self.proposals.model_version, self.records.sending.present
        wanted = {present[key].task_id: key for key in keys if key in present}
        begun = self.studio.drafted_tasks(self.project_id)
        return {
            wanted[task["id"]]
            for task in self.studio.predictions(self.project_id)
            if task["data"].get("chunk_id") == wanted.get(task["id"], "")
            and not (task["total_annotations"] or task["cancelled_annotations"])
            and task["id"] not in begun
            and version not in {each["model_version"] for each in task["predictions"]}
        }

    def _look_at(self, keys: Iterable[str]) -> None:
        version = self.proposals.model_version
        known = self.records.sending.chunks
        self.records.write(
            self.records.row("predicted", key, model_version=version)
            for key in keys
            if key in known
        )

    def _batches(self, tasks: Iterator[Task]) -> Iterator[list[tuple[str, list[Json]]]]:
        proposed = ((task.chunk.id, self.proposals.of(task)) for task in tasks)
        while batch := list(islice(proposed, TASKS_A_REQUEST)):
            yield batch

    def _send(self, proposed: Collection[tuple[str, list[Json]]]) -> None:
        present = self.records.sending.present
        found = [
            {"task": present[key].task_id, **prediction}
            for key, predictions in proposed
            for prediction in predictions
        ]
        self.doubtful = frozenset(key for key, predictions in proposed if predictions)
        if found:
            self.studio.predict(self.project_id, found)
        self.doubtful = frozenset()
        self.sent += len(found)
        self._look_at(key for key, _ in proposed)
