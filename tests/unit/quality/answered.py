"""Makes answers out of ranges, for tests of agreement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from annotate.labels.annotation import Annotation, Attribute, Relation, Span
from annotate.quality.agreement import Agreement, compare
from annotate.quality.answers import collect
from annotate.schema import Schema, load_schema
from annotate.workspace import AgreementSettings

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = load_schema(ROOT / "annotate" / "sample" / "label_config" / "schema.yaml")
LENGTH = 400


def mark(start: int, end: int, label: str, name: str = "", **answers: str) -> Span:
    attributes = tuple(Attribute(key, value) for key, value in answers.items())
    layer = SCHEMA.layer_of(label)
    return Span(name or f"{start}-{end}-{label}", start, end, layer, label, attributes)


def answer(
    who: str,
    chunk: str,
    spans: Sequence[Span] = (),
    relations: Iterable[tuple[str, str, str]] = (),
    *,
    number: int = 1,
    at: str = "2026-11-23T10:00:00Z",
    skipped: bool = False,
) -> Annotation:
    links = tuple(Relation(kind, head, tail) for kind, head, tail in relations)
    return Annotation(
        *(number, chunk, 7, 3, who, "1.0.0", at, at, 60.0),
        skipped=skipped,
        prelabelled=False,
        spans=tuple(spans),
        relations=links,
    )


def chunk_of(name: str) -> dict[str, object]:
    """Chunks are named ARTICLE/PART."""
    article, _, part = name.partition("/")
    return {"article_id": article, "index": int(part or 0), "text": "x" * LENGTH}


def agreed(answers: Iterable[Annotation], schema: Schema = SCHEMA, **settings: object) -> Agreement:
    found = collect(answers, schema, chunk_of)
    return compare(found, AgreementSettings.model_validate({"draws": 200, **settings}))


def random_marks(rng: np.random.Generator, count: int) -> list[Span]:
    """Marks of one layer that do not overlap, of 20 to 30 characters, 10 and more apart."""
    starts = np.arange(count) * 40 + rng.integers(0, 3, count)
    return [
        mark(int(start), int(start + size), str(label))
        for start, size, label in zip(
            starts,
            rng.integers(10, 15, count) * 2,
            rng.choice(["Support", "Oppose", "Neutral"], count),
            strict=True,
        )
    ]
