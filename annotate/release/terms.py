"""What a release says besides its rows, and how two releases differ in that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from annotate.release.opened import Side
from annotate.release.version import Bump

if TYPE_CHECKING:
    import pyarrow as pa

Json = dict[str, Any]
POLICIES = {
    ("publish", "aggregation"): "the aggregation",
    ("offsets",): "the unit of offsets",
    ("split_policy",): "the split policy",
}
# What a reader's program does not meet, so that a patch can change it.
QUIET = frozenset({"aggregation", "splits", "split_seed", "outlets", "rights"})


class Reason(NamedTuple):
    """Why a step is as large as it is."""

    bump: Bump
    words: str


def changed_terms(before: Side, after: Side) -> list[Reason]:
    """List what differs in schema, columns, policies and card."""
    one, two = before.manifest, after.manifest
    return [
        *_labels(one["schema"]["class_labels"], two["schema"]["class_labels"]),
        *_questions(one["schema"], two["schema"]),
        *_configs(before, after),
        *_policies(one, two),
        *_card(one, two),
        *_withdrawals(one, two),
    ]


def _labels(
    before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]
) -> list[Reason]:
    """Compare the lists behind class labels: a number must keep its name."""
    found: list[Reason] = []
    for kind in sorted(before.keys() | after.keys()):
        old, new = list(before.get(kind, ())), list(after.get(kind, ()))
        found += _one_list(kind, old, new)
    return found


def _one_list(kind: str, old: list[str], new: list[str]) -> list[Reason]:
    gone = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    if new[: len(old)] == old:
        return [Reason("minor", f"{kind} added: {', '.join(come)}")] if come else []
    renamed = [
        (one, two) for one, two in zip(old, new, strict=False) if one in gone and two in come
    ]
    found = [Reason("major", f"{kind} renamed: {one} is now {two}") for one, two in renamed]
    lost = [name for name in gone if name not in dict(renamed)]
    found += [Reason("major", f"{kind} removed: {', '.join(lost)}")] if lost else []
    kept = [name for name in old if name in new]
    moved = [name for name in kept if old.index(name) != new.index(name)]
    if moved:
        others = f" ({', '.join(come)} came before)" if come and not gone else ""
        found.append(Reason("major", f"{kind} numbered anew: {', '.join(moved[:5])}{others}"))
    return found


def _questions(before: Json, after: Json) -> list[Reason]:
    """Compare the questions asked about spans by name and by the values they allow."""
    old, new = ({item["name"]: item for item in side["attributes"]} for side in (before, after))
    found = [Reason("major", f"question removed: {name}") for name in sorted(old.keys() - new)]
    found += [Reason("minor", f"question added: {name}") for name in sorted(new.keys() - old)]
    for name in sorted(old.keys() & new.keys()):
        values = [set(side[name].get("values") or ()) for side in (old, new)]
        if values[0] - values[1]:
            gone = ", ".join(sorted(values[0] - values[1]))
            found.append(Reason("major", f"question {name} lost the answers: {gone}"))
        elif values[1] - values[0]:
            come = ", ".join(sorted(values[1] - values[0]))
            found.append(Reason("minor", f"question {name} has new answers: {come}"))
    return found


def _configs(before: Side, after: Side) -> list[Reason]:
    old, new = before.configs, after.configs
    found = [Reason("major", f"config removed: {name}") for name in sorted(old.keys() - new.keys())]
    found += [Reason("minor", f"config added: {name}") for name in sorted(new.keys() - old.keys())]
    for name in sorted(old.keys() & new.keys()):
        found += _columns(name, old[name].schema, new[name].schema)
    return found


def _columns(config: str, before: pa.Schema, after: pa.Schema) -> list[Reason]:
    found: list[Reason] = []
    for name in sorted({*before.names, *after.names}):
        if name not in after.names:
            found.append(Reason("major", f"column removed: {config}.{name}"))
        elif name not in before.names:
            found.append(Reason("minor", f"column added: {config}.{name}"))
        elif before.field(name).type != after.field(name).type:
            found.append(Reason("major", f"column of another type: {config}.{name}"))
    return found


def _policies(before: Json, after: Json) -> list[Reason]:
    found: list[Reason] = []
    for path, name in POLICIES.items():
        one, two = _at(before, path), _at(after, path)
        if one is None and two is not None:
            found.append(Reason("minor", f"{name} is stated now"))
        elif one != two:
            found.append(Reason("major", f"{name} changed"))
    return found


def _at(value: Json, path: tuple[str, ...]) -> Any:
    found: Any = value
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _card(before: Json, after: Json) -> list[Reason]:
    """Compare what the card alone tells: definitions, licences, who answers for it."""
    one, two = before["publish"], after["publish"]
    names = sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))
    found = [Reason("patch", f"setting changed: {name}") for name in names if name not in QUIET]
    if {"outlets", "rights"} & set(names):
        found.append(Reason("patch", "rights to texts changed"))
    told = [{**side["schema"], "class_labels": None} for side in (before, after)]
    if told[0] != told[1]:
        found.append(Reason("patch", "the card's description of the schema changed"))
    return found


def _withdrawals(before: Json, after: Json) -> list[Reason]:
    """See whether another reason is given for a withdrawal, or it is taken back."""
    old, new = (
        {row["article_id"]: row["reason"] for row in side.get("withdrawn", ())}
        for side in (before, after)
    )
    changed = sorted(name for name in old.keys() & new.keys() if old[name] != new[name])
    found = [Reason("patch", f"another reason for a withdrawal: {name}") for name in changed]
    back = sorted(old.keys() - new.keys())
    return [*found, *(Reason("patch", f"no longer withdrawn: {name}") for name in back)]
