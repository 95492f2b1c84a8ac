"""Fits the tree into the model, and says in the file's words what does not fit."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from annotate.schema.keys import free_for_labels
from annotate.schema.model import Schema
from annotate.schema.problem import Path, Problem, did_you_mean, listed, nearest
from annotate.schema.tree import Tree

_ROUNDS = 4
KEYS_SHOWN = 5


def fit(tree: Tree) -> tuple[Schema | None, list[Problem]]:
    """Build the schema and list what was wrong with its shape.

    What does not fit is mended for the time being (a near key is taken as meant, a missing text
    as empty), so that one run finds the problems of meaning too. None when that did not help.
    """
    problems: list[Problem] = []
    for _ in range(_ROUNDS):
        try:
            return Schema.model_validate(tree.value), problems
        except ValidationError as error:
            details = _without_echoes(error.errors(include_url=False), tree.value)
        known = {problem.path for problem in problems}
        found = [_problem(item, tree.value) for item in details if item["loc"] not in known]
        problems += found
        for detail in sorted(details, key=lambda item: str(item["loc"]), reverse=True):
            _mend(tree, detail)
    return None, problems


def _without_echoes(details: list[ErrorDetails], value: Any) -> list[ErrorDetails]:
    """Drop what only follows from another mistake.

    A list with items is short when none of them fits, and a key is missing when it is misspelt.
    """
    meant = {_meant(item["loc"]) for item in details if item["type"] == "extra_forbidden"}
    return [
        item
        for item in details
        if not (item["type"] == "too_short" and _at(value, item["loc"]))
        and not (item["type"] == "missing" and item["loc"] in meant)
    ]


def _meant(path: Path) -> Path | None:
    """Give the path with the known key that its unknown last one is nearest to."""
    near = nearest(str(path[-1]), _keys(_model_at(path[:-1])))
    return (*path[:-1], near) if near else None


def _problem(detail: ErrorDetails, value: Any) -> Problem:
    path = detail["loc"]
    owner = _model_at(path[:-1])
    sentence = _sentence(detail, owner, _at(value, path))
    if detail["type"] == "missing" and path[:1] == ("layers",) and path[-1] == "key":
        free = free_for_labels(_label_keys(value))
        sentence += f"; free: {listed(free[:KEYS_SHOWN])}" if free else ""
    return Problem(path, sentence)


def _label_keys(value: Any) -> set[str]:
    """Gather the keys of labels out of a tree of which nothing is known to fit."""
    layers = [layer for layer in _items(_at(value, ("layers",))) if isinstance(layer, dict)]
    labels = [label for layer in layers for label in _items(layer.get("labels"))]
    return {str(label["key"]) for label in labels if isinstance(label, dict) and "key" in label}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _sentence(detail: ErrorDetails, owner: type[BaseModel] | None, given: Any) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    last = next((part for part in reversed(detail["loc"]) if isinstance(part, str)), "the file")
    place = detail["loc"][-1] if detail["loc"] else last
    subject = f"item {place + 1} of `{last}`" if isinstance(place, int) else f"`{last}`"
    if kind == "extra_forbidden":
        return f"unknown key `{last}`{did_you_mean(last, _keys(owner))}"
    if kind == "missing":
        return f"missing key `{last}`"
    if kind == "literal_error":
        allowed = _literals(context["expected"])
        return f"{subject} is {listed(allowed)}, not `{given}`{did_you_mean(str(given), allowed)}"
    if given is None:
        return f"{subject} is empty; a value that begins with # needs quotes"
    return f"{subject} must be {_WANTED.get(kind, detail['msg'].lower())}"


_WANTED = {
    "string_type": 'text; put it in quotes: "…"',
    "tuple_type": "a list: [one, two]",
    "too_short": "a list with at least one item",
    "model_type": "a mapping: {key: value}",
    "dict_type": "a mapping: {key: value}",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
}


def _mend(tree: Tree, detail: ErrorDetails) -> None:
    *parents, last = detail["loc"] or ("",)
    holder = _at(tree.value, tuple(parents))
    if isinstance(holder, list) and isinstance(last, int) and last < len(holder):
        holder[last] = ""
    if not isinstance(holder, dict) or not isinstance(last, str):
        return
    owner = _model_at(tuple(parents))
    given = holder.pop(last, None)
    if detail["type"] == "extra_forbidden":
        meant = _meant(detail["loc"])
        if meant and meant[-1] not in holder:
            holder[meant[-1]] = given
            tree.take_as(detail["loc"], meant)
    elif owner is not None:
        fields = {info.alias or name: info for name, info in owner.model_fields.items()}
        if last in fields and fields[last].is_required():
            holder[last] = _stand_in(fields[last].annotation, given)


def _stand_in(annotation: Any, given: Any) -> Any:
    if get_origin(annotation) is Literal:
        allowed = get_args(annotation)
        return nearest(str(given), allowed) or allowed[0]
    return {str: "", int: 0}.get(annotation, [])


def _literals(expected: str) -> list[str]:
    return expected.split("'")[1::2]


def _keys(owner: type[BaseModel] | None) -> list[str]:
    fields = owner.model_fields.items() if owner else ()
    return [info.alias or name for name, info in fields]


def _at(value: Any, path: Path) -> Any:
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _model_at(path: Path) -> type[BaseModel] | None:
    """Walk from `Schema` along `path` to the model that stands there, None where none does."""
    here: Any = Schema
    for part in path:
        if isinstance(here, type) and issubclass(here, BaseModel):
            names = {info.alias or name: info for name, info in here.model_fields.items()}
            here = names[str(part)].annotation if part in names else None
        else:
            inner = [item for item in get_args(here) if item is not ...]
            here = inner[-1] if get_origin(here) in {tuple, dict} and inner else None
    return here if isinstance(here, type) and issubclass(here, BaseModel) else None
