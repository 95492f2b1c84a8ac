"""Who changed what when, for one chunk: the rows of the ledgers told as events.

An answer is taken apart into facts, and a version is told as what differs from the version
before. Nothing is checked against the schema here: what an annotator once did stays told when
the schema has moved on. Replayed in order, the changes give every answer as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from hashlib import sha256
from typing import Any

from annotate.labels.configs import moment
from annotate.labels.facts import (
    SKIP,
    Arrow,
    Change,
    Facts,
    Mark,
    Reply,
    Skip,
    change_of,
    diff,
    facts_of,
)
from annotate.labels.shelf import REVIEW, AnswerKey

Json = dict[str, Any]
TOOL = "annotate"
User = tuple[int, str, int | None]  # project with the time it was made, and number of the account


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `who` is a pseudonym, or `annotate`; `at` is ISO 8601 in UTC."""

    at: str
    who: str
    kind: str
    sentence: str
    project_id: int
    task_id: int | None = None
    project_created_at: str = ""
    annotation_id: int | None = None
    changes: tuple[Change, ...] = ()


def history(
    tasks: Sequence[Json],
    answers: Sequence[Json],
    configs: Sequence[Json],
    text: str | None,
    people: Mapping[User, str] | None = None,
) -> list[Event]:
    """Tell what happened to one chunk, oldest first; `text` is the chunk as it was pushed.

    `tasks` and `answers` are the ledgers' rows of this chunk, `configs` those of all projects:
    a page is told of if it was applied between the chunk's first push and its last event. `people`
    are the pseudonyms of those who have answered anything.
    """
    events = list(_task_events(tasks))
    for rows in _by_answer(answers):
        events += _in_time(list(_answer_events(rows, text, people or {})))
    projects = {_project(row) for row in (*tasks, *answers)}
    applied = [row for row in configs if _project(row) in projects]
    events += _meanwhile(_config_events(applied), events)
    return sorted(events, key=lambda event: event.at)  # stable: each answer keeps its order


def _meanwhile(pages: Iterable[Event], events: Sequence[Event]) -> list[Event]:
    """Leave out the pages that were gone before a chunk came, or came after all was done."""
    times = [event.at for event in events if event.at]
    pushed = [event.at for event in events if event.at and event.kind == "pushed"]
    first, last = min(pushed or times, default=""), max(times, default="")
    return [page for page in pages if first <= page.at <= last]


def _project(row: Json) -> tuple[int, str]:
    return row["project_id"], row.get("project_created_at", "")


