"""Draws examples in the labels' colours, and the parts that the HTML pages share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import resources

from annotate.pages import Html, element, sequence
from annotate.schema.example import Example, Mark, parse_example
from annotate.schema.model import Label, Schema

TINT = 0.2  # opacity of a span's background


def style_sheet(name: str) -> Html:
    """Give a sheet of this package as an element; escaping would spoil one with & < > " '."""
    css = resources.files("annotate.schema").joinpath(name).read_text(encoding="utf-8")
    return element("style", "\n" + css)


def draw(source: str, schema: Schema) -> Html:
    """Draw a sentence with its marks, each with its label's name behind it."""
    example = parse_example(source)
    return element(
        "span", _within(example, 0, len(example.text), example.marks, schema), dir="auto"
    )


def draw_phrase(phrase: str, label: Label, schema: Schema) -> Html:
    """Draw words that are marked as a whole."""
    return element("mark", phrase, class_="span", style=_tone(label.name, schema), dir="auto")


def chip(label: Label, schema: Schema) -> Html:
    """Draw a label's name as a small sign in its colour."""
    return element("b", label.name, class_="chip", style=_tone(label.name, schema))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Html:
    heads = element("tr", *(element("th", each, scope="col") for each in head))
    lines = (element("tr", *(element("td", cell) for cell in row)) for row in rows)
    return element("table", element("thead", heads), element("tbody", *lines))


def _within(example: Example, start: int, end: int, marks: Sequence[Mark], schema: Schema) -> Html:
    """Write the text from `start` to `end`, the outermost of its marks as elements."""
    parts: list[str] = []
    for at, mark in enumerate(marks):
        if mark.start < start:  # inside one that is written
            continue
        inside = [each for each in marks[at + 1 :] if each.end <= mark.end]
        parts.append(example.text[start : mark.start])
        parts.append(
            element(
                "mark",
                _within(example, mark.start, mark.end, inside, schema),
                element("small", mark.told),
                class_="span",
                style=_tone(mark.label, schema),
            )
        )
        start = mark.end
    parts.append(example.text[start:end])
    return sequence(parts)


def _tone(label: str, schema: Schema) -> str:
    color = schema.color_of(label)
    return f"--tone:{color};--tint:{color}{round(TINT * 255):02x}"
