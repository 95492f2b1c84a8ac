"""What sets two schemas apart, and which step of the version number that asks for.

major: something that answers refer to is gone, is narrower, or means something else.
minor: more can be answered, or more is derived from the same answers.
patch: the same answers mean the same: wording, keys, colours, orders of lists.

A program cannot see whether a reworded sentence means something else. A proposition is what the
sides of a stance are about, so another one is major. A definition or a decision rule is taken for
reworded, patch, and the line says when a person must decide otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from annotate.schema.model import Attribute, DocumentQuestion, Entity, Label, Relation, Schema

Step = Literal["major", "minor", "patch"]
STEPS: tuple[Step, ...] = ("major", "minor", "patch")
_ASK = "; if it means something else now, this is major"


@dataclass(frozen=True)
class Change:
    """One difference: `what` kind of thing, its `name`, what `happened` to it."""

    step: Step
    what: str
    name: str
    happened: str

    def __str__(self) -> str:
        return f"{self.what} `{self.name}` {self.happened}" if self.name else self.happened


@dataclass(frozen=True)
class SchemaChange:
    """All differences, greatest step first, between two schemas with these version numbers."""

    old_version: str
    new_version: str
    changes: tuple[Change, ...]

    @property
    def step(self) -> Step | None:
        """The step that all changes together ask for; None when nothing changed."""
        return self.changes[0].step if self.changes else None

    @property
    def needed(self) -> str:
        """The lowest version that the new schema may have."""
        return step_up(self.old_version, self.step)

    @property
    def enough(self) -> bool:
        return _numbers(self.new_version) >= _numbers(self.needed)


def compare_schemas(old: Schema, new: Schema) -> SchemaChange:
    """Compare two schemas that passed their checks, from the older to the newer."""
    found = [change for compare in _COMPARISONS for change in compare(old, new)]
    found.sort(key=lambda change: STEPS.index(change.step))
    return SchemaChange(old.version, new.version, tuple(found))


def step_up(version: str, step: Step | None) -> str:
    """Give the next version by a step; below 1.0.0 a major one raises the second number."""
    major, minor, patch = _numbers(version)
    if step == "major" and major:
        return f"{major + 1}.0.0"
    if step in {"major", "minor"}:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}" if step == "patch" else version


def _numbers(version: str) -> tuple[int, int, int]:
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch


def _schema(old: Schema, new: Schema) -> Iterator[Change]:
    if old.name != new.name:
        yield Change("major", "schema", old.name, f"is `{new.name}` now: another schema")


def _layers(old: Schema, new: Schema) -> Iterator[Change]:
    before, after = ({item.name: item for item in each.layers} for each in (old, new))
    yield from _gone_and_new("layer", before, after)
    for name in _both(before, after):
        if before[name].color != after[name].color:
            yield Change("patch", "layer", name, "has another color")


def _labels(old: Schema, new: Schema) -> Iterator[Change]:
    before, after = ({item.name: item for item in each.labels} for each in (old, new))
    yield from _gone_and_new("label", before, after)
    for name in _both(before, after):
        home, moved = old.layer_of(name), new.layer_of(name)
        if home != moved:
            yield Change("major", "label", name, f"moved from layer `{home}` to `{moved}`")
        yield from _label(before[name], after[name])


def _label(old: Label, new: Label) -> Iterator[Change]:
    if _plain(old.proposition) != _plain(new.proposition):
        yield Change("major", "label", old.name, "has another proposition: another topic")
    elif old.proposition != new.proposition:
        yield Change("patch", "label", old.name, "has its proposition written otherwise")
    if old.definition != new.definition:
        yield Change("patch", "label", old.name, f"has its definition reworded{_ASK}")
    if old.asks != new.asks:
        step: Step = "minor" if new.asks else "major"
        now = "asks" if new.asks else "no longer asks"
        yield Change(step, "label", old.name, f"{now} for a text")
    yield from _worded("label", old.name, old, new, ("key", "color", "examples", "sentence"))


def _numbering(old: Schema, new: Schema) -> Iterator[Change]:
    """Compare what datasets number: there, what is new goes to the end."""
    for layer in new.layers:
        kept = next((item.labels for item in old.layers if item.name == layer.name), ())
        yield from _renumbered(f"labels of `{layer.name}`", kept, layer.labels)
    yield from _renumbered("layers", old.layers, new.layers)
    yield from _renumbered("relations", old.relations, new.relations)


def _renumbered(what: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
    before, after = ([item.name for item in each] for each in (old, new))
    kept = [name for name in before if name in after]
    if after[: len(kept)] != kept:
        happened = f"the {what} are numbered anew; what is new goes to the end of the list"
        yield Change("major", "order", "", happened)


def _attributes(old: Schema, new: Schema) -> Iterator[Change]:
    before, after = ({item.name: item for item in each.attributes} for each in (old, new))
    yield from _gone_and_new("attribute", before, after)
    for name in _both(before, after):
        one, other = before[name], after[name]
        about = _kept_labels(old, one.applies_to, new, other.applies_to)
        yield from _members("attribute", name, "is asked about", *about)
        yield from _question("attribute", one, other)
        yield from _derived("attribute", one, other)
        if one.default != other.default:
            happened = f"means `{other.default}` when empty, not `{one.default}`"
            yield Change("major", "attribute", name, happened)


def _document(old: Schema, new: Schema) -> Iterator[Change]:
    before, after = ({item.name: item for item in each.document} for each in (old, new))
    yield from _gone_and_new("document question", before, after)
    for name in _both(before, after):
        yield from _question("document question", before[name], after[name])


def _question(
    what: str, old: Attribute | DocumentQuestion, new: Attribute | DocumentQuestion
) -> Iterator[Change]:
    if old.type != new.type:
        yield Change("major", what, old.name, f"is of type {new.type}, not {old.type}")
    yield from _members(what, old.name, "has the value", old.values, new.values)
    kept = [value for value in old.values if value in new.values]
    if kept != [value for value in new.values if value in old.values]:
        yield Change("patch", what, old.name, "has its values in another order")


def _relations(old: Schema, new: Schema) -> Iterator[Change]:
    before, after = ({item.name: item for item in each.relations} for each in (old, new))
    yield from _gone_and_new("relation", before, after)
    for name in _both(before, after):
        one, other = before[name], after[name]
        begins = _kept_labels(old, one.from_, new, other.from_)
        yield from _members("relation", name, "begins at", *begins)
        ends = _kept_labels(old, one.to, new, other.to)
        yield from _members("relation", name, "ends at", *ends)
        yield from _derived("relation", one, other)


def _derived(what: str, old: Attribute | Relation, new: Attribute | Relation) -> Iterator[Change]:
    if old.derive != new.derive:
        step: Step = "minor" if old.derive == "none" else "major"
        happened = f"is derived by `{new.derive}`, not `{old.derive}`"
        yield Change(step, what, old.name, happened)


def _overlap(old: Schema, new: Schema) -> Iterator[Change]:
    for name in _both({item.name: 0 for item in old.layers}, {item.name: 0 for item in new.layers}):
        before, after = (each.overlap_of(name).model_dump() for each in (old, new))
        for kind in before:
            if before[kind] != after[kind]:
                allowed = after[kind] == "allow"
                step: Step = "minor" if allowed else "major"
                happened = f"{'may' if allowed else 'may no longer'} hold {kind} spans"
                yield Change(step, "layer", name, happened)


def _reading(old: Schema, new: Schema) -> Iterator[Change]:
    """Compare what only makes other borders and links of the same answers."""
    for name in ("normalise", "clause_markers"):
        if getattr(old, name) != getattr(new, name):
            happened = "is another: the same answers give other borders or relations"
            yield Change("minor", "setting", name, happened)


def _entities(old: Schema, new: Schema) -> Iterator[Change]:
    before, after = ({item.id: item for item in each.entities} for each in (old, new))
    yield from _gone_and_new("entity", before, after)
    holders = {_plain(name): item.id for item in old.entities for name in item.names}
    for name in _both(before, after):
        yield from _entity(before[name], after[name])
    for item in new.entities:
        for name in item.names:
            holder = holders.get(_plain(name), item.id)
            if holder != item.id:
                happened = f"means `{item.id}` now, not `{holder}`"
                yield Change("major", "entity's name", name, happened)


def _entity(old: Entity, new: Entity) -> Iterator[Change]:
    if old.type != new.type:
        yield Change("major", "entity", old.id, f"is of type {new.type}, not {old.type}")
    if old.wikidata and old.wikidata != new.wikidata:
        yield Change("major", "entity", old.id, f"is {new.wikidata or 'nothing'} in Wikidata now")
    elif old.wikidata != new.wikidata:
        yield Change("patch", "entity", old.id, f"is told to be {new.wikidata} in Wikidata")
    # Names are how an entity is recognised, not what it is: losing one removes no meaning.
    for name in sorted(set(new.names) ^ set(old.names)):
        now = "is also" if name in new.names else "is no longer"
        yield Change("minor", "entity", old.id, f"{now} recognised by `{name}`")
    if old.names[0] != new.names[0]:
        yield Change("patch", "entity", old.id, f"is shown as `{new.names[0]}`")


def _rules(old: Schema, new: Schema) -> Iterator[Change]:
    before, after = ({str(item.id): item for item in each.rules} for each in (old, new))
    yield from _gone_and_new("rule", before, after)
    for name in _both(before, after):
        if before[name].text != after[name].text:
            yield Change("patch", "rule", name, f"is reworded{_ASK}")
        yield from _worded("rule", name, before[name], after[name], ("example",))


def _page(old: Schema, new: Schema) -> Iterator[Change]:
    if old.page != new.page:
        yield Change("patch", "page", "", "the head of the labelling page is another")


def _orders(old: Schema, new: Schema) -> Iterator[Change]:
    """Compare the orders of lists that no dataset numbers."""
    lists: dict[str, Callable[[Schema], list[str]]] = {
        "attributes": lambda schema: [item.name for item in schema.attributes],
        "document questions": lambda schema: [item.name for item in schema.document],
        "entities": lambda schema: [item.id for item in schema.entities],
        "rules": lambda schema: [str(item.id) for item in schema.rules],
    }
    for what, names in lists.items():
        before, after = names(old), names(new)
        if [name for name in before if name in after] != [name for name in after if name in before]:
            yield Change("patch", "order", "", f"the {what} stand in another order")


_COMPARISONS = (
    *(_schema, _layers, _labels, _numbering, _attributes, _document, _relations),
    *(_overlap, _reading, _entities, _rules, _page, _orders),
)


def _gone_and_new(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    yield from (Change("major", what, name, "is gone") for name in old if name not in new)
    yield from (Change("minor", what, name, "is new") for name in new if name not in old)


def _kept_labels(
    old: Schema, before: Iterable[str], new: Schema, after: Iterable[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Expand names of both to labels, without labels that only one schema has: those are told."""
    kept = {label.name for label in old.labels} & {label.name for label in new.labels}
    return old.resolve(before) & kept, new.resolve(after) & kept


def _members(
    what: str, name: str, verb: str, old: Iterable[str], new: Iterable[str]
) -> Iterator[Change]:
    before, after = set(old), set(new)
    for each in sorted(before - after):
        yield Change("major", what, name, f"no longer {verb} `{each}`")
    for each in sorted(after - before):
        yield Change("minor", what, name, f"{verb} `{each}`, which is new")


def _worded(what: str, name: str, old: Any, new: Any, keys: Iterable[str]) -> Iterator[Change]:
    for key in keys:
        if getattr(old, key) != getattr(new, key):
            plural = key.endswith("s")
            yield Change("patch", what, name, f"has {'other' if plural else 'another'} {key}")


def _both(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [name for name in old if name in new]


def _plain(text: str | None) -> str | None:
    """Keep what counts of a sentence: not its capitals, spaces and full stop."""
    return None if text is None else " ".join(text.casefold().split()).rstrip(".")
