"""Who takes which side on what: derived from spans and relations, never asked of anyone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from annotate.labels.annotation import Annotation, Relation, Span
from annotate.labels.derive import groups

OTHER_TOPIC = "other"
NAMELESS = "?"  # the entity of words that are not at hand


@dataclass(frozen=True, order=True)
class Triple:
    """A position. `entity` is an id, `?surface` if nobody knows whose, `outlet:NAME` if its own.

    Where the text may not be published, `?` and a hash stand for the surface.
    """

    entity: str
    polarity: str
    topic: str


def triples_of(
    annotation: Annotation, text: str, outlet: str | None
) -> tuple[dict[Triple, list[str]], int]:
    """Find the positions in one answer with the ids of the stances behind each.

    Also counts the stance groups that give none, for want of a speaker or a topic.
    """
    spans = {span.id: span for span in annotation.spans}
    stances = [span for span in annotation.spans if span.layer == "stance"]
    found: dict[Triple, list[str]] = {}
    without = 0
    for group in groups(stances, annotation.relations):
        entities = entities_of(group, annotation.relations, spans, text, outlet)
        topics = topics_of(group, annotation.relations, spans)
        kept = [topic for topic in topics if topic != OTHER_TOPIC]
        without += not entities or not topics
        for entity in entities:
            for topic in kept:
                evidence = found.setdefault(Triple(entity, group[0].label, topic), [])
                evidence.append(group[0].id)
    return found, without


def entities_of(
    group: Sequence[Span],
    relations: Iterable[Relation],
    spans: Mapping[str, Span],
    text: str,
    outlet: str | None,
) -> list[str]:
    """Name who holds a stance: entities, `?surface` where it is not known whose words are meant."""
    if any(span.attribute("voice") == "outlet" for span in group):
        return [f"outlet:{outlet or 'unknown'}"]
    members = {span.id for span in group}
    speakers = [
        spans[item.head]
        for item in relations
        if item.type == "says" and item.tail in members and item.head in spans
    ]
    return sorted({_holder(span, text) for span in speakers})


def _holder(span: Span, text: str) -> str:
    surface = " ".join(text[span.start : span.end].casefold().split())
    return span.attribute("entity") or f"?{surface}"


def topics_of(
    group: Sequence[Span], relations: Iterable[Relation], spans: Mapping[str, Span]
) -> list[str]:
    """Name the topics that a stance is about."""
    members = {span.id for span in group}
    return sorted(
        {
            spans[item.tail].label
            for item in relations
            if item.type == "about" and item.head in members and item.tail in spans
        }
    )


def without_surface(entity: str) -> str:
    """Hide the words of a text that name somebody; the same words give the same name."""
    if not entity.startswith("?"):
        return entity
    return f"?{hashlib.sha256(entity.encode()).hexdigest()[:12]}"
