from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.corpus import prepare
from annotate.corpus.freshness import stale_warning
from annotate.corpus.overrides import Wish, decide
from annotate.corpus.store import let_go
from annotate.flows.init import init
from annotate.workspace import Workspace

HOUR = 3600
Act = Callable[[Workspace], object]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    init(tmp_path / "news", sample=True)
    workspace = Workspace.find(tmp_path / "news")
    for file in workspace.articles.iterdir():
        _age(file, 2 * HOUR)
    prepare(workspace)
    return workspace


def _age(file: Path, seconds: int) -> None:
    then = file.stat().st_mtime - seconds
    os.utime(file, (then, then))


def _first(workspace: Workspace) -> Path:
    return min(workspace.articles.glob("*.txt"))


def _add(workspace: Workspace) -> None:
    shutil.copy2(_first(workspace), workspace.articles / "new.txt")  # as old as the other


def _edit(workspace: Workspace) -> None:
    file = _first(workspace)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("e", "a", 1), encoding="utf-8")  # of the same size
    ahead = file.stat().st_mtime_ns + 10**9
    os.utime(file, ns=(ahead, ahead))


def _describe(workspace: Workspace) -> None:
    table = workspace.articles / "metadata.csv"
    then = table.stat().st_mtime_ns
    table.write_text(table.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    os.utime(table, ns=(then, then))


def _decide(workspace: Workspace) -> None:
    name = workspace.relative(_first(workspace))
    decide(workspace, Wish("drop", name, 0, 5))


@pytest.mark.parametrize(
    "act", [_add, _edit, _describe, _decide, lambda each: _first(each).unlink()]
)
def test_what_has_changed_since_prepare_is_told_until_it_is_prepared(
    workspace: Workspace, act: Act
) -> None:
    assert stale_warning(workspace) is None
    act(workspace)
    assert stale_warning(workspace) == (
        "articles/ has changed since the corpus was prepared; run `annotate prepare` first"
    )
    for file in workspace.articles.iterdir():
        _age(file, HOUR)
    prepare(workspace)
    assert stale_warning(workspace) is None


def test_files_that_prepare_copied_in_are_no_change(workspace: Workspace, tmp_path: Path) -> None:
    shutil.copyfile(_first(workspace), tmp_path / "another.txt")
    prepare(workspace, [tmp_path / "another.txt"])
    assert stale_warning(workspace) is None


def test_chunks_that_were_let_go_are_no_change(workspace: Workspace) -> None:
    let_go(workspace).append([{"action": "let_go", "chunk_id": "c-1", "at": "2031-03-01"}])
    assert stale_warning(workspace) is None


def test_a_workspace_without_its_articles_is_left_alone(workspace: Workspace) -> None:
    shutil.rmtree(workspace.articles)
    assert stale_warning(workspace) is None
