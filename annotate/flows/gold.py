"""The sample's hand-made labels, laid over whatever chunks the corpus was cut into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import orjson

from annotate.corpus import (
    Article,
    Chunk,
    EditedText,
    Received,
    plan_inputs,
    read_articles,
    read_chunks,
    read_inputs,
    read_metadata,
)
from annotate.labels.annotation import Attribute, Relation, Span
from annotate.schema import Schema
from annotate.workspace import Workspace

Json = dict[str, Any]


@dataclass(frozen=True)
class GoldChunk:
    """What is right for one chunk."""

    chunk: Chunk
    language: str | None
    spans: tuple[Span, ...]
    relations: tuple[Relation, ...]
    document: tuple[tuple[str, str], ...]


def read_gold() -> dict[str, Json]:
    """Read the labels by article id, with offsets into the articles as received."""
    folder = files("annotate") / "sample" / "gold"
    rows = (
        orjson.loads(line)
        for file in sorted(folder.iterdir(), key=lambda item: item.name)
        for line in file.read_bytes().splitlines()
    )
    return {row["article"]: row for row in rows}


def project_gold(workspace: Workspace, schema: Schema, gold: Mapping[str, Json]) -> list[GoldChunk]:
    """Carry the labels from the received text through the edits into the chunks."""
    texts = raw_texts(workspace)
    articles = {article.id: article for article in read_articles(workspace)}
    projected = {
        key: _article_spans(articles[key], texts[key], row, schema)
        for key, row in gold.items()
        if key in articles
    }
    return [
        _chunk_gold(chunk, articles[chunk.article_id], projected[chunk.article_id], gold)
        for chunk in read_chunks(workspace)
        if chunk.article_id in projected
    ]


def raw_texts(workspace: Workspace) -> dict[str, str]:
    """Read the text of every article as received, by id."""
    inputs = plan_inputs(workspace)
    table = read_metadata(inputs.tables)
    received = read_inputs(inputs.inputs, table, workspace.settings.prepare)
    return {each.id: each.raw for each in received if isinstance(each, Received)}


def _article_spans(article: Article, raw: str, row: Json, schema: Schema) -> dict[str, Span]:
    """Gold spans in the article's clean text; one whose text was dropped has no place there."""
    edited: EditedText = article.edited(raw)
    found = {}
    for item in row["spans"]:
        if raw[item["start"] : item["end"]] != item["text"]:
            raise ValueError(f"gold span {item['id']} of {article.id} is not its text")
        place = edited.to_clean(item["start"], item["end"])
        if place is not None and place[0] < place[1]:
            found[item["id"]] = _span(item, place, schema)
    return found


def _span(item: Json, place: tuple[int, int], schema: Schema) -> Span:
    attributes = tuple(Attribute(name, value) for name, value in sorted(item["attributes"].items()))
    label = item["label"]
    return Span(item["id"], place[0], place[1], schema.layer_of(label), label, attributes)


def _chunk_gold(
    chunk: Chunk, article: Article, spans: Mapping[str, Span], gold: Mapping[str, Json]
) -> GoldChunk:
    row = gold[article.id]
    own = {
        span.id: Span(
            span.id,
            span.start - chunk.start,
            span.end - chunk.start,
            span.layer,
            span.label,
            span.attributes,
        )
        for span in spans.values()
        if chunk.start <= span.start and span.end <= chunk.end
    }
    relations = tuple(_relations(row["relations"], own))
    flags = "+".join(sorted(row.get("document", {}).get("flags", ())))
    document = (("flags", flags),) if flags else ()
    return GoldChunk(chunk, article.language, tuple(own.values()), relations, document)


def _relations(rows: Iterable[Json], spans: Mapping[str, Span]) -> Iterator[Relation]:
    for item in rows:
        if item["from"] in spans and item["to"] in spans:
            yield Relation(item["type"], item["from"], item["to"])
