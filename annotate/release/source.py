"""What a release is built from: the ledgers, the corpus and the schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from annotate.corpus import Article, Chunk
from annotate.corpus.store import each_chunk, let_go, shelve_articles
from annotate.corpus.withdrawn import withdrawn
from annotate.errors import InputError
from annotate.findings import Finding
from annotate.labels.annotation import Annotation
from annotate.labels.read import Labels, each_answer
from annotate.labels.shelf import ChunkShelf, chunks_on
from annotate.labels.spill import AnswerSpill, ChunkSpill
from annotate.ledger import Ledger
from annotate.quality.ledgers import adjudicated, standing_chunks
from annotate.release.memory import giving_back
from annotate.schema import Schema, load_schema
from annotate.workspace import Workspace

Json = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """Everything a release is built from. `chunks` are those that were pushed, with an article.

    Articles that `split_of` does not name are in `train`, a group of their own.
    """

    schema: Schema
    articles: Mapping[str, Article]
    chunks: Sequence[Chunk]
    labels: Labels
    aggregation: str
    licence: str
    simulated: bool
    split_of: Mapping[str, str] = field(default_factory=dict)
    group_of: Mapping[str, str] = field(default_factory=dict)
    standoff: frozenset[str] = frozenset()  # articles whose words are not published
    adjudicated: Mapping[str, Annotation] = field(default_factory=dict)  # decisions, by chunk

    def text_of(self, chunk: Chunk) -> str | None:
        """Give a chunk's text if it may be published."""
        return None if chunk.article_id in self.standoff else chunk.text

    @cached_property
    def placed(self) -> ChunkSpill:
        return ChunkSpill.of(self.chunks)

    @cached_property
    def given(self) -> AnswerSpill:
        return AnswerSpill.of(self.labels.annotations)

    @cached_property
    def answered(self) -> list[str]:
        """Name the articles that somebody has answered about: no other belongs into a release."""
        chunks = self.placed
        has_answer = self.given.by_chunk.last_of(np.array(chunks.by_id.hashes)) >= 0
        names = list(chunks.articles)
        return sorted(
            names[number] for number in np.unique(np.array(chunks.of_article)[has_answer])
        )


def read_source(workspace: Workspace) -> Source:
    """Read everything; raises `InputError` while the ledger holds no answer."""
    schema = load_schema(workspace.schema_file)
    gone = withdrawn(workspace)
    shelf = chunks_on(workspace.labels / "tasks.jsonl")
    decided = adjudicated(workspace, standing_chunks(shelf, gone))
    articles = shelve_articles(workspace, gone)
    labels = _labels(workspace, schema, articles, shelf)
    if not labels.annotations:
        raise InputError(
            "the ledger holds no answer yet",
            "`annotate status` tells where every chunk stands, `annotate pull` fetches answers",
        )
    publish = workspace.settings.publish
    chunks, superseded = _chunks(shelf, articles, gone, _let_go(workspace))
    return Source(
        schema,
        articles,
        chunks,
        replace(labels, findings=(*labels.findings, *superseded)),
        publish.aggregation,
        publish.text_license,
        publish.simulated,
        adjudicated=decided,
    )


def _labels(
    workspace: Workspace, schema: Schema, articles: Mapping[str, Article], shelf: ChunkShelf
) -> Labels:
    """Read the answers onto the disk: of a million, no more than their places are held."""
    annotations, findings = AnswerSpill(), list[Finding]()

    def chunk_of(name: str) -> Json | None:
        row = shelf.get(name)
        return None if row is None else row["chunk"]

    def language_of(name: str) -> str | None:
        return articles[name].language if name in articles else None

    answers = each_answer(workspace.labels, schema, chunk_of, language_of)
    for annotation, found in giving_back(answers):
        if annotation is not None:
            annotations.append(annotation)
        findings += found
    return Labels(annotations=annotations, findings=tuple(findings))


def day_of_last_pull(workspace: Workspace) -> str:
    """Give the date of a release: that of its answers, for the clock would change the bytes."""
    return max(str(row["pulled_at"]) for row in Ledger(workspace.labels / "annotations.jsonl"))[:10]


def _let_go(workspace: Workspace) -> frozenset[str]:
    """Give the chunks that were let go, and have not come back into the corpus since."""
    found = {row["chunk_id"] for row in let_go(workspace) if row.get("action") == "let_go"}
    back = {chunk.id for chunk in each_chunk(workspace)} if found else set[str]()
    return frozenset(found - back)


def _chunks(
    shelf: ChunkShelf,
    articles: Mapping[str, Article],
    gone: Mapping[str, str],
    left: frozenset[str] = frozenset(),
) -> tuple[Sequence[Chunk], list[Finding]]:
    """Read the chunks as they were pushed.

    Set aside are those that their articles no longer hold, and those that were let go: what they
    say stands in the chunks that were cut instead.
    """
    kept = ChunkSpill()
    findings: list[Finding] = []
    for row in shelf.rows():
        chunk = Chunk.from_json(row["chunk"])
        article = articles.get(chunk.article_id)
        if chunk.id in left:
            message = f"article {chunk.article_id} was prepared anew, and cut otherwise"
            findings.append(Finding("chunk-superseded", "warning", f"chunk {chunk.id}", message))
        elif article is not None and article.text[chunk.start : chunk.end] == chunk.text:
            kept.append(chunk)
        elif chunk.article_id in gone:
            message = f"article {chunk.article_id} is withdrawn: {gone[chunk.article_id]}"
            findings.append(Finding("article-withdrawn", "warning", f"chunk {chunk.id}", message))
        else:
            message = f"article {chunk.article_id} no longer has the text that was pushed"
            place = f"chunk {chunk.id}"
            findings.append(Finding("chunk-superseded", "warning", place, message))
    return kept.chosen(kept.in_order()), findings
