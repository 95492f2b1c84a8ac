"""Shards on a real Dask cluster of this machine, whose workers are killed while they work."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import annotate.corpus.shards
from annotate.corpus import plan_inputs, prepare, read_articles, read_metadata, read_rejected
from annotate.corpus.cluster import run_on_cluster
from annotate.corpus.merge import merge
from annotate.corpus.parts import Part, RowFiles
from annotate.corpus.shards import Job, Recipe, plan_jobs, plan_shards, run_here
from annotate.errors import RefusedError, RemoteError
from tests.unit.corpus.killing import POISON, killed_once, poisoned
from tests.unit.corpus.test_body import LEAD, OTHER, SECOND, THIRD

if TYPE_CHECKING:
    from annotate.workspace import Workspace


@pytest.fixture
def articles(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace of 24 articles in five shards, two of them alike and one line broken."""
    texts = [f"{LEAD} {number} {SECOND}\n\n{THIRD} {number} {OTHER}" for number in range(23)]
    rows = [
        json.dumps({"id": f"a{at}", "text": text}) for at, text in enumerate([*texts, texts[2]])
    ]
    rows.insert(9, "{oops")
    content = "\n".join(rows) + "\n"
    (workspace.articles / "x.jsonl").write_text(content, encoding="utf-8")
    monkeypatch.setattr(plan_shards, "__defaults__", (len(content) // 5 + 1, 100))
    return workspace


def jobs(workspace: Workspace, name: str) -> list[Job]:
    inputs = plan_inputs(workspace)
    recipe = Recipe(workspace.settings.prepare, read_metadata(inputs.tables), {})
    return plan_jobs(inputs.inputs, recipe, workspace.root / name, workspace.corpus)


def corpus_of(workspace: Workspace, name: str, folders: list[Path]) -> dict[str, bytes]:
    with RowFiles(workspace.root / f"{name}-corpus") as files:
        merge([Part(folder) for folder in folders], files, frozenset())
        files.seal({})
    return {path.name: path.read_bytes() for path in sorted(files.folder.iterdir())}


def test_a_killed_worker_changes_nothing(articles: Workspace) -> None:
    alone = corpus_of(articles, "alone", run_here(jobs(articles, "alone")))
    mark = articles.root / "killed"
    prepare_ = partial(killed_once, mark)
    shared = run_on_cluster(jobs(articles, "shared"), 2, None, prepare=prepare_)
    assert mark.exists()
    assert len(shared) == 5
    assert corpus_of(articles, "shared", shared) == alone


def test_an_article_that_kills_every_worker_is_rejected_alone(articles: Workspace) -> None:
    folders = run_on_cluster(jobs(articles, "shared"), 2, None, prepare=poisoned)
    rows = corpus_of(articles, "shared", folders)
    rejected = [json.loads(line) for line in rows["rejected.jsonl"].splitlines()]
    assert [(row["code"], row["source"]["record"]) for row in rejected] == [
        ("crashed", 8),
        ("bad_json", 10),
    ]
    ids = [json.loads(line)["id"] for line in rows["articles.jsonl"].splitlines()]
    assert ids == [f"a{number}" for number in range(24) if f"a{number}" != POISON]


def test_prepare_with_workers_gives_the_bytes_of_one_process(articles: Workspace) -> None:
    heard: list[tuple[int, int]] = []
    prepare(articles, workers=2, progress=lambda done, total: heard.append((done, total)))
    shared = {path.name: path.read_bytes() for path in articles.corpus.iterdir()}
    for path in articles.corpus.iterdir():
        path.unlink()
    prepare(articles)
    assert {path.name: path.read_bytes() for path in articles.corpus.iterdir()} == shared
    assert heard[-1][0] == heard[-1][1]
    assert len(read_articles(articles)) == 24
    assert [each.code for each in read_rejected(articles)] == ["bad_json"]


RUN = """
import sys
import annotate.corpus.shards
from annotate import Workspace, prepare

if __name__ == "__main__":
    annotate.corpus.shards.plan_shards.__defaults__ = (1, 1)
    prepare(Workspace.find(), workers=1)
"""


def test_a_run_that_was_killed_as_a_whole_is_taken_up_again(articles: Workspace) -> None:
    (articles.root / "run.py").write_text(RUN, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "run.py"], cwd=articles.root, start_new_session=True
    ) as run:
        parts = articles.private / "prepare" / "parts"
        for _ in range(600):
            if run.poll() is not None or len(list(parts.glob("*-end"))) > 5:
                break
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGKILL)
    done = {path: path.stat().st_mtime_ns for path in parts.glob("*-end")}
    assert 5 < len(done) < 25
    assert not articles.corpus.exists()
    annotate.corpus.shards.plan_shards.__defaults__ = (1, 1)
    folders = run_here(jobs_in(articles, parts))
    assert {path: path.stat().st_mtime_ns for path in done} == done
    again = corpus_of(articles, "again", folders)
    assert again == corpus_of(articles, "alone", run_here(jobs(articles, "alone")))


def jobs_in(workspace: Workspace, parts: Path) -> list[Job]:
    inputs = plan_inputs(workspace)
    recipe = Recipe(workspace.settings.prepare, read_metadata(inputs.tables), {})
    return plan_jobs(inputs.inputs, recipe, parts, workspace.corpus)


def test_a_job_is_cut_only_around_inputs_of_its_own(articles: Workspace) -> None:
    job = replace(jobs(articles, "parts")[0], first=64, last=128)
    assert job.around(0, 0) == job.around(128, 129) == ()
    cut = [(each.first, each.last, each.batch) for each in job.around(70, 80)]
    assert cut == [(64, 70, job.batch), (70, 80, 1), (80, 128, job.batch)]


def test_a_scheduler_that_does_not_answer_is_named(articles: Workspace) -> None:
    with pytest.raises(RemoteError, match="no Dask scheduler answers"):
        prepare(articles, scheduler="tcp://127.0.0.1:9")


def test_a_worker_with_other_code_is_refused(articles: Workspace) -> None:
    inputs = plan_inputs(articles)
    recipe = Recipe(articles.settings.prepare, read_metadata(inputs.tables), {}, code="other")
    with pytest.raises(RefusedError, match="another version"):
        run_here(plan_jobs(inputs.inputs, recipe, articles.root / "parts", articles.corpus))
