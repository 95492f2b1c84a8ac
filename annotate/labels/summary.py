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
from annotate.labels.decisions import each_decided
from annotate.labels.read import Answer, AnswerReader, ChunkOf
from annotate.labels.shelf import ChunkShelf, answers_on, chunks_on
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


class Tally:
    """Counts what rows of annotations.jsonl hold, as they come, each once.

    Deletions count for nothing. Of the chunks only those of the rows are read. Without `counts`
    only findings are looked for, which takes a quarter of the time.
    """

    def __init__(self, workspace: Workspace, *, counts: bool = True) -> None:
        self._counts = counts
        self._schema = load_schema(workspace.schema_file)
        self._reader = answer_reader(workspace, self._schema)
        self._spans, self._missing = Counter[str](), Counter[str]()
        self._drawn = Counter[tuple[str, str]]()
        self._findings: list[Finding] = []

    def add(self, rows: Iterable[Json]) -> None:
        """Count some rows more."""
        for row in rows:
            if row["event"] == "deleted":
                continue
            if self._counts:
                self._add(self._reader.read(row))
            else:
                self._findings += self._reader.check(row)

    def _add(self, answer: Answer) -> None:
        annotation, found = answer
        self._findings += found
        if annotation is not None:
            self._spans.update(span.label for span in annotation.spans)
            self._drawn.update((item.type, item.origin) for item in annotation.relations)
            self._missing.update(item.relation for item in annotation.missing)

    def summary(self) -> Summary:
        """Sum up the rows so far."""
        drawn, missing = self._drawn, self._missing
        return Summary(
            labels={label.name: self._spans[label.name] for label in self._schema.labels},
            relations=[
                (kind.name, drawn[kind.name, "human"], drawn[kind.name, "auto"], missing[kind.name])
                for kind in self._schema.relations
            ],
            findings=tuple(self._findings),
        )


def each_answer(workspace: Workspace, chunk_of: ChunkOf | None = None) -> Iterator[Answer]:
    """Read the answers that stand in the ledger one by one, for ledgers larger than memory.

    `chunk_of` looks chunks up for whoever has them at hand.
    """
    schema = load_schema(workspace.schema_file)
    standing = answers_on(workspace.labels / "annotations.jsonl").rows()
    return map(answer_reader(workspace, schema, chunk_of).read, standing)


def each_finding(workspace: Workspace) -> Iterator[Finding]:
    """Find everything that the answers in the ledger make a person look at, decisions too."""
    reader = answer_reader(workspace, load_schema(workspace.schema_file))
    for row in answers_on(workspace.labels / "annotations.jsonl").rows():
        yield from reader.check(row)
    for decided in each_decided(workspace.labels / "annotations.jsonl", reader):
        yield from decided.answer.findings


def answer_reader(
    workspace: Workspace, schema: Schema, chunk_of: ChunkOf | None = None
) -> AnswerReader:
    configs = Configs(Ledger(workspace.labels / "config.jsonl"))
    chunk_of = chunk_of or _Chunks(workspace).of
    return AnswerReader(schema, configs, chunk_of, _Languages(workspace).of)


class _Chunks:
    """The chunks as they were pushed, looked up only when an answer asks for one."""

    def __init__(self, workspace: Workspace) -> None:
        self._shelf = cache(lambda: chunks_on(workspace.labels / "tasks.jsonl"))

    def of(self, chunk_id: str) -> Json | None:
        shelf: ChunkShelf = self._shelf()
        row = shelf.get(chunk_id)
        return row["chunk"] if row else None


class _Languages:
    """The articles' languages; the corpus is derived, and where it is missing none is known."""

    def __init__(self, workspace: Workspace) -> None:
        self._known = cache(lambda: languages_of(workspace))

    def of(self, article_id: str) -> str | None:
        known: Mapping[str, str | None] = self._known()
        return known.get(article_id)


def languages_of(workspace: Workspace) -> dict[str, str | None]:
    """Give the articles' languages as far as the corpus is there."""
    try:
        return {header.id: header.metadata.language for header in each_header(workspace)}
    except InputError:
        return {}
