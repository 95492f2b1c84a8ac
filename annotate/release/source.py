"""Reads what a release is built from: the ledgers, the corpus and the schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from annotate.corpus import Article, Chunk, read_articles
from annotate.corpus.withdrawn import withdrawn
from annotate.errors import InputError
from annotate.findings import Finding
from annotate.labels.read import chunks_as_pushed, read_labels
from annotate.ledger import Ledger
from annotate.release.rows import Source
from annotate.schema import load_schema
from annotate.workspace import Workspace


def read_source(workspace: Workspace) -> Source:
    """Read everything; raises `InputError` while the ledger holds no answer."""
    schema = load_schema(workspace.schema_file)
    gone = withdrawn(workspace)
    articles = {each.id: each for each in read_articles(workspace) if each.id not in gone}
    languages = {key: article.language for key, article in articles.items()}
    labels = read_labels(workspace.labels, schema, languages)
    if not labels.annotations:
        raise InputError(
            "the ledger holds no answer yet",
            "`annotate status` tells where every chunk stands, `annotate pull` fetches answers",
        )
    publish = workspace.settings.publish
    chunks, superseded = _chunks(workspace, articles, gone)
    return Source(
        schema,
        articles,
        chunks,
        replace(labels, findings=(*labels.findings, *superseded)),
        publish.aggregation,
        publish.text_license,
        publish.simulated,
    )


def day_of_last_pull(workspace: Workspace) -> str:
    """Give the date of a release: that of its answers, for the clock would change the bytes."""
    return max(str(row["pulled_at"]) for row in Ledger(workspace.labels / "annotations.jsonl"))[:10]


def _chunks(
    workspace: Workspace, articles: Mapping[str, Article], gone: Mapping[str, str]
) -> tuple[list[Chunk], list[Finding]]:
    """Read the chunks as they were pushed; one that its article no longer holds is set aside."""
    kept: list[Chunk] = []
    findings: list[Finding] = []
    pushed = chunks_as_pushed(Ledger(workspace.labels / "tasks.jsonl"))
    for chunk in map(Chunk.from_json, pushed.values()):
        article = articles.get(chunk.article_id)
        if article is not None and article.text[chunk.start : chunk.end] == chunk.text:
            kept.append(chunk)
        elif chunk.article_id in gone:
            message = f"article {chunk.article_id} is withdrawn: {gone[chunk.article_id]}"
            findings.append(Finding("article-withdrawn", "warning", f"chunk {chunk.id}", message))
        else:
            message = f"article {chunk.article_id} no longer has the text that was pushed"
            place = f"chunk {chunk.id}"
            findings.append(Finding("chunk-superseded", "warning", place, message))
    return sorted(kept, key=lambda chunk: (chunk.article_id, chunk.start)), findings
