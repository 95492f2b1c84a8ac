"""Control chunks: ordinary chunks whose right answer is known, to score annotators by.

They stand among all others, and nothing in their tasks tells them apart; push only lets everybody
answer them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from annotate.labels.annotation import Annotation, Span
from annotate.labels.controls import control_rows, refuse_unusable
from annotate.labels.lexicon import lexicon_of
from annotate.labels.read import ChunkOf
from annotate.quality.alignment import align
from annotate.schema.model import Schema
from annotate.workspace import Workspace

Json = dict[str, Any]
Controls = Mapping[str, tuple[Span, ...]]


class Score(NamedTuple):
    """Of `known` spans and those `given`, `right` have a partner with the same label."""

    chunks: int = 0
    known: int = 0
    given: int = 0
    right: int = 0

    @property
    def f1(self) -> float | None:
        both = self.known + self.given
        return 2 * self.right / both if both else None

    def __add__(self, other: object) -> Score:
        if not isinstance(other, Score):
            return NotImplemented
        return Score(*(one + two for one, two in zip(self, other, strict=True)))


def read_controls(
    workspace: Workspace, schema: Schema, chunk_of: ChunkOf, decided: Mapping[str, Annotation]
) -> dict[str, tuple[Span, ...]]:
    """Read the known answers. A row without spans takes what was decided in review.

    Chunks that were not pushed yet, and those not decided yet, are left out. Raises `InputError`
    with every row that does not fit the chunk or the schema.
    """
    found: dict[str, tuple[Span, ...]] = {}
    problems: list[str] = []
    for place, row in control_rows(workspace):
        chunk_id, chunk = row["chunk_id"], chunk_of(row["chunk_id"])
        if "spans" not in row and chunk_id in decided:
            found[chunk_id] = decided[chunk_id].spans
        elif "spans" in row and chunk is not None:
            try:
                found[chunk_id] = tuple(_span(item, chunk["text"], schema) for item in row["spans"])
            except (ValueError, KeyError, TypeError) as error:
                problems.append(f"{place}: {error}")
    refuse_unusable(problems)
    return found


def _span(item: Json, text: str, schema: Schema) -> Span:
    """Read a known span; raises `ValueError`, `KeyError` or `TypeError` if it does not fit."""
    start, end, label = item["start"], item["end"], item["label"]
    layers = lexicon_of(schema).layers
    if label not in layers:
        raise ValueError(f"the schema has no label {label!r}")
    if not 0 <= start < end <= len(text):
        raise ValueError(f"offsets {start}–{end} lie outside the text of {len(text)} characters")
    if item.get("text", text[start:end]) != text[start:end]:
        raise ValueError(f"the text has {text[start:end]!r} at {start}–{end}")
    return Span(f"{start}-{end}-{label}", start, end, layers[label], label)


def score(known: Sequence[Span], given: Sequence[Span]) -> Score:
    """Compare an answer with what is right: half of the union, and the same label, is right."""
    right = sum(one.label == two.label for one, two in align(known, given))
    return Score(1, len(known), len(given), right)
