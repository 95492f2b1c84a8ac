"""Where every chunk stands: what the files say, and what the server says if there is one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from annotate.corpus import read_articles, read_chunks
from annotate.errors import ConfigError, InputError, RemoteError
from annotate.labels.read import Labels, read_labels
from annotate.ledger import Ledger
from annotate.schema import load_schema
from annotate.studio.client import connect
from annotate.studio.project import find_project
from annotate.workspace import Workspace


@dataclass(frozen=True)
class ServerStatus:
    """The project as the server counts it; `problem` says why there are no numbers."""

    url: str | None = None
    project_id: int | None = None
    tasks: int | None = None
    answers: int | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Status:
    """Counts of articles by status, of chunks by what happened to them, and of findings."""

    articles: dict[str, int]
    chunks: dict[str, int]
    annotators: dict[str, int]
    findings: dict[str, int]
    last_pull: str | None
    server: ServerStatus


def status(workspace: Workspace) -> Status:
    """Read the workspace's files and ask the server; a server that is away is no failure."""
    try:
        articles, chunks = read_articles(workspace), read_chunks(workspace)
    except InputError:
        articles, chunks = [], []
    languages = {article.id: article.language for article in articles}
    labels = read_labels(workspace.labels, load_schema(workspace.schema_file), languages)
    pulls = [row["pulled_at"] for row in Ledger(workspace.labels / "annotations.jsonl")]
    return Status(
        articles=dict(Counter(article.status for article in articles)),
        chunks=_chunk_counts([chunk.id for chunk in chunks], labels),
        annotators=dict(Counter(answer.annotator for answer in labels.annotations)),
        findings=dict(Counter(finding.code for finding in labels.findings)),
        last_pull=max(pulls, default=None),
        server=_server(workspace),
    )


def _chunk_counts(chunk_ids: list[str], labels: Labels) -> dict[str, int]:
    answered = {answer.chunk_id for answer in labels.annotations if not answer.skipped}
    skipped = {answer.chunk_id for answer in labels.annotations} - answered
    pushed = labels.chunks.keys()
    return {
        "prepared": len(chunk_ids),
        "pushed": sum(1 for key in chunk_ids if key in pushed),
        "answered": sum(1 for key in pushed if key in answered),
        "skipped": sum(1 for key in pushed if key in skipped),
    }


def _server(workspace: Workspace) -> ServerStatus:
    try:
        studio = connect(workspace)
        project = find_project(studio, workspace)
        if project is None:
            return ServerStatus(studio.url, problem="no project yet; `annotate push` makes it")
        counts = studio.project(int(project["id"]))
    except (ConfigError, RemoteError) as error:
        return ServerStatus(problem=error.message)
    return ServerStatus(
        studio.url,
        int(project["id"]),
        int(counts["task_number"]),
        int(counts["total_annotations_number"]),
    )
