"""Annotators made of chance, for whose chunks the right answer is known: the sample's own labels.

Each slips by itself, with the frequencies of `Skill`; texts and truth are those of the sample, so
that density, length and neighbourhood of spans are those of news. Seeded: the same seed gives
the same answers.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from annotate.corpus import prepare
from annotate.flows.gold import project_gold, read_gold
from annotate.flows.init import init
from annotate.labels.annotation import Annotation, Span
from annotate.labels.tokens import token_places
from annotate.schema import Schema, load_schema
from annotate.workspace import Workspace

DAY = "2031-03-14T10:00:00Z"


class Skill(NamedTuple):
    """How often an annotator slips, as shares of the true spans; of borders for `moved`.

    A border that moves does so by one token at least, and by another with probability `far`, and
    so on. `invented` spans are where nothing is, or across what is there.
    """

    missed: float
    moved: float
    far: float
    relabelled: float
    invented: float

    def times(self, factor: float) -> Skill:
        """Slip so many times as often, if as far."""
        rates = (self.missed, self.moved, self.relabelled, self.invented)
        missed, moved, relabelled, invented = (rate * factor for rate in rates)
        return Skill(missed, moved, self.far, relabelled, invented)


# Set so that a majority by token scores as on PolNeAR: .742 exact and .875 by IoU of three fair
# annotators, who are never quite alike; .618 and .814 of five with two bad ones.
FAIR = Skill(missed=0.19, moved=0.15, far=0.4, relabelled=0.10, invented=0.12)
THREE = (FAIR.times(0.7), FAIR, FAIR.times(1.3))
BAD = Skill(missed=0.30, moved=0.35, far=0.6, relabelled=0.30, invented=0.40)


class Known(NamedTuple):
    """A chunk's text and what is right for it."""

    chunk_id: str
    text: str
    spans: tuple[Span, ...]


@cache
def known_chunks() -> tuple[tuple[Known, ...], Schema]:
    """Read the sample's chunks with their hand-made labels."""
    with tempfile.TemporaryDirectory() as scratch:
        init(Path(scratch) / "sample", sample=True)
        workspace = Workspace.find(Path(scratch) / "sample")
        prepare(workspace)
        schema = load_schema(workspace.schema_file)
        found = [
            Known(one.chunk.id, one.chunk.text, _bare(one.spans))
            for one in project_gold(workspace, schema, read_gold())
        ]
    return tuple(sorted(found)), schema


def _bare(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Leave questions out, and of nested spans of a layer the inner ones: tokens cannot tell."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: one.start - one.end):
        if not any(_overlap(span, other) for other in kept):
            kept.append(replace(span, attributes=()))
    return tuple(sorted(kept, key=lambda one: (one.start, one.layer)))


def _overlap(one: Span, two: Span) -> bool:
    return one.layer == two.layer and one.start < two.end and two.start < one.end


def answers(skills: Sequence[Skill], seed: int) -> Iterator[tuple[Known, list[Annotation]]]:
    """Let annotators of these skills answer every chunk."""
    chunks, schema = known_chunks()
    people = [random.Random(f"{seed} {number}") for number in range(len(skills))]  # noqa: S311
    for known in chunks:
        yield (
            known,
            [
                _answer(known, f"annotator-{number}", skill, people[number], schema)
                for number, skill in enumerate(skills)
            ],
        )


def _answer(known: Known, who: str, skill: Skill, rng: random.Random, schema: Schema) -> Annotation:
    places, spans = token_places(known.text), list[Span]()
    drawn = [_slipped(span, places, skill, rng, schema) for span in known.spans]
    drawn += [_invented(places, rng, schema) for _ in known.spans if rng.random() < skill.invented]
    for number, span in enumerate(each for each in drawn if each is not None):
        if not any(_overlap(span, other) for other in spans):
            spans.append(replace(span, id=f"{who}-{number}"))
    return Annotation(
        1, known.chunk_id, 1, 1, who, "1", DAY, DAY, None, False, False, spans=tuple(spans)
    )


def _slipped(
    span: Span,
    places: Sequence[tuple[int, int]],
    skill: Skill,
    rng: random.Random,
    schema: Schema,
) -> Span | None:
    if rng.random() < skill.missed:
        return None
    inside = [n for n, (start, end) in enumerate(places) if start < span.end and span.start < end]
    first, last = _moved(inside[0], skill, rng), _moved(inside[-1], skill, rng)
    first, last = max(0, first), min(len(places) - 1, last)
    if first > last:
        first, last = inside[0], inside[-1]
    label = span.label
    if rng.random() < skill.relabelled:
        label = rng.choice([one.name for one in schema.layer(span.layer).labels])
    return replace(span, start=places[first][0], end=places[last][1], label=label)


def _moved(token: int, skill: Skill, rng: random.Random) -> int:
    if rng.random() >= skill.moved:
        return token
    steps = 1
    while rng.random() < skill.far:
        steps += 1
    return token + rng.choice((-steps, steps))


def _invented(places: Sequence[tuple[int, int]], rng: random.Random, schema: Schema) -> Span:
    first = rng.randrange(len(places))
    last = min(len(places) - 1, first + rng.randrange(8))
    label = rng.choice(schema.labels).name
    return Span("", places[first][0], places[last][1], schema.layer_of(label), label)
