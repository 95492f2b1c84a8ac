"""What the ledger holds at a glance: spans by label, relations by origin, findings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from annotate.corpus import read_articles
from annotate.errors import InputError
from annotate.findings import Finding
from annotate.labels.read import read_labels
from annotate.schema import load_schema
from annotate.workspace import Workspace


@dataclass(frozen=True)
class Summary:
    """`relations` are (type, drawn by hand, derived, looked for in vain)."""

    labels: dict[str, int]
    relations: list[tuple[str, int, int, int]]
    findings: tuple[Finding, ...]


def summarise(workspace: Workspace) -> Summary:
    """Count over all answers that stand in the ledger."""
    schema = load_schema(workspace.schema_file)
    try:
        languages = {article.id: article.language for article in read_articles(workspace)}
    except InputError:  # the corpus is derived, and may not be there
        languages = {}
    labels = read_labels(workspace.labels, schema, languages)
    spans = Counter(span.label for answer in labels.annotations for span in answer.spans)
    drawn = Counter(
        (item.type, item.origin) for answer in labels.annotations for item in answer.relations
    )
    missing = Counter(item.relation for answer in labels.annotations for item in answer.missing)
    return Summary(
        labels={label.name: spans[label.name] for label in schema.labels},
        relations=[
            (kind.name, drawn[kind.name, "human"], drawn[kind.name, "auto"], missing[kind.name])
            for kind in schema.relations
        ],
        findings=labels.findings,
    )
