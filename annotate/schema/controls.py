"""Which control of the labelling page holds which answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from annotate.schema.model import Attribute, Schema

OBJECT = "text"
SPAN_CONTROL = "span"
ASKS_CONTROL = "asks_text"
CONTEXT_BEFORE = "context_before"
CONTEXT_AFTER = "context_after"
OTHER = "other"
# On the page of a review alone: what kind of conflict it was, and why it was decided so.
REVIEW_KIND = "review_kind"
REVIEW_WHY = "review_why"
REVIEW_KINDS = ("missed", "boundary", "label", "answer", "relation", "guidelines")
DATA_FIELDS = (
    OBJECT,
    "title",
    "outlet",
    "published_at",
    "url",
    "part",
    CONTEXT_BEFORE,
    CONTEXT_AFTER,
)
RESERVED = frozenset(
    {
        OBJECT,
        SPAN_CONTROL,
        ASKS_CONTROL,
        CONTEXT_BEFORE,
        CONTEXT_AFTER,
        REVIEW_KIND,
        REVIEW_WHY,
    }
)

Kind = Literal["labels", "choices", "text"]


@dataclass(frozen=True)
class Control:
    """One control. `answers` is what it fills in; `kind` is the key of Label Studio's value.

    `labels` are the labels of the spans it is asked about, in the schema's order; empty for a
    question about the whole chunk. `values` are the choices it offers.
    """

    name: str
    answers: str
    kind: Kind
    labels: tuple[str, ...] = ()
    several: bool = False
    values: tuple[str, ...] = ()


def other_control(attribute: str) -> str:
    """Name the text field for an entity that the list does not have."""
    return f"{attribute}_{OTHER}"


def controls(schema: Schema) -> dict[str, Control]:
    """List the page's controls by name. Two may answer one attribute: a list and its `other`."""
    every = tuple(label.name for label in schema.labels)
    found = [Control(SPAN_CONTROL, "label", "labels", every)]
    for attribute in schema.attributes:
        found += _asked(schema, attribute)
    found += [
        Control(
            question.name,
            question.name,
            "choices",
            several=question.type == "choices",
            values=question.values,
        )
        for question in schema.document
    ]
    asking = tuple(label.name for label in schema.labels if label.asks == "text")
    if asking:
        found.append(Control(ASKS_CONTROL, ASKS_CONTROL, "text", asking))
    return {control.name: control for control in found}


def labels_in_order(schema: Schema, names: tuple[str, ...]) -> tuple[str, ...]:
    wanted = schema.resolve(names)
    return tuple(label.name for label in schema.labels if label.name in wanted)


def _asked(schema: Schema, attribute: Attribute) -> list[Control]:
    name, labels = attribute.name, labels_in_order(schema, attribute.applies_to)
    if attribute.type == "text":
        return [Control(name, name, "text", labels)]
    several = attribute.type != "choice"
    listed = attribute.values
    if attribute.type == "entities":
        listed = (*(entity.id for entity in schema.entities), OTHER)
    asked = [Control(name, name, "choices", labels, several, listed)]
    if attribute.type == "entities":
        asked.append(Control(other_control(name), name, "text", labels))
    return asked
