"""What stands for a chunk by the rule of the release, and the columns that tell it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from annotate.labels.annotation import Annotation, Relation, Span
from annotate.quality.gold import Gold, Judge, Outcome, standing

Json = dict[str, Any]
GOLD, SINGLE = "gold", "single"


def decide(
    rule: str, judge: Judge, chunk_id: str, answers: Sequence[Annotation], text: str
) -> Outcome:
    """Decide on the answers that count.

    `gold`: as `annotate.quality.gold` has it. `first`: the one that was submitted first. `single`:
    the only one. What a person decided stands whatever the rule.
    """
    if rule == GOLD or chunk_id in judge.adjudicated or not answers:
        return judge.decide(chunk_id, answers, text)
    if rule == SINGLE and len(answers) > 1:
        return Outcome(None)
    first = min(answers, key=lambda answer: (answer.created_at, answer.annotation_id))
    return Outcome(standing(first, answers, "first"))


def gold_columns(gold: Gold, text: str | None) -> Json:
    """Give the columns of `spans` that follow from the answers."""
    stands = gold.annotation
    return {
        "spans": [
            span_cell(span, text)
            | {"support": gold.support[span.id], "origin": gold.origins[span.id]}
            for span in stands.spans
        ],
        "relations": [relation_cell(relation) for relation in stands.relations],
        "document": pairs(stands.document),
        "answers": gold.answers,
        "support": gold.whole,
        "origin": gold.origin,
    }


def span_cell(span: Span, text: str | None) -> Json:
    attributes = sorted(span.attributes, key=lambda item: item.name)
    return {
        "id": span.id,
        "start": span.start,
        "end": span.end,
        "text": None if text is None else text[span.start : span.end],
        "layer": span.layer,
        "label": span.label,
        "attributes": [
            {"key": item.name, "value": item.value, "origin": item.origin} for item in attributes
        ],
        "origin": span.origin,
    }


def relation_cell(relation: Relation) -> Json:
    return {
        "type": relation.type,
        "head": relation.head,
        "tail": relation.tail,
        "origin": relation.origin,
    }


def pairs(answers: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"key": key, "value": value} for key, value in answers]
