"""The labelling page: Label Studio's XML, generated from any schema.

One `Labels` control holds every label: with one control a layer, two keys before a drag would
give one span two labels. No choice is preselected: that writes a stray answer about the task.
"""

from __future__ import annotations

from importlib import resources
from xml.etree import ElementTree as ET

from annotate.schema.controls import (
    ASKS_CONTROL,
    CONTEXT_AFTER,
    CONTEXT_BEFORE,
    OBJECT,
    OTHER,
    REVIEW_KIND,
    REVIEW_KINDS,
    REVIEW_WHY,
    SPAN_CONTROL,
    labels_in_order,
    other_control,
)
from annotate.schema.keys import NO_KEY, choice_keys
from annotate.schema.model import Attribute, DocumentQuestion, Schema

SEPARATOR = "·"  # between the parts of a subtitle
_ESCAPE = "Esc, then the next label key"
_HINT = "Key, then drag over the words. Click a marked span to see its questions here."


def render_xml(schema: Schema) -> str:
    """Render the labelling config; the same schema gives the same text."""
    return _spelled(_page(schema))


def render_review_xml(schema: Schema) -> str:
    """Render the page on which a person decides: the same, and what the conflict was about."""
    page = _page(schema)
    _decision(page)
    return _spelled(page)


def _spelled(page: ET.Element) -> str:
    ET.indent(page)
    return ET.tostring(page, encoding="unicode") + "\n"


def _page(schema: Schema) -> ET.Element:
    page = ET.Element("View", className="an-page")
    ET.SubElement(page, "Style").text = _styles()
    _top_bar(page, schema)
    _relations(page, schema)
    if schema.page.context:
        _context(page, "Before this part", CONTEXT_BEFORE)
    _text(page)
    if schema.page.context:
        _context(page, "After this part", CONTEXT_AFTER)
    _flags(page, schema)
    _questions(page, schema)
    return page


def _decision(page: ET.Element) -> None:
    """Ask for kind and reason above the bar that asks about a span."""
    block = ET.Element("View", className="an-decision")
    page.insert(len(page) - 1, block)
    # A choice without a key still shows one, that no keyboard has.
    ET.SubElement(block, "Style").text = ".an-decision sup { display: none; }"
    row = _view(block, "an-question")
    _header(row, "What the versions differ in")
    about = {"toName": OBJECT, "required": "true"}
    kinds = {"choice": "multiple", "showInline": "true"}
    message = {"requiredMessage": "Say what the versions differ in."}
    parent = ET.SubElement(row, "Choices", {"name": REVIEW_KIND, **about, **kinds, **message})
    for kind in REVIEW_KINDS:
        ET.SubElement(parent, "Choice", value=kind, hotkey=NO_KEY)
    row = _view(block, "an-question")
    _header(row, "Why you decided so")
    _text_area(row, REVIEW_WHY, "the rule it follows, in a few words", {"required": "true"})


