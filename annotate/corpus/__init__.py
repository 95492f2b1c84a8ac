"""The corpus: articles in, chunks out, with every character accounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from annotate.corpus.article import PREP_VERSION, prepare_article
from annotate.corpus.articles import (
    Article,
    Chunk,
    Flag,
    Metadata,
    Received,
    Rejected,
    Source,
    chunk_id,
)
from annotate.corpus.edits import Edit, EditedText
from annotate.corpus.explain import explain
from annotate.corpus.inputs import plan_inputs
from annotate.corpus.prepare import PrepareReport, prepare
from annotate.corpus.read import read_inputs, read_metadata
from annotate.corpus.store import pushed_chunks, read_articles, read_chunks, read_rejected

if TYPE_CHECKING:
    from annotate.corpus.verify import verify_corpus

__all__ = [
    "PREP_VERSION",
    "Article",
    "Chunk",
    "Edit",
    "EditedText",
    "Flag",
    "Metadata",
    "PrepareReport",
    "Received",
    "Rejected",
    "Source",
    "chunk_id",
    "explain",
    "plan_inputs",
    "prepare",
    "prepare_article",
    "pushed_chunks",
    "read_articles",
    "read_chunks",
    "read_inputs",
    "read_metadata",
    "read_rejected",
    "verify_corpus",
]


def __getattr__(name: str) -> Any:
    """Import the proof when it is asked for: preparing does without it."""
    if name != "verify_corpus":
        raise AttributeError(f"module 'annotate.corpus' has no attribute {name!r}")
    from annotate.corpus.verify import verify_corpus

    return verify_corpus
