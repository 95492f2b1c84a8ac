"""A chunk as tokens with one tag a layer, and the spans that tags cannot tell."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from annotate.corpus import Chunk
from annotate.labels.annotation import Span
from annotate.labels.tokens import token_places

Json = dict[str, Any]
OUTSIDE = "O"


class Lost(NamedTuple):
    """A span that the tags leave out, and why."""

    span: str
    reason: str


def bio_row(chunk: Chunk, spans: Sequence[Span], layers: Iterable[str]) -> Json:
    """Tag the tokens; reading the tags gives exactly the spans that are not in `lost`."""
    places = token_places(chunk.text)
    starts, ends = [start for start, _ in places], [end for _, end in places]
    lost: list[Lost] = []
    tags = {
        tag_column(layer): _tags(
            [span for span in spans if span.layer == layer], starts, ends, lost
        )
        for layer in layers
    }
    return {
        "id": chunk.id,
        "article_id": chunk.article_id,
        "text": chunk.text,
        "tokens": [chunk.text[start:end] for start, end in places],
        "starts": starts,
        "ends": ends,
        **tags,
        "lost": [item._asdict() for item in sorted(lost)],
    }


def tag_column(layer: str) -> str:
    return f"{layer}_tags"


def tag_names(labels: Iterable[str]) -> tuple[str, ...]:
    """Name the tags of a layer; those of a label that is added later come behind all others."""
    return (OUTSIDE, *(f"{mark}-{label}" for label in labels for mark in "BI"))


def _tags(
    spans: Sequence[Span], starts: Sequence[int], ends: Sequence[int], lost: list[Lost]
) -> list[str]:
    """Tag the spans of one layer, the longest first where they overlap."""
    tags = [OUTSIDE] * len(starts)
    for span in sorted(spans, key=lambda one: (one.start - one.end, one.start, one.id)):
        first, last = bisect_left(starts, span.start), bisect_left(ends, span.end)
        if starts[first : first + 1] != [span.start] or ends[last : last + 1] != [span.end]:
            lost.append(Lost(span.id, "a border is inside a token"))
        elif any(tag != OUTSIDE for tag in tags[first : last + 1]):
            lost.append(Lost(span.id, "overlaps a longer span of its layer"))
        else:
            tags[first] = f"B-{span.label}"
            tags[first + 1 : last + 1] = [f"I-{span.label}"] * (last - first)
    return tags
