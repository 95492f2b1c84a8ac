"""A real Label Studio a database for the whole run, and a workspace of its own for every test.

Tests of push and pull run on SQLite and, where the machine has PostgreSQL's server, on that too;
`pytest -k SQLite` leaves the second out. What no database can change is marked `one_database`.
Nothing here skips: a run without Label Studio or Chromium fails.
"""

from __future__ import annotations

import re
import secrets
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from annotate.corpus import prepare
from annotate.flows.init import init
from annotate.studio.client import Studio
from annotate.workspace import Workspace
from scripts.servers import LiveStudio, postgres_studio, postgresql_version, sqlite_studio

STUDIOS = {"SQLite": sqlite_studio, "PostgreSQL": postgres_studio}
ON_ONE_DATABASE = {"browser", "one_database"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what needs the server once a database; `server` is made once each."""
    if "server" in metafunc.fixturenames:
        marked = {mark.name for mark in metafunc.definition.iter_markers()}
        names = ["SQLite"] if marked & ON_ONE_DATABASE else databases()
        metafunc.parametrize("server", names, indirect=True, scope="session")


def pytest_report_collectionfinish(items: list[pytest.Item]) -> str | None:
    """Say which databases this run is on; a report header would be lost in `-q`."""
    used = {item.callspec.params.get("server") for item in items if hasattr(item, "callspec")}
    told = {"SQLite": sqlite3.sqlite_version, "PostgreSQL": postgresql_version()}
    found = ", ".join(f"{name} {told[name]}" for name in STUDIOS if name in used)
    return f"live tests on: {found}" if found else None


def databases() -> list[str]:
    return ["SQLite", "PostgreSQL"] if postgresql_version() else ["SQLite"]


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[LiveStudio]:
    with STUDIOS[request.param](tmp_path_factory.mktemp("server") / "host") as running:
        yield running


@pytest.fixture(scope="session")
def prepared_sample(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "sample"
    init(folder, sample=True)
    prepare(Workspace.find(folder))
    return folder


@pytest.fixture
def studio(server: LiveStudio) -> Studio:
    return Studio(server.url, server.login.token)


@pytest.fixture
def operator(server: LiveStudio, monkeypatch: pytest.MonkeyPatch) -> LiveStudio:
    """The environment of an operator who was given an address and a key."""
    monkeypatch.setenv("LABEL_STUDIO_URL", server.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", server.login.token)
    return server


@pytest.fixture
def sample(prepared_sample: Path, tmp_path: Path, operator: LiveStudio) -> Workspace:
    """A copy of the prepared sample that Label Studio has not seen yet."""
    del operator
    folder = tmp_path / "sample"
    shutil.copytree(prepared_sample, folder)
    return renewed(folder)


@pytest.fixture
def empty(tmp_path: Path, operator: LiveStudio) -> Workspace:
    del operator
    init(tmp_path / "news", name="news")
    return Workspace.find(tmp_path / "news")


def renewed(folder: Path) -> Workspace:
    """Give a copied workspace an id of its own, so that it gets a project of its own."""
    settings = folder / "annotate.toml"
    text = settings.read_text(encoding="utf-8")
    fresh = f'workspace_id = "{secrets.token_hex(6)}"'
    settings.write_text(re.sub(r'workspace_id = "\w+"', fresh, text), encoding="utf-8")
    return Workspace.find(folder)


@pytest.fixture
def other_server() -> Iterator[str]:
    """A web server on this machine that is not Label Studio."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<html>welcome</html>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()
