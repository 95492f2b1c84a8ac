from __future__ import annotations

import hashlib
from pathlib import Path

import orjson
import pytest
from hypothesis import given

from annotate.corpus import Chunk, Metadata, prepare
from annotate.corpus.store import MANIFEST, manifest, read_articles
from annotate.errors import InputError
from annotate.flows.init import init
from annotate.schema.controls import DATA_FIELDS
from annotate.studio.tasks import RENEWED, check_task, data_sha256, each_task, task_data
from annotate.workspace import Workspace
from tests.unit.labels.texts import nasty_texts

KEYS = {"chunk_id", "text_sha256", "schema_version", *DATA_FIELDS}


def chunk(name: str, of: str, index: int, text: str = "One") -> Chunk:
    return Chunk(name, of, index, 0, len(text), text, "before", "after")


def test_a_task_has_every_key_the_page_reads_and_all_are_strings() -> None:
    data = task_data(chunk("c-1", "a", 0), Metadata(), 1, "1.0.0")
    assert set(data) == KEYS
    assert all(isinstance(value, str) for value in data.values())


def test_what_is_not_known_is_empty_and_never_null() -> None:
    data = task_data(chunk("c-1", "a", 0), Metadata(), 1, "1.0.0")
    assert {data[key] for key in ("title", "outlet", "published_at", "url")} == {""}


def test_what_is_known_stands_in_the_task() -> None:
    known = {"title": "T", "outlet": "O", "published_at": "2031-03-14", "url": "https://x.test"}
    data = task_data(chunk("c-1", "a", 1), Metadata(**known), 3, "1.2.0")
    assert data == known | {
        "chunk_id": "c-1",
        "text": "One",
        "text_sha256": hashlib.sha256(b"One").hexdigest(),
        "schema_version": "1.2.0",
        "part": "2/3",
        "context_before": "before",
        "context_after": "after",
    }


@given(nasty_texts)
def test_the_text_goes_out_as_it_is(text: str) -> None:
    data = task_data(chunk("c-1", "a", 0, text), Metadata(), 1, "1.0.0")
    assert data["text"] == text
    assert data["text_sha256"] == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("key", RENEWED)
def test_whatever_is_shown_beside_the_text_counts_as_changed(key: str) -> None:
    data = task_data(chunk("c-1", "a", 0), Metadata(), 1, "1.0.0")
    assert data_sha256(data | {key: "other"}) != data_sha256(data)


def test_text_and_schema_version_do_not_count_as_changed() -> None:
    data = task_data(chunk("c-1", "a", 0), Metadata(), 1, "1.0.0")
    assert data_sha256(data | {"schema_version": "2.0.0"}) == data_sha256(data)
    assert set(data) == {*RENEWED, "chunk_id", "text", "text_sha256", "schema_version"}


def test_parts_are_counted_per_article(tmp_path: Path) -> None:
    init(tmp_path / "news", name="news")
    workspace = Workspace.find(tmp_path / "news")
    sentences = (f"The ferry to Tarnby left at {n} and nobody was late." for n in range(200))
    (workspace.articles / "a.txt").write_text("Ferries\n\n" + "\n\n".join(sentences), "utf-8")
    (workspace.articles / "b.txt").write_text("Short\n\nThe harbour was shut on Monday.", "utf-8")
    prepare(workspace)
    tasks = list(each_task(workspace, "1.0.0"))
    parts = [task.data["part"] for task in tasks if task.chunk.article_id == "articles/a.txt"]
    assert len(parts) > 1
    assert parts == [f"{number}/{len(parts)}" for number in range(1, len(parts) + 1)]
    assert tasks[-1].data["part"] == "1/1"
    assert all(task.source_sha256 for task in tasks)


def test_each_chunk_goes_with_its_own_article_and_a_lost_article_is_told(tmp_path: Path) -> None:
    init(tmp_path / "sample", sample=True)
    workspace = Workspace.find(tmp_path / "sample")
    prepare(workspace)
    known = {article.id: article for article in read_articles(workspace)}
    for task in each_task(workspace, "1.0.0"):
        article = known[task.chunk.article_id]
        assert task.source_sha256 == article.source.sha256
        assert task.data["title"] == (article.metadata.title or "")
    _lose_articles(workspace, keep=1)
    with pytest.raises(InputError, match="has no such article"):
        list(each_task(workspace, "1.0.0"))


def _lose_articles(workspace: Workspace, keep: int) -> None:
    """Cut the articles' file down, as no run of prepare leaves it."""
    file, told = workspace.corpus / "articles.jsonl", manifest(workspace)
    lines = file.read_bytes().splitlines(keepends=True)[:keep]
    file.write_bytes(b"".join(lines))
    told["bytes"]["articles.jsonl"] = file.stat().st_size
    (workspace.corpus / MANIFEST).write_bytes(orjson.dumps(told))


@pytest.mark.parametrize("bad", ["\0", "\ud83d"])
@pytest.mark.parametrize("key", ["title", "text"])
def test_what_makes_a_project_unreadable_is_refused_and_named(key: str, bad: str) -> None:
    data = task_data(chunk("c-1", "a", 0), Metadata(), 1, "1.0.0")
    check_task(data | {key: "Zürich 😀"})
    with pytest.raises(InputError, match=f"the {key} of chunk c-1 holds a NUL or half a surrogate"):
        check_task(data | {key: f"Zürich {bad}"})
