from __future__ import annotations

import html
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from annotate.corpus import prepare, read_articles, read_chunks
from annotate.flows.gold import GoldChunk, project_gold, raw_texts, read_gold
from annotate.flows.init import init
from annotate.labels.annotation import Span
from annotate.schema import load_schema
from annotate.schema.model import Schema
from annotate.workspace import Workspace

Json = dict[str, Any]
GOLD = read_gold()
SPANS = [(article, span) for article, row in GOLD.items() for span in row["spans"]]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("sample") / "news"
    init(folder, sample=True)
    workspace = Workspace.find(folder)
    prepare(workspace)
    return workspace


@pytest.fixture(scope="module")
def schema(workspace: Workspace) -> Schema:
    return load_schema(workspace.schema_file)


@pytest.fixture(scope="module")
def projected(workspace: Workspace, schema: Schema) -> list[GoldChunk]:
    return project_gold(workspace, schema, GOLD)


@pytest.fixture(scope="module")
def places(projected: list[GoldChunk]) -> dict[tuple[str, str], list[tuple[GoldChunk, Span]]]:
    """Where each gold span came to stand."""
    found: dict[tuple[str, str], list[tuple[GoldChunk, Span]]] = {}
    for gold in projected:
        for span in gold.spans:
            found.setdefault((gold.chunk.article_id, span.id), []).append((gold, span))
    return found


def plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def words(article: str, received: str) -> str:
    """The words of a stretch of an article as received: of a page, without its markup."""
    if article.endswith(".html"):
        received = html.unescape(re.sub(r"<[^>]*>", "", received))
    return plain(received)


def test_every_article_of_the_sample_is_ready_and_labelled(workspace: Workspace) -> None:
    articles = read_articles(workspace)
    assert {article.id: article.status for article in articles} == dict.fromkeys(GOLD, "ready")


def test_every_gold_span_is_its_text_in_the_article_as_received(workspace: Workspace) -> None:
    texts = raw_texts(workspace)
    wrong = [
        (article, span["id"])
        for article, span in SPANS
        if texts[article][span["start"] : span["end"]] != span["text"]
    ]
    assert wrong == []


def test_every_gold_span_stands_in_exactly_one_chunk(
    places: dict[tuple[str, str], list[tuple[GoldChunk, Span]]],
) -> None:
    counts = {
        (article, span["id"]): len(places.get((article, span["id"]), [])) for article, span in SPANS
    }
    assert {key: count for key, count in counts.items() if count != 1} == {}
    assert len(places) == len(SPANS)


def test_every_gold_span_keeps_its_words(
    places: dict[tuple[str, str], list[tuple[GoldChunk, Span]]],
) -> None:
    differing = {}
    for article, row in SPANS:
        for gold, span in places.get((article, row["id"]), []):
            surface = gold.chunk.text[span.start : span.end]
            if plain(surface) != words(article, row["text"]):
                differing[article, row["id"]] = (row["text"], surface)
    assert differing == {}


def test_every_gold_relation_stands_in_one_chunk(projected: list[GoldChunk]) -> None:
    found = {
        (gold.chunk.article_id, item.type, item.head, item.tail)
        for gold in projected
        for item in gold.relations
    }
    wanted = {
        (article, item["type"], item["from"], item["to"])
        for article, row in GOLD.items()
        for item in row["relations"]
    }
    assert found == wanted


def test_every_gold_label_and_relation_is_one_of_the_schema(schema: Schema) -> None:
    known = {label.name for label in schema.labels}
    assert {span["label"] for _, span in SPANS} <= known
    for article, row in GOLD.items():
        labels = {span["id"]: span["label"] for span in row["spans"]}
        assert len(labels) == len(row["spans"]), article
        for item in row["relations"]:
            kind = schema.relation(item["type"])
            assert labels[item["from"]] in schema.resolve(kind.from_), (article, item)
            assert labels[item["to"]] in schema.resolve(kind.to), (article, item)


def test_every_gold_answer_is_one_of_the_schema(schema: Schema) -> None:
    entities = {entity.id for entity in schema.entities}
    for article, span in SPANS:
        for name, value in span["attributes"].items():
            if name == "text":
                assert schema.label(span["label"]).asks == "text"
                continue
            asked = schema.attribute(name)
            assert span["label"] in schema.resolve(asked.applies_to), (article, span["id"])
            if asked.type == "entities":
                known = {one for one in value.split("+") if not one.startswith("other:")}
                assert known <= entities, (article, span["id"])
            else:
                assert value in asked.values, (article, span["id"])


def test_gold_whose_text_is_not_there_is_a_bug(workspace: Workspace, schema: Schema) -> None:
    article, row = next(iter(GOLD.items()))
    moved = [span | {"start": span["start"] + 1} for span in row["spans"]]
    with pytest.raises(ValueError, match="is not its text"):
        project_gold(workspace, schema, {article: row | {"spans": moved}})


def test_every_chunk_of_the_sample_has_its_labels(
    workspace: Workspace, projected: list[GoldChunk]
) -> None:
    assert [gold.chunk for gold in projected] == read_chunks(workspace)
    assert all(gold.spans for gold in projected)


def test_smaller_chunks_get_the_same_labels(tmp_path: Path) -> None:
    init(tmp_path / "news", sample=True)
    settings = tmp_path / "news" / "annotate.toml"
    text = settings.read_text(encoding="utf-8")
    small = text.replace("chunk_limit = 4000", "chunk_limit = 1200")
    settings.write_text(small.replace("chunk_target = 2500", "chunk_target = 1000"), "utf-8")
    workspace = Workspace.find(tmp_path / "news")
    prepare(workspace)
    projected = project_gold(workspace, load_schema(workspace.schema_file), GOLD)
    assert len(projected) > len(GOLD)
    names = [(gold.chunk.article_id, span.id) for gold in projected for span in gold.spans]
    assert len(names) == len(set(names))
    for gold in projected:
        raw = {span["id"]: span["text"] for span in GOLD[gold.chunk.article_id]["spans"]}
        for span in gold.spans:
            surface = gold.chunk.text[span.start : span.end]
            assert plain(surface) == words(gold.chunk.article_id, raw[span.id])
