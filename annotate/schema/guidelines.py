"""The guidelines: a Markdown page, and the short text that opens in Label Studio."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from annotate.schema.controls import labels_in_order
from annotate.schema.keys import choice_keys
from annotate.schema.model import Attribute, DocumentQuestion, Label, Relation, Schema
from annotate.schema.page_xml import title_of

_DERIVED = {
    "from_entity": "the type of its entity",
    "from_name": "the entity whose name it is",
    "quote_share": "how much of it stands between quotation marks",
    "speaker_of_sentence": (
        "the only one in the sentence, else the nearest to the left in the same clause"
    ),
    "all_in_sentence": "every one in the same sentence",
    "inside_then_sentence": "those inside the span, else the only one in the sentence",
}
_KEYS = (
    ("the label's key, then drag over the words", "mark a span"),
    ("Esc, or u", "let go of the span before the next key"),
    ("Backspace", "delete the selected span"),
    ("Alt+R, then a click on the other span", "draw a relation"),
    ("Alt+M", "write a note on the span"),
    ("Ctrl+Z", "undo"),
    ("Ctrl+Enter", "submit"),
    ("Ctrl+Space", "skip"),
)
_WORK = (
    (
        "Go through the text twice: first mark all spans, then click each span that has a "
        "question open. Leave a question empty where its rule is right."
    ),
    (
        "A label's key while a span is selected changes that span's label without asking, and "
        "its answers are lost. Press Esc first."
    ),
    "To move a border, delete the span and mark it again.",
    ("Of spans inside each other a click takes the inner one; the list of regions has them all."),
    "Take tasks only from the labelling stream: there nobody sees another's work.",
    "A text with nothing to mark is submitted empty. Skip only what cannot be judged.",
)


def render_guidelines(schema: Schema) -> str:
    """Render the whole guidelines as GitHub-flavoured Markdown; no HTML of the schema survives."""
    sections = [
        f"# Guidelines: {_text(schema.name)} {_text(schema.version)}\n",
        "Generated from `schema.yaml`; edit that file, not this one.\n",
        _how_to_work(),
        _labels(schema),
        _questions(schema),
        _relations(schema),
        _overlap(schema),
        _rules(schema),
    ]
    return "\n".join(section for section in sections if section)


def render_instructions(schema: Schema) -> str:
    """Render the window that opens before labelling: headings, lists and bold only, no styles."""
    parts = ["<h3>How to work</h3>", _html_list(_WORK[:3])]
    for layer in schema.layers:
        items = [
            f"<b>{escape(label.name)}</b> [{escape(label.key)}] {escape(label.meaning)}"
            for label in layer.labels
        ]
        parts += [f"<h3>{escape(title_of(layer.name))}</h3>", _raw_list(items)]
    if schema.rules:
        parts += ["<h3>Hard cases</h3>", _html_list(rule.text for rule in schema.rules)]
    return "\n".join(parts) + "\n"


def _how_to_work() -> str:
    steps = "\n".join(f"{at}. {step}" for at, step in enumerate(_WORK, 1))
    return f"## How to work\n\n{steps}\n\n{_table(('keys', 'do'), _KEYS)}"


def _labels(schema: Schema) -> str:
    parts = ["## What is marked\n"]
    for layer in schema.layers:
        rows = [_label_row(label) for label in layer.labels]
        parts.append(f"### {_text(title_of(layer.name))}\n")
        parts.append(_table(("label", "key", "meaning", "examples"), rows))
    return "\n".join(parts)


def _label_row(label: Label) -> tuple[str, ...]:
    meaning = " ".join(
        part for part in (_proposition(label), label.definition, _asked(label)) if part
    )
    return label.name, label.key, meaning, " / ".join(label.examples)


def _proposition(label: Label) -> str:
    return f"Proposition: {label.proposition}." if label.proposition else ""


def _asked(label: Label) -> str:
    return "Asks for a short text." if label.asks else ""


def _questions(schema: Schema) -> str:
    keys = choice_keys(schema)
    rows = [_question_row(schema, item, keys) for item in schema.attributes]
    rows += [
        (item.name, "the whole text", _values(item, keys), "leave it empty if none holds")
        for item in schema.document
    ]
    if not rows:
        return ""
    return "## What is asked\n\n" + _table(("question", "about", "answers", "if empty"), rows)


def _question_row(
    schema: Schema, item: Attribute, keys: dict[tuple[str, str], str | None]
) -> tuple[str, ...]:
    about = ", ".join(labels_in_order(schema, item.applies_to))
    derived = _DERIVED.get(item.derive)
    empty = f"derived: {derived}" if derived else item.default or ""
    return item.name, about, _values(item, keys), empty


def _values(item: Attribute | DocumentQuestion, keys: dict[tuple[str, str], str | None]) -> str:
    if item.type == "entities":
        return "one or several of the list, by mouse: letters stay keys; else a name beside it"
    if item.type == "text":
        return "a short text"
    return ", ".join(f"{value} [{keys.get((item.name, value)) or '–'}]" for value in item.values)


def _relations(schema: Schema) -> str:
    if not schema.relations:
        return ""
    note = (
        "Draw a relation only where its rule is wrong, or where there is none. One drawn by hand "
        "replaces the derived ones of that kind for its span.\n"
    )
    rows = [_relation_row(item) for item in schema.relations]
    return "## Relations\n\n" + note + "\n" + _table(("relation", "from", "to", "rule"), rows)


def _relation_row(item: Relation) -> tuple[str, ...]:
    rule = _DERIVED.get(item.derive, "always by hand")
    return item.name, ", ".join(item.from_), ", ".join(item.to), rule


def _overlap(schema: Schema) -> str:
    words = {"allow": "allowed", "error": "an error"}
    rows = [
        (layer.name, words[rule.identical], words[rule.nested], words[rule.crossing])
        for layer in schema.layers
        for rule in (schema.overlap_of(layer.name),)
    ]
    head = ("layer", "identical", "one inside the other", "crossing")
    note = "Spans of different layers may overlap. Inside one layer:\n"
    return "## Overlap\n\n" + note + "\n" + _table(head, rows)


def _rules(schema: Schema) -> str:
    if not schema.rules:
        return ""
    lines = ["## Decision rules\n"]
    for rule in schema.rules:
        lines.append(f"**{rule.id}.** {_text(rule.text)}\n")
        if rule.example:
            lines.append(f"> {_text(rule.example)}\n")
    return "\n".join(lines)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head)]
    lines += [tuple(_text(cell) for cell in row) for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _text(text: str) -> str:
    """Keep text from being read as Markdown, HTML or the end of a table's cell."""
    one_line = " ".join(text.split())
    return re.sub(r"([\\`*_|<>\[\]#~])", r"\\\1", one_line).replace("&", "&amp;")


def _html_list(items: Iterable[str]) -> str:
    return _raw_list(escape(item) for item in items)


def _raw_list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
