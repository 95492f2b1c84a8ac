"""Attributes and relations that follow from the text by the schema's rules.

What a person said always wins: a given answer is never replaced, and a relation drawn by hand
switches off the rule of its type for that group of pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from annotate.corpus.quotes import MARKS, Quotes
from annotate.corpus.sentences import sentences
from annotate.labels.annotation import LinkMissing, Relation, Span
from annotate.labels.cues import ADVERBS, CONDITIONS
from annotate.labels.entities import Gazetteer, entity_parts
from annotate.labels.lexicon import lexicon_of
from annotate.schema.model import Attribute, Schema
from annotate.schema.model import Relation as RelationType

GROUPING = "continues"
JOINT = "joint"
OUTLET_VOICE = ("voice", "outlet")
NEUTRAL = "Neutral"  # what the guidelines call words that set a condition on a proposition
FINISHED = frozenset(".!?…") | MARKS  # how an answer ends; a subheading ends with a word


@dataclass(frozen=True)
class Passage:
    """A chunk's text with what the rules look at. `clause_markers` are those of its language."""

    text: str
    quotes: Quotes
    gazetteer: Gazetteer
    clause_markers: tuple[str, ...] = ()
    language: str | None = None

    @cached_property
    def sentences(self) -> Sequence[tuple[int, int]]:
        """The ranges of the sentences, looked for once a rule asks: many answers ask for none."""
        return sentences(self.text, self.language)

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

    def paragraph_at(self, position: int) -> tuple[int, int]:
        end = self.text.find("\n", position)
        return self.text.rfind("\n", 0, position) + 1, len(self.text) if end < 0 else end

    def quotation_at(self, position: int) -> tuple[int, int] | None:
        """Give the outermost quotation that a position lies in."""
        return next((pair for pair in self.quotes.pairs if pair[0] <= position < pair[1]), None)

    def turn_of(self, position: int, mentions: Iterable[Span]) -> Span | None:
        """Give the mention before the colon that a paragraph opens with, as interviews print it."""
        start, end = self.paragraph_at(position)
        paragraph = self.text[start:end].rstrip()
        if not paragraph or paragraph[-1] not in FINISHED:
            return None
        start += len(paragraph) - len(paragraph.lstrip())
        heads = [span for span in mentions if span.start == start and span.end <= position]
        return next((span for span in heads if self.text[span.end : span.end + 1] == ":"), None)


def derive_attributes(spans: Iterable[Span], passage: Passage, schema: Schema) -> list[Span]:
    """Answer the questions that nobody answered and a rule can."""
    scene = Scene(tuple(spans), (), passage, schema)
    return [_with_attributes(span, scene) for span in scene.spans]


class Scene:
    """What a rule may look at: every span of one answer, what was drawn, and the text."""

    def __init__(
        self,
        spans: Sequence[Span],
        drawn: Sequence[Relation],
        passage: Passage,
        schema: Schema,
    ) -> None:
        self.spans, self.drawn, self.passage, self.schema = spans, drawn, passage, schema
        self.lexicon = lexicon_of(schema)
        kinds = [kind for kind in schema.relations if kind.derive in WHO_SPEAKS]
        speaking = frozenset[str]().union(*(self.resolve(kind.from_) for kind in kinds))
        self.mentions = [span for span in spans if span.label in speaking]

    def resolve(self, names: Iterable[str]) -> frozenset[str]:
        """Expand names of labels and layers to the labels they mean."""
        return self.lexicon.resolve(names)


def _with_attributes(span: Span, scene: Scene) -> Span:
    for attribute in scene.lexicon.asked_of(span.label):
        value = _by_rule(attribute, span, scene) or attribute.default
        if value is not None:
            span = span.with_attribute(attribute.name, value, "auto")
    return span


def _by_rule(attribute: Attribute, span: Span, scene: Scene) -> str | None:
    """Ask the rule; what the question does not offer, perhaps `joint`, stays open."""
    value = _rule_for(attribute)(span, scene)
    return value if not attribute.values or value in attribute.values else None


AttributeRule = Callable[[Span, Scene], str | None]


def _rule_for(attribute: Attribute) -> AttributeRule:
    return ATTRIBUTE_RULES.get(attribute.derive, _nothing)


def _nothing(_span: Span, _scene: Scene) -> str | None:
    return None


def _from_name(span: Span, scene: Scene) -> str | None:
    return scene.passage.gazetteer.entity_of(scene.passage.text[span.start : span.end])


def _from_entity(span: Span, scene: Scene) -> str | None:
    schema = scene.schema
    value = _entity_of(span, schema)
    if value is None:
        return None
    if len(entity_parts(value, schema)) > 1:
        return JOINT
    return next((entity.type for entity in schema.entities if entity.id == value), None)


def _entity_of(span: Span, schema: Schema) -> str | None:
    """Give the answer to the question that asks whom a span with this label names."""
    resolve = lexicon_of(schema).resolve
    asked = (
        span.attribute(item.name)
        for item in schema.attributes
        if item.type == "entities" and span.label in resolve(item.applies_to)
    )
    return next((value for value in asked if value is not None), None)


