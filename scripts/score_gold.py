"""Score golds of simulated annotators against what is true, beside a majority by token.

    python scripts/score_gold.py [--check]

Writes its table into docs/quality.md; `--check` compares it. The exit status is 1 where a gain is
smaller than promised.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from simulated_annotators import BAD, FAIR, THREE, Known, Skill, answers

from annotate.labels.annotation import Annotation, Span
from annotate.labels.tokens import token_places
from annotate.quality.candidates import aligned
from annotate.quality.gold import judge

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "quality.md"
BEGIN, END = "<!-- gold begin -->\n", "<!-- gold end -->"
SEEDS = range(20)
OUTSIDE = "O"
Tagged = Callable[[Annotation, str, Sequence[tuple[int, int]]], list[str]]


class Case(NamedTuple):
    """Who answers, and by how much the gold must beat token majority: exact F1 and IoU F1."""

    name: str
    rule: str
    skills: tuple[Skill, ...]
    promised: tuple[float, float]


# What was gained on PolNeAR; three who are alike must not lose.
CASES = (
    Case("3 fair", "weighted majority of spans", THREE, (0.054, 0.022)),
    Case("3 fair, of one skill", "weighted majority of spans", (FAIR,) * 3, (0.0, 0.0)),
    Case("5, two of them bad", "Dawid–Skene", THREE + (BAD,) * 2, (0.190, 0.090)),
)


class Score(NamedTuple):
    """F1 of one gold: with equal borders and label; with half of the union in common."""

    exact: float
    iou: float


class Scored(NamedTuple):
    """The scores of one case, by seed: of the gold, and of a majority by token."""

    gold: list[Score]
    tokens: list[Score]


def score(case: Case, seeds: Sequence[int] = SEEDS) -> Scored:
    """Let annotators answer the sample once for each seed, and score what comes out."""
    golds, tokens = list[Score](), list[Score]()
    for seed in seeds:
        given = list(answers(case.skills, seed))
        known = judge((each, one.text) for one, each in given)
        decided = [known.decide(one.chunk_id, each, one.text) for one, each in given]
        golds.append(
            _score(
                (one, each.gold.annotation.spans if each.gold else ())
                for (one, _), each in zip(given, decided, strict=True)
            )
        )
        tokens.append(_score((one, list(token_majority(each, one.text))) for one, each in given))
    return Scored(golds, tokens)


def token_majority(given: Sequence[Annotation], text: str) -> Iterator[Span]:
    """Give each token the tag that more than half of the annotators give it, layer by layer."""
    places = token_places(text)
    for layer in sorted({span.layer for answer in given for span in answer.spans}):
        tracks = [_tags(answer, layer, places) for answer in given]
        voted = [_most(said, len(given)) for said in zip(*tracks, strict=True)]
        yield from _read(voted, layer, places)


def _tags(answer: Annotation, layer: str, places: Sequence[tuple[int, int]]) -> list[str]:
    tags = [OUTSIDE] * len(places)
    for span in answer.spans:
        if span.layer == layer:
            inside = [n for n, (start, _) in enumerate(places) if span.start <= start < span.end]
            tags[inside[0]] = f"B-{span.label}"
            for number in inside[1:]:
                tags[number] = f"I-{span.label}"
    return tags


def _most(said: Sequence[str], people: int) -> str:
    tag, votes = Counter(said).most_common(1)[0]
    return tag if 2 * votes > people else OUTSIDE


def _read(tags: Sequence[str], layer: str, places: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """Read spans off tags; an inner tag that follows nothing of its label begins one."""
    begin: int | None = None
    for number in range(len(tags) + 1):
        tag = tags[number] if number < len(tags) else OUTSIDE
        goes_on = begin is not None and tag == f"I-{tags[begin][2:]}"
        if begin is not None and not goes_on:
            label = tags[begin][2:]
            yield Span(f"t{begin}", places[begin][0], places[number - 1][1], layer, label)
            begin = None
        if tag != OUTSIDE and begin is None:
            begin = number


def _score(found: Iterator[tuple[Known, Sequence[Span]]]) -> Score:
    exact = near = total = 0
    for known, spans in found:
        pairs = aligned(known.spans, spans)
        near += len(pairs)
        exact += sum(_same(one, two) for one, two in pairs)
        total += len(known.spans) + len(spans)
    return Score(2 * exact / total, 2 * near / total)


def _same(one: Span, two: Span) -> bool:
    return (one.start, one.end, one.label) == (two.start, two.end, two.label)


def gains(scored: Scored) -> tuple[float, float]:
    """Give the mean gain over token majority, exact and IoU."""
    exact, iou = np.mean(np.array(scored.gold) - np.array(scored.tokens), axis=0)
    return float(exact), float(iou)


def holds(case: Case, scored: Scored) -> bool:
    return all(
        gain >= promised for gain, promised in zip(gains(scored), case.promised, strict=True)
    )


HEAD = (
    "| annotators | gold by | exact F1 | by token | gain | at least | IoU F1 | by token | gain "
    "| at least |\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|"
)


def table(rows: Sequence[tuple[Case, Scored]]) -> str:
    lines = [HEAD]
    for case, scored in rows:
        ours, theirs = (np.mean(side, axis=0) for side in (scored.gold, scored.tokens))
        gain = gains(scored)
        cells = " | ".join(
            f"{ours[n]:.3f} | {theirs[n]:.3f} | {gain[n]:+.3f} | {case.promised[n]:+.3f}"
            for n in (0, 1)
        )
        lines.append(f"| {case.name} | {case.rule} | {cells} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    rows = [(case, score(case)) for case in CASES]
    document = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    written = before + BEGIN + table(rows) + END + after
    kept = all(holds(case, scored) for case, scored in rows)
    if "--check" in sys.argv:
        return 0 if written == document and kept else 1
    DOCUMENT.write_text(written, encoding="utf-8")
    print(table(rows))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
