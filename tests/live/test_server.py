"""The local server finds its port, and says where it is, also when another program is quicker."""

from __future__ import annotations

import json
import socket

import pytest

from annotate.errors import ConfigError
from annotate.flows.init import init
from annotate.studio import server
from annotate.workspace import Workspace

pytestmark = [pytest.mark.live, pytest.mark.one_database]


def silent(_line: str) -> None:
    return


@pytest.fixture
def taken():
    """A port of this machine that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_that_is_taken_in_between_is_left_for_the_next(tmp_path, taken, monkeypatch):
    init(tmp_path / "host", name="host")
    workspace = Workspace.find(tmp_path / "host")
    monkeypatch.setattr(server, "_free_port", lambda _host, _port: taken)
    with server.serving(workspace, progress=silent) as running:
        assert running.url != f"http://127.0.0.1:{taken}"
        state = json.loads((workspace.private / "server.json").read_text(encoding="utf-8"))
        assert state["url"] == running.url
    refused = pytest.raises(ConfigError, match="is taken")
    with refused, server.serving(workspace, port=taken, progress=silent):
        pass