def title_of(name: str) -> str:
    """Write a name of the schema as a heading: `speaker_type` is Speaker type."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _styles() -> str:
    css = resources.files("annotate.schema").joinpath("page.css").read_text(encoding="utf-8")
    return "\n" + css


def _view(parent: ET.Element, class_name: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, "View", {**attributes, "className": class_name})


def _header(parent: ET.Element, text: str, size: int = 5) -> None:
    ET.SubElement(parent, "Header", value=text, size=str(size))


def _top_bar(page: ET.Element, schema: Schema) -> None:
    bar = _view(page, "an-bar")
    head = _view(bar, "an-article")
    _header(head, schema.page.title, size=4)
    for part in schema.page.subtitle.split(SEPARATOR):
        _header(
            head, part.strip()
        )  # each its own heading: the sheet joins those that say something
    labels = ET.SubElement(
        bar, "Labels", name=SPAN_CONTROL, toName=OBJECT, choice="single", showInline="true"
    )
    for layer in schema.layers:
        row = _view(labels, "an-layer")
        _header(row, title_of(layer.name))
        for label in layer.labels:
            _label(row, schema, label.name)


def _label(row: ET.Element, schema: Schema, name: str) -> None:
    label = schema.label(name)
    tag = ET.SubElement(
        row, "Label", value=name, hotkey=label.key, background=schema.color_of(name)
    )
    if label.meaning:
        tag.set("hint", label.meaning)


def _relations(page: ET.Element, schema: Schema) -> None:
    if schema.relations:
        parent = ET.SubElement(page, "Relations")
        for relation in schema.relations:
            ET.SubElement(parent, "Relation", value=relation.name)


def _context(page: ET.Element, title: str, field: str) -> None:
    """Fold it away under its title; the sheet hides that where the heading before it is empty.

    `visibleWhen` does not look at a task's data, and what is folded is not in the document yet.
    """
    around = _view(page, "an-around")
    _header(around, f"${field}")
    collapse = ET.SubElement(around, "Collapse", bordered="false")
    panel = ET.SubElement(collapse, "Panel", value=title)
    box = _view(panel, "an-context")
    ET.SubElement(box, "Text", name=field, value=f"${field}", selectionEnabled="false")


def _text(page: ET.Element) -> None:
    ET.SubElement(
        _view(page, "an-text"),
        "Text",
        name=OBJECT,
        value=f"${OBJECT}",
        granularity="word",
        showLabels="true",
    )


def _flags(page: ET.Element, schema: Schema) -> None:
    for question in schema.document:
        row = _view(page, "an-question")
        if len(schema.document) > 1:
            _header(row, title_of(question.name))
        _choices(row, schema, question, {})


def _questions(page: ET.Element, schema: Schema) -> None:
    bar = _view(page, "an-ask")
    _header(_view(bar, "an-next", visibleWhen="region-selected"), _ESCAPE)
    for labels, attributes in _grouped(schema).items():
        block = _block(bar, labels)
        for attribute in attributes:
            _question(_view(block, "an-question"), schema, attribute, _about(labels))
    asking = tuple(label.name for label in schema.labels if label.asks == "text")
    if asking:
        row = _view(_block(bar, asking), "an-question")
        _header(row, "What exactly")
        _text_area(row, ASKS_CONTROL, "in a few words", _about(asking))
    _header(_view(bar, "an-idle", visibleWhen="no-region-selected"), _HINT)


def _grouped(schema: Schema) -> dict[tuple[str, ...], list[Attribute]]:
    groups: dict[tuple[str, ...], list[Attribute]] = {}
    for attribute in schema.attributes:
        labels = labels_in_order(schema, attribute.applies_to)
        groups.setdefault(labels, []).append(attribute)
    return groups


def _block(bar: ET.Element, labels: tuple[str, ...]) -> ET.Element:
    conditions = {"visibleWhen": "region-selected", "whenTagName": SPAN_CONTROL}
    return ET.SubElement(bar, "View", {**conditions, "whenLabelValue": ",".join(labels)})


def _about(labels: tuple[str, ...]) -> dict[str, str]:
    # Beside the block's own condition: this one drops answers that went stale with a new label.
    return {"perRegion": "true", "whenLabelValue": ",".join(labels)}


def _question(row: ET.Element, schema: Schema, attribute: Attribute, about: dict[str, str]) -> None:
    _header(row, title_of(attribute.name))
    if attribute.type == "text":
        _text_area(row, attribute.name, "in a few words", about)
    elif attribute.type == "entities":
        _entity_list(_view(row, "an-entities"), schema, attribute.name, about)
        _text_area(row, other_control(attribute.name), "another name", about)
    else:
        _choices(row, schema, attribute, about)


def _choices(
    row: ET.Element,
    schema: Schema,
    question: Attribute | DocumentQuestion,
    about: dict[str, str],
) -> None:
    several = "multiple" if question.type == "choices" else "single-radio"
    fixed = {"name": question.name, "toName": OBJECT, "choice": several, "showInline": "true"}
    parent = ET.SubElement(row, "Choices", {**fixed, **about})
    keys = choice_keys(schema)
    for value in question.values:
        key = keys[question.name, value] or NO_KEY
        ET.SubElement(parent, "Choice", value=value, hotkey=key)


def _entity_list(row: ET.Element, schema: Schema, name: str, about: dict[str, str]) -> None:
    """Show each entity's first name; the alias, its id, is what an answer holds."""
    fixed = {"name": name, "toName": OBJECT, "choice": "multiple", "layout": "select"}
    parent = ET.SubElement(row, "Choices", {**fixed, **about})
    for entity in schema.entities:
        shown = {"value": entity.names[0], "alias": entity.id, "hotkey": NO_KEY}
        ET.SubElement(parent, "Choice", shown)
    ET.SubElement(parent, "Choice", value=OTHER, hotkey=NO_KEY)


def _text_area(row: ET.Element, name: str, placeholder: str, about: dict[str, str]) -> None:
    fixed = {"name": name, "toName": OBJECT, "editable": "true", "maxSubmissions": "1"}
    ET.SubElement(row, "TextArea", {**fixed, "placeholder": placeholder, **about})
