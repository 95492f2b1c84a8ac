"""The fault proof in small: ten rounds hold every kind of trouble, and nothing may be lost."""

from __future__ import annotations

import http.client
import importlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
PAGE = b"a page of some length"


@pytest.fixture
def faults(monkeypatch):
    monkeypatch.syspath_prepend(SCRIPTS)
    return importlib.import_module("faults")


@pytest.fixture
def rounds(monkeypatch):
    monkeypatch.syspath_prepend(SCRIPTS)
    return importlib.import_module("chaos_rounds")


@pytest.fixture
def web_server() -> Iterator[tuple[str, list[bytes]]]:
    """A plain web server for the proxy alone, and the bodies that it has received."""
    received: list[bytes] = []

    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, *_arguments: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}", received
        listening.shutdown()


def post(url: str) -> tuple[int, bytes]:
    """Send a request as a client does that waits half a second."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=0.5)
    try:
        connection.request("POST", "/", body=b"x")
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_ten_rounds_of_chaos_lose_nothing_and_double_nothing(tmp_path):
    command = [sys.executable, str(SCRIPTS / "chaos.py"), "--rounds", "10", "--seed", "7"]
    done = subprocess.run(
        [*command, "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout
    assert "PASS  first attempts through under faults" in done.stdout


def test_a_round_follows_from_seed_and_number_alone(rounds):
    first, again = ([rounds.draw(3, number) for number in range(1, 31)] for _ in range(2))
    assert first == again
    assert first != [rounds.draw(4, number) for number in range(1, 31)]
    for start in (0, 10, 20):
        assert sorted(each.kind for each in first[start : start + 10]) == sorted(rounds.DECK)


def test_the_same_seed_gives_requests_the_same_fates(faults):
    one, other = (faults.Seeded("s", 0.5) for _ in range(2))
    fates = [one("GET", "/") for _ in range(200)]
    assert fates == [other("GET", "/") for _ in range(200)]
    assert {fate.fault for fate in fates if fate} == set(faults.Fault)


def test_without_faults_the_proxy_changes_nothing(faults, web_server):
    url, received = web_server
    with faults.proxying(url, faults.Seeded("s", 0)) as proxy:
        assert [post(proxy.url) for _ in range(3)] == [(200, PAGE)] * 3
    assert (len(received), proxy.requests, proxy.faults) == (3, 3, 0)


@pytest.mark.parametrize("draw", [0.1, 0.9])
@pytest.mark.parametrize("name", ["DROPPED", "LEFT", "UNANSWERED", "LATE_ANSWER", "CUT"])
def test_the_client_gets_no_answer_whether_or_not_the_server_did_the_work(
    faults, web_server, name, draw
):
    url, received = web_server
    fate = faults.Fate(faults.Fault[name], draw)
    with faults.proxying(url, lambda *_: fate, timeout=0.5) as proxy:
        with pytest.raises((OSError, http.client.HTTPException)):
            post(proxy.url)
        assert proxy.wait_until_quiet()
    assert len(received) == (0 if name == "DROPPED" else 1)
    assert proxy.injected[fate.fault, "POST"] == 1


def test_a_late_request_arrives_after_the_client_has_given_up(faults, web_server):
    url, received = web_server
    fate = faults.Fate(faults.Fault.LATE_REQUEST)
    with faults.proxying(url, lambda *_: fate, timeout=0.5) as proxy:
        with pytest.raises(TimeoutError):
            post(proxy.url)
        assert not received
        assert proxy.wait_until_quiet()
    assert received == [b"x"]


def test_a_bad_status_is_told_after_the_work_was_done(faults, web_server):
    url, received = web_server
    found = set()
    for draw in (0.1, 0.3, 0.6, 0.9):
        fate = faults.Fate(faults.Fault.FAILED, draw)
        with faults.proxying(url, lambda *_, fate=fate: fate) as proxy:
            found.add(post(proxy.url)[0])
    assert found == {500, 502, 504, 429}
    assert len(received) == 4
