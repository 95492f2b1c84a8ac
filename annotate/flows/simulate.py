"""Annotators made of code: they answer from hand-made labels, with the slips people make.

What they send goes through Label Studio's own API, so that everything behind it is real. They
answer only what the page asks of a person: what a rule derives rightly they leave to the rule.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from annotate.flows.gold import GoldChunk
from annotate.labels.annotation import Relation, Span
from annotate.labels.derive import (
    GROUPING,
    derive_attributes,
    derive_relations,
    groups,
    stance_side,
)
from annotate.labels.regions import write_document, write_results
from annotate.labels.scene import Passage
from annotate.schema import Schema

Json = dict[str, Any]


@dataclass(frozen=True)
class Slips:
    """How often an annotator slips: shares of spans, and of chunks that are skipped."""

    missed: float
    moved: float
    relabelled: float
    skipped: float


CAREFUL = Slips(missed=0.03, moved=0.04, relabelled=0.02, skipped=0.0)
HASTY = Slips(missed=0.09, moved=0.08, relabelled=0.05, skipped=0.1)
STEADY = Slips(missed=0.05, moved=0.06, relabelled=0.03, skipped=0.0)
FAULTLESS = Slips(missed=0, moved=0, relabelled=0, skipped=0)
SECONDS_PER_SPAN = 9.0


def answer(
    gold: GoldChunk, passage: Passage, schema: Schema, slips: Slips, rng: random.Random
) -> Json:
    """One annotation as Label Studio's API takes it."""
    if rng.random() < slips.skipped:
        return {"result": [], "was_cancelled": True, "lead_time": round(rng.uniform(4, 12), 1)}
    spans = [
        _slipped(span, passage.text, schema, slips, rng)
        for span in gold.spans
        if rng.random() >= slips.missed
    ]
    spans = _without_overlap_errors(spans, schema)
    asked = [asked_of_person(span, passage, schema) for span in spans]
    relations = drawn_by_person(asked, gold.relations, passage, schema)
    results = write_results(asked, relations, passage.text, schema)
    results += write_document(gold.document)
    seconds = 20 + SECONDS_PER_SPAN * len(spans) * rng.uniform(0.7, 1.4)
    return {"result": results, "was_cancelled": False, "lead_time": round(seconds, 1)}


def _slipped(span: Span, text: str, schema: Schema, slips: Slips, rng: random.Random) -> Span:
    kind = rng.random()
    if kind < slips.moved:
        return _moved(span, text, rng)
    if kind < slips.moved + slips.relabelled:
        others = [label.name for label in schema.layer(span.layer).labels if label.asks is None]
        return replace(span, label=rng.choice(others))
    return span


def _moved(span: Span, text: str, rng: random.Random) -> Span:
    """Leave a word off, at the start or at the end; a span of one word stays."""
    surface = text[span.start : span.end]
    first, last = surface.find(" "), surface.rfind(" ")
    if first < 0:
        return span
    if rng.random() < 0.5:  # noqa: PLR2004 - a coin
        return replace(span, start=span.start + first + 1)
    return replace(span, end=span.start + last)


def _without_overlap_errors(spans: Sequence[Span], schema: Schema) -> list[Span]:
    """Drop a span that a slip made cross another: the page's guidelines forbid those."""
    kept: list[Span] = []
    for span in spans:
        crossing = any(
            span.layer == other.layer
            and max(span.start, other.start) < min(span.end, other.end)
            and not _nested(span, other)
            for other in kept
        )
        if not crossing or schema.overlap_of(span.layer).crossing == "allow":
            kept.append(span)
    return kept


def _nested(one: Span, two: Span) -> bool:
    inside = one.start <= two.start and two.end <= one.end
    return inside or (two.start <= one.start and one.end <= two.end)


def asked_of_person(span: Span, passage: Passage, schema: Schema) -> Span:
    """Keep only the answers that no rule would give."""
    allowed = {
        item.name for item in schema.attributes if span.label in schema.resolve(item.applies_to)
    } | ({"text"} if schema.label(span.label).asks else set())
    known = [item for item in span.attributes if item.name in allowed]
    derived = derive_attributes([replace(span, attributes=())], passage, schema)[0]
    # A type follows from the entity: with that answered, the rule may be right after all.
    entity = [item for item in known if item.name == "entity"]
    with_entity = derive_attributes([replace(span, attributes=tuple(entity))], passage, schema)[0]
    wrong = [
        item
        for item in known
        if (derived if item.name == "entity" else with_entity).attribute(item.name) != item.value
    ]
    return replace(span, attributes=tuple(wrong))


def drawn_by_person(
    spans: Sequence[Span], gold: Iterable[Relation], passage: Passage, schema: Schema
) -> list[Relation]:
    """Choose the relations a person draws: those between pieces, and those the rules get wrong."""
    labels = {span.id: span.label for span in spans}
    right = [item for item in gold if _fits(item, labels, schema)]
    joined = [item for item in right if item.type == GROUPING]
    full = derive_attributes(spans, passage, schema)
    derived, _ = derive_relations(full, joined, passage, schema)
    drawn = list(joined)
    for group in groups(spans, joined):
        members = {span.id for span in group}
        for kind in schema.relations:
            if kind.name != GROUPING and group[0].label in stance_side(kind, schema):
                wanted, found = (_ends(items, kind.name, members) for items in (right, derived))
                if wanted and wanted != found:
                    drawn += _from(kind.name, group[0].id, wanted)
    return drawn


def _fits(relation: Relation, labels: Mapping[str, str], schema: Schema) -> bool:
    """Whether both ends are there, with labels that the relation can join."""
    kind = schema.relation(relation.type)
    head, tail = labels.get(relation.head), labels.get(relation.tail)
    return head in schema.resolve(kind.from_) and tail in schema.resolve(kind.to)


def _ends(relations: Iterable[Relation], kind: str, members: set[str]) -> set[tuple[str, bool]]:
    """Give the far ends of a group's relations of one kind, and whether the arrow leaves it."""
    found = set()
    for item in relations:
        if item.type == kind and (item.head in members) != (item.tail in members):
            leaves = item.head in members
            found.add((item.tail if leaves else item.head, leaves))
    return found


def _from(kind: str, leader: str, ends: set[tuple[str, bool]]) -> list[Relation]:
    return [
        Relation(kind, leader, other) if leaves else Relation(kind, other, leader)
        for other, leaves in sorted(ends)
    ]
