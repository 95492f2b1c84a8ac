"""Where the texts and the labels come from: the parts of the card that tell it, all counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from annotate.schema import Schema
from annotate.workspace import PublishSettings

Json = dict[str, Any]
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
