"""The guidelines: a Markdown page, and the short text that opens in Label Studio."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from annotate.schema import guide
from annotate.schema.example import parse_example
from annotate.schema.model import Label, Schema
from annotate.schema.page_xml import title_of

_GENERATED = (
    "Generated from `schema.yaml`; edit that file, not this one. "
    "In colour: `guidelines.html`; for the desk: `quick_sheet.html`."
)


def render_guidelines(schema: Schema) -> str:
    """Render the whole guidelines as GitHub-flavoured Markdown; no HTML of the schema survives."""
    sections = [
        f"# Guidelines: {_text(schema.name)} {_text(schema.version)}\n",
        f"{_GENERATED}\n",
        _how_to_work(),
        _labels(schema),
        _questions(schema),
        _relations(schema),
        _overlap(schema),
        _rules(schema),
    ]
    return "\n".join(section for section in sections if section)


def render_instructions(schema: Schema) -> str:
    """Render the window that opens before labelling: all that has to be looked up meanwhile.

    Headings, lists, bold and italics only: Label Studio keeps these as they are, and no styles.
    It also opens before a review, whose tasks do not come from a stream.
    """
    parts = ["<h3>How to work</h3>", _raw_list(escape(step) for step in guide.MARKING)]
    for layer in schema.layers:
        items = [_named(f"{item.name} [{item.key}]", item.meaning) for item in layer.labels]
        parts += [f"<h3>{escape(title_of(layer.name))}</h3>", _raw_list(items)]
    for title, items in _looked_up(schema).items():
        parts += [f"<h3>{title}</h3>", _raw_list(items)] if items else []
    return "\n".join(parts) + "\n"


def _looked_up(schema: Schema) -> dict[str, list[str]]:
    questions = [
        _named(f"{title_of(name)}:", answers, f"If empty: {empty}." if empty else "")
        for name, _, answers, empty in guide.question_rows(schema)
    ]
    relations = [
        _named(f"{name}:", f"{start} → {end}; {rule}.")
        for name, start, end, rule in guide.relation_rows(schema)
    ]
    rules = [
        _named(f"{rule.id}.", rule.text, str(parse_example(rule.example))) for rule in schema.rules
    ]
    return {
        "Questions": questions,
        "Relations": [escape(guide.RELATIONS), *relations] if relations else [],
        "Hard cases": rules,
        "Keys": [_named(f"{keys}:", does) for keys, does in guide.KEYS],
    }


def _named(name: str, text: str, below: str = "") -> str:
    line = f"<b>{escape(name)}</b> {escape(text)}"
    return f"{line}<br><i>{escape(below)}</i>" if below else line


def _how_to_work() -> str:
    steps = "\n".join(f"{at}. {step}" for at, step in enumerate(guide.WORK, 1))
    return f"## How to work\n\n{steps}\n\n{_table(('keys', 'do'), guide.KEYS)}"


def _labels(schema: Schema) -> str:
    parts = ["## What is marked\n"]
    for layer in schema.layers:
        rows = [_label_row(label) for label in layer.labels]
        parts.append(f"### {_text(title_of(layer.name))}\n")
        parts.append(_table(("label", "key", "meaning", "examples"), rows))
    return "\n".join(parts)


def _label_row(label: Label) -> tuple[str, ...]:
    sentence = [str(parse_example(label.sentence))] if label.sentence else []
    examples = " / ".join([*label.examples, *sentence])
    return label.name, label.key, guide.label_meaning(label), examples


def _questions(schema: Schema) -> str:
    rows = guide.question_rows(schema)
    return "## What is asked\n\n" + _table(guide.QUESTION_HEAD, rows) if rows else ""


def _relations(schema: Schema) -> str:
    if not schema.relations:
        return ""
    table = _table(guide.RELATION_HEAD, guide.relation_rows(schema))
    return f"## Relations\n\n{guide.RELATIONS}\n\n{table}"


def _overlap(schema: Schema) -> str:
    return (
        f"## Overlap\n\n{guide.OVERLAP}\n\n{_table(guide.OVERLAP_HEAD, guide.overlap_rows(schema))}"
    )


def _rules(schema: Schema) -> str:
    if not schema.rules:
        return ""
    lines = [f"## Decision rules\n\n{guide.RULES}\n"]
    for rule in schema.rules:
        lines.append(f"**{rule.id}.** {_text(rule.text)}\n")
        if rule.example:
            lines.append(f"> {_text(str(parse_example(rule.example)))}\n")
    return "\n".join(lines)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head)]
    lines += [tuple(_text(cell) for cell in row) for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _text(text: str) -> str:
    """Keep text from being read as Markdown, HTML or the end of a table's cell."""
    one_line = " ".join(text.split())
    return re.sub(r"([\\`*_|<>\[\]#~])", r"\\\1", one_line).replace("&", "&amp;")


def _raw_list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
