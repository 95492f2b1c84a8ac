"""One row per position in the text: a stance with its speaker and topic, for a classifier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from annotate.corpus import Chunk
from annotate.labels.annotation import Annotation, Span
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
        votes = _votes(first, submitted)
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
                "soft": [
                    {"label": label, "share": count / votes.total()}
                    for label, count in sorted(votes.items())
                ],
                "votes": votes.total(),
                "answers": len(submitted),
                "outlet": outlet,
            }


def _votes(stance: Span, answers: Iterable[Annotation]) -> Counter[str]:
    """Count the labels that answers give to a place; an answer that marks nothing there is none."""
    votes: Counter[str] = Counter()
    for answer in answers:
        near = [span for span in answer.spans if span.layer == "stance"]
        best = max(near, key=lambda span: (_agreement(stance, span), -span.start), default=None)
        if best is not None and _agreement(stance, best) >= SAME:
            votes[best.label] += 1
    return votes


def _agreement(one: Span, two: Span) -> float:
    """Measure intersection over union."""
    common = max(0, min(one.end, two.end) - max(one.start, two.start))
    return common / (one.end - one.start + two.end - two.start - common)
