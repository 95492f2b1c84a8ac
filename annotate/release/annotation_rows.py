"""The rows of `annotations`: every answer, with nothing that gives a person or a moment away."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from annotate.corpus import Chunk
from annotate.labels.annotation import Annotation
from annotate.release.standing import pairs, relation_cell, span_cell

Json = dict[str, Any]
ANNOTATOR, ADJUDICATOR = "annotator", "adjudicator"
LEAD_TIMES = (30, 60, 120, 300, 600)  # seconds: the borders of the published bins


def annotation_rows(
    chunk: Chunk,
    answers: Iterable[Annotation],
    counted: Sequence[Annotation],
    decision: Annotation | None,
    text: str | None,
) -> list[Json]:
    """Give every answer to a chunk, and what a person decided about it.

    `counted` are the answers that count; `text` is the chunk's, None where it is not published.
    """
    given = sorted(answers, key=lambda each: (each.created_at, each.annotation_id))
    every = [*given, *([] if decision is None else [decision])]
    rows = []
    for answer, name in zip(every, _names(every), strict=True):
        role = ADJUDICATOR if answer is decision else ANNOTATOR
        counts = role == ANNOTATOR and any(answer is one for one in counted)
        told = {"annotation_id": name, "role": role, "counts": counts}
        rows.append(_row(chunk, answer, text) | told)
    return sorted(rows, key=lambda row: str(row["annotation_id"]))


def _names(answers: Iterable[Annotation]) -> Iterator[str]:
    """Name answers by what is the same on every run, each once: numbers of a server come again.

    Their times have no part in it: whoever knows all else that is hashed finds them by trying.
    """
    seen: Counter[str] = Counter()
    for answer in answers:
        of_server = f"{answer.project_id} {answer.annotation_id}"
        told = f"{answer.chunk_id} {answer.annotator} {of_server}"
        seen[told] += 1
        again = f" {seen[told]}" if seen[told] > 1 else ""
        yield f"a-{hashlib.sha256((told + again).encode()).hexdigest()[:16]}"


def _row(chunk: Chunk, answer: Annotation, text: str | None) -> Json:
    return {
        "id": answer.chunk_id,
        "article_id": chunk.article_id,
        "start": chunk.start,
        "end": chunk.end,
        "annotator": answer.annotator,
        "schema_version": answer.schema_version,
        "created_at": answer.created_at[:10],
        "lead_time": _binned(answer.lead_time),
        "was_prelabelled": answer.prelabelled,
        "skipped": answer.skipped,
        "spans": [span_cell(span, text) for span in answer.spans],
        "relations": [relation_cell(relation) for relation in answer.relations],
        "document": pairs(answer.document),
    }


def _binned(seconds: float | None) -> str | None:
    """Put a lead time into words: exact times could give a person away."""
    if seconds is None:
        return None
    borders = [*LEAD_TIMES, None]
    low = 0
    for high in borders:
        if high is None:
            return f"{low} s or more"
        if seconds < high:
            return f"{low}–{high} s"
        low = high
    raise AssertionError
