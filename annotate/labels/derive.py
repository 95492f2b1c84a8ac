"""Attributes and relations that follow from the text by the schema's rules.

What a person said always wins: a given answer is never replaced, and a relation drawn by hand
switches off the rule of its type for that group of pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from annotate.corpus.quotes import Quotes
from annotate.labels.annotation import LinkMissing, Relation, Span
from annotate.labels.entities import Gazetteer, entity_parts
from annotate.labels.lexicon import lexicon_of
from annotate.schema.model import Attribute, Schema
from annotate.schema.model import Relation as RelationType

GROUPING = "continues"
JOINT = "joint"
OUTLET_VOICE = ("voice", "outlet")


@dataclass(frozen=True)
class Passage:
    """A chunk's text with what the rules look at. `clause_markers` are those of its language."""

    text: str
    quotes: Quotes
    sentences: tuple[tuple[int, int], ...]
    gazetteer: Gazetteer
    clause_markers: tuple[str, ...] = ()

    def sentence_at(self, position: int) -> tuple[int, int]:
        for start, end in self.sentences:
            if start <= position < end:
                return start, end
        return 0, len(self.text)

    def clause_start(self, position: int) -> int:
        """Where the clause with `position` begins inside its sentence."""
        start, end = self.sentence_at(position)
        cuts = [start]
        for marker in self.clause_markers:
            pattern = re.escape(marker) + r"(?!\w)"
            cuts += [start + found.end() for found in re.finditer(pattern, self.text[start:end])]
        return max(cut for cut in cuts if cut <= position)


def derive_attributes(spans: Iterable[Span], passage: Passage, schema: Schema) -> list[Span]:
    """Answer the questions that nobody answered and a rule can."""
    return [_with_attributes(span, passage, schema) for span in spans]


def _with_attributes(span: Span, passage: Passage, schema: Schema) -> Span:
    resolve = lexicon_of(schema).resolve
    asked = [item for item in schema.attributes if span.label in resolve(item.applies_to)]
    # A type follows from the entity, so entities come first.
    for attribute in sorted(asked, key=lambda item: item.type != "entities"):
        value = _rule_for(attribute)(span, passage, schema) or attribute.default
        if value is not None:
            span = span.with_attribute(attribute.name, value, "auto")
    return span


AttributeRule = Callable[[Span, Passage, Schema], str | None]


def _rule_for(attribute: Attribute) -> AttributeRule:
    return ATTRIBUTE_RULES.get(attribute.derive, _nothing)


def _nothing(_span: Span, _passage: Passage, _schema: Schema) -> str | None:
    return None


def _from_name(span: Span, passage: Passage, _schema: Schema) -> str | None:
    return passage.gazetteer.entity_of(passage.text[span.start : span.end])


def _from_entity(span: Span, _passage: Passage, schema: Schema) -> str | None:
    asked = next((item.name for item in schema.attributes if item.type == "entities"), "")
    value = span.attribute(asked)
    if value is None:
        return None
    if len(entity_parts(value, schema)) > 1:
        return JOINT
    return next((entity.type for entity in schema.entities if entity.id == value), None)


def _quote_share(span: Span, passage: Passage, _schema: Schema) -> str | None:
    share = passage.quotes.share(span.start, span.end)
    if share is None:
        return None
    return "direct" if share == 1 else "indirect" if share == 0 else "mixed"


ATTRIBUTE_RULES: dict[str, AttributeRule] = {
    "from_name": _from_name,
    "from_entity": _from_entity,
    "quote_share": _quote_share,
}


def derive_relations(
    spans: Sequence[Span], relations: Sequence[Relation], passage: Passage, schema: Schema
) -> tuple[list[Relation], list[LinkMissing]]:
    """Add the relations that a rule finds, each from or to the first piece of its group."""
    found, missing = list(relations), list[LinkMissing]()
    grouped = groups(spans, relations)
    for kind in schema.relations:
        rule = RELATION_RULES.get(kind.derive)
        if rule is None:
            continue
        for group in grouped:
            if not _wants(kind, group, relations, schema):
                continue
            linked = rule(kind, group, spans, passage, schema)
            found += linked
            if not linked and kind.derive in EXPECTED:
                missing.append(LinkMissing(kind.name, group[0].id))
    return found, missing


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


