"""The door to one Label Studio server, through label-studio-sdk.

Answers come back as the server sent them, but for `DISPLAY_ONLY`: the SDK's models drop keys
that they do not know, and the ledger keeps those. Every failure leaves as a `RemoteError` in
one line; the SDK's own errors print response headers, the session cookie among them.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from annotate.errors import AnnotateError, ConfigError, RemoteError
from annotate.studio.server import running_server
from annotate.workspace import Workspace

Json = dict[str, Any]
T = TypeVar("T")

READ_ATTEMPTS = 5
READ_PAGE = 500
NO_RETRY = {"max_retries": 0}
# The server adds these for its own table view: one holds an e-mail, one changes by the minute.
DISPLAY_ONLY = ("created_username", "created_ago")


class DoubtfulError(RemoteError):
    """A write whose answer was lost: it may or may not have been carried out."""


class ChangedError(RemoteError):
    """Tasks came or went between two pages: page numbers then skip or repeat some."""


class Studio:
    """One Label Studio server. Reads are retried; writes never are."""

    def __init__(self, url: str, api_key: str, timeout: float = 60) -> None:
        """Connect, and find out whether the key is good; `timeout` is seconds a request."""
        self.url = _checked_url(url)
        from label_studio_sdk import LabelStudio

        self._sdk: Any = _translated(
            lambda: LabelStudio(base_url=self.url, api_key=api_key, timeout=timeout, max_retries=0),
            self.url,
        )
        self._date = ""
        self.user = self._get("api/current-user/whoami")

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
        return self._write(
            lambda: self._sdk.projects.with_raw_response.create(
                **settings, request_options=NO_RETRY
            )
        )

    def update_project(self, project_id: int, **settings: Any) -> Json:
        return self._write(
            lambda: self._sdk.projects.with_raw_response.update(
                project_id, **settings, request_options=NO_RETRY
            )
        )

    def clock(self) -> str:
        """Tell the server's own time, from the `Date` header of its last answer (RFC 9110)."""
        return self._date

    def import_tasks(self, project_id: int, tasks: Sequence[Json]) -> list[int]:
        """Send tasks in one request, all or none; ids come back in the order of `tasks`.

        Raises `DoubtfulError` when it is unknown whether the server took them.
        """
        answer = self._write(
            lambda: self._sdk.projects.with_raw_response.import_tasks(
                project_id,
                request=list(tasks),
                return_task_ids=True,
                commit_to_project=True,
                request_options=NO_RETRY,
            )
        )
        ids = answer.get("task_ids")
        if not isinstance(ids, list) or len(ids) != len(tasks):
            raise DoubtfulError("Label Studio answered the import without the tasks' ids")
        return ids

    def tasks(self, project_id: int, *, answers: bool) -> Iterator[tuple[Json, int]]:
        """Every task of a project in order of id, with its annotations if `answers`.

        With each comes how many there are in all. Raises `ChangedError` rather than skip one.
        """
        wanted: Json = {"fields": "all"} if answers else {"include": "id,data"}
        first = self._task_page(project_id, 1, wanted)
        total, page, tasks, seen = int(first["total"]), 1, first["tasks"], 0
        while tasks:
            for task in tasks:
                yield _without_display(task), total
            seen, page = seen + len(tasks), page + 1
            if seen >= total:
                break
            answer = self._task_page(project_id, page, wanted)
            tasks = answer["tasks"] if int(answer["total"]) == total else []
        if seen != total:
            raise ChangedError(
                f"project {project_id} changed while its tasks were read",
                "nothing was written; run the command again",
            )

    def _task_page(self, project_id: int, page: int, wanted: Json) -> Json:
        query = {"project": project_id, "page": page, "page_size": READ_PAGE, **wanted}
        answer: Json = self._get("api/tasks", query)
        return answer

    def annotate(self, task_id: int, annotation: Mapping[str, Any]) -> Json:
        """Submit an answer as the owner of the key."""
        return self._write(
            lambda: self._sdk.annotations.with_raw_response.create(
                id=task_id, **annotation, request_options=NO_RETRY
            )
        )

    def emails(self) -> dict[int, str]:
        """E-mail address by user id; for pseudonyms, never for output."""
        return {int(user["id"]): str(user["email"]) for user in self._get("api/users/")}

    def invite_link(self) -> str:
        link = _translated(self._sdk.organizations.invites.get_invite_link, self.url)
        return f"{self.url}{link.invite_url}"

    def _projects(self) -> Iterator[Json]:
        page, more = 1, True
        while more:
            answer = self._get("api/projects/", {"page": page, "page_size": READ_PAGE})
            yield from answer["results"]
            page, more = page + 1, bool(answer["next"])

    def _get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Read JSON as sent; tries again, with growing pauses, while the fault may pass."""
        transport = self._sdk._client_wrapper.httpx_client  # noqa: SLF001 - its auth, raw JSON
        for attempt in range(READ_ATTEMPTS):
            try:
                answer = _translated(
                    lambda: _checked(transport.request(path, method="GET", params=params)),
                    self.url,
                )
                self._date = answer.headers.get("date", self._date)
                return _translated(answer.json, self.url)
            except RemoteError as error:
                passing = error.status is None or error.status in PASSING
                if not passing or attempt == READ_ATTEMPTS - 1 or error.status == CERTAIN:
                    raise
                time.sleep(0.2 * 2**attempt)
        raise AssertionError

    def _write(self, call: Callable[[], Any]) -> Json:
        answer = _translated(call, self.url, writing=True)
        self._date = answer.headers.get("date", self._date)
        body: Json = _translated(answer.response.json, self.url, writing=True)
        return body


PASSING = frozenset({408, 409, 429, 500, 502, 503, 504})
CERTAIN = -1  # the address itself is wrong: trying again cannot help


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


def _checked(response: Any) -> Any:
    """Pass a response on; raises the SDK's own error for a bad status."""
    from label_studio_sdk.core.api_error import ApiError

    if not response.is_success:
        raise ApiError(status_code=response.status_code, body=response.text)
    return response


