"""The door to one Label Studio: its projects, tasks and people, by what push and pull ask of them.

Answers come back as the server sent them, but for `DISPLAY_ONLY`.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson

from annotate.errors import RemoteError
from annotate.studio.ahead import ahead, calls_ahead
from annotate.studio.connection import Connection, Json
from annotate.studio.faults import (
    BAD_REQUEST,
    NOT_FOUND,
    TOO_LONG,
    DoubtfulError,
    blamed,
    translated,
)

READ_PAGE, IDS_PAGE = 500, 5000
# Characters of an address: each export takes a tenth of a second besides its tasks, so it asks
# for as many as the server lets it. By themselves gunicorn takes 4,094, nginx 8,190.
ADDRESSES = (13_200, 8000, 4000)
MOST_IDS = 990  # Django takes 1,000 parameters
KEYS = "id,data,meta,overlap,total_annotations,cancelled_annotations"
PREDICTED = "id,data,predictions,total_annotations,cancelled_annotations"
# What the table view tells of a task besides its answers takes a third of the time of a page.
# No answer has a key of one of these names: there it would be left out as well.
TABLE_ONLY = (
    "annotations_ids,annotations_results,annotators,avg_lead_time,cancelled_annotations,"
    "draft_exists,drafts,file_upload,inner_id,is_labeled,predictions,predictions_model_versions,"
    "predictions_results,predictions_score,storage_filename,total_annotations,total_predictions"
)
# Of a project the server counts whatever it is not told to leave out: a tenth of a second each.
FOUND = "id,created_at,description,task_number"
COUNTED = "id,created_at,task_number,total_annotations_number,skipped_annotations_number"
# The server adds these for its own table view: one holds an e-mail, one changes by the minute.
DISPLAY_ONLY = ("created_username", "created_ago")
IMPORT_POLL, IMPORT_LIMIT = 0.5, 3600.0  # seconds; the first one doubles up to …
SLOWEST_POLL = 10.0  # … for each answer holds the tasks again


class Studio(Connection):
    """One Label Studio server."""

    def find_projects(self, marker: str) -> list[Json]:
        """All projects whose description holds `marker`, oldest first, with `FOUND` only."""
        found = [
            project
            for project in self._projects()
            if marker in (project.get("description") or "").split()
        ]
        return sorted(found, key=lambda project: int(project["id"]))

    def project(self, project_id: int) -> Json:
        found: Json = self._get(f"api/projects/{project_id}/")
        return found

    def project_counts(self, project_id: int) -> Json:
        """Tell how many tasks and answers a project holds: `COUNTED` only."""
        return self._narrowed(f"api/projects/{project_id}/", COUNTED)

    def project_settings(self, project_id: int, keys: Iterable[str], perhaps: str) -> Json:
        """Read some settings of a project, and one that not every server has, with its counts."""
        path = f"api/projects/{project_id}/"
        return self._narrowed(path, ",".join([COUNTED, *keys]), perhaps=perhaps)

    def create_project(self, **settings: Any) -> Json:
        return self._post("api/projects/", json=settings)

    def update_project(self, project_id: int, **settings: Any) -> Json:
        changed: Json = self._request("PATCH", f"api/projects/{project_id}/", json=settings).json()
        return changed

    def delete_project(self, project_id: int) -> None:
        self._delete(f"api/projects/{project_id}/")

    def import_tasks(
        self, project_id: int, tasks: Sequence[Json | orjson.Fragment]
    ) -> list[int] | None:
        """Send tasks in one request, all or none; ids come back in the order of `tasks`.

        None says that all were taken, by a server that imports in the background and tells no
        ids. Raises `DoubtfulError` when it is unknown whether the server took them, and
        `ImportRefusedError` when it certainly did not.
        """
        content = orjson.dumps(tasks)  # the SDK would walk through every value of every task
        try:
            answer = self._post(
                f"api/projects/{project_id}/import",
                params={"return_task_ids": True, "commit_to_project": True},
                content=content,
                headers={"Content-Type": "application/json"},
            )
        except RemoteError as error:
            raise blamed(error) if error.status == BAD_REQUEST else error from None
        if "task_ids" not in answer and "import" in answer:
            self._await_import(project_id, int(answer["import"]))
            return None
        ids = answer.get("task_ids")
        if not isinstance(ids, list) or len(ids) != len(tasks):
            raise DoubtfulError("Label Studio answered the import without the tasks' ids")
        return ids

    def _await_import(self, project_id: int, import_id: int) -> None:
        """Wait until a background import has ended (Enterprise and cloud)."""
        until, pause = time.monotonic() + IMPORT_LIMIT, IMPORT_POLL
        while time.monotonic() < until:
            state = self._get(f"api/projects/{project_id}/imports/{import_id}/")
            if state["status"] == "completed":
                return
            if state["status"] == "failed":
                reason = " ".join(str(state.get("error") or "no reason given").split())[:300]
                raise RemoteError(
                    f"Label Studio did not carry out import {import_id}: {reason}",
                    "run `annotate push` again; what arrived is not sent twice",
                )
            time.sleep(pause)
            pause = min(2 * pause, SLOWEST_POLL)
        raise DoubtfulError(f"import {import_id} has not ended within {IMPORT_LIMIT:g} seconds")

    def tasks(self, project_id: int, *, answers: bool) -> Iterator[Json]:
        """Every task in order of id, with its answers and drafts, or with `KEYS` only."""
        wanted = {"fields": "all", "page_size": 200} if answers else {"include": KEYS}
        return itertools.chain.from_iterable(self._pages(project_id, wanted, []))

    def predictions(self, project_id: int) -> Iterator[Json]:
        """Every task in order of id, with `PREDICTED` only."""
        wanted = {"fields": "all", "include": PREDICTED}
        return itertools.chain.from_iterable(self._pages(project_id, wanted, []))

    def predict(self, project_id: int, predictions: Sequence[Json]) -> None:
        """Add predictions to tasks that stand, in one request.

        Raises `DoubtfulError` when it is unknown whether the server took them.
        """
        self._post(
            f"api/projects/{project_id}/import/predictions",
            content=orjson.dumps(predictions),
            headers={"Content-Type": "application/json"},
        )

    def task_ids(self, project_id: int) -> list[int]:
        pages = self._pages(project_id, {"include": "id", "page_size": IDS_PAGE}, [])
        return [int(task["id"]) for page in pages for task in page]

    def drafted_tasks(self, project_id: int, task_id: int | None = None) -> set[int]:
        """Find the tasks, or the one, that someone has begun to answer.

        A task itself shows the drafts of whoever asks alone.
        """
        filters = [_where("draft_exists", "equal", "Boolean", value=True)]
        if task_id is not None:
            filters.append(_where("id", "equal", "Number", task_id))
        pages = self._pages(project_id, {"include": "id"}, filters)
        return {int(task["id"]) for page in pages for task in page}

    def drafts(self, task_id: int) -> list[Json]:
        """Read the drafts of everybody on a task."""
        found: list[Json] = self._get(f"api/tasks/{task_id}/drafts")
        return found

    def changed_tasks(self, project_id: int, since: datetime, page: int) -> Iterator[list[Json]]:
        """Pages of the tasks that were touched after a moment, with their answers.

        The first one is asked for at once, each other one while that before is looked at.
        """
        moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        filters = [_where("updated_at", "greater", "Datetime", moment)]
        wanted = {"fields": "all", "page_size": page, "omit": TABLE_ONLY}
        return ahead(self._pages(project_id, wanted, filters))

    def parts_of(self, ids: Sequence[int]) -> list[list[int]]:
        """Cut ids into lists that an address of this server has room for."""
        shortest = min(ADDRESSES)
        longer = [size for size in ADDRESSES if len(_chosen(ids)) > shortest < size]
        room = next(filter(self._takes, longer), shortest) - 200
        parts, left = [list[int]()], room
        for each in ids:
            left -= len(_ID.format(each))
            if left < 0 or len(parts[-1]) == MOST_IDS:
                parts.append([])
                left = room - len(_ID.format(each))
            parts[-1].append(each)
        return [part for part in parts if part]

    def _takes(self, size: int) -> bool:
        """Whether the server takes an address of so many characters; Django's own takes 64 KB."""
        if self.is_django:
            return True
        path = f"api/current-user/whoami?_={'_' * size}"
        try:
            translated(lambda: self._send("GET", path), self.url)
        except RemoteError:
            return False
        return True

    def exports(
        self, project_id: int, parts: Iterable[Sequence[int]], *, every: bool
    ) -> Iterator[list[Json]]:
        """For each of some lists of ids those tasks that have answers, with them.

        With `every` also the others. The first ones are asked for at once, and the next ones are
        under way while one answer is looked at.
        """
        calls = (partial(self._export, project_id, part, every=every) for part in parts)
        return calls_ahead(calls, self.at_once)

    def _export(self, project_id: int, ids: Sequence[int], *, every: bool) -> list[Json]:
        # Written out: encoded by the SDK, the brackets would make the address half as long again.
        more = "&download_all_tasks=true" if every else ""
        path = f"api/projects/{project_id}/export?exportType=JSON{more}{_chosen(ids)}"
        try:
            answer: list[Json] = self._get(path)
        except RemoteError as error:
            if error.status not in TOO_LONG or len(ids) <= 1:
                raise
            # What stands before a server may take less than the server's name lets expect.
            parts = ids[: len(ids) // 2], ids[len(ids) // 2 :]
            return [task for part in parts for task in self._export(project_id, part, every=every)]
        return [_without_display(task) for task in answer]

    def _pages(
        self, project_id: int, wanted: Json, filters: Sequence[Json]
    ) -> Iterator[list[Json]]:
        """Read pages by what follows the last id: tasks that come and go shift no page."""
        last = 0
        while True:
            behind = [_where("id", "greater", "Number", last)] if last else []
            answer = self._task_page(
                project_id, {"page_size": READ_PAGE, **wanted}, [*filters, *behind]
            )
            tasks = [_without_display(task) for task in answer["tasks"]]
            if tasks:
                yield tasks
                last = int(tasks[-1]["id"])
            if len(tasks) >= int(answer["total"]) or not tasks:
                return

    def _task_page(self, project_id: int, wanted: Json, filters: Sequence[Json]) -> Json:
        query: Json = {"ordering": ["tasks:id"]}
        if filters:
            query["filters"] = {"conjunction": "and", "items": list(filters)}
        asked = {"project": project_id, "page": 1, "query": json.dumps(query), **wanted}
        answer: Json = self._get("api/tasks", asked)
        return answer

    def task(self, task_id: int) -> Json | None:
        """One task with its answers and drafts; None when there is none."""
        try:
            found: Json = self._get(f"api/tasks/{task_id}/")
        except RemoteError as error:
            if error.status == NOT_FOUND:
                return None
            raise
        return _without_display(found)

    def update_task(self, task_id: int, **values: Any) -> None:
        self._request("PATCH", f"api/tasks/{task_id}/", json=values)

    def delete_task(self, task_id: int) -> None:
        self._delete(f"api/tasks/{task_id}/")

    def annotate(self, task_id: int, annotation: Mapping[str, Any]) -> Json:
        """Submit an answer as the owner of the key."""
        return self._post(f"api/tasks/{task_id}/annotations/", json=dict(annotation))

    def emails(self) -> dict[int, str]:
        """E-mail address by user id; for pseudonyms; shown by `annotators --who` alone."""
        return {int(user["id"]): str(user["email"]) for user in self._get("api/users/")}

    def invite_link(self) -> str:
        link = translated(self._sdk.organizations.invites.get_invite_link, self.url)
        return f"{self.url}{link.invite_url}"

    def _projects(self) -> Iterator[Json]:
        page, more = 1, True
        while more:
            asked = {"page": page, "page_size": READ_PAGE}
            answer = self._narrowed("api/projects/", FOUND, asked)
            yield from answer["results"]
            page, more = page + 1, bool(answer["next"])

    def _narrowed(
        self, path: str, keys: str, params: Mapping[str, Any] | None = None, perhaps: str = ""
    ) -> Json:
        """Read some keys of a project or of a page of them; all, where the server holds some back.

        A mark that was not looked for in a description would make a second project.
        """
        asked = dict(params or {})
        answer: Json = self._get(
            path, asked | {"include": f"{keys},{perhaps}" if perhaps else keys}
        )
        found = answer.get("results", [answer])
        if all(set(keys.split(",")) <= project.keys() for project in found):
            return answer
        whole: Json = self._get(path, asked)
        return whole


_ID = "&ids[]={}"


def _chosen(ids: Iterable[int]) -> str:
    return "".join(map(_ID.format, ids))


def _where(column: str, operator: str, kind: str, value: object) -> Json:
    return {
        "filter": f"filter:tasks:{column}",
        "operator": operator,
        "type": kind,
        "value": value,
    }


def _without_display(task: Json) -> Json:
    for annotation in task.get("annotations") or ():
        for key in DISPLAY_ONLY:
            annotation.pop(key, None)
    return task
