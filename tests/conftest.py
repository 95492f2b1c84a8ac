"""What the whole run shares: which tests go to the same process, and what they ran on."""

from __future__ import annotations

import re
import sqlite3

import pytest

from scripts.servers import postgresql_version

_SERVER = re.compile(r"[\[-](SQLite|PostgreSQL)[]-]")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have all tests of a server, and else those of a file, run in one process.

    They share what is made once; `pytest-xdist` deals the groups out, the largest first.
    """
    for item in items:
        server = _SERVER.search(item.nodeid)
        item.add_marker(pytest.mark.xdist_group(server[1] if server else item.path.stem))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which databases the live tests ran on."""
    told = {"SQLite": sqlite3.sqlite_version, "PostgreSQL": postgresql_version()}
    reports = (report for some in terminalreporter.stats.values() for report in some)
    found = (_SERVER.search(getattr(report, "nodeid", "")) for report in reports)
    if used := sorted({one[1] for one in found if one}, reverse=True):
        names = ", ".join(f"{name} {told[name]}" for name in used)
        terminalreporter.write_line(f"live tests on: {names}")
