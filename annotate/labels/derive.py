"""Attributes and relations that follow from the text by the schema's rules.

What a person said always wins: a given answer is never replaced, and a relation drawn by hand
switches off the rule of its type for that group of pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from annotate.labels.annotation import LinkMissing, Relation, Span
from annotate.labels.attribute_rules import ATTRIBUTE_RULES
from annotate.labels.lexicon import lexicon_of
from annotate.labels.relation_rules import RELATION_RULES
from annotate.labels.scene import Passage, Scene, is_by_outlet
from annotate.schema.model import Attribute, Schema
from annotate.schema.model import Relation as RelationType

GROUPING = "continues"
EXPECTED = frozenset({"speaker_of_sentence", "inside_then_sentence"})


def derive_attributes(spans: Iterable[Span], passage: Passage, schema: Schema) -> list[Span]:
    """Answer the questions that nobody answered and a rule can."""
    scene = Scene(tuple(spans), (), passage, schema)
    return [_with_attributes(span, scene) for span in scene.spans]


def _with_attributes(span: Span, scene: Scene) -> Span:
    for attribute in scene.lexicon.asked_of(span.label):
        if span.attribute(attribute.name) is None:
            value = _by_rule(attribute, span, scene) or attribute.default
            if value is not None:
                span = span.with_attribute(attribute.name, value, "auto")
    return span


def _by_rule(attribute: Attribute, span: Span, scene: Scene) -> str | None:
    """Ask the rule; what the question does not offer, perhaps `joint`, stays open."""
    rule = ATTRIBUTE_RULES.get(attribute.derive)
    value = rule(span, scene) if rule else None
    return value if not attribute.values or value in attribute.values else None


class Found(NamedTuple):
    """What the rules say of one group and one kind of relation; `step` names the rule that knew.

    Without relations nothing was found, and `step` is "".
    """

    kind: RelationType
    group: tuple[Span, ...]
    step: str
    relations: list[Relation]


def derive_relations(
    spans: Sequence[Span], relations: Sequence[Relation], passage: Passage, schema: Schema
) -> tuple[list[Relation], list[LinkMissing]]:
    """Add the relations that a rule finds, each from or to the first piece of its group."""
    found, missing = list(relations), list[LinkMissing]()
    for item in trace_relations(spans, relations, passage, schema):
        found += item.relations
        if not item.relations and item.kind.derive in EXPECTED:
            missing.append(LinkMissing(item.kind.name, item.group[0].id))
    return found, missing


def trace_relations(
    spans: Sequence[Span], relations: Sequence[Relation], passage: Passage, schema: Schema
) -> list[Found]:
    """Say for every group and kind that nobody drew what the rules find, and by which step."""
    scene, traced = Scene(spans, relations, passage, schema), list[Found]()
    grouped = groups(spans, relations)
    for kind in schema.relations:
        rule = RELATION_RULES.get(kind.derive)
        labels = stance_side(kind, schema) if rule else ()
        for group in grouped:
            if rule and group[0].label in labels and _wants(kind, group, scene):
                step, ends = rule(kind, group, scene)
                links = [_link(kind, group[0], end) for end in ends]
                traced.append(Found(kind, group, step if links else "", links))
    return traced


def _link(kind: RelationType, leader: Span, end: Span) -> Relation:
    starts = kind.derive == "inside_then_sentence"
    head, tail = (leader, end) if starts else (end, leader)
    return Relation(kind.name, head.id, tail.id, "auto")


def groups(spans: Sequence[Span], relations: Iterable[Relation]) -> list[tuple[Span, ...]]:
    """Spans joined by `continues`, in order of the text; most groups have one member."""
    by_id = {span.id: span for span in spans}
    leader = {span.id: span.id for span in spans}

    def find(span_id: str) -> str:
        while leader[span_id] != span_id:
            span_id = leader[span_id]
        return span_id

    for relation in relations:
        if relation.type == GROUPING and relation.head in by_id and relation.tail in by_id:
            leader[find(relation.tail)] = find(relation.head)
    gathered: dict[str, list[Span]] = {}
    for span in sorted(spans, key=lambda item: (item.start, item.end, item.id)):
        gathered.setdefault(find(span.id), []).append(span)
    return [tuple(members) for members in gathered.values()]


def _wants(kind: RelationType, group: Sequence[Span], scene: Scene) -> bool:
    """Whether a rule should look for links of this kind: nobody has drawn one."""
    if kind.derive == "speaker_of_sentence" and any(map(is_by_outlet, group)):
        return False
    return not scene.drawn_ends(kind, group)


def stance_side(kind: RelationType, schema: Schema) -> frozenset[str]:
    """Give the labels at that end of a relation whose groups the rules start from."""
    return lexicon_of(schema).resolve(
        kind.from_ if kind.derive == "inside_then_sentence" else kind.to
    )
