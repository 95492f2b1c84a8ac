"""Changes tasks that stand on the server: their titles, for how many they are, surplus copies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from annotate.studio.client import Studio
from annotate.studio.copies import is_answered
from annotate.studio.faults import DoubtfulError
from annotate.studio.records import Records
from annotate.studio.tasks import RENEWED, Task, data_sha256

Json = dict[str, Any]
Progress = Callable[[int, int], None]


class Mender:
    """Brings single tasks up to the workspace; counts those that it changed.

    `misled` says whether a task was not what the ledger says.
    """

    def __init__(self, studio: Studio, records: Records, progress: Progress) -> None:
        self.studio, self.records, self.progress = studio, records, progress
        self.changed = self.shared = self.removed = 0
        self.misled = False

    def take_off(self, key: str, task_id: int) -> None:
        """Delete a surplus copy, unless someone has begun to answer it or its id is another's."""
        task = self._still(key, task_id)
        if task is None or is_answered(task):
            return
        if self.studio.drafted_tasks(self.records.project_id, task_id):
            return  # what others have begun is not shown with the task
        try:
            self.studio.delete_task(task_id)
        except DoubtfulError:
            self.misled = True
            return
        self.records.write([self.records.row("repaired", key, task_id=task_id)])
        self.removed += 1

    def renew(self, tasks: Iterable[Task], ids: dict[str, int]) -> None:
        """Send the title and context of some tasks anew; their text stays as the server has it."""
        for number, task in enumerate(tasks, 1):
            key = task.chunk.id
            there = self._still(key, ids[key])
            if there is not None:
                shown = {name: task.data[name] for name in RENEWED}
                self.studio.update_task(ids[key], data=there["data"] | shown)
                self.records.write(
                    [self.records.row("changed", key, data_sha256=data_sha256(task.data))]
                )
                self.changed += 1
            self.progress(number, len(ids))

    def share(self, overlaps: Sequence[tuple[str, int, int]]) -> None:
        """Set for how many people tasks are."""
        for number, (key, task_id, overlap) in enumerate(overlaps, 1):
            if self._still(key, task_id) is not None:
                self.studio.update_task(task_id, overlap=overlap)
                self.records.write([self.records.row("overlap", key, overlap=overlap)])
                self.shared += 1
            self.progress(number, len(overlaps))

    def _still(self, key: str, task_id: int) -> Json | None:
        """Read a task, if it still is that of a chunk: ids are given out again on SQLite."""
        task = self.studio.task(task_id)
        if task is not None and task["data"].get("chunk_id") == key:
            return task
        self.misled = True
        return None
