"""The line to one Label Studio server: its login, and what is asked a second time when it breaks.

Answers are JSON as the server sent it: the SDK's models drop keys that they do not know, and the
ledger keeps those. Every failure leaves as a `RemoteError`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from threading import Lock, Semaphore
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import orjson

from annotate.errors import ConfigError, RemoteError
from annotate.studio.faults import (
    NOT_FOUND,
    NOT_OURS,
    PASSING,
    UNAUTHORISED,
    UNREACHABLE,
    translated,
)

Json = dict[str, Any]
T = TypeVar("T")

REQUESTS = 2  # under way at once; of a server of one process they would only share its time
DJANGO_SERVER = "WSGIServer"  # how the server that comes with Django calls itself: one process
# Reading much JSON holds the interpreter, and the server would wait for the next request: whoever
# is next in line sends it in these seconds.
HANDOVER = 0.02
LARGE = 1 << 20  # bytes
ATTEMPTS = 5
NO_RETRY = {"max_retries": 0}
_LONG_NUMBER = re.compile(rb"\d{19}")


class _Line:
    """Lets so many through at once, and knows how many wait."""

    def __init__(self, at_once: int) -> None:
        self.waiting = 0
        self._free, self._counting = Semaphore(at_once), Lock()

    def __enter__(self) -> Self:
        self._count(1)
        self._free.acquire()
        self._count(-1)
        return self

    def __exit__(self, *_: object) -> None:
        self._free.release()

    def _count(self, more: int) -> None:
        with self._counting:
            self.waiting += more


class Connection:
    """Requests to one server, with the SDK's own login.

    What can be said twice without harm is retried: reads, and changes to one value. A write
    that makes something is sent once. `at_once` requests are under way at most: one, where the
    server that answers is the one that comes with Django (`is_django`).
    """

    def __init__(self, url: str, api_key: str, timeout: float = 60) -> None:
        """Connect, and find out whether the key is good; `timeout` is seconds a request."""
        self.url = checked_url(url)
        # `LabelStudio` adds page-wise lists and exports to this, none of which is used here, and
        # loads pandas, nltk and cloud storage for them: 150 MB, and most of the start.
        from label_studio_sdk.base_client import LabelStudioBase

        self._sdk: Any = translated(
            lambda: LabelStudioBase(
                base_url=self.url, api_key=api_key, timeout=timeout, max_retries=0
            ),
            self.url,
        )
        self._date = self._server = ""  # as its last answer told
        self.at_once, self._line = REQUESTS, _Line(REQUESTS)
        self._renewing = Lock()
        self._met = False  # whether the server has answered: then its address is right
        self.user = self._get("api/current-user/whoami")
        if not isinstance(self.user, dict) or not {"id", "email"} <= self.user.keys():
            raise RemoteError(
                f"the server at {self.url} does not answer like Label Studio",
                "check the address; a proxy or a login page may stand in front of it",
            )
        self._met = True
        self.is_django = self._server.startswith(DJANGO_SERVER)
        if self.is_django:
            self.at_once, self._line = 1, _Line(1)

    def clock(self) -> str:
        """Tell the server's own time, from the `Date` header of its last answer (RFC 9110).

        Our own, where a proxy has taken it out.
        """
        return self._date or format_datetime(datetime.now(UTC), usegmt=True)

    def _get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Read JSON as sent."""
        return self._request("GET", path, params=params, parsed=True)

    def _request(self, method: str, path: str, *, parsed: bool = False, **content: Any) -> Any:
        """Ask, and ask again while the fault may pass: for what may be carried out twice."""

        def ask() -> Any:
            answer = translated(lambda: self._send(method, path, **content), self.url)
            return translated(lambda: _parsed(answer), self.url) if parsed else answer

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
            with self._line as line:
                answer = wrapper.httpx_client.request(
                    path, method=method, request_options=NO_RETRY, **content
                )
                crowded = line.waiting and len(answer.content) > LARGE
            if crowded:
                time.sleep(HANDOVER)
            if answer.status_code != UNAUTHORISED or last:
                break
            with self._renewing:  # another request may have had it renewed
                if f"Bearer {tokens._access_token}" == answer.request.headers.get("Authorization"):  # noqa: SLF001
                    tokens._access_token = None  # noqa: SLF001
        self._date = answer.headers.get("date", self._date)
        self._server = answer.headers.get("server", "")
        if not answer.is_success:
            raise ApiError(status_code=answer.status_code, body=answer.text)
        return answer

    def _delete(self, path: str) -> None:
        """Delete something. Sent once: SQLite may give its id to something else meanwhile.

        Raises `DoubtfulError` when it is unknown whether it is gone.
        """
        try:
            self._heard("DELETE", path)
        except RemoteError as error:
            if error.status != NOT_FOUND:
                raise


def _parsed(answer: Any) -> Any:
    """Read JSON as it was sent, quickly where that changes nothing.

    orjson turns a whole number beyond 64 bits into a float, and knows no NaN and no lone surrogate.
    """
    if _LONG_NUMBER.search(answer.content) is None:
        try:
            return orjson.loads(answer.content)
        except orjson.JSONDecodeError:
            pass
    return answer.json()


def checked_url(url: str) -> str:
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
