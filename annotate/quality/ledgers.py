"""What the ledgers say of the chunks that were pushed: the answers to them, and the decisions."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache

from annotate.corpus.withdrawn import withdrawn
from annotate.labels.annotation import Annotation
from annotate.labels.decisions import Decided, each_decided, last_decided
from annotate.labels.read import ChunkOf, Json
from annotate.labels.shelf import ChunkShelf, chunks_on
from annotate.labels.summary import answer_reader, each_answer
from annotate.schema import load_schema
from annotate.workspace import Workspace

_OPEN = 256  # chunks kept open: answers to one chunk stand close together


def pushed_chunks(workspace: Workspace) -> ChunkOf:
    """Give the look-up of chunks as they were pushed, but for articles that were withdrawn."""
    return standing_chunks(chunks_on(workspace.labels / "tasks.jsonl"), withdrawn(workspace))


def standing_chunks(shelf: ChunkShelf, gone: Collection[str]) -> ChunkOf:
    """Give the look-up of the chunks on a shelf whose articles are not gone."""

    @lru_cache(maxsize=_OPEN)
    def chunk_of(chunk_id: str) -> Json | None:
        row = shelf.get(chunk_id)
        chunk: Json | None = row["chunk"] if row else None
        return None if chunk is None or chunk["article_id"] in gone else chunk

    return chunk_of


def each_annotation(workspace: Workspace, chunk_of: ChunkOf) -> Iterator[Annotation]:
    """Read the answers of annotators to these chunks; what a review decided is none of them."""
    for annotation, _ in each_answer(workspace, chunk_of):
        if annotation is not None:
            yield annotation


def decisions(workspace: Workspace, chunk_of: ChunkOf | None = None) -> dict[str, Decided]:
    """Give by chunk what a person decided last, of `chunk_of` or of all `pushed_chunks`."""
    return last_decided(every_decision(workspace, chunk_of))


def every_decision(workspace: Workspace, chunk_of: ChunkOf | None = None) -> Iterator[Decided]:
    """Read every decision that stands, also those that decide nothing."""
    schema, chunk_of = load_schema(workspace.schema_file), chunk_of or pushed_chunks(workspace)
    reader = answer_reader(workspace, schema, chunk_of)
    return each_decided(workspace.labels / "annotations.jsonl", reader)


def adjudicated(workspace: Workspace, chunk_of: ChunkOf | None = None) -> dict[str, Annotation]:
    """Give by chunk the answer that a person decided is to stand, as `decisions` does."""
    return {
        chunk_id: each.answer.annotation
        for chunk_id, each in decisions(workspace, chunk_of).items()
        if each.answer.annotation is not None
    }