def _quote_share(span: Span, scene: Scene) -> str | None:
    """Read the quote marks, but for what prints without them or uses them otherwise."""
    share = scene.passage.quotes.share(span.start, span.end)
    if share is None:
        return None
    if share == 1:
        return "mixed" if _is_readout(span, scene) else "direct"
    if share == 0:
        return "direct" if _is_answer(span, scene) else "indirect"
    # The outlet quotes nobody: what it puts between marks are single words.
    return "indirect" if span.attribute(OUTLET_VOICE[0]) == OUTLET_VOICE[1] else "mixed"


def _is_readout(span: Span, scene: Scene) -> bool:
    """Whether quoted words tell of their speaker: the verb to the mention before is quoted."""
    text = scene.passage.text
    if not text[span.start : span.end].lstrip("".join(MARKS) + " \xa0")[:1].islower():
        return False
    before = text[: span.start].rstrip("".join(MARKS) + " \xa0")
    word = before[before.rfind(" ") + 1 :]
    if word in ADVERBS:
        before = before[: -len(word)].rstrip()
    return any(mention.end == len(before) for mention in scene.mentions)


def _is_answer(span: Span, scene: Scene) -> bool:
    """Whether words without marks are direct speech: said in an interview, by nobody in between."""
    passage = scene.passage
    head = passage.turn_of(span.start, scene.mentions)
    start, _ = passage.sentence_at(span.start)
    between = [item for item in scene.mentions if start <= item.start and item.end <= span.start]
    return head is not None and all(item == head for item in between)


ATTRIBUTE_RULES: dict[str, AttributeRule] = {
    "from_name": _from_name,
    "from_entity": _from_entity,
    "quote_share": _quote_share,
}


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
    outlet = any(span.attribute(OUTLET_VOICE[0]) == OUTLET_VOICE[1] for span in group)
    if outlet and kind.derive == "speaker_of_sentence":
        return False
    return not _drawn_ends(kind, group, scene)


def _drawn_ends(kind: RelationType, group: Sequence[Span], scene: Scene) -> set[str]:
    """Give the far ends of what a person drew for a group."""
    members = {span.id for span in group}
    return {
        item.tail if item.head in members else item.head
        for item in scene.drawn
        if item.type == kind.name and (item.head in members or item.tail in members)
    }


def stance_side(kind: RelationType, schema: Schema) -> frozenset[str]:
    """Give the labels at that end of a relation whose groups the rules start from."""
    return lexicon_of(schema).resolve(
        kind.from_ if kind.derive == "inside_then_sentence" else kind.to
    )


Ends = tuple[str, Sequence[Span]]
RelationRule = Callable[[RelationType, Sequence[Span], Scene], Ends]
NOBODY: Ends = ("", ())


def _speaker_of_sentence(kind: RelationType, group: Sequence[Span], scene: Scene) -> Ends:
    """Link the only speaker of the sentence, else the nearest to the left in the clause.

    In a sentence without any, it is who gives this answer, or whose quotation this is.
    """
    labels = scene.resolve(kind.from_)
    speakers = [
        span
        for span in scene.spans
        if span.label in labels and not any(_contains(piece, span) for piece in group)
    ]
    silent = True
    for piece in group:
        near = _inside(speakers, scene.passage.sentence_at(piece.start))
        silent = silent and not near
        if _one_entity(near, scene.schema):
            return "only_speaker", [_nearest(near, piece)]
        left = _left_in_clause(near, piece, scene.passage)
        if left is not None:
            return "left_in_clause", [left]
    return _speaker_beyond(group[0], speakers, scene) if silent else NOBODY


def _one_entity(spans: Sequence[Span], schema: Schema) -> bool:
    """Whether all mentions are of one holder: one mention, or twins with one known entity."""
    known = {_entity_of(span, schema) for span in spans}
    return len(spans) == 1 or (len(known) == 1 and None not in known)


def _nearest(spans: Sequence[Span], piece: Span) -> Span:
    return min(spans, key=lambda span: (abs(span.start - piece.start), span.start))


def _left_in_clause(spans: Sequence[Span], piece: Span, passage: Passage) -> Span | None:
    start = passage.clause_start(piece.start)
    left = [span for span in spans if start <= span.start and span.end <= piece.start]
    return max(left, key=lambda span: span.end, default=None)


def _speaker_beyond(piece: Span, speakers: Sequence[Span], scene: Scene) -> Ends:
    head = scene.passage.turn_of(piece.start, scene.mentions)
    if head is not None:
        return ("turn", [head]) if head in speakers else NOBODY
    quoted = _around_quotation(piece, speakers, scene.passage)
    if _one_entity(quoted, scene.schema):
        return "quotation", [_nearest(quoted, piece)]
    return NOBODY


