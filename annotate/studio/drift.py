"""How two labelling pages differ, and which answers a change of page would orphan.

A page is compared by what answers refer to: controls, their values, and the labels a question is
asked about. All else in it is wording and looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Json = dict[str, Any]
RELATIONS = "relations"
CHUNK = "the whole chunk"
_SHOWN = 50  # places named of one loss


class Use(NamedTuple):
    """What an answer refers to: a control, one of its values, or a control asked of a label.

    `kind` is "control", "value" or "asked"; `name` is the value or the label.
    """

    kind: str
    control: str
    name: str = ""

    def __str__(self) -> str:
        if self.kind == "control":
            return f"`{self.control}`"
        if self.kind == "value":
            return f"`{self.name}` of `{self.control}`"
        return f"`{self.control}` about {self.name if self.name == CHUNK else f'`{self.name}`'}"


@dataclass(frozen=True)
class _Control:
    """A tag that answers come from; `what` is its kind and the object it speaks of."""

    what: tuple[str, ...]
    values: frozenset[str]
    asked: frozenset[str]  # empty: whatever the label


@dataclass(frozen=True)
class PageChange:
    """What a new labelling page adds and takes away; `worded` when nothing else differs."""

    added: tuple[Use, ...] = ()
    removed: tuple[Use, ...] = ()
    worded: bool = False

    def lines(self) -> Iterator[str]:
        """Say each difference in a line."""
        for use in self.added:
            yield f"labelling page: {use} is new"
        for use in self.removed:
            yield f"labelling page: {use} is gone"
        if self.worded:
            yield "labelling page: other wording, order or colours"


def compare_pages(old: str, new: str) -> PageChange:
    """Compare two labelling configs; an old one that cannot be read counts as empty."""
    if old.strip() == new.strip():
        return PageChange()
    before, after = _uses(_controls(old)), _uses(_controls(new))
    added = tuple(sorted(_outermost(after - before, before)))
    removed = tuple(sorted(_outermost(before - after, after)))
    return PageChange(added, removed, worded=not added and not removed)


def _outermost(found: set[Use], others: set[Use]) -> set[Use]:
    """Leave out the values of a control that differs as a whole."""
    kept = {use.control for use in others if use.kind == "control"}
    whole = {use.control for use in found if use.kind == "control" and use.control not in kept}
    return {use for use in found if use.kind == "control" or use.control not in whole}


def _uses(controls: Mapping[str, _Control]) -> set[Use]:
    uses: set[Use] = set()
    for name, control in controls.items():
        uses.add(Use("control", name, " ".join(control.what)))
        uses |= {Use("value", name, value) for value in control.values}
        uses |= {Use("asked", name, label) for label in control.asked}
    return uses


def _controls(config: str) -> dict[str, _Control]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(config.encode(), parser)
    except etree.XMLSyntaxError:
        return {}
    tags = [tag for tag in root.iter() if isinstance(tag.tag, str)]
    objects = {tag.get("name"): tag.get("value", "") for tag in tags if not tag.get("toName")}
    found = {
        tag.get("name"): _control(tag, objects)
        for tag in tags
        if tag.get("name") and tag.get("toName")
    }
    for tag in tags:
        if tag.tag == "Relations":
            found[RELATIONS] = _Control(("Relations",), _values(tag), frozenset())
    return found


def _control(tag: Any, objects: Mapping[str, str]) -> _Control:
    target = tag.get("toName")
    asked = tag.get("whenLabelValue") or ""
    labels = frozenset(label for label in asked.split(",") if label)
    if not labels and tag.tag != "Labels" and tag.get("perRegion") != "true":
        labels = frozenset((CHUNK,))
    return _Control((tag.tag, target, objects.get(target, "")), _values(tag), labels)


def _values(tag: Any) -> frozenset[str]:
    """Give what answers hold: a value's alias, where it has one."""
    listed = (each for each in tag.iter("Label", "Choice", "Relation"))
    return frozenset(each.get("alias") or each.get("value") or "" for each in listed)


@dataclass
class Losses:
    """The answers that would lose something, by what they would lose."""

    removed: frozenset[Use]
    places: dict[Use, list[str]] = field(default_factory=dict)

    def look_at(self, task: Json) -> None:
        """Take a task's answers and drafts into account."""
        for kind in ("annotations", "drafts"):
            for record in task.get(kind) or ():
                place = f"task {task['id']} {kind[:-1]} {record['id']}"
                for use in sorted(self._lost(record.get("result") or ())):
                    self.places.setdefault(use, []).append(place)

    def _lost(self, results: Iterable[Json]) -> set[Use]:
        used = set(_used(list(results)))
        controls = {use.control for use in self.removed if use.kind == "control"}
        whole = {use for use in self.removed if use.kind == "control" and _is_used(use, used)}
        return whole | {use for use in self.removed & used if use.control not in controls}

    def lines(self) -> Iterator[str]:
        """Say each loss with some of its places."""
        for use, places in self.places.items():
            more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
            yield f"{use}: {', '.join(places[:_SHOWN])}{more}"

    @property
    def count(self) -> int:
        return len({place for places in self.places.values() for place in places})


def _is_used(control: Use, used: Iterable[Use]) -> bool:
    return any(use.control == control.control for use in used)


def _used(results: list[Json]) -> Iterator[Use]:
    """Give what the results of one answer refer to."""
    labels: dict[str, list[str]] = {}
    for item in results:
        value = item.get("value") or {}
        labels.setdefault(str(item.get("id")), []).extend(map(str, value.get("labels") or ()))
    for item in results:
        if item.get("type") == "relation":
            yield from (Use("value", RELATIONS, str(name)) for name in item.get("labels") or ())
            continue
        control, value = str(item.get("from_name")), item.get("value") or {}
        yield Use("control", control)
        for name in (*(value.get("labels") or ()), *(value.get("choices") or ())):
            yield Use("value", control, str(name))
        if "labels" not in value:
            about = labels[str(item.get("id"))] or [CHUNK]
            yield from (Use("asked", control, label) for label in about)