def _utc(text: str | None) -> str:
    """Spell a time of any ledger in one way; empty where there is none."""
    if not text:
        return ""
    return moment(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _task_events(rows: Sequence[Json]) -> Iterator[Event]:
    last = {_project(row): number for number, row in enumerate(rows)}
    pushed = False
    for number, row in enumerate(rows):
        if row["event"] == "intent" and last[_project(row)] != number:
            continue  # what came of it is told by a later row
        kind, sentence = _task_sentence(row, again=pushed)
        pushed |= kind == "pushed"
        project_id, task_id = row["project_id"], row.get("task_id")
        yield Event(_utc(row.get("at")), TOOL, kind, sentence, project_id, task_id)


def _task_sentence(row: Json, *, again: bool) -> tuple[str, str]:
    number = row.get("task_id")
    task = f"{'its task' if number is None else f'task {number}'} of project {row['project_id']}"
    version = f", schema {row['schema_version']}" if row.get("schema_version") else ""
    event = row["event"]
    if event == "present":
        told = "found on the server" if "batch" in row and row["batch"] is None else "pushed"
        if row.get("role") == REVIEW:
            return "review", f"{told} for a person to decide: {task}{version}"
        return "pushed", f"{told}{' again' if again else ''}: {task}{version}"
    sentences = {
        "intent": ("sending", f"sending to project {row['project_id']} began; no result is known"),
        "deleted": ("taken-off", f"{task} is gone from the server"),
        "repaired": ("repaired", f"{task}, a surplus copy, was removed"),
        "changed": ("renewed", f"title or context renewed in {task}"),
        "predicted": ("predicted", f"{row.get('model_version')} proposed what it can in {task}"),
        "overlap": ("overlap", f"{task} is for {_people(row.get('overlap'))}"),
    }
    return sentences.get(event, (str(event), f"{event}: {task}"))


def _people(overlap: int | None) -> str:
    if overlap is None:
        return "as many annotators as all tasks of the project"
    return f"{overlap} annotator{'s' * (overlap != 1)}"


def _config_events(rows: Iterable[Json]) -> Iterator[Event]:
    for row in rows:
        if "schema_version" in row:
            sentence = (
                f"labelling page of schema {row['schema_version']} applied to "
                f"project {row['project_id']}"
            )
            yield Event(_utc(row.get("at")), TOOL, "schema", sentence, row["project_id"])


def _by_answer(rows: Iterable[Json]) -> Iterable[list[Json]]:
    found: dict[AnswerKey, list[Json]] = {}
    for row in rows:
        found.setdefault((*_project(row), row["annotation_id"]), []).append(row)
    return found.values()


def _in_time(events: list[Event]) -> list[Event]:
    """Let no event be later than what the ledger has after it.

    When an answer was deleted nobody knows; that its number was given out again shows it was
    before that.
    """
    for number in range(len(events) - 2, -1, -1):
        earliest = min(events[number].at, events[number + 1].at)
        events[number] = replace(events[number], at=earliest)
    return events


def _answer_events(
    rows: Iterable[Json], text: str | None, people: Mapping[User, str]
) -> Iterator[Event]:
    """Tell the versions of one answer, by the order of the ledger."""
    digest = sha256(text.encode()).hexdigest() if text is not None else None
    before: Facts | None = None
    last: Json = {}
    for row in rows:
        record = row["annotation"]
        if before is not None and (
            record is None or record["created_at"] != last["annotation"]["created_at"]
        ):
            yield _deletion(row, before)
            before = None
        if record is not None:
            known = text if row.get("text_sha256", digest) == digest else None
            facts = facts_of(record, known)
            version = _version(row, before, facts, last)
            yield version if before is None else _saved_by(people, row, version)
            before, last = facts, row


def _deletion(row: Json, facts: Facts) -> Event:
    changes = tuple(change_of(fact, None, facts, {}) for fact in facts.values())
    sentence = "the answer was deleted on the server, by this time at the latest"
    return _answer_event(row, _utc(row["pulled_at"]), "deleted", sentence, changes)


def _version(row: Json, before: Facts | None, after: Facts, last: Json) -> Event:
    changes = tuple(diff(before or {}, after))
    saved = row["annotation"]["updated_at"]
    if before is not None and not changes and saved == last["annotation"]["updated_at"]:
        return _answer_event(row, _utc(row["pulled_at"]), "noted", _noted(row, last), changes)
    kind, sentence = _told(before, after, len(changes))
    return _answer_event(row, _utc(saved), kind, sentence, changes)


def _saved_by(people: Mapping[User, str], row: Json, event: Event) -> Event:
    """Tell a version of whoever saved it, if that is not whose answer it is."""
    record = row["annotation"]
    saver = record.get("updated_by")
    if event.kind == "noted" or saver in {None, record.get("completed_by")}:
        return event
    who = people.get((*_project(row), saver), f"user {saver}")
    return replace(event, who=who, sentence=f"{event.sentence}, in the answer of {event.who}")


def user_of(row: Json) -> User:
    """Name the account that an answer is of."""
    return (*_project(row), row["annotation"].get("completed_by"))


def _noted(row: Json, last: Json) -> str:
    """Say why a version is in the ledger that nobody saved."""
    if row.get("text_sha256") != last.get("text_sha256", row.get("text_sha256")):
        return "the text of the task on the server became another"
    return "the server's record of the answer changed, but nothing that was answered"


def _answer_event(
    row: Json, at: str, kind: str, sentence: str, changes: tuple[Change, ...]
) -> Event:
    project_id, born = _project(row)
    who, number = row["annotator"], row["annotation_id"]
    return Event(at, who, kind, sentence, project_id, row["task_id"], born, number, changes)


def _told(before: Facts | None, after: Facts, changes: int) -> tuple[str, str]:
    """Name a version by what it is against the one before; a skip is no empty answer."""
    if SKIP in after:
        again = "" if before is None else " again" if SKIP in before else " after all"
        return "skipped", f"skipped the chunk{again}"
    if before is None or SKIP in before:
        after_skip = " after the skip" if before else ""
        if not after:
            return "empty", f"answered{after_skip} that nothing is to be marked"
        return "answered", f"answered{after_skip}: {_counted(after)}"
    if changes and not after:
        return "emptied", "emptied the answer: now it says that nothing is to be marked"
    if changes:
        return "changed", f"changed the answer in {changes} point{'s' * (changes > 1)}"
    return "saved", "saved the answer again, with nothing changed"


def _counted(facts: Facts) -> str:
    names = {Mark: "span", Arrow: "arrow", Reply: "reply"}
    counts = dict.fromkeys(names.values(), 0)
    for fact in facts.values():
        if not isinstance(fact, Skip):
            counts[names[type(fact)]] += 1
    plural = {"span": "spans", "arrow": "arrows", "reply": "replies"}
    return ", ".join(f"{n} {name if n == 1 else plural[name]}" for name, n in counts.items() if n)