def _translated(call: Callable[[], T], url: str, *, writing: bool = False) -> T:
    """Make a call and turn whatever the SDK raises into one `RemoteError`."""
    import httpx
    from label_studio_sdk.core.api_error import ApiError

    try:
        return call()
    except ApiError as error:
        raise _refused(error, url, writing=writing) from None
    except httpx.ConnectError:
        # Nothing was sent, so even a write is certain not to have happened.
        raise RemoteError(
            f"Label Studio at {url} cannot be reached",
            "is it running, and is the address right? `annotate serve` starts a local one",
            status=CERTAIN,
        ) from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise ConfigError(f"{url!r} is not the address of a server") from None
    except httpx.HTTPError as error:
        kind = DoubtfulError if writing else RemoteError
        raise kind(f"Label Studio at {url} broke off: {type(error).__name__}") from None
    except json.JSONDecodeError:
        raise RemoteError(
            f"the server at {url} does not answer like Label Studio",
            "check the address; a proxy or a login page may stand in front of it",
            status=CERTAIN,
        ) from None
    except AnnotateError:
        raise
    except Exception as error:
        if type(error).__module__.startswith("label_studio_sdk"):
            raise RemoteError(f"Label Studio at {url}: {type(error).__name__}") from None
        raise


def _refused(error: Any, url: str, *, writing: bool) -> RemoteError:
    status = error.status_code
    if status in {401, 403}:
        return RemoteError(
            f"Label Studio at {url} does not accept the API key (status {status})",
            "check LABEL_STUDIO_API_KEY; a personal access token or a legacy token will do",
            status=status,
        )
    kind = DoubtfulError if writing and status in PASSING else RemoteError
    return kind(
        f"Label Studio at {url} answered {status}: {_reason(error.body)}",
        "nothing is lost; run the command again" if status in PASSING else None,
        status=status,
    )


def _reason(body: Any) -> str:
    """Say what the server says is wrong, in at most one short line."""
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return "no reason given"
    if isinstance(body, dict):
        found = body.get("validation_errors") or body.get("detail") or body
        return " ".join(json.dumps(found, ensure_ascii=False).split())[:300]
    return "no reason given"


def _without_display(task: Json) -> Json:
    for annotation in task.get("annotations") or ():
        for key in DISPLAY_ONLY:
            annotation.pop(key, None)
    return task