def _wants(
    kind: RelationType, group: Sequence[Span], relations: Iterable[Relation], schema: Schema
) -> bool:
    """Whether a rule should look for links of this kind: the stance's side, no hand-drawn one."""
    if group[0].label not in stance_side(kind, schema):
        return False
    members = {span.id for span in group}
    drawn = any(
        item.type == kind.name and (item.head in members or item.tail in members)
        for item in relations
    )
    outlet = any(span.attribute(OUTLET_VOICE[0]) == OUTLET_VOICE[1] for span in group)
    return not drawn and not (outlet and kind.derive == "speaker_of_sentence")


def stance_side(kind: RelationType, schema: Schema) -> frozenset[str]:
    """Give the labels at that end of a relation whose groups the rules start from."""
    return lexicon_of(schema).resolve(
        kind.from_ if kind.derive == "inside_then_sentence" else kind.to
    )


RelationRule = Callable[
    [RelationType, Sequence[Span], Sequence[Span], Passage, Schema], list[Relation]
]


def _speaker_of_sentence(
    kind: RelationType,
    group: Sequence[Span],
    spans: Sequence[Span],
    passage: Passage,
    schema: Schema,
) -> list[Relation]:
    """Link the only speaker of the sentence, else the nearest to the left in the clause."""
    labels = lexicon_of(schema).resolve(kind.from_)
    for piece in group:
        near = [
            span
            for span in _inside(spans, passage.sentence_at(piece.start), labels)
            if not any(_contains(other, span) for other in group)
        ]
        speaker = (
            _nearest(near, piece) if _one_entity(near) else _left_in_clause(near, piece, passage)
        )
        if speaker is not None:
            return [Relation(kind.name, speaker.id, group[0].id, "auto")]
    return []


def _one_entity(spans: Sequence[Span]) -> bool:
    """Whether all mentions are of one holder: one mention, or twins with one known entity."""
    known = {span.attribute("entity") for span in spans}
    return len(spans) == 1 or (len(known) == 1 and None not in known)


def _nearest(spans: Sequence[Span], piece: Span) -> Span:
    return min(spans, key=lambda span: (abs(span.start - piece.start), span.start))


def _left_in_clause(spans: Sequence[Span], piece: Span, passage: Passage) -> Span | None:
    start = passage.clause_start(piece.start)
    left = [span for span in spans if start <= span.start and span.end <= piece.start]
    return max(left, key=lambda span: span.end, default=None)


def _all_in_sentence(
    kind: RelationType,
    group: Sequence[Span],
    spans: Sequence[Span],
    passage: Passage,
    schema: Schema,
) -> list[Relation]:
    labels = lexicon_of(schema).resolve(kind.from_)
    found = {
        span.id: span
        for piece in group
        for span in _inside(spans, passage.sentence_at(piece.start), labels)
    }
    return [Relation(kind.name, name, group[0].id, "auto") for name in found]


def _inside_then_sentence(
    kind: RelationType,
    group: Sequence[Span],
    spans: Sequence[Span],
    passage: Passage,
    schema: Schema,
) -> list[Relation]:
    """Every topic inside the stance; else the only topic of its sentence."""
    labels = lexicon_of(schema).resolve(kind.to)
    inside = {
        span.id: span
        for piece in group
        for span in spans
        if span.label in labels and _contains(piece, span)
    }
    if not inside:
        for piece in group:
            near = _inside(spans, passage.sentence_at(piece.start), labels)
            if len(near) == 1:
                inside = {near[0].id: near[0]}
                break
    return [Relation(kind.name, group[0].id, name, "auto") for name in inside]


def _inside(spans: Iterable[Span], stretch: tuple[int, int], labels: frozenset[str]) -> list[Span]:
    start, end = stretch
    return [span for span in spans if span.label in labels and start <= span.start < end]


def _contains(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


RELATION_RULES: dict[str, RelationRule] = {
    "speaker_of_sentence": _speaker_of_sentence,
    "all_in_sentence": _all_in_sentence,
    "inside_then_sentence": _inside_then_sentence,
}
EXPECTED = frozenset({"speaker_of_sentence", "inside_then_sentence"})
