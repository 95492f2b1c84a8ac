from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import given

from annotate.corpus import Article, Chunk, Metadata, Source
from annotate.schema.controls import DATA_FIELDS
from annotate.studio.tasks import all_task_data
from tests.unit.labels.texts import nasty_texts

KEYS = {"chunk_id", "text_sha256", "schema_version", *DATA_FIELDS}


def article(name: str, **metadata: Any) -> Article:
    return Article(name, Source(name, "0"), "One two three.", (), Metadata(**metadata))


def chunk(name: str, of: str, index: int, text: str = "One") -> Chunk:
    return Chunk(name, of, index, 0, len(text), text, "before", "after")


def test_a_task_has_every_key_the_page_reads_and_all_are_strings() -> None:
    data = all_task_data([chunk("c-1", "a", 0)], {"a": article("a")}, "1.0.0")["c-1"]
    assert set(data) == KEYS
    assert all(isinstance(value, str) for value in data.values())


def test_what_is_not_known_is_empty_and_never_null() -> None:
    data = all_task_data([chunk("c-1", "a", 0)], {"a": article("a")}, "1.0.0")["c-1"]
    assert {data[key] for key in ("title", "outlet", "published_at", "url")} == {""}


def test_what_is_known_stands_in_the_task() -> None:
    known = {"title": "T", "outlet": "O", "published_at": "2031-03-14", "url": "https://x.test"}
    data = all_task_data([chunk("c-1", "a", 0)], {"a": article("a", **known)}, "1.2.0")["c-1"]
    assert data == known | {
        "chunk_id": "c-1",
        "text": "One",
        "text_sha256": hashlib.sha256(b"One").hexdigest(),
        "schema_version": "1.2.0",
        "part": "1/1",
        "context_before": "before",
        "context_after": "after",
    }


def test_parts_are_counted_per_article() -> None:
    chunks = [chunk("c-1", "a", 0), chunk("c-2", "b", 0), chunk("c-3", "a", 1)]
    data = all_task_data(chunks, {"a": article("a"), "b": article("b")}, "1.0.0")
    assert {key: task["part"] for key, task in data.items()} == {
        "c-1": "1/2",
        "c-2": "1/1",
        "c-3": "2/2",
    }
    assert list(data) == ["c-1", "c-2", "c-3"]


@given(nasty_texts)
def test_the_text_goes_out_as_it_is(text: str) -> None:
    data = all_task_data([chunk("c-1", "a", 0, text)], {"a": article("a")}, "1.0.0")["c-1"]
    assert data["text"] == text
    assert data["text_sha256"] == hashlib.sha256(text.encode()).hexdigest()
