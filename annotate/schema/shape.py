"""Fits the tree into the model, and says in the file's words what does not fit."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from annotate.schema.model import Schema
from annotate.schema.problem import Path, Problem, did_you_mean, listed, nearest

_ROUNDS = 4


def fit(value: Any) -> tuple[Schema | None, list[Problem]]:
    """Build the schema and list what was wrong with its shape.

    What does not fit is mended for the time being (a near key is taken as meant, a missing text
    as empty), so that one run finds the problems of meaning too. None when that did not help.
    """
    problems: list[Problem] = []
    for _ in range(_ROUNDS):
        try:
            return Schema.model_validate(value), problems
        except ValidationError as error:
            details = error.errors(include_url=False)
        known = {problem.path for problem in problems}
        problems += [_problem(detail, value) for detail in details if detail["loc"] not in known]
        for detail in sorted(details, key=lambda item: str(item["loc"]), reverse=True):
            _mend(value, detail)
    return None, problems


def _problem(detail: ErrorDetails, value: Any) -> Problem:
    path = detail["loc"]
    owner = _model_at(path[:-1])
    return Problem(path, _sentence(detail, owner, _at(value, path)))


def _sentence(detail: ErrorDetails, owner: type[BaseModel] | None, given: Any) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    last = next((part for part in reversed(detail["loc"]) if isinstance(part, str)), "the file")
    if kind == "extra_forbidden":
        return f"unknown key `{last}`{did_you_mean(last, _keys(owner))}"
    if kind == "missing":
        return f"missing key `{last}`"
    if kind == "literal_error":
        allowed = _literals(context["expected"])
        return f"`{last}` is {listed(allowed)}, not `{given}`{did_you_mean(str(given), allowed)}"
    if given is None:
        return f"`{last}` is empty; a value that begins with # needs quotes"
    return f"`{last}` must be {_WANTED.get(kind, detail['msg'].lower())}"


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


def _mend(value: Any, detail: ErrorDetails) -> None:
    *parents, last = detail["loc"] or ("",)
    holder = _at(value, tuple(parents))
    if isinstance(holder, list) and isinstance(last, int) and last < len(holder):
        holder[last] = ""
    if not isinstance(holder, dict) or not isinstance(last, str):
        return
    owner = _model_at(tuple(parents))
    given = holder.pop(last, None)
    if detail["type"] == "extra_forbidden":
        meant = nearest(last, _keys(owner))
        if meant and meant not in holder:
            holder[meant] = given
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
