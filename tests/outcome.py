"""What a command that failed must look like."""

from __future__ import annotations

from subprocess import CompletedProcess


def assert_error(done: CompletedProcess[str], status: int, *words: str) -> None:
    """One error line, one hint line, no traceback, the right exit status."""
    lines = done.stderr.strip().splitlines()
    assert done.returncode == status, done.stderr
    assert sum(line.startswith("error: ") for line in lines) == 1, done.stderr
    assert sum(line.startswith("hint: ") for line in lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
