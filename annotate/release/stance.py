"""One row per position in the text: a stance with its speaker and topic, for a classifier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

from annotate.corpus import Chunk
from annotate.labels.annotation import Annotation
from annotate.labels.derive import groups
from annotate.labels.triples import entities_of, topics_of

Json = dict[str, Any]
SAME = 0.5  # of the union of two spans; from here on two annotators mean the same stance
GAP = " … "
NOBODY: Sequence[str | None] = (None,)


def stance_rows(
    chunk: Chunk, answer: Annotation, submitted: Sequence[Annotation], outlet: str | None
) -> Iterator[Json]:
    """Give a row for each stance group, speaker and topic; null where none is known.

    `soft` counts which label each of the submitted answers gives to that place.
    """
    spans = {span.id: span for span in answer.spans}
    stances = [span for span in answer.spans if span.layer == "stance"]
    for group in groups(stances, answer.relations):
        first = group[0]
        votes = votes_for((first.start, first.end), map(stance_places, submitted))
        speakers = entities_of(group, answer.relations, spans, chunk.text, outlet)
        topics = topics_of(group, answer.relations, spans)
        for speaker, topic in product(speakers or NOBODY, topics or NOBODY):
            yield {
                "id": chunk.id,
                "span_id": first.id,
                "article_id": chunk.article_id,
                "text": chunk.text,
                "start": first.start,
                "end": first.end,
                "target": GAP.join(chunk.text[piece.start : piece.end] for piece in group),
                "speaker": speaker,
                "topic": topic,
                "stance": first.label,
                "soft": shares(votes),
                "votes": votes.total(),
                "answers": len(submitted),
                "outlet": outlet,
            }


def shares(votes: Counter[str]) -> list[Json]:
    """Say what share of the votes each label has."""
    return [
        {"label": label, "share": count / votes.total()} for label, count in sorted(votes.items())
    ]


class Place(NamedTuple):
    """Where one answer marks a stance, and which."""

    start: int
    end: int
    label: str


def stance_places(answer: Annotation) -> list[Place]:
    return [
        Place(span.start, span.end, span.label) for span in answer.spans if span.layer == "stance"
    ]


def votes_for(stretch: tuple[int, int], answers: Iterable[Sequence[Place]]) -> Counter[str]:
    """Count the labels that answers give to a place; an answer that marks nothing there is none."""
    votes: Counter[str] = Counter()
    for near in answers:
        best = max(near, key=lambda one: (_agreement(stretch, one), -one.start), default=None)
        if best is not None and _agreement(stretch, best) >= SAME:
            votes[best.label] += 1
    return votes


def _agreement(stretch: tuple[int, int], place: Place) -> float:
    """Measure intersection over union."""
    start, end = stretch
    common = max(0, min(end, place.end) - max(start, place.start))
    return common / (end - start + place.end - place.start - common)
