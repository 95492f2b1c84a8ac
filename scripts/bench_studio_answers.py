"""What stands around the runs of bench_studio: the articles, people's answers, a counting proxy.

Answers are put in by bench_studio_server.py, a process that shares the running server's database
and models. Changes to answers are requests, one by one, as the labelling page makes them.
"""

from __future__ import annotations

import http.client
import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import httpx
from bench_corpus import describe, write_story
from servers import LiveStudio

from annotate.schema.controls import OBJECT, SPAN_CONTROL

Json = dict[str, Any]
SIZE = 1800  # characters of a chunk
SPANS = 8
LONGEST = 60  # characters of a span
PATIENCE = 600.0  # seconds that one request may take
SERVER = Path(__file__).with_name("bench_studio_server.py")


def articles(count: int, seed: int) -> Iterator[dict[str, str]]:
    """Give articles of one size: stories of the corpus generator, cut after `SIZE` characters."""
    stories = ((index, write_story(index, seed)) for index in itertools.count())
    texts = (
        (index, story, "\n\n".join(story.paragraphs))
        for index, story in stories
        if sum(map(len, story.paragraphs)) >= SIZE
    )
    for index, story, text in itertools.islice(texts, count):
        yield describe(index, story) | {"text": text[:SIZE].rpartition(" ")[0]}


def answer(text: str, task_id: int, labels: list[str]) -> list[Json]:
    """Mark spans in a text as Label Studio's results: one in each eighth, on whole words."""
    rng = Random(task_id)  # noqa: S311 - reproducible, nothing secret
    part = len(text) // SPANS
    results = []
    for number in range(SPANS):
        start = text.find(" ", number * part + rng.randrange(part - 2 * LONGEST)) + 1
        end = text.find(" ", start + rng.randrange(LONGEST))
        place = {"start": start, "end": end, "text": text[start:end]}
        value = place | {"labels": [rng.choice(labels)]}
        region = {"id": f"{task_id}-{number}", "type": "labels", "value": value}
        results.append(region | {"from_name": SPAN_CONTROL, "to_name": OBJECT})
    return results


def ledger(path: Path) -> Iterator[Json]:
    with path.open("rb") as file:
        yield from map(json.loads, file)


class People:
    """Those who answer, as the owner of the key."""

    def __init__(self, studio: LiveStudio) -> None:
        headers = {"Authorization": f"Token {studio.token}"}
        self.http = httpx.Client(base_url=studio.url, headers=headers, timeout=PATIENCE)
        self.pid = studio.pid

    def answer_all(self, workspace: Path, labels: list[str], project: int) -> None:
        """Answer every task that the workspace pushed."""
        command = [sys.executable, str(SERVER), str(project)]
        with (workspace / "labels" / "answers").open("w+b") as file:
            for row in ledger(workspace / "labels" / "tasks.jsonl"):
                if row["event"] == "present":
                    task, text = int(row["task_id"]), str(row["chunk"]["text"])
                    made = {"task": task, "result": answer(text, task, labels)}
                    file.write(json.dumps(made).encode() + b"\n")
            file.seek(0)
            done = subprocess.run(
                command,
                env=environment(self.pid),
                stdin=file,
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            raise SystemExit(f"error: the answers could not be written\n{done.stderr[-2000:]}")

    def change(self, workspace: Path, count: int) -> None:
        """Take a span out of `count` answers that the workspace pulled, all over the file."""
        last = {
            row["annotation_id"]: row["annotation"]["result"]
            for row in thinned(workspace / "labels" / "annotations.jsonl", count)
        }
        for key, result in last.items():
            self.http.patch(
                f"/api/annotations/{key}/", json={"result": result[1:]}
            ).raise_for_status()


def environment(pid: int) -> dict[str, str]:
    """Read the environment that a process was started in."""
    pairs = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def thinned(path: Path, count: int) -> Iterator[Json]:
    """Give `count` rows of a ledger at even distances."""
    with path.open("rb") as file:
        lines = sum(1 for _ in file)
    step = max(1, lines // count)
    return itertools.islice(itertools.islice(ledger(path), 0, None, step), count)


class _Counting(BaseHTTPRequestHandler):
    """Passes a request on as it came, and its answer back."""

    protocol_version = "HTTP/1.1"
    server: CountingServer

    def do_GET(self) -> None:
        with self.server.guard:
            self.server.requests.append(f"{self.command} {self.path}")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        there = http.client.HTTPConnection(self.server.there, timeout=PATIENCE)
        there.request(self.command, self.path, body, dict(self.headers))
        found = there.getresponse()
        content = found.read()
        there.close()
        self.send_response(found.status)
        for name, value in found.getheaders():
            if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815 - the base class's names

    def log_message(self, *_arguments: object) -> None:
        return


class CountingServer(ThreadingHTTPServer):
    """Stands before a server and notes every request."""

    def __init__(self, url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Counting)
        self.there = urlsplit(url).netloc
        self.guard = threading.Lock()
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def counting(url: str) -> Iterator[CountingServer]:
    """Run a counting proxy before `url` for the length of the block."""
    with CountingServer(url) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
