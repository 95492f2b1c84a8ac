"""The corpus: articles in, chunks out, with every character accounted for."""

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
from annotate.corpus.inputs import plan_inputs
from annotate.corpus.prepare import PreparePlan, PrepareReport, plan_prepare, prepare
from annotate.corpus.read import read_inputs, read_metadata
from annotate.corpus.store import pushed_chunks, read_articles, read_chunks, read_rejected

__all__ = [
    "PREP_VERSION",
    "Article",
    "Chunk",
    "Edit",
    "EditedText",
    "Flag",
    "Metadata",
    "PreparePlan",
    "PrepareReport",
    "Received",
    "Rejected",
    "Source",
    "chunk_id",
    "plan_inputs",
    "plan_prepare",
    "prepare",
    "prepare_article",
    "pushed_chunks",
    "read_articles",
    "read_chunks",
    "read_inputs",
    "read_metadata",
    "read_rejected",
]
