"""The schema as objects: what may be labelled, asked, linked and derived."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Permission = Literal["allow", "error"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Label(_Part):
    """One label. `color` None takes the layer's; `proposition` makes it a topic."""

    name: str
    key: str
    color: str | None = None
    definition: str = ""
    proposition: str | None = None
    examples: Names = ()
    asks: Literal["text"] | None = None

    @property
    def meaning(self) -> str:
        return self.proposition or self.definition


class Layer(_Part):
    name: str
    color: str
    labels: tuple[Label, ...] = Field(min_length=1)


class Attribute(_Part):
    """A question about one span. `derive` names the rule that answers it when nobody does."""

    name: str
    applies_to: Names
    type: Literal["choice", "choices", "entities", "text"]
    values: Names = ()
    default: str | None = None
    derive: str = "none"


class DocumentQuestion(_Part):
    """A question about the whole chunk."""

    name: str
    type: Literal["choice", "choices"]
    values: Names


class Relation(_Part):
    """A typed arrow from a span of one of `from_` to a span of one of `to`."""

    name: str
    from_: Names = Field(alias="from")
    to: Names
    derive: str = "none"


class Overlap(_Part):
    """What two spans of one layer may do to each other."""

    identical: Permission = "error"
    nested: Permission = "allow"
    crossing: Permission = "error"


class Normalise(_Part):
    """Words dropped at a span's start, characters dropped at its end."""

    strip_leading: Names = ()
    strip_trailing: str = ""


class Entity(_Part):
    """Someone or something that holds positions; `names[0]` is the one shown."""

    id: str
    type: str
    wikidata: str | None = None
    names: Names = Field(min_length=1)


class Rule(_Part):
    """One decision rule of the guidelines."""

    id: int
    text: str
    example: str = ""


class Page(_Part):
    """The head of the labelling page; `$title` stands for the field of the task."""

    title: str = "$title"
    subtitle: str = "$outlet · $published_at · part $part"
    context: bool = True


class Schema(_Part):
    """One annotation schema. Look-ups by name raise `KeyError`; every order is the file's."""

    name: str = Field(alias="schema")
    version: str
    layers: tuple[Layer, ...] = Field(min_length=1)
    attributes: tuple[Attribute, ...] = ()
    document: tuple[DocumentQuestion, ...] = ()
    relations: tuple[Relation, ...] = ()
    overlap: dict[str, Overlap] = {}
    normalise: Normalise = Normalise()
    clause_markers: dict[str, Names] = {}
    entities: tuple[Entity, ...] = ()
    rules: tuple[Rule, ...] = ()
    page: Page = Page()

    @property
    def labels(self) -> tuple[Label, ...]:
        return tuple(label for layer in self.layers for label in layer.labels)

    def label(self, name: str) -> Label:
        return {label.name: label for label in self.labels}[name]

    def layer(self, name: str) -> Layer:
        return {layer.name: layer for layer in self.layers}[name]

    def layer_of(self, label: str) -> str:
        return self._home_of(label).name

    def color_of(self, label: str) -> str:
        return self.label(label).color or self._home_of(label).color

    def _home_of(self, label: str) -> Layer:
        return {inside.name: layer for layer in self.layers for inside in layer.labels}[label]

    def entity(self, entity_id: str) -> Entity:
        return {entity.id: entity for entity in self.entities}[entity_id]

    def attribute(self, name: str) -> Attribute:
        return {attribute.name: attribute for attribute in self.attributes}[name]

    def relation(self, name: str) -> Relation:
        return {relation.name: relation for relation in self.relations}[name]

    def overlap_of(self, layer: str) -> Overlap:
        return self.overlap.get(self.layer(layer).name, Overlap())

    def resolve(self, names: Iterable[str]) -> frozenset[str]:
        """Expand names of labels and layers to the labels they mean."""
        layers = {layer.name: layer for layer in self.layers}
        found: set[str] = set()
        for name in names:
            inside = layers[name].labels if name in layers else (self.label(name),)
            found.update(label.name for label in inside)
        return frozenset(found)
