"""One YAML file in; the labelling page, the guidelines and the dataset's features out."""

from __future__ import annotations

from annotate.schema.features import class_labels, render_features, schema_features
from annotate.schema.guidelines import render_guidelines, render_instructions
from annotate.schema.load import load_schema, parse_schema
from annotate.schema.model import Schema
from annotate.schema.page_xml import render_xml

__all__ = [
    "Schema",
    "class_labels",
    "load_schema",
    "parse_schema",
    "render_all",
    "render_features",
    "render_guidelines",
    "render_instructions",
    "render_xml",
    "schema_features",
]


def render_all(schema: Schema) -> dict[str, str]:
    """Render every generated file by its name; the same schema gives the same bytes."""
    return {
        "label_config.xml": render_xml(schema),
        "guidelines.md": render_guidelines(schema),
        "features.json": render_features(schema),
    }
