"""The door to one Label Studio server, through label-studio-sdk.

Answers come back as the server sent them, but for `DISPLAY_ONLY`: the SDK's models drop keys
that they do not know, and the ledger keeps those. Every failure leaves as a `RemoteError`.
"""

from __future__ import annotations

import itertools
import json
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, TypeVar

import orjson

from annotate.errors import ConfigError, RemoteError
from annotate.studio.faults import (
    BAD_REQUEST,
    NOT_FOUND,
    NOT_OURS,
    PASSING,
    UNAUTHORISED,
    UNREACHABLE,
    DoubtfulError,
    blamed,
    translated,
)
from annotate.studio.server import running_server
from annotate.workspace import Workspace

Json = dict[str, Any]
T = TypeVar("T")

ATTEMPTS = 5
READ_PAGE, IDS_PAGE = 500, 5000
LONGEST_ADDRESS = 4000  # characters; gunicorn takes no more than 4,094
AT_ONCE = 2
NO_RETRY = {"max_retries": 0}
KEYS = "id,data,meta,overlap,total_annotations,cancelled_annotations"
PREDICTED = "id,data,predictions,total_annotations,cancelled_annotations"
# The server adds these for its own table view: one holds an e-mail, one changes by the minute.
DISPLAY_ONLY = ("created_username", "created_ago")
IMPORT_POLL, IMPORT_LIMIT = 0.5, 3600.0  # seconds; the first one doubles up to …
SLOWEST_POLL = 10.0  # … for each answer holds the tasks again


