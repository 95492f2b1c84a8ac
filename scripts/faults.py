"""A faulty network: a proxy on this machine between the tool and a Label Studio.

Whatever it does to a request, it tells the two ends apart: each fault says whether the server
has carried the request out, and never lets the client know.
"""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import NamedTuple
from urllib.parse import urlsplit

UPSTREAM_LIMIT = 120.0  # seconds the server may take for one request
OVERDUE = 0.5  # seconds a delay goes beyond the client's timeout
STATUSES = {500: "Internal Server Error", 502: "Bad Gateway", 504: "Gateway Timeout"}
STATUSES[429] = "Too Many Requests"
OF_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


class Fault(StrEnum):
    """What befalls a request. All but `DROPPED` are carried out by the server."""

    DROPPED = "dropped before it arrived"
    LEFT = "hung up while the server worked"
    UNANSWERED = "hung up once the server had answered"
    FAILED = "500, 502, 504 or 429 after the work was done"
    LATE_ANSWER = "answered after the timeout"
    LATE_REQUEST = "passed on after the timeout"
    CUT = "answer cut in its middle"


# Late ones cost a timeout each, so they are rarer.
WEIGHTS = {fault: 1 if fault.name.startswith("LATE") else 3 for fault in Fault}


class Fate(NamedTuple):
    """A fault, and a number from [0, 1) that its details are taken from."""

    fault: Fault
    draw: float = 0.0


Decide = Callable[[str, str], Fate | None]


class Seeded:
    """Decides by seed: the n-th request meets the same fate in every run."""

    def __init__(self, seed: str, probability: float) -> None:
        self.probability = probability
        self._rng = Random(seed)  # noqa: S311 - reproducible, nothing secret
        self._lock = threading.Lock()

    def __call__(self, _method: str, _path: str) -> Fate | None:
        with self._lock:
            hit, draw = self._rng.random() < self.probability, self._rng.random()
            (fault,) = self._rng.choices(list(WEIGHTS), list(WEIGHTS.values()))
        return Fate(fault, draw) if hit else None


class Proxy:
    """What passes between client and server, counted; `timeout` is that of the client."""

    def __init__(self, target: str, decide: Decide, timeout: float) -> None:
        parts = urlsplit(target)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port
        self.decide, self.delay = decide, timeout + OVERDUE
        self.url = ""
        self.requests = 0
        self.injected: Counter[tuple[Fault, str]] = Counter()
        self._at_work = 0
        self._lock = threading.Lock()

    @property
    def faults(self) -> int:
        return self.injected.total()

    def admit(self, method: str, path: str) -> Fate | None:
        """Count a request in and say what will befall it."""
        fate = self.decide(method, path)
        with self._lock:
            self.requests += 1
            self._at_work += 1
            if fate:
                self.injected[fate.fault, method] += 1
        return fate

    def leave(self) -> None:
        with self._lock:
            self._at_work -= 1

    def wait_until_quiet(self, limit: float = UPSTREAM_LIMIT) -> bool:
        """Wait until the server has ended every request that was passed on."""
        until = time.monotonic() + limit
        while self._at_work and time.monotonic() < until:
            time.sleep(0.02)
        return not self._at_work


@contextmanager
def proxying(target: str, decide: Decide, timeout: float = 60) -> Iterator[Proxy]:
    """Run a proxy in front of `target` for the length of the block."""
    proxy = Proxy(target, decide, timeout)
    handler = type("Passage", (_Passage,), {"proxy": proxy})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        proxy.url = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            listening.shutdown()
            thread.join()


@contextmanager
def losing_answers(url: str, times: int) -> Iterator[tuple[str, list[str]]]:
    """Forward everything, but hang up instead of answering the first `times` imports.

    Gives the proxy's address and the list of imports that reached the server.
    """
    imports: list[str] = []

    def decide(method: str, path: str) -> Fate | None:
        if method != "POST" or "/import" not in path:
            return None
        imports.append(path)
        return Fate(Fault.UNANSWERED) if len(imports) <= times else None

    with proxying(url, decide) as proxy:
        yield proxy.url, imports


class _Answer(NamedTuple):
    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes


class _Passage(BaseHTTPRequestHandler):
    """Passes the requests of one connection on, each with its own fate."""

    proxy: Proxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def pass_on(self) -> None:
        fate = self.proxy.admit(self.command, self.path)
        try:
            # The client may be killed, or may have given up: that is what it is tested for.
            with suppress(ConnectionError):
                self._suffer(fate)
        finally:
            if fate:
                self.close_connection = True

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = pass_on  # noqa: N815 - http.server's names

    def _suffer(self, fate: Fate | None) -> None:
        """Let the fate come true; the request has left once the server is done with it."""
        try:
            body = None if self._is_dropped_midway(fate) else self._read_body()
            answer = self._carried_out(body, fate)
        finally:
            self.proxy.leave()
        fault = fate.fault if fate else None
        if fault is Fault.LATE_ANSWER:
            time.sleep(self.proxy.delay)
        if answer is None or fault in {Fault.UNANSWERED, Fault.LATE_ANSWER, Fault.LATE_REQUEST}:
            self._hang_up()
        elif fate and fault is Fault.FAILED:
            status = list(STATUSES)[int(fate.draw * len(STATUSES))]
            self._answer(_Answer(status, STATUSES[status], [], b"{}"))
        else:
            self._answer(answer, cut=fate.draw if fate and fault is Fault.CUT else None)

    def _is_dropped_midway(self, fate: Fate | None) -> bool:
        """Half of the dropped requests are broken off before their body was read."""
        return fate is not None and fate.fault is Fault.DROPPED and fate.draw < 0.5  # noqa: PLR2004

    def _read_body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _carried_out(self, body: bytes | None, fate: Fate | None) -> _Answer | None:
        """Have the server do it; no answer when it never heard of it or nobody waits."""
        fault = fate.fault if fate else None
        if body is None or fault is Fault.DROPPED:
            return None
        if fault is Fault.LATE_REQUEST:
            time.sleep(self.proxy.delay)
        upstream = http.client.HTTPConnection(
            self.proxy.host, self.proxy.port, timeout=UPSTREAM_LIMIT
        )
        try:
            headers = {k: v for k, v in self.headers.items() if k.lower() not in OF_ONE_HOP}
            upstream.request(self.command, self.path, body=body, headers=headers)
            if fault is Fault.LEFT:
                self._hang_up()
            found = upstream.getresponse()
            answer = _Answer(found.status, found.reason, found.getheaders(), found.read())
        except (OSError, http.client.HTTPException):
            # The server is down or died at it: proxies say so, or break off as well.
            return None if body else _Answer(502, STATUSES[502], [], b"{}")
        finally:
            upstream.close()
        return None if fault is Fault.LEFT else answer

    def _answer(self, answer: _Answer, cut: float | None = None) -> None:
        """Write an answer; with `cut`, only that share of its body, and then no more."""
        self.send_response_only(answer.status, answer.reason)
        for key, value in answer.headers:
            if key.lower() not in OF_ONE_HOP:
                self.send_header(key, value)
        # A body of no length cannot be cut: the client then waits for a byte that never comes.
        length = len(answer.body) if cut is None else max(1, len(answer.body))
        if answer.status != http.HTTPStatus.NO_CONTENT or cut is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(answer.body if cut is None else answer.body[: int(cut * length)])
        if cut is not None:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_arguments: object) -> None:
        return
