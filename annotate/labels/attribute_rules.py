"""The rules that answer a question about a span; the schema names them in `derive:`."""

from __future__ import annotations

from collections.abc import Callable

from annotate.corpus.quotes import MARKS
from annotate.labels.annotation import Span
from annotate.labels.cues import ADVERBS
from annotate.labels.entities import entity_parts
from annotate.labels.scene import Scene, is_by_outlet

JOINT = "joint"

AttributeRule = Callable[[Span, Scene], str | None]


def _from_name(span: Span, scene: Scene) -> str | None:
    return scene.passage.gazetteer.entity_of(scene.passage.text[span.start : span.end])


def _from_entity(span: Span, scene: Scene) -> str | None:
    schema = scene.schema
    value = scene.entity_of(span)
    if value is None:
        return None
    if len(entity_parts(value, schema)) > 1:
        return JOINT
    return next((entity.type for entity in schema.entities if entity.id == value), None)


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
    return "indirect" if is_by_outlet(span) else "mixed"


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
