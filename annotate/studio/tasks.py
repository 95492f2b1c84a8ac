"""A chunk as it stands in Label Studio: the keys of `task.data`, and what they come to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from annotate.corpus import Chunk, Metadata
from annotate.corpus.store import Header, each_chunk, each_header
from annotate.corpus.withdrawn import withdrawn
from annotate.errors import InputError
from annotate.workspace import Workspace

Json = dict[str, Any]
# What push renews on the server when it has changed. The text never changes under its chunk id,
# and the schema version says under which one the task was sent.
RENEWED = ("title", "outlet", "published_at", "url", "part", "context_before", "context_after")


@dataclass(frozen=True, slots=True)
class Task:
    """A chunk that is to stand in Label Studio; `source_sha256` is its article's source."""

    chunk: Chunk
    source_sha256: str | None
    language: str | None
    data: dict[str, str]


def text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def data_sha256(data: Mapping[str, Any]) -> str:
    """Name what a task shows beside its text."""
    shown = "\0".join([str(data.get(key, "")) for key in RENEWED])
    return hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()


def task_data(chunk: Chunk, metadata: Metadata, parts: int, schema_version: str) -> dict[str, str]:
    """All keys, all strings: the page shows "undefined" for one that is missing."""
    return {
        "chunk_id": chunk.id,
        "text": chunk.text,
        "text_sha256": text_sha256(chunk.text),
        "schema_version": schema_version,
        "title": metadata.title or "",
        "outlet": metadata.outlet or "",
        "published_at": metadata.published_at or "",
        "url": metadata.url or "",
        "part": f"{chunk.index + 1}/{parts}",
        "context_before": chunk.context_before,
        "context_after": chunk.context_after,
    }


def each_task(workspace: Workspace, schema_version: str) -> Iterator[Task]:
    """Read the corpus as tasks, in order; the chunks of an article stand together in it.

    Raises `InputError` when nothing was prepared yet.
    """
    gone = withdrawn(workspace)
    for header, chunks in _each_article(workspace):
        if header.id in gone:
            continue
        for chunk in chunks:
            data = task_data(chunk, header.metadata, len(chunks), schema_version)
            check_task(data)
            yield Task(chunk, header.sha256, header.metadata.language, data)


def _each_article(workspace: Workspace) -> Iterator[tuple[Header, list[Chunk]]]:
    """Read both files side by side: articles and chunks stand in them in one order."""
    headers = each_header(workspace)
    for article_id, group in groupby(each_chunk(workspace), attrgetter("article_id")):
        header = next((each for each in headers if each.id == article_id), None)
        if header is None:
            raise InputError(
                f"corpus/chunks.jsonl holds chunks of {article_id} where corpus/articles.jsonl "
                "has no such article",
                "run `annotate prepare` to make the corpus again",
            )
        yield header, list(group)


def check_task(data: Mapping[str, str]) -> None:
    """Refuse what servers choke on: of these characters, some make a whole project unreadable."""
    if _is_sendable("\n".join(data.values())):
        return
    key = next(key for key, value in data.items() if not _is_sendable(value))
    raise InputError(
        f"the {key} of chunk {data['chunk_id']} holds a NUL or half a surrogate pair",
        "take it out of the article's metadata, and run `annotate prepare`",
    )


def _is_sendable(text: str) -> bool:
    try:
        text.encode()  # fails on half a surrogate pair, several times as fast as looking for one
    except UnicodeEncodeError:
        return False
    return "\0" not in text