class Studio:
    """One Label Studio server.

    What can be said twice without harm is retried: reads, and changes to one value. A write
    that makes something is sent once.
    """

    def __init__(self, url: str, api_key: str, timeout: float = 60) -> None:
        """Connect, and find out whether the key is good; `timeout` is seconds a request."""
        self.url = _checked_url(url)
        from label_studio_sdk import LabelStudio

        self._sdk: Any = translated(
            lambda: LabelStudio(base_url=self.url, api_key=api_key, timeout=timeout, max_retries=0),
            self.url,
        )
        self._date = ""
        self._met = False  # whether the server has answered: then its address is right
        self.user = self._get("api/current-user/whoami")
        if not isinstance(self.user, dict) or not {"id", "email"} <= self.user.keys():
            raise RemoteError(
                f"the server at {self.url} does not answer like Label Studio",
                "check the address; a proxy or a login page may stand in front of it",
            )
        self._met = True

    def find_projects(self, marker: str) -> list[Json]:
        """All projects whose description holds `marker`, oldest first."""
        found = [
            project
            for project in self._projects()
            if marker in (project.get("description") or "").split()
        ]
        return sorted(found, key=lambda project: int(project["id"]))

    def project(self, project_id: int) -> Json:
        found: Json = self._get(f"api/projects/{project_id}/")
        return found

    def create_project(self, **settings: Any) -> Json:
        return self._post("api/projects/", json=settings)

    def update_project(self, project_id: int, **settings: Any) -> Json:
        changed: Json = self._request("PATCH", f"api/projects/{project_id}/", json=settings).json()
        return changed

    def delete_project(self, project_id: int) -> None:
        self._delete(f"api/projects/{project_id}/")

    def clock(self) -> str:
        """Tell the server's own time, from the `Date` header of its last answer (RFC 9110).

        Our own, where a proxy has taken it out.
        """
        return self._date or format_datetime(datetime.now(UTC), usegmt=True)

    def import_tasks(self, project_id: int, tasks: Sequence[Json]) -> list[int] | None:
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
        """Pages of the tasks that were touched after a moment, with their answers."""
        moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        filters = [_where("updated_at", "greater", "Datetime", moment)]
        return self._pages(project_id, {"fields": "all", "page_size": page}, filters)

    def exports(
        self, project_id: int, parts: Iterable[Sequence[int]], *, every: bool
    ) -> Iterator[list[Json]]:
        """For each of some lists of ids those tasks that have answers, with them.

        With `every` also the others. `parts_of` makes such lists. `AT_ONCE` requests are under
        way while one answer is looked at: a server with several workers uses them.
        """
        from concurrent.futures import Future, ThreadPoolExecutor

        waiting = deque[Future[list[Json]]]()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                for part in parts:
                    waiting.append(pool.submit(self._export, project_id, part, every=every))
                    if len(waiting) > AT_ONCE:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _export(self, project_id: int, ids: Sequence[int], *, every: bool) -> list[Json]:
        # Written out: encoded by the SDK, the brackets would make the address half as long again.
        chosen = "".join(map(_ID.format, ids))
        more = "&download_all_tasks=true" if every else ""
        path = f"api/projects/{project_id}/export?exportType=JSON{more}{chosen}"
        answer: list[Json] = self._get(path)
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

    def _delete(self, path: str) -> None:
        """Delete something. Sent once: SQLite may give its id to something else meanwhile.

        Raises `DoubtfulError` when it is unknown whether it is gone.
        """
        try:
            self._heard("DELETE", path)
        except RemoteError as error:
            if error.status != NOT_FOUND:
                raise

    def annotate(self, task_id: int, annotation: Mapping[str, Any]) -> Json:
        """Submit an answer as the owner of the key."""
        return self._post(f"api/tasks/{task_id}/annotations/", json=dict(annotation))

    def emails(self) -> dict[int, str]:
        """E-mail address by user id; for pseudonyms, never for output."""
        return {int(user["id"]): str(user["email"]) for user in self._get("api/users/")}

    def invite_link(self) -> str:
        link = translated(self._sdk.organizations.invites.get_invite_link, self.url)
        return f"{self.url}{link.invite_url}"

    def _projects(self) -> Iterator[Json]:
        page, more = 1, True
        while more:
            answer = self._get("api/projects/", {"page": page, "page_size": READ_PAGE})
            yield from answer["results"]
            page, more = page + 1, bool(answer["next"])

    def _get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Read JSON as sent."""
        return self._request("GET", path, params=params, parsed=True)

    def _request(self, method: str, path: str, *, parsed: bool = False, **content: Any) -> Any:
        """Ask, and ask again while the fault may pass: for what may be carried out twice."""

        def ask() -> Any:
            answer = translated(lambda: self._send(method, path, **content), self.url)
            return translated(answer.json, self.url) if parsed else answer

        return self._insisting(ask, self._may_pass)

    def _post(self, path: str, **content: Any) -> Json:
        """Make something; tried again only when the server certainly heard nothing."""
        answer = self._heard("POST", path, **content)
        body: Json = translated(answer.json, self.url, writing=True)
        return body

    def _heard(self, method: str, path: str, **content: Any) -> Any:
        """Send what must not be carried out twice."""

        def write() -> Any:
            return translated(lambda: self._send(method, path, **content), self.url, writing=True)

        return self._insisting(write, self._was_not_heard)

    def _insisting(self, call: Callable[[], T], again: Callable[[RemoteError], bool]) -> T:
        """Make a call up to `ATTEMPTS` times, with growing pauses."""
        for attempt in range(ATTEMPTS - 1):
            try:
                return call()
            except RemoteError as error:
                if not again(error):
                    raise
                time.sleep(0.2 * 2**attempt)
        return call()

    def _may_pass(self, error: RemoteError) -> bool:
        passing = error.status is None or error.status in PASSING
        cut = error.status == NOT_OURS and self._met  # an answer that ended too early
        return passing or cut or self._was_not_heard(error)

    def _was_not_heard(self, error: RemoteError) -> bool:
        """Whether nothing was sent to a server that has answered before: it may be starting."""
        return error.status == UNREACHABLE and self._met

    def _send(self, method: str, path: str, **content: Any) -> Any:
        """Send one request with the SDK's own login; raises the SDK's error for a bad status.

        Sent once more when the access token ran out on its way: the SDK asks for a new one by
        its own clock alone, and a 401 carried nothing out.
        """
        from label_studio_sdk.core.api_error import ApiError

        wrapper = self._sdk._client_wrapper  # noqa: SLF001 - its login, and JSON as it was sent
        tokens = wrapper._tokens_client  # noqa: SLF001
        for last in (tokens._use_legacy_token, True):  # noqa: SLF001
            answer = wrapper.httpx_client.request(
                path, method=method, request_options=NO_RETRY, **content
            )
            if answer.status_code != UNAUTHORISED or last:
                break
            tokens._access_token = None  # noqa: SLF001
        self._date = answer.headers.get("date", self._date)
        if not answer.is_success:
            raise ApiError(status_code=answer.status_code, body=answer.text)
        return answer


_ID = "&ids[]={}"


def parts_of(ids: Iterable[int]) -> Iterator[list[int]]:
    """Cut ids into lists that an address has room for."""
    part, room = list[int](), LONGEST_ADDRESS - 200
    for each in ids:
        room -= len(_ID.format(each))
        if room < 0:
            yield part
            part, room = [], LONGEST_ADDRESS - 200 - len(_ID.format(each))
        part.append(each)
    if part:
        yield part


def _where(column: str, operator: str, kind: str, value: object) -> Json:
    return {
        "filter": f"filter:tasks:{column}",
        "operator": operator,
        "type": kind,
        "value": value,
    }


def connect(workspace: Workspace) -> Studio:
    """Open the server that settings, environment or a running `annotate serve` name.

    Address: `LABEL_STUDIO_URL`, then `annotate.toml`, then `annotate serve` of this workspace.
    Key: `LABEL_STUDIO_API_KEY`, and for the workspace's own server its own login.
    """
    import os

    url = os.environ.get("LABEL_STUDIO_URL") or workspace.settings.studio.url
    key = os.environ.get("LABEL_STUDIO_API_KEY")
    own = running_server(workspace)
    if url is None and own is not None:
        return Studio(own.url, own.login.token, workspace.settings.studio.timeout)
    if url is None and (workspace.private / "server.json").exists():
        raise ConfigError(
            "the Label Studio of this workspace does not answer",
            "wait until `annotate serve` says that it is running, or start it again",
        )
    if url is None:
        raise ConfigError(
            "no Label Studio is known",
            "start one with `annotate serve` in another terminal, or set LABEL_STUDIO_URL "
            "and LABEL_STUDIO_API_KEY",
        )
    if key is None and own is not None and own.url == url.rstrip("/"):
        key = own.login.token
    if not key:
        raise ConfigError(
            f"no API key for {url}",
            "set LABEL_STUDIO_API_KEY; the key is in Label Studio under Account & Settings",
        )
    if not re.fullmatch(r"[!-~]+", key):
        raise ConfigError(
            "the API key holds spaces or characters that no key has",
            "copy it again; the key is in Label Studio under Account & Settings",
        )
    return Studio(url, key, workspace.settings.studio.timeout)


def _checked_url(url: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(
            f"{url!r} is not the address of a server",
            "write it as http://HOST:PORT or https://HOST",
        )
    if parts.username or parts.password:
        raise ConfigError(
            "the address of Label Studio holds a login",
            "leave the login out of the address; set LABEL_STUDIO_API_KEY instead",
        )
    return url.rstrip("/")


def _without_display(task: Json) -> Json:
    for annotation in task.get("annotations") or ():
        for key in DISPLAY_ONLY:
            annotation.pop(key, None)
    return task
