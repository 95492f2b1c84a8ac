"""Spans written into the text they mark: `[Speaker s1 entity=macron|He] called.`"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import annotate.schema
from annotate.findings import Finding
from annotate.labels.annotation import Annotation, Attribute, LinkMissing, Relation, Span
from annotate.labels.derive import derive_attributes, derive_relations
from annotate.labels.entities import Gazetteer
from annotate.labels.read import open_passage, read_marks, with_derived
from annotate.labels.scene import Passage
from annotate.schema import Schema, load_schema

SCHEMAS = Path(annotate.schema.__file__).parent
STARTER = load_schema(SCHEMAS / "starter.yaml")
GAZETTEER = Gazetteer.of(STARTER)
_TOKEN = re.compile(r"\[(?P<label>\w+) (?P<id>\w+)(?P<answers>(?: \w+=[\w+:]+)*)\||(?P<end>\])")


@dataclass(frozen=True)
class Marked:
    """A text without its markup, and the spans that the markup gave."""

    text: str
    spans: tuple[Span, ...]

    def passage(self, language: str | None = "en", schema: Schema = STARTER) -> Passage:
        return open_passage(self.text, language, schema, Gazetteer.of(schema))

    def surface(self, span_id: str) -> str:
        span = self[span_id]
        return self.text[span.start : span.end]

    def __getitem__(self, span_id: str) -> Span:
        return next(span for span in self.spans if span.id == span_id)


def marked(source: str) -> Marked:
    text, last = "", 0
    opened: list[Span] = []
    spans: list[Span] = []
    for token in _TOKEN.finditer(source):
        text += source[last : token.start()]
        last = token.end()
        if token["end"]:
            spans.append(replace(opened.pop(), end=len(text)))
            continue
        answers = (item.split("=") for item in token["answers"].split())
        given = tuple(Attribute(name, value) for name, value in sorted(answers))
        layer = STARTER.layer_of(token["label"])
        opened.append(Span(token["id"], len(text), 0, layer, token["label"], given))
    assert not opened, "a bracket is not closed"
    return Marked(text + source[last:], tuple(spans))


@dataclass(frozen=True)
class Derived:
    """What the rules made of a marked text. A link is written `s1 says a1`."""

    spans: tuple[Span, ...]
    relations: tuple[Relation, ...]
    missing: tuple[LinkMissing, ...]

    @property
    def links(self) -> set[str]:
        return {f"{item.head} {item.type} {item.tail}" for item in self.relations}

    def of(self, kind: str) -> set[str]:
        return {link for link in self.links if f" {kind} " in link}

    def answer(self, span_id: str, name: str) -> Attribute | None:
        span = next(span for span in self.spans if span.id == span_id)
        return next((item for item in span.attributes if item.name == name), None)

    def value(self, span_id: str, name: str) -> str | None:
        answer = self.answer(span_id, name)
        return answer.value if answer else None


def derived(source: str, *drawn: str, language: str | None = "en") -> Derived:
    """Run the rules; `drawn` are the links that a person drew."""
    case = marked(source)
    passage = case.passage(language)
    spans = derive_attributes(case.spans, passage, STARTER)
    relations, missing = derive_relations(spans, [link(item) for item in drawn], passage, STARTER)
    return Derived(tuple(spans), tuple(relations), tuple(missing))


def link(written: str) -> Relation:
    head, kind, tail = written.split()
    return Relation(kind, head, tail)


def read_annotation(
    row: dict[str, Any], passage: Passage, schema: Schema, schema_version: str
) -> tuple[Annotation, list[Finding]]:
    """Read one ledger row over a passage that is open already."""
    marks = read_marks(row, passage, schema)
    return with_derived(row, marks, passage, schema, schema_version), marks.findings
