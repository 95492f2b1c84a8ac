"""The rules that link a group of spans to others; the schema names them in `derive:`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from annotate.corpus.quotes import MARKS
from annotate.labels.annotation import Span
from annotate.labels.cues import CONDITIONS
from annotate.labels.scene import Passage, Scene
from annotate.schema.model import Relation as RelationType

NEUTRAL = "Neutral"  # what the guidelines call words that set a condition on a proposition

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
        if _one_entity(near, scene):
            return "only_speaker", [_nearest(near, piece)]
        left = _left_in_clause(near, piece, scene.passage)
        if left is not None:
            return "left_in_clause", [left]
    return _speaker_beyond(group[0], speakers, scene) if silent else NOBODY


def _one_entity(spans: Sequence[Span], scene: Scene) -> bool:
    """Whether all mentions are of one holder: one mention, or twins with one known entity."""
    known = {scene.entity_of(span) for span in spans}
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
    if _one_entity(quoted, scene):
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
    drawn = {twin.id: scene.drawn_ends(kind, [twin]) for twin in twins}
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
