"""Where every chunk stands: what the files say, and what the server says if there is one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from annotate.corpus.store import each_chunk, each_header
from annotate.corpus.withdrawn import withdrawn
from annotate.errors import ConfigError, InputError, RemoteError
from annotate.labels.decisions import each_decided, last_decided
from annotate.labels.pushed import LastEvent, last_events, tasks_left
from annotate.labels.read import Answer
from annotate.labels.shelf import MAIN, REVIEW
from annotate.labels.summary import answer_reader, each_answer
from annotate.ledger import Ledger
from annotate.schema import load_schema
from annotate.studio.connect import connect
from annotate.studio.cursor import read_cursor
from annotate.studio.overlap import is_shared
from annotate.studio.project import find_project
from annotate.workspace import Workspace


@dataclass(frozen=True)
class ServerStatus:
    """The project as the server counts it; `problem` says why not, `remedy` what to do."""

    url: str | None = None
    project_id: int | None = None
    tasks: int | None = None
    answers: int | None = None
    skips: int | None = None
    drafts: int | None = None
    problem: str | None = None
    remedy: str | None = None


@dataclass(frozen=True)
class Status:
    """Counts of articles by status, of chunks by what happened to them, and of findings.

    Chunks that were `let_go` have a task, and are no longer in the corpus: none else counts them.
    Those `to_push` are what the next push sends: not of articles that were withdrawn.
    `days` counts answers by day (UTC) and annotator; `overlap` the chunks that several people
    are to answer, and by how many of them that is done; `review` those sent to be decided, and
    those that are; `withdrawn` the articles taken back, and their tasks that are still there.
    """

    articles: dict[str, int]
    chunks: dict[str, int]
    annotators: dict[str, int]
    days: dict[str, dict[str, int]]
    overlap: dict[str, int]
    review: dict[str, int]
    withdrawn: dict[str, int]
    findings: dict[str, int]
    last_pull: str | None
    server: ServerStatus


@dataclass
class _Tally:
    """What the answers say, taken one by one."""

    answered: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    skipped: set[str] = field(default_factory=set)
    annotators: Counter[str] = field(default_factory=Counter)
    days: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    findings: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, answers: Iterable[Answer]) -> _Tally:
        tally = cls()
        for annotation, found in answers:
            tally.findings.update(finding.code for finding in found)
            if annotation is None:
                continue
            tally.annotators[annotation.annotator] += 1
            tally.days[annotation.created_at[:10]][annotation.annotator] += 1
            if annotation.skipped:
                tally.skipped.add(annotation.chunk_id)
            elif annotation.says_something:
                tally.answered[annotation.chunk_id].add(annotation.annotator)
        return tally


def status(workspace: Workspace) -> Status:
    """Read the workspace's files and ask the server; a server that is away is no failure."""
    try:
        articles = Counter(header.status for header in each_header(workspace))
        chunks = {chunk.id: chunk.article_id for chunk in each_chunk(workspace)}
    except InputError:
        articles, chunks = Counter(), {}
    tally = _Tally.of(each_answer(workspace))
    events = last_events(workspace)
    last = events[MAIN]
    pushed = {key for key, one in last.items() if one.event == "present"}
    only_skipped = tally.skipped - tally.answered.keys()
    gone = withdrawn(workspace)
    return Status(
        articles=dict(articles),
        chunks={
            "prepared": len(chunks),
            "to_push": sum(key not in last and of not in gone for key, of in chunks.items()),
            "pushed": len(chunks.keys() & pushed),
            "deleted": len(chunks.keys() & last.keys() - pushed),
            "let_go": len(pushed - chunks.keys()) if chunks else 0,
            "answered": len(tally.answered.keys() & last.keys() & chunks.keys()),
            "skipped": len(only_skipped & last.keys() & chunks.keys()),
        },
        annotators=dict(tally.annotators),
        days={day: dict(tally.days[day]) for day in sorted(tally.days)},
        overlap=_overlap(workspace, chunks, tally),
        review=_review(workspace, events[REVIEW]),
        withdrawn=_withdrawn(workspace, gone),
        findings=dict(tally.findings),
        last_pull=_last_pull(workspace),
        server=_server(workspace),
    )


def _review(workspace: Workspace, sent: Mapping[str, LastEvent]) -> dict[str, int]:
    if not sent:
        return {"sent": 0, "decided": 0}
    reader = answer_reader(workspace, load_schema(workspace.schema_file))
    decided = last_decided(each_decided(workspace.labels / "annotations.jsonl", reader))
    return {
        "sent": sum(one.event == "present" for one in sent.values()),
        "decided": len(decided.keys() & sent.keys()),
    }


def _withdrawn(workspace: Workspace, gone: Mapping[str, str]) -> dict[str, int]:
    return {"articles": len(gone), "tasks_left": len(tasks_left(workspace, articles=gone))}


def _overlap(workspace: Workspace, chunks: dict[str, str], tally: _Tally) -> dict[str, int]:
    """Count what several people are to answer, and what several have answered."""
    settings = workspace.settings.studio
    shared = {key for key, article in chunks.items() if is_shared(article, settings)}
    answered = {key: len(people) for key, people in tally.answered.items() if key in chunks}
    return {
        "articles": len({chunks[key] for key in shared}),
        "chunks": len(shared),
        "done": sum(answered.get(key, 0) >= settings.overlap_annotators for key in shared),
        "answered_by_several": sum(count > 1 for count in answered.values()),
    }


def _last_pull(workspace: Workspace) -> str | None:
    """Tell when answers were last fetched; a pull that brings nothing is in the cursor alone."""
    cursor = read_cursor(workspace)
    pulls = [row["pulled_at"] for row in Ledger(workspace.labels / "annotations.jsonl")]
    return max((*pulls, *([cursor.pulled_at] if cursor else [])), default=None)


def _server(workspace: Workspace) -> ServerStatus:
    try:
        studio = connect(workspace)
        project = find_project(studio, workspace)
        if project is None:
            return ServerStatus(studio.url, problem="no project yet; `annotate push` makes it")
        project_id = int(project["id"])
        counts = studio.project_counts(project_id)
        drafts = len(studio.drafted_tasks(project_id))
    except (ConfigError, RemoteError) as error:
        return ServerStatus(problem=error.message, remedy=error.hint)
    return ServerStatus(
        studio.url,
        project_id,
        tasks=int(counts["task_number"]),
        answers=int(counts["total_annotations_number"]),
        skips=int(counts["skipped_annotations_number"]),
        drafts=drafts,
    )
