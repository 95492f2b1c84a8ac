"""What stands on the server, and whether the ledger can be taken at its word about it."""

from __future__ import annotations

import time
from collections.abc import Collection

from annotate.studio.client import Studio
from annotate.studio.copies import Copies, read_copies, with_drafts
from annotate.studio.cursor import Besides, read_besides
from annotate.studio.records import Records
from annotate.workspace import Workspace

_PAUSE = 0.5  # seconds between two looks at a server that is to be still
_IMPORT = 0.004  # seconds that a slow server takes to import one task


class Survey:
    """Reads the keys of one project's tasks, and no more of them than it must.

    `besides` counts the tasks there that the ledger does not speak of.
    """

    def __init__(
        self, workspace: Workspace, studio: Studio, records: Records, wanted: Collection[str]
    ) -> None:
        self.workspace, self.studio, self.records, self.wanted = workspace, studio, records, wanted
        self.besides = Besides()

    def compared(self, *, full: bool) -> Copies | None:
        """Read the server's keys; None when the ledger can be taken at its word."""
        if unsure := self.records.unsure:
            timeout = self.workspace.settings.studio.timeout
            return self.settled(slowest=min(timeout, _IMPORT * len(unsure)))
        present = self.records.sending.present
        self.besides = read_besides(self.workspace, self.records.project, self.records.role)
        counted = int(self.records.project["task_number"])
        if full or counted != len(present) + sum(self.besides):
            return self.copies()
        known = all(sent.overlap for key, sent in present.items() if key in self.wanted)
        return None if known else self.copies()

    def settled(self, slowest: float) -> Copies:
        """Read the keys once the number of tasks has not changed for a while.

        A request whose connection broke may still be at work: read at once, its tasks are not
        there yet, and sending again would double every one of them. It is waited for as long as
        `settle` says, and as the slowest import so far took; after a push that was killed, as
        long as a slow server takes for what is unsure, the timeout of a request at most.
        """
        wait = self.workspace.settings.studio.settle + slowest
        count, since = -1, time.monotonic()
        while time.monotonic() - since < wait:
            found = self._count()
            if found != count:
                count, since = found, time.monotonic()
            time.sleep(min(_PAUSE, wait))
        return self.copies()

    def copies(self) -> Copies:
        """Read the key of every task of the project."""
        project_id = self.records.project_id
        copies, foreign = read_copies(self.studio.tasks(project_id, answers=False))
        known = self.wanted | self.records.sending.present.keys()
        self.besides = Besides(0, foreign + len(copies.keys() - known))
        if all(len(each) == 1 for each in copies.values()):
            return copies
        return with_drafts(copies, self.studio.drafted_tasks(project_id))

    def is_complete(self, duplicates: int) -> bool:
        """Whether the server holds as many tasks as the ledger says, and as were there besides."""
        if self.records.unsure:
            return False
        known = len(self.records.sending.present) + duplicates + self.besides.foreign
        return self._count() == known

    def _count(self) -> int:
        return int(self.studio.project_counts(self.records.project_id)["task_number"])
