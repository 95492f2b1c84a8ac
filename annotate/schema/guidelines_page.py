"""The guidelines as a page in the labels' colours: one file that needs no network."""

from __future__ import annotations

from collections.abc import Iterator

from annotate.pages import Html, element, page, sequence
from annotate.schema import guide
from annotate.schema.drawn import chip, draw, draw_phrase, style_sheet, table
from annotate.schema.model import Label, Layer, Rule, Schema
from annotate.schema.page_xml import title_of


def render_guidelines_page(schema: Schema) -> str:
    """Render all that the Markdown page says, with every example drawn."""
    title = f"Guidelines: {schema.name} {schema.version}"
    return page(
        title,
        style_sheet("guidelines.css"),
        element("h1", title),
        element("p", "Generated from schema.yaml; edit that file, not this one.", class_="quiet"),
        *_how_to_work(),
        element("h2", "What is marked"),
        *(part for layer in schema.layers for part in _layer(layer, schema)),
        *_questions(schema),
        *_relations(schema),
        element("h2", "Overlap"),
        element("p", guide.OVERLAP),
        table(guide.OVERLAP_HEAD, guide.overlap_rows(schema)),
        *_rules(schema),
    )


def _how_to_work() -> Iterator[Html]:
    yield element("h2", "How to work")
    yield element("ol", *(element("li", step) for step in guide.WORK))
    yield table(("keys", "do"), guide.KEYS)


def _layer(layer: Layer, schema: Schema) -> Iterator[Html]:
    yield element("h3", title_of(layer.name))
    for label in layer.labels:
        yield element("section", *_label(label, schema), class_="label", id=_anchor(label))


def _anchor(label: Label) -> str:
    return "label-" + label.name.replace(" ", "-")


def _label(label: Label, schema: Schema) -> Iterator[Html]:
    yield element("p", chip(label, schema), " ", element("kbd", label.key), class_="name")
    meaning = guide.label_meaning(label)
    if meaning:
        yield element("p", meaning, dir="auto")
    if label.sentence:
        yield element("p", draw(label.sentence, schema), class_="example")
    if label.examples:
        phrases = (draw_phrase(phrase, label, schema) for phrase in label.examples)
        yield element("p", sequence(phrases, " "), class_="example")


def _questions(schema: Schema) -> Iterator[Html]:
    rows = guide.question_rows(schema)
    if rows:
        yield element("h2", "What is asked")
        yield table(guide.QUESTION_HEAD, rows)


def _relations(schema: Schema) -> Iterator[Html]:
    if schema.relations:
        yield element("h2", "Relations")
        yield element("p", guide.RELATIONS)
        yield table(guide.RELATION_HEAD, guide.relation_rows(schema))


def _rules(schema: Schema) -> Iterator[Html]:
    if schema.rules:
        yield element("h2", "Decision rules")
        yield element("p", guide.RULES, class_="quiet")
        yield from (_rule(rule, schema) for rule in schema.rules)


def _rule(rule: Rule, schema: Schema) -> Html:
    example = element("p", draw(rule.example, schema), class_="example") if rule.example else None
    text = element("p", element("b", f"{rule.id}. "), rule.text, dir="auto")
    return element("section", text, example, class_="rule", id=f"rule-{rule.id}")
