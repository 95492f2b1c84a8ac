"""What one annotator said about one chunk, in our own words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

Origin = Literal["human", "auto", "predicted"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """An answer about a span. Several values are sorted and joined by `+`."""

    name: str
    value: str
    origin: Origin = "human"


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled range `[start, end)` of code points in the chunk's text.

    `raw_start` and `raw_end` are the borders as they were drawn, before they were normalised;
    None where nobody drew it. Two spans that differ only there are the same.
    """

    id: str
    start: int
    end: int
    layer: str
    label: str
    attributes: tuple[Attribute, ...] = ()
    origin: Origin = "human"
    raw_start: int | None = field(default=None, compare=False)
    raw_end: int | None = field(default=None, compare=False)

    def attribute(self, name: str) -> str | None:
        return next((item.value for item in self.attributes if item.name == name), None)

    def with_attribute(self, name: str, value: str, origin: Origin) -> Span:
        """Add an answer, unless there is one: what a person said always wins."""
        if self.attribute(name) is not None:
            return self
        return replace(self, attributes=(*self.attributes, Attribute(name, value, origin)))


@dataclass(frozen=True, slots=True)
class Relation:
    """An arrow from the span with id `head` to the one with id `tail`."""

    type: str
    head: str
    tail: str
    origin: Origin = "human"


class LinkMissing(NamedTuple):
    """No rule found the other end of `relation` for the group that starts with `span`."""

    relation: str
    span: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """One answer.

    Without spans it says that nothing is here. `skipped` is no answer, and neither is `void`:
    something was marked, and all of it had to be set aside.
    Times are ISO 8601 in UTC as the server wrote them; `lead_time` is seconds, None if unknown.
    """

    annotation_id: int
    chunk_id: str
    task_id: int
    project_id: int
    annotator: str
    schema_version: str
    created_at: str
    updated_at: str
    lead_time: float | None
    skipped: bool
    prelabelled: bool
    void: bool = False
    spans: tuple[Span, ...] = ()
    relations: tuple[Relation, ...] = ()
    document: tuple[tuple[str, str], ...] = ()
    missing: tuple[LinkMissing, ...] = ()

    @property
    def says_something(self) -> bool:
        return not (self.skipped or self.void)
