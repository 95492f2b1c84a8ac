"""The schema as objects: what may be labelled, asked, linked and derived."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

VERSION = r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
ATTRIBUTE_RULES = ("from_entity", "from_name", "quote_share", "none")
RELATION_RULES = ("speaker_of_sentence", "all_in_sentence", "inside_then_sentence", "none")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


_ONE_OR_MORE = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
Names = Annotated[tuple[str, ...], BeforeValidator(_listed), WithJsonSchema(_ONE_OR_MORE)]
Permission = Literal["allow", "error"]
# What an editor shows and marks; `annotate schema check` has sentences of its own for it.
Color = Annotated[str, Field(json_schema_extra={"pattern": "^#[0-9a-fA-F]{6}$"})]


def _one_of(names: tuple[str, ...]) -> Any:
    return {"enum": list(names)}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Label(_Part):
    """One label. `color` None takes the layer's; `proposition` makes it a topic."""

    name: str = Field(description="What the label is called; unique in the schema.")
    key: str = Field(
        description='The key that is pressed before a drag: "a" to "z" or "0" to "9", in quotes; '
        "`u` is Label Studio's own."
    )
    color: Color | None = Field(None, description="A colour of its own instead of its layer's.")
    definition: str = Field("", description="What is marked with it, in a sentence.")
    proposition: str | None = Field(
        None,
        description="A topic as a sentence that one can be for or against. Another sentence "
        "makes it another topic: a new major version.",
    )
    examples: Names = Field((), description="Phrases that would be marked with it.")
    sentence: str = Field(
        "",
        description="A sentence with the words marked: `[Ferran](Speaker) [said no](Oppose)`. "
        "The guidelines draw it in the labels' colours.",
    )
    asks: Literal["text"] | None = Field(
        None, description="`text` opens a text field beside the span."
    )

    @property
    def meaning(self) -> str:
        return self.proposition or self.definition


class Layer(_Part):
    """Labels of one kind; spans of different layers may always overlap."""

    name: str = Field(description="What the layer is called; no label may share the name.")
    color: Color = Field(description='The colour of its labels, in quotes: "#136dd2".')
    labels: tuple[Label, ...] = Field(
        min_length=1, description="New labels are added at the end: a dataset numbers them."
    )


class Attribute(_Part):
    """A question about one span. `derive` names the rule that answers it when nobody does."""

    name: str = Field(description="Small letters, digits and _.")
    applies_to: Names = Field(description="The labels or layers that it is asked about.")
    type: Literal["choice", "choices", "entities", "text"] = Field(
        description="One of `values`, several of them, several of `entities`, or a short text."
    )
    values: Names = Field((), description="What can be chosen.")
    default: str | None = Field(None, description="What an empty answer means.")
    derive: str = Field(
        "none",
        description="The rule that answers when nobody does.",
        json_schema_extra=_one_of(ATTRIBUTE_RULES),
    )


class DocumentQuestion(_Part):
    """A question about the whole chunk."""

    name: str = Field(description="Small letters, digits and _.")
    type: Literal["choice", "choices"] = Field(description="One of `values`, or several.")
    values: Names = Field(description="What can be chosen.")


class Relation(_Part):
    """A typed arrow from a span of one of `from_` to a span of one of `to`."""

    name: str = Field(description="Small letters, digits and _.")
    from_: Names = Field(alias="from", description="Labels or layers where it begins.")
    to: Names = Field(description="Labels or layers where it ends.")
    derive: str = Field(
        "none",
        description="The rule that draws it when nobody does; `none`: always by hand.",
        json_schema_extra=_one_of(RELATION_RULES),
    )


class Overlap(_Part):
    """What two spans of one layer may do to each other."""

    identical: Permission = Field("error", description="The same words twice.")
    nested: Permission = Field("allow", description="One inside the other.")
    crossing: Permission = Field("error", description="Each with words the other has not.")


class Normalise(_Part):
    """Words dropped at a span's start, characters dropped at its end."""

    strip_leading: Names = Field((), description="Words dropped at a span's start.")
    strip_trailing: str = Field("", description="Characters dropped at a span's end.")


class Entity(_Part):
    """Someone or something that holds positions; `names[0]` is the one shown."""

    id: str = Field(description="Small letters, digits and _; what the dataset holds.")
    type: str = Field(description="A value of the attribute that derives `from_entity`.")
    wikidata: str | None = Field(
        None, description="Q and a number.", json_schema_extra={"pattern": r"^Q[1-9]\d*$"}
    )
    names: Names = Field(
        min_length=1,
        description="The first is shown, all are recognised; no two entities share one.",
    )


class Rule(_Part):
    """One decision rule of the guidelines."""

    id: int = Field(description="Its number; stays the same for good.")
    text: str = Field(description="The rule, in a sentence or two.")
    example: str = Field("", description="A sentence, marked as a label's `sentence` is.")


class Page(_Part):
    """The head of the labelling page; `$title` stands for the field of the task."""

    title: str = Field("$title", description="The heading.")
    subtitle: str = Field("$outlet · $published_at · part $part", description="The line after it.")
    context: bool = Field(True, description="Show what stands before and after the part.")


class Schema(_Part):
    """One annotation schema. Look-ups by name raise `KeyError`; every order is the file's."""

    name: str = Field(alias="schema", description="Small letters, digits and hyphens.")
    version: str = Field(
        description="major: something was removed or means something else; minor: something "
        "was added; patch: only wording, keys and looks. `annotate schema diff` tells.",
        json_schema_extra={"pattern": f"^{VERSION}$"},
    )
    layers: tuple[Layer, ...] = Field(min_length=1, description="What is marked.")
    attributes: tuple[Attribute, ...] = Field((), description="What is asked about one span.")
    document: tuple[DocumentQuestion, ...] = Field(
        (), description="What is asked about the whole text."
    )
    relations: tuple[Relation, ...] = Field((), description="Arrows between two spans.")
    overlap: dict[str, Overlap] = Field(
        {}, description="By layer: what two of its spans may do to each other."
    )
    normalise: Normalise = Field(
        Normalise(), description="What is cut from the edges of a span before anything is counted."
    )
    clause_markers: dict[str, Names] = Field(
        {}, description="By language code: where a sentence is split into clauses."
    )
    entities: tuple[Entity, ...] = Field((), description="Who speaks.")
    rules: tuple[Rule, ...] = Field((), description="How hard cases are decided.")
    page: Page = Field(Page(), description="The head of the labelling page.")

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
