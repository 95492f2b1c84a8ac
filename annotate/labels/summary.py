"""What the ledger holds at a glance: spans by label, relations by origin, findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from annotate.corpus.store import each_header
from annotate.errors import InputError
from annotate.findings import Finding
from annotate.labels.configs import Configs
from annotate.labels.read import Answer, AnswerReader
from annotate.labels.shelf import Shelf, answers_on, chunks_on
from annotate.ledger import Ledger
from annotate.schema import Schema, load_schema
from annotate.workspace import Workspace

Json = dict[str, Any]


@dataclass(frozen=True)
class Summary:
    """`relations` are (type, drawn by hand, derived, looked for in vain)."""

    labels: dict[str, int]
    relations: list[tuple[str, int, int, int]]
    findings: tuple[Finding, ...]


def summarise_rows(workspace: Workspace, rows: Iterable[Json]) -> Summary:
    """Count over these rows of annotations.jsonl alone, each once; deletions count for nothing.

    Rows are taken one by one, and of the chunks only theirs are read.
    """
    schema = load_schema(workspace.schema_file)
    versions = (row for row in rows if row["event"] != "deleted")
    return _count(_answers(workspace, schema, versions), schema)


def each_answer(workspace: Workspace) -> Iterator[Answer]:
    """Read the answers that stand in the ledger one by one, for ledgers larger than memory."""
    schema = load_schema(workspace.schema_file)
    return _answers(workspace, schema, _standing(workspace))


def each_finding(workspace: Workspace) -> Iterator[Finding]:
    """Find everything that the answers in the ledger make a person look at."""
    for answer in each_answer(workspace):
        yield from answer.findings


def _standing(workspace: Workspace) -> Iterator[Json]:
    return answers_on(workspace.labels / "annotations.jsonl").rows()


def _answers(workspace: Workspace, schema: Schema, rows: Iterable[Json]) -> Iterator[Answer]:
    configs = Configs(Ledger(workspace.labels / "config.jsonl"))
    chunks, languages = _Chunks(workspace), _Languages(workspace)
    reader = AnswerReader(schema, configs, chunks.of, languages.of)
    return map(reader.read, rows)


class _Chunks:
    """The chunks as they were pushed, looked up only when an answer asks for one."""

    def __init__(self, workspace: Workspace) -> None:
        self._shelf = cache(lambda: chunks_on(workspace.labels / "tasks.jsonl"))

    def of(self, chunk_id: str) -> Json | None:
        shelf: Shelf[str] = self._shelf()
        row = shelf.get(chunk_id)
        return row["chunk"] if row else None


class _Languages:
    """The articles' languages; the corpus is derived, and where it is missing none is known."""

    def __init__(self, workspace: Workspace) -> None:
        self._known = cache(lambda: _languages(workspace))

    def of(self, article_id: str) -> str | None:
        known: Mapping[str, str | None] = self._known()
        return known.get(article_id)


def _languages(workspace: Workspace) -> dict[str, str | None]:
    try:
        return {header.id: header.metadata.language for header in each_header(workspace)}
    except InputError:
        return {}


def _count(answers: Iterable[Answer], schema: Schema) -> Summary:
    spans, drawn, missing = Counter[str](), Counter[tuple[str, str]](), Counter[str]()
    findings: list[Finding] = []
    for annotation, found in answers:
        findings += found
        if annotation is not None:
            spans.update(span.label for span in annotation.spans)
            drawn.update((item.type, item.origin) for item in annotation.relations)
            missing.update(item.relation for item in annotation.missing)
    return Summary(
        labels={label.name: spans[label.name] for label in schema.labels},
        relations=[
            (kind.name, drawn[kind.name, "human"], drawn[kind.name, "auto"], missing[kind.name])
            for kind in schema.relations
        ],
        findings=tuple(findings),
    )
