"""What opening a server loads, and how a project is found where the server says less."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from annotate.errors import RemoteError
from annotate.studio import connection
from annotate.studio.client import Studio
from annotate.studio.connection import _parsed
from annotate.studio.faults import DoubtfulError

OPEN = """
import json, sys
from annotate.errors import RemoteError
from annotate.studio.client import Studio
try:
    Studio("http://127.0.0.1:1", "0" * 40)
except RemoteError as error:
    print(json.dumps([error.message, sorted(sys.modules)]))
"""
HEAVY = {
    "pandas",
    "numpy",
    "nltk",
    "boto3",
    "botocore",
    "azure",
    "faker",
    "datamodel_code_generator",
}


def test_opening_a_server_loads_no_part_of_the_sdk_that_reads_tables_or_clouds() -> None:
    """Those take 150 MB, and longer to load than many a push takes."""
    run = subprocess.run([sys.executable, "-c", OPEN], capture_output=True, check=True)
    message, loaded = json.loads(run.stdout)
    assert message == "Label Studio at http://127.0.0.1:1 cannot be reached"
    assert "label_studio_sdk.base_client" in loaded
    assert not HEAVY & set(loaded)


PROJECT = {"id": 1, "created_at": "2031", "description": "annotate:w:main", "title": "News"}
COUNTS = {"task_number": 3, "total_annotations_number": 2, "skipped_annotations_number": 1}


class HoldsBack(BaseHTTPRequestHandler):
    """A stand-in for a server that takes `include` for counts alone, as its page says it is."""

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        shown: dict[str, object] = {**PROJECT, **COUNTS}
        if "include" in parse_qs(asked.query):
            shown = dict(COUNTS)
        pages = {"/api/projects/": {"results": [shown], "next": None}, "/api/projects/1/": shown}
        user = {"id": 1, "email": "a@b.test"}
        body = json.dumps(pages.get(asked.path, user)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        return


@pytest.fixture
def holding_back() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), HoldsBack) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()


def test_a_project_is_found_on_a_server_that_holds_its_description_back(holding_back: str) -> None:
    studio = Studio(holding_back, "0" * 40)
    (found,) = studio.find_projects("annotate:w:main")
    assert (found["id"], found["task_number"]) == (1, 3)
    assert studio.find_projects("annotate:v:main") == []
    assert studio.project_counts(1) == {**PROJECT, **COUNTS}
    assert studio.project_settings(1, ["title"], "lock")["title"] == "News"


class TakesLittle(BaseHTTPRequestHandler):
    """A stand-in for a server behind a proxy that takes no large request."""

    def do_GET(self) -> None:
        self._answer(200, {"id": 1, "email": "a@b.test"})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(413, {})

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


def test_a_request_that_is_too_large_is_told_with_the_setting_that_helps() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), TakesLittle) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            studio = Studio(f"http://127.0.0.1:{server.server_port}", "0" * 40)
            with pytest.raises(RemoteError, match="answered 413") as caught:
                studio.import_tasks(1, [{"data": {"text": "One"}}])
        finally:
            server.shutdown()
            thread.join()
    assert not isinstance(caught.value, DoubtfulError)
    assert "batch_size" in str(caught.value.hint)


Door = tuple[Studio, list[str]]  # and the paths that were asked for
IDS = range(10_000, 12_000)


class Fronted(BaseHTTPRequestHandler):
    """A stand-in for Django's own server, behind what lets no address of `limit` through."""

    limit = 65536
    seconds = 0.0
    paths: list[str]

    def do_GET(self) -> None:
        self.paths.append(self.path)
        asked = urlsplit(self.path)
        content: object = {"id": 1, "email": "a@b.test"}
        if asked.path.endswith("/export"):
            time.sleep(self.seconds)
            content = [{"id": int(each)} for each in parse_qs(asked.query)["ids[]"]]
        body = json.dumps(content).encode()
        self.send_response(200 if len(self.path) <= self.limit else 414)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        return "WSGIServer/0.2"

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def fronted(request: pytest.FixtureRequest) -> Iterator[Door]:
    paths: list[str] = []
    limited = type("Limited", (Fronted,), request.param | {"paths": paths})
    with ThreadingHTTPServer(("127.0.0.1", 0), limited) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Studio(f"http://127.0.0.1:{server.server_port}", "0" * 40), paths
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    "fronted", [{"limit": limit} for limit in (300, 4094, 8190, 65536)], indirect=True
)
def test_all_tasks_come_whatever_length_an_address_may_have(fronted: Door) -> None:
    studio, _ = fronted
    parts = studio.exports(1, studio.parts_of(IDS), every=True)
    assert [task["id"] for part in parts for task in part] == list(IDS)


@pytest.mark.parametrize("fronted", [{}], indirect=True)
def test_a_server_whose_limit_is_known_is_not_asked_for_it(fronted: Door) -> None:
    studio, paths = fronted
    assert [len(part) for part in studio.parts_of(IDS)] == [990, 990, 20]
    assert paths == ["/api/current-user/whoami"]


@pytest.mark.parametrize("fronted", [{"seconds": 0.2}], indirect=True)
def test_a_large_answer_waits_only_while_somebody_is_next(
    fronted: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, _ = fronted
    order: list[object] = []
    monkeypatch.setattr(connection, "LARGE", 100)
    monkeypatch.setattr(connection, "time", SimpleNamespace(sleep=order.append))
    assert len(studio._export(1, IDS[:990], every=True)) == 990
    assert order == []
    assert len(list(studio.exports(1, [IDS[:990], IDS[990:1980]], every=True))) == 2
    assert order == [connection.HANDOVER]


@pytest.mark.parametrize(
    "sent",
    [
        '{"a": [1, 2.5, -0.1, 1e3, null, true, "é"]}',
        "[9223372036854775807, 18446744073709551615, 18446744073709551616, -100000000000000000001]",
        '["\\ud83d", NaN, -Infinity]',
        '{"a": 1, "a": 2}',
        '["12345678901234567890123"]',
    ],
)
def test_json_is_read_as_it_was_sent_whichever_way_is_taken(sent: str) -> None:
    answer = httpx.Response(200, content=sent.encode())
    assert repr(_parsed(answer)) == repr(json.loads(sent))


def test_what_is_no_json_is_told_so() -> None:
    with pytest.raises(json.JSONDecodeError):
        _parsed(httpx.Response(200, content=b"<html>"))
