"""Fetches answers into the ledger: every version as received, deletions as tombstones.

A pull reads the tasks that were touched since the last one, and some time before it: servers
write the time of a change before others can see it. Counts then tell whether anything escaped
it, as deleted tasks do; if so, or when there was no pull yet, all answers are read.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from annotate.errors import RefusedError
from annotate.labels.pseudonyms import SECRET_BYTES, Pseudonyms, open_pseudonyms
from annotate.labels.shelf import MAIN
from annotate.ledger import Ledger, now
from annotate.studio.ahead import begun
from annotate.studio.answers import Answers, Brought
from annotate.studio.client import Studio
from annotate.studio.connect import connect
from annotate.studio.cursor import Cursor, read_cursor, write_cursor
from annotate.studio.project import need_project
from annotate.studio.sent import Sent, read_sending, same_project
from annotate.studio.tasks import text_sha256
from annotate.workspace import Workspace, lock

if TYPE_CHECKING:
    from concurrent.futures import Future

Json = dict[str, Any]
Progress = Callable[[int, int], None]
Rows = Callable[[Sequence[Json]], None]
Emails = dict[int, str]  # by user id
WINDOW = timedelta(seconds=120)  # how long a change may stay unseen by others
PAGE = 200  # tasks read at once
LOOKS = 2  # at what was touched: people go on while it is read


@dataclass(frozen=True)
class PullReport:
    """What a pull found.

    `skipped` counts the skips among the answers on the server, `foreign` the tasks there that
    the ledger does not know.
    """

    new: int
    changed: int
    deleted: int
    skipped: int
    unchanged: int
    foreign: int


def pull(
    workspace: Workspace,
    *,
    role: str = MAIN,
    dry_run: bool = False,
    full: bool = False,
    progress: Progress | None = None,
    arrived: Rows | None = None,
    studio: Studio | None = None,
) -> PullReport:
    """Bring the ledger up to the server's project of a role; nothing is ever removed from it.

    `full` reads every answer and compares it. `arrived` hears of rows once the ledger has them,
    while the server is at work on the next. Raises `ConfigError`, `InputError`, `RemoteError`
    (safe to run again) or `RefusedError`.
    """
    with lock(workspace, "pull"):
        studio = studio or connect(workspace)
        found = need_project(studio, workspace, role)
        hears = progress or _silent, arrived or _unheard
        puller = _Puller(workspace, studio, found, *hears, role=role, dry_run=dry_run)
        return puller.run(full=full)


def _silent(_done: int, _total: int) -> None:
    return


def _unheard(_rows: Sequence[Json]) -> None:
    return


class _Puller:
    """One pull of one project."""

    def __init__(
        self,
        workspace: Workspace,
        studio: Studio,
        project: Json,
        progress: Progress,
        arrived: Rows,
        *,
        role: str,
        dry_run: bool,
    ) -> None:
        self.workspace, self.studio, self.project = workspace, studio, project
        self.role = role
        self.project_id = int(project["id"])
        self.progress, self.arrived, self.dry_run = progress, arrived, dry_run
        self.since = _server_time(studio) - WINDOW  # from here on, the next pull reads again
        self.at = now()
        self.ledger = Ledger(workspace.labels / "annotations.jsonl")
        self._used = set[str]()
        self.foreign_answers = 0
        self.as_many = False  # tasks on the server as the ledger has, when last looked at
        self.new, self.changed = set[int](), set[int]()
        self.deleted = 0

    def _look_up(self) -> None:
        """Read the ledger, and open the pseudonyms that it was written with.

        Done while the server is at work, and before anything is written: a wrong secret refuses.
        """
        _ = self.people

    @cached_property
    def answers(self) -> Answers:
        """The answers that the ledger has, which is read when they are asked for."""
        own = _own(self.ledger, self.project, self._used)
        return Answers(self.project, own, self.ledger.row_at, self.role)

    @cached_property
    def people(self) -> _People:
        _ = self.answers  # with them it is known which secrets were used
        return _People(self.studio, _pseudonyms(self.workspace, self._used, dry_run=self.dry_run))

    def run(self, *, full: bool) -> PullReport:
        """Read what may have changed, or everything."""
        cursor = read_cursor(self.workspace, self.role)
        if cursor is not None and not cursor.fits(self.project, self.ledger):
            cursor = None
        if full or cursor is None or cursor.upto is not None:
            self._read_all(None if full else cursor, every=full)
        elif not self._catch_up(cursor):
            self._read_all(None, every=False)
        return self._report()

    def _catch_up(self, cursor: Cursor) -> bool:
        """Read what was touched since the last pull; returns whether the counts are right then."""
        self.foreign_answers = cursor.foreign_answers
        for _ in range(LOOKS):
            pages = self.studio.changed_tasks(self.project_id, cursor.moment, PAGE)
            self._look_up()
            for page in pages:
                self._compare([int(task["id"]) for task in page], page)
            if self._is_complete():
                self._keep_cursor()
                return True
        return False

    def _is_complete(self) -> bool:
        """Whether the server counts as many answers as are known now, deleted tasks done with."""
        project = self._counted()
        sending = read_sending(self._tasks_ledger(), project)
        self.as_many = int(project["task_number"]) == len(sending.present)
        if not self.as_many:
            self._bury(self.studio.task_ids(self.project_id))
        return self._counts_agree(project)

    def _counted(self) -> Json:
        return self.studio.project_counts(self.project_id)

    def _counts_agree(self, project: Json) -> bool:
        return _answer_count(project) == len(self.answers) + self.foreign_answers

    def _read_all(self, cursor: Cursor | None, *, every: bool, ask: bool = False) -> None:
        """Read all answers, in order of task; goes on where one was broken off.

        `every` also looks at each task without an answer. Which tasks there are says the ledger,
        as long as the server counts as many and all of them are found there; else, and with
        `ask`, the server: it takes a fifth as long over that as over all that is in them.
        """
        if cursor is not None:
            self.since, self.foreign_answers = cursor.moment, cursor.foreign_answers
        else:
            self.foreign_answers = 0
        upto = cursor.upto if cursor is not None and cursor.upto is not None else 0
        emails = begun(self.studio.emails)  # while the ledger is read
        ids = None if ask else self._known_ids()
        self.as_many = ids is not None
        if ids is None:
            ids = self.studio.task_ids(self.project_id)
        found = self._read_tasks(ids, upto, emails, every=every)
        if not self.as_many:
            self._bury(ids)
        elif not found or not (every or self._counts_agree(self._counted())):
            self._read_all(None, every=True, ask=True)
        self._keep_cursor()

    def _read_tasks(
        self, ids: Sequence[int], upto: int, emails: Future[Emails], *, every: bool
    ) -> bool:
        """Read the answers of some tasks behind `upto`; False if `every` missed one of them."""
        left = [task_id for task_id in ids if task_id > upto]
        done = len(ids) - len(left)
        found = True
        parts = self.studio.parts_of(left)
        exports = self.studio.exports(self.project_id, parts, every=every)
        self._look_up()
        self.people.meet(emails.result())
        for part, tasks in zip(parts, exports, strict=True):
            self._compare(part, tasks)
            found = found and not (every and len(tasks) < len(part))
            self.foreign_answers += sum(map(_foreign_answers, tasks))
            self._keep_cursor(upto=part[-1])
            done += len(part)
            self.progress(done, len(ids))
        return found

    def _known_ids(self) -> list[int] | None:
        """Give the tasks that the ledger knows, in order; None where the server counts others."""
        present = read_sending(self._tasks_ledger(), self.project).present
        counted = int(self._counted()["task_number"])
        known = sorted(sent.task_id for sent in present.values())
        return known if counted == len(known) else None

    def _compare(self, task_ids: Sequence[int], tasks: Sequence[Json]) -> None:
        """Bring the answers of some tasks into the ledger."""
        rows = [row for task in tasks for row in self._rows(task)]
        self._add(self.answers.compare(task_ids, rows, self.at))

    def _bury(self, task_ids: Collection[int]) -> None:
        """Leave tombstones for the answers of tasks that are gone, and for the tasks.

        `task_ids` are those that the server has now.
        """
        there = set(task_ids)
        self._add(Brought(self.answers.without(there, self.at), [], []))
        if self.dry_run:
            return
        try:
            with lock(self.workspace, "push"):
                present = read_sending(self._tasks_ledger(), self.project).present
                gone = {key: sent for key, sent in present.items() if sent.task_id not in there}
                self._tasks_ledger().append(self._gone(key, sent) for key, sent in gone.items())
        except RefusedError:
            return  # the push that holds the lock sees them itself

    def _gone(self, key: str, sent: Sent) -> Json:
        return {
            "event": "deleted",
            "batch": None,
            "role": self.role,
            "chunk_id": key,
            "task_id": sent.task_id,
            **self.answers.project,
            "text_sha256": sent.text_sha256,
            "schema_version": sent.schema_version,
            "at": self.at,
        }

    def _add(self, brought: Brought) -> None:
        self.new.update(row["annotation_id"] for row in brought.new)
        self.changed.update(row["annotation_id"] for row in brought.changed)
        self.deleted += len(brought.deleted)
        if not self.dry_run:
            self.ledger.append(brought.rows)
            self.arrived(brought.rows)

    def _rows(self, task: Json) -> Iterator[Json]:
        """Give the answers of a task as ledger rows."""
        chunk_id, text = task["data"].get("chunk_id"), task["data"].get("text")
        seen = text_sha256(text) if isinstance(text, str) else None
        for annotation in task.get("annotations") or () if chunk_id is not None else ():
            yield {
                "event": "annotation",
                "pulled_at": self.at,
                "role": self.role,
                **self.answers.project,
                "chunk_id": str(chunk_id),
                "task_id": int(task["id"]),
                "annotation_id": int(annotation["id"]),
                "annotator": self.people.name(annotation["completed_by"]),
                "pseudonym_key": self.people.names.fingerprint,
                "text_sha256": seen,
                "annotation": annotation,
            }

    def _keep_cursor(self, upto: int | None = None) -> None:
        if self.dry_run:
            return
        write_cursor(
            self.workspace,
            Cursor(
                **self.answers.project,
                since=self.since.isoformat(),
                ledger_bytes=self.ledger.end,
                fingerprint=self.ledger.fingerprint(self.ledger.end),
                pulled_at=self.at,
                foreign_answers=self.foreign_answers,
                upto=upto,
            ),
            self.role,
        )

    def _tasks_ledger(self) -> Ledger:
        return Ledger(self.workspace.labels / "tasks.jsonl")

    def _foreign(self) -> int:
        """Count the tasks on the server that the ledger does not know."""
        sent = read_sending(self._tasks_ledger(), self.project).present
        return max(0, int(self._counted()["task_number"]) - len(sent))

    def _report(self) -> PullReport:
        changed = self.changed - self.new
        touched = (self.new | changed) & self.answers.known.keys()
        return PullReport(
            new=len(self.new),
            changed=len(changed),
            deleted=self.deleted,
            skipped=self.answers.skips,
            unchanged=len(self.answers) - len(touched),
            foreign=0 if self.as_many else self._foreign(),
        )


class _People:
    """The annotators' pseudonyms by user id; who is not known yet is asked for."""

    def __init__(self, studio: Studio, names: Pseudonyms) -> None:
        self.studio, self.names = studio, names
        self._emails: Emails = {}

    def meet(self, emails: Emails) -> None:
        """Get to know people by their e-mail addresses."""
        self._emails |= emails

    def name(self, user_id: int | None) -> str:
        """Name a person by the e-mail address, or, once the account is gone, by its number."""
        if user_id is None:
            return self.names.of(None)
        if user_id not in self._emails:
            self._emails[user_id] = f"user {user_id} of {self.studio.url}"
            self.meet(self.studio.emails())
        return self.names.of(self._emails[user_id])


def _pseudonyms(workspace: Workspace, used: set[str], *, dry_run: bool) -> Pseudonyms:
    """Open the pseudonyms; a dry run makes no secret, and its names are for nobody to see."""
    if dry_run and not used and not (workspace.private / "secret").exists():
        return Pseudonyms(secrets.token_bytes(SECRET_BYTES))
    return open_pseudonyms(workspace, ({"pseudonym_key": name} for name in used))


def _own(ledger: Ledger, project: Json, used: set[str]) -> Iterator[tuple[int, Json]]:
    """Read a project's rows; the fingerprints of all rows' pseudonym secrets are gathered."""
    for place, row in ledger.placed():
        used.add(row["pseudonym_key"])
        if same_project(row, project):
            yield place, row


def _foreign_answers(task: Json) -> int:
    """Count the answers of a task that is no chunk."""
    return len(task.get("annotations") or ()) if task["data"].get("chunk_id") is None else 0


def _answer_count(project: Json) -> int:
    return int(project["total_annotations_number"]) + int(project["skipped_annotations_number"])


def _server_time(studio: Studio) -> datetime:
    """Tell the server's time, so that the clocks of two machines need not agree."""
    return parsedate_to_datetime(studio.clock()).astimezone(UTC)