def _around_quotation(piece: Span, speakers: Sequence[Span], passage: Passage) -> list[Span]:
    """Find who is named around a quotation, or around the one it goes on from.

    A quotation that stands by itself goes on from the sentence before in its paragraph, if that
    holds one, too: “…,” said somebody. “…”
    """
    quotation = passage.quotation_at(piece.start)
    if quotation is None:
        return []
    named = [span for span in speakers if passage.quotation_at(span.start) is None]
    start, _ = passage.sentence_at(quotation[0])
    _, end = passage.sentence_at(quotation[1] - 1)
    paragraph, _ = passage.paragraph_at(quotation[0])
    found = _inside(named, (start, end))
    while not found and start > paragraph and passage.text[start] in MARKS:
        end = len(passage.text[:start].rstrip())
        start, _ = passage.sentence_at(end - 1)
        if not any(begin < end and start < stop for begin, stop in passage.quotes.pairs):
            return []
        found = _inside(named, (start, end))
    return found


def _all_in_sentence(kind: RelationType, group: Sequence[Span], scene: Scene) -> Ends:
    """Link every relay of the sentence, and the one whose answer this is."""
    labels, passage = scene.resolve(kind.from_), scene.passage
    relays = [span for span in scene.spans if span.label in labels]
    found = [span for piece in group for span in _inside(relays, passage.sentence_at(piece.start))]
    heads = [passage.turn_of(piece.start, scene.mentions) for piece in group]
    answering = [relay for relay in relays if relay in heads]
    unique = {span.id: span for span in (*found, *answering)}
    return ("in_sentence" if found else "turn"), list(unique.values())


def _inside_then_sentence(kind: RelationType, group: Sequence[Span], scene: Scene) -> Ends:
    """Every topic inside the stance; else the only topic of its sentence.

    Stances on one stretch divide the topics, for nobody is for and against the same.
    """
    labels = scene.resolve(kind.to)
    topics = [span for span in scene.spans if span.label in labels]
    step, found = _topics_of(group, topics, scene)
    twins = _twins(group[0], scene) if len(group) == 1 else []
    sides = {twin.label for twin in twins}
    if len(sides) > 1 or (len(twins) > 1 and len(found) > 1):
        return "shared_out", _share(kind, group[0], twins, found, scene)
    return step, found


def _topics_of(group: Sequence[Span], topics: Sequence[Span], scene: Scene) -> Ends:
    inside = {span.id: span for piece in group for span in topics if _contains(piece, span)}
    if inside:
        return "inside", list(inside.values())
    for piece in group:
        near = _inside(topics, scene.passage.sentence_at(piece.start))
        if len(near) == 1:
            return "only_topic", near
    return NOBODY


def _twins(stance: Span, scene: Scene) -> list[Span]:
    """Give the stances on one stretch, this one included: they take sides on different topics."""
    return [
        span
        for span in scene.spans
        if (span.layer, span.start, span.end) == (stance.layer, stance.start, stance.end)
    ]


def _share(
    kind: RelationType, stance: Span, twins: Sequence[Span], topics: Sequence[Span], scene: Scene
) -> list[Span]:
    """Share the topics of one stretch out among its stances; none where that would be a guess.

    What a person drew for a twin is taken. Of the rest, the proposition on which a condition is
    set comes first, and the stance on it is Neutral: “no peace without the new lines”.
    """
    drawn = {twin.id: _drawn_ends(kind, [twin], scene) for twin in twins}
    taken = set[str]().union(*drawn.values())
    left = sorted((span for span in topics if span.id not in taken), key=lambda span: span.start)
    waiting = sorted(
        (twin for twin in twins if not drawn[twin.id]),
        key=lambda twin: (twin.label != NEUTRAL, twin.id),
    )
    if len(waiting) == 1:
        return left
    sides = [twin.label for twin in waiting]
    # Sides that are all alike can be dealt out in any order.
    known = len(set(sides[1:])) == 1 and (
        sides[0] == sides[1] or (sides[0] == NEUTRAL and not _opens_with_condition(left, scene))
    )
    return [left[waiting.index(stance)]] if known and len(left) == len(waiting) else []


def _opens_with_condition(topics: Sequence[Span], scene: Scene) -> bool:
    """Whether a condition may stand before what it is set on: “if …, she would accept a truce”."""
    start, _ = scene.passage.sentence_at(topics[0].start) if topics else (0, 0)
    return bool(topics and CONDITIONS.search(scene.passage.text, start, topics[0].start))


def _inside(spans: Iterable[Span], stretch: tuple[int, int]) -> list[Span]:
    start, end = stretch
    return [span for span in spans if start <= span.start < end]


def _contains(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


RELATION_RULES: dict[str, RelationRule] = {
    "speaker_of_sentence": _speaker_of_sentence,
    "all_in_sentence": _all_in_sentence,
    "inside_then_sentence": _inside_then_sentence,
}
EXPECTED = frozenset({"speaker_of_sentence", "inside_then_sentence"})
WHO_SPEAKS = frozenset({"speaker_of_sentence", "all_in_sentence"})
