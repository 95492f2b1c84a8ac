"""The quick sheet: what lies beside the keyboard, on two sides of A4."""

from __future__ import annotations

from collections.abc import Iterator

from annotate.pages import Html, element, page
from annotate.schema import guide
from annotate.schema.drawn import chip, draw, style_sheet, table
from annotate.schema.model import Label, Rule, Schema
from annotate.schema.page_xml import title_of


def render_quick_sheet(schema: Schema) -> str:
    """Render a page made for paper; two sides hold some fifteen labels and twenty rules."""
    title = f"{schema.name} {schema.version}: quick sheet"
    return page(
        title,
        style_sheet("guidelines.css"),
        style_sheet("quick_sheet.css"),
        element("h1", title),
        element("div", *_front(schema), class_="side"),
        element("div", *_back(schema), class_="side"),
    )


def _front(schema: Schema) -> Iterator[Html]:
    """Write the side with what is looked up: labels, questions, keys."""
    for layer in schema.layers:
        yield element("h2", title_of(layer.name))
        yield from (_label(label, schema) for label in layer.labels)
    questions, relations = guide.question_rows(schema), guide.relation_rows(schema)
    if questions:
        yield element("h2", "Questions")
        yield table(("question", "answers", "if empty"), [(a, c, d) for a, _, c, d in questions])
    if relations:
        yield element("h2", "Relations")
        yield table(guide.RELATION_HEAD, relations)
    yield element("h2", "Keys")
    yield table(("keys", "do"), guide.KEYS)


def _back(schema: Schema) -> Iterator[Html]:
    """Write the side with what is decided."""
    yield element("h2", "How to work")
    yield element("ol", *(element("li", step) for step in guide.WORK))
    if schema.rules:
        yield element("h2", "Hard cases")
        yield from (_rule(rule, schema) for rule in schema.rules)


def _label(label: Label, schema: Schema) -> Html:
    head = (element("kbd", label.key), " ", chip(label, schema), f" {label.meaning}")
    return element("p", *head, *_example(label.sentence, schema), class_="line")


def _rule(rule: Rule, schema: Schema) -> Html:
    head = (element("b", str(rule.id)), f" {rule.text}")
    return element("p", *head, *_example(rule.example, schema), class_="line")


def _example(source: str, schema: Schema) -> Iterator[Html]:
    if source:
        yield element("br")
        yield draw(source, schema)
