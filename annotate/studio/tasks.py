"""A chunk as it stands in Label Studio: the keys of `task.data`, and the ledger's rows."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from annotate.corpus import Article, Chunk

Json = dict[str, Any]


def text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def task_data(chunk: Chunk, article: Article, parts: int, schema_version: str) -> dict[str, str]:
    """All keys, all strings: the page shows "undefined" for one that is missing."""
    return {
        "chunk_id": chunk.id,
        "text": chunk.text,
        "text_sha256": text_sha256(chunk.text),
        "schema_version": schema_version,
        "title": article.title or "",
        "outlet": article.outlet or "",
        "published_at": article.published_at or "",
        "url": article.url or "",
        "part": f"{chunk.index + 1}/{parts}",
        "context_before": chunk.context_before,
        "context_after": chunk.context_after,
    }


def all_task_data(
    chunks: Iterable[Chunk], articles: Mapping[str, Article], schema_version: str
) -> dict[str, dict[str, str]]:
    """`task_data` of every chunk by chunk id, in the chunks' order."""
    chunks = list(chunks)
    parts = Counter(chunk.article_id for chunk in chunks)
    return {
        chunk.id: task_data(
            chunk, articles[chunk.article_id], parts[chunk.article_id], schema_version
        )
        for chunk in chunks
    }
