"""A schema made ready for looking up: reading an answer asks it some hundred times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from annotate.schema.controls import Control, controls
from annotate.schema.model import Attribute, Overlap, Schema


@dataclass(frozen=True)
class Lexicon:
    """What a schema says, by name. `layers` gives the layer of each label, `page` the controls."""

    schema: Schema
    layers: Mapping[str, str]
    names: Mapping[str, str]
    page: Mapping[str, Control]
    overlaps: Mapping[str, Overlap]
    _resolved: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict)
    _asked: dict[str, tuple[Attribute, ...]] = field(default_factory=dict)

    def resolve(self, names: Iterable[str]) -> frozenset[str]:
        """Expand names of labels and layers to the labels they mean."""
        key = tuple(names)
        if key not in self._resolved:
            self._resolved[key] = self.schema.resolve(key)
        return self._resolved[key]

    def asked_of(self, label: str) -> tuple[Attribute, ...]:
        """Give the questions about a label; a type follows from the entity, which comes first."""
        if label not in self._asked:
            every = self.schema.attributes
            asked = [item for item in every if label in self.resolve(item.applies_to)]
            self._asked[label] = tuple(sorted(asked, key=lambda item: item.type != "entities"))
        return self._asked[label]


class _Same:
    """A schema as a key: it cannot be hashed, but it never changes."""

    __slots__ = ("schema",)

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.schema is self.schema


def lexicon_of(schema: Schema) -> Lexicon:
    return _made(_Same(schema))


@lru_cache(maxsize=8)
def _made(key: _Same) -> Lexicon:
    schema = key.schema
    layers = {label.name: layer.name for layer in schema.layers for label in layer.labels}
    return Lexicon(
        schema,
        layers,
        {name: name for name in layers},
        controls(schema),
        {layer.name: schema.overlap_of(layer.name) for layer in schema.layers},
    )
