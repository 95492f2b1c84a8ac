"""Where the texts and the labels come from: the parts of the card that tell it, all counted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from annotate.schema import Schema
from annotate.workspace import PublishSettings

Json = dict[str, Any]
Z = 1.959964  # the normal quantile of a 95 % interval
NOT_TOLD = "not told"


def preparation(articles: Sequence[Json], tools: Mapping[str, str]) -> str:
    """Tell what was changed in the texts as they were received, by reason."""
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for edit in (edit for row in articles for edit in row["edits"]):
        counts[edit["reason"]] += 1
        sizes[edit["reason"]] += edit["end"] - edit["start"]
    touched = sum(1 for row in articles if row["edits"])
    lines = [f"| {each} | {count} | {sizes[each]} |" for each, count in sorted(counts.items())]
    table = (
        "\n\n| reason | edits | characters replaced or cut |\n|---|---|---|\n" + "\n".join(lines)
        if lines
        else ""
    )
    return (
        f"## Preparation\n\nThe body of each article was cut out and cleaned by `annotate` "
        f"{tools['annotate']}; {touched} of {len(articles)} articles were changed. Every edit "
        "stands in `articles` with its place in the received text, so that each offset leads "
        "back there. How well bodies are found is measured on other pages, not on these: "
        f"docs/prepare.md of `annotate`.{table}"
    )


def guidance(schema: Schema, publish: PublishSettings) -> str:
    """Tell what annotators were asked to do, and what is known of them."""
    examples = sum(len(label.examples) for label in schema.labels)
    shown = sum(1 for rule in schema.rules if rule.example)
    trained = (
        "nobody was: a program answered" if publish.simulated else publish.training or NOT_TOLD
    )
    consent = "not needed: a program answered" if publish.simulated else publish.consent or NOT_TOLD
    lines = [f"{rule.id}. {' '.join(rule.text.split())}" for rule in schema.rules]
    rules = "\n\nThe rules:\n\n" + "\n".join(lines) if lines else ""
    return (
        f"## Guidelines\n\nAnnotators worked by the guidelines of schema `{schema.name}` "
        f"{schema.version}: labels: {len(schema.labels)}, with {examples} examples; decision "
        f"rules: {len(schema.rules)}, {shown} of them with an example; questions about a span: "
        f"{len(schema.attributes)}; kinds of relations: {len(schema.relations)}. Trained: "
        f"{trained}. Consent: {consent}.{rules}"
    )


class Share(NamedTuple):
    """A share of `of` trials, with its 95 % interval (Wilson 1927)."""

    hits: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        share, square = self.hits / self.of, Z * Z
        middle = (share + square / (2 * self.of)) / (1 + square / self.of)
        spread = share * (1 - share) / self.of + square / (4 * self.of * self.of)
        half = Z * math.sqrt(spread) / (1 + square / self.of)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval
        return (
            f"{self.hits} of {self.of}, {self.hits / self.of:.0%} "
            f"(95 % interval {low:.0%} to {high:.0%})"
        )


def agreement(stances: Iterable[Json]) -> str:
    """Tell how far the other answers to a chunk see its stances as the one that stands does."""
    marked = asked = same = 0
    for row in {(row["id"], row["span_id"]): row for row in stances}.values():
        others = row["answers"] - 1
        alike = next((one["share"] for one in row["soft"] if one["label"] == row["stance"]), 0)
        asked += others
        marked += row["votes"] - 1
        same += round(alike * row["votes"]) - 1
    if not asked:
        return "Agreement: no stance of this release has a second answer to compare with."
    told = "Agreement on stances, with the answer that stands: marked by others, too: " + str(
        Share(marked, asked)
    )
    if marked:
        told += f"; of those, with the same label: {Share(same, marked)}"
    return (
        f"{told}. Not corrected for chance, and stances of one article are not independent, so "
        "the intervals are narrower than they should be."
    )
