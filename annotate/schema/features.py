"""What the dataset's features take from the schema. Every order is the file's: append-only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from annotate.schema.model import Label, Schema


def class_labels(schema: Schema) -> dict[str, tuple[str, ...]]:
    """Give the names of each class label; `polarity` and `topic` are empty without such a layer."""
    return {
        "label": tuple(label.name for label in schema.labels),
        "layer": tuple(layer.name for layer in schema.layers),
        "relation": tuple(relation.name for relation in schema.relations),
        "polarity": _inside(schema, "stance"),
        "topic": _inside(schema, "topic"),
    }


def render_features(schema: Schema) -> str:
    """Write what a dataset takes from the schema as JSON, for programs that read neither YAML."""
    return json.dumps(schema_features(schema), ensure_ascii=False, indent=2) + "\n"


def schema_features(schema: Schema) -> dict[str, Any]:
    """Describe the schema in plain JSON values, for cards and manifests."""
    return {
        "schema": schema.name,
        "version": schema.version,
        "labels": [_described(schema, label) for label in schema.labels],
        "attributes": [
            item.model_dump(mode="json", exclude_none=True) for item in schema.attributes
        ],
        "relations": [item.model_dump(mode="json", by_alias=True) for item in schema.relations],
        "class_labels": {name: list(values) for name, values in class_labels(schema).items()},
    }


def schema_of(told: Mapping[str, Any]) -> Schema:
    """Read back what `schema_features` describes; keys and colours it does not, and none are here.

    Raises `ValueError` where it describes no schema.
    """
    labels: dict[str, list[dict[str, Any]]] = {}
    for label in told["labels"]:
        of_label = {name: label.get(name) for name in ("name", "proposition")}
        of_label["definition"] = label.get("definition") or ""
        labels.setdefault(label["layer"], []).append(of_label | {"key": ""})
    return Schema.model_validate(
        {
            "schema": told["schema"],
            "version": told["version"],
            "layers": [
                {"name": name, "color": "", "labels": inside} for name, inside in labels.items()
            ],
            "attributes": told["attributes"],
            "relations": told["relations"],
        }
    )


def _described(schema: Schema, label: Label) -> dict[str, Any]:
    return {
        "name": label.name,
        "layer": schema.layer_of(label.name),
        "definition": label.definition,
        "proposition": label.proposition,
    }


def _inside(schema: Schema, layer: str) -> tuple[str, ...]:
    inside = (item.labels for item in schema.layers if item.name == layer)
    return tuple(label.name for labels in inside for label in labels)
