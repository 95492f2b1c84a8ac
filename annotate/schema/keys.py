"""The keyboard: which keys are taken, and which ones the choices get."""

from __future__ import annotations

import re
from collections.abc import Collection

from annotate.schema.model import Attribute, Schema

LABEL_STUDIO_KEYS = {
    "u": "unselect",
    "enter": "focus",
    "esc": "unselect",
    "escape": "unselect",
    "backspace": "delete",
    "delete": "delete",
    "space": "play",
    "alt+h": "hide",
    "alt+l": "lock",
    "alt+m": "note",
    "alt+r": "relation",
    "alt+.": "next region",
    "ctrl+b": "play back",
    "ctrl+d": "duplicate",
    "ctrl+z": "undo",
    "ctrl+shift+z": "redo",
}
KEY = re.compile(r"(?:shift\+)?[a-z0-9]")

# Label Studio gives a letter to every choice without a key. Lists too long for keys share one
# that keyboards do not have, so that no letter picks an entity by accident.
NO_KEY = "f19"

_ROWS = ("ertyfghjkliop", "zxcvbnm")
_DIGITS = "1234567890"
_LEFT_OVER = "qwasd" + _DIGITS


def free_for_labels(taken: Collection[str]) -> list[str]:
    """Give the keys that a label can still have, those first that no choice would like."""
    pool = _LEFT_OVER + _ROWS[0] + _ROWS[1]
    return [key for key in pool if key not in taken and key not in LABEL_STUDIO_KEYS]


def choice_keys(schema: Schema) -> dict[tuple[str, str], str | None]:
    """Give every (question, value) a key that no label uses; None where none is left.

    Questions asked about the same labels share a row of the keyboard; flags get shift+digit.
    """
    taken = {label.key for label in schema.labels} | set(LABEL_STUDIO_KEYS)
    keys: dict[tuple[str, str], str | None] = {}
    for attribute, pool in _pools(schema):
        free = [key for key in pool if key not in taken]
        row = zip(attribute.values, free + [None] * len(attribute.values), strict=False)
        keys |= {(attribute.name, value): key for value, key in row}
        taken |= {key for key in keys.values() if key}
    shifted = [f"shift+{key}" for key in (*_DIGITS, *_ROWS[0], *_ROWS[1])]
    free = [key for key in shifted if key not in taken]
    flags = [(question.name, value) for question in schema.document for value in question.values]
    return keys | dict(zip(flags, free + [None] * len(flags), strict=False))


def _pools(schema: Schema) -> list[tuple[Attribute, str]]:
    asked = [item for item in schema.attributes if item.type in {"choice", "choices"}]
    groups: list[frozenset[str]] = []
    pools = []
    for attribute in asked:
        labels = schema.resolve(attribute.applies_to)
        if labels not in groups:
            groups.append(labels)
        first = groups.index(labels) % 2
        pools.append((attribute, _ROWS[first] + _ROWS[1 - first] + _LEFT_OVER))
    return pools
