"""A stand-in for the asynchronous import of Label Studio Enterprise, which cannot be run here.

It stands before a real Label Studio and passes everything on to it, but an import: that one it
answers at once with `{"import": ID}`, carries out a moment later, and tells how it fares at
`/api/projects/P/imports/ID`, with the keys that Label Studio's own `ProjectImport` has.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

DROPPED = {"connection", "transfer-encoding", "content-length", "host"}
IMPORT = re.compile(r"/api/projects/(\d+)/import/?")
STATUS = re.compile(r"/api/projects/(\d+)/imports/(\d+)/?")
HOLD = 0.6  # seconds that an import stays `created`, and again that it stays `in_progress`
FORWARD_LIMIT = 120.0  # seconds

Json = dict[str, Any]


@dataclass
class Forwarded:
    """A request as it came in, or the answer to it."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Forward(BaseHTTPRequestHandler):
    """Passes every request on to the server at `target`."""

    target: str

    def answer(self) -> None:
        self.reply(self.forwarded(self.path, self.body()))

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815 - http.server's names

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def forwarded(self, path: str, body: bytes) -> Forwarded:
        """Ask the real server, with the headers of this request."""
        to = urlsplit(self.target)
        headers = {key: value for key, value in self.headers.items() if key.lower() not in DROPPED}
        upstream = http.client.HTTPConnection(str(to.hostname), to.port, timeout=FORWARD_LIMIT)
        try:
            upstream.request(self.command, path, body=body, headers=headers)
            answer = upstream.getresponse()
            return Forwarded(answer.status, answer.getheaders(), answer.read())
        finally:
            upstream.close()

    def reply(self, answer: Forwarded) -> None:
        self.send_response(answer.status)
        for key, value in answer.headers:
            if key.lower() not in DROPPED:
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def reply_json(self, status: int, content: Mapping[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.reply(Forwarded(status, [("Content-Type", "application/json")], body))

    def log_message(self, *_arguments: object) -> None:
        return


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve on a free port of 127.0.0.1 for the length of the block; gives the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@dataclass
class StandIn:
    """What becomes of each import, by id, and how it is to go."""

    target: str
    tells_ids: bool
    fails_after: int | None
    url: str = ""
    polls: int = 0
    imports: dict[int, Json] = field(default_factory=dict)
    threads: list[threading.Thread] = field(default_factory=list)

    def accept(self, record: Json, send: Callable[[list[Json]], Forwarded]) -> None:
        self.imports[record["id"]] = record
        thread = threading.Thread(target=self.carry_out, args=(record, send))
        self.threads.append(thread)
        thread.start()

    def carry_out(self, record: Json, send: Callable[[list[Json]], Forwarded]) -> None:
        time.sleep(HOLD)
        record["status"] = "in_progress"
        answer = send(record["tasks"][: self.fails_after])
        time.sleep(HOLD)
        if self.fails_after is not None:
            record |= {"error": "the stand-in was told to fail", "status": "failed"}
        elif answer.status != http.client.CREATED:
            record |= {"error": answer.body.decode(), "status": "failed"}
        else:
            told = json.loads(answer.body)
            ids = told.get("task_ids", []) if self.tells_ids else []
            record |= {"task_count": told["task_count"], "task_ids": ids, "status": "completed"}


@contextmanager
def importing_later(
    url: str, *, tells_ids: bool = True, fails_after: int | None = None
) -> Iterator[StandIn]:
    """Stand before the Label Studio at `url`.

    Without `tells_ids` a completed import names no tasks, as some servers do (LS#7205). With
    `fails_after` each import fails when it has written so many tasks: the real one commits
    in batches, and a failure leaves those that were done.
    """
    stand_in = StandIn(url, tells_ids, fails_after)

    class Later(Forward):
        target = url

        def answer(self) -> None:
            path = urlsplit(self.path).path
            if self.command == "POST" and (found := IMPORT.fullmatch(path)):
                tasks = json.loads(self.body())
                record = new_record(len(stand_in.imports) + 1, int(found[1]), self.path, tasks)
                stand_in.accept(record, self.send_tasks)
                self.reply_json(201, {"import": record["id"]})
            elif self.command == "GET" and (found := STATUS.fullmatch(path)):
                self.tell_import(int(found[1]), int(found[2]))
            else:
                super().answer()

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815

        def send_tasks(self, tasks: list[Json]) -> Forwarded:
            return self.forwarded(self.path, json.dumps(tasks).encode())

        def tell_import(self, project: int, number: int) -> None:
            stand_in.polls += 1
            record = stand_in.imports.get(number)
            if record is None or record["project"] != project:
                self.reply_json(404, {"detail": "No ProjectImport matches the given query."})
            else:
                self.reply_json(200, dict(record))

    with listening(Later) as stand_in.url:
        yield stand_in
        for thread in stand_in.threads:
            thread.join()


def new_record(number: int, project: int, path: str, tasks: list[Json]) -> Json:
    asked = parse_qs(urlsplit(path).query)
    return {
        "id": number,
        "project": project,
        "preannotated_from_fields": None,
        "commit_to_project": True,
        "return_task_ids": asked.get("return_task_ids", [""])[0].lower() == "true",
        "status": "created",
        "url": None,
        "error": None,
        "created_at": None,
        "updated_at": None,
        "finished_at": None,
        "task_count": 0,
        "annotation_count": 0,
        "prediction_count": 0,
        "duration": 0,
        "file_upload_ids": [],
        "could_be_tasks_list": False,
        "found_formats": {},
        "data_columns": [],
        "tasks": tasks,
        "task_ids": [],
    }
