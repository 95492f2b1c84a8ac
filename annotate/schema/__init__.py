"""One YAML file in; the labelling page, the guidelines and the dataset's features out."""

from __future__ import annotations

from annotate.schema.compare import SchemaChange, compare_schemas
from annotate.schema.features import class_labels, render_features, schema_features, schema_of
from annotate.schema.guidelines import render_guidelines, render_instructions
from annotate.schema.guidelines_page import render_guidelines_page
from annotate.schema.json_schema import render_json_schema
from annotate.schema.load import load_schema, parse_schema
from annotate.schema.model import Schema
from annotate.schema.page_xml import render_review_xml, render_xml
from annotate.schema.quick_sheet import render_quick_sheet

__all__ = [
    "FOR_PEOPLE",
    "Schema",
    "SchemaChange",
    "class_labels",
    "compare_schemas",
    "load_schema",
    "parse_schema",
    "render_all",
    "render_features",
    "render_guidelines",
    "render_guidelines_page",
    "render_instructions",
    "render_json_schema",
    "render_quick_sheet",
    "render_review_xml",
    "render_xml",
    "schema_features",
    "schema_of",
]

# The files that annotators read, each with what makes it.
FOR_PEOPLE = {
    "guidelines.md": render_guidelines,
    "guidelines.html": render_guidelines_page,
    "quick_sheet.html": render_quick_sheet,
}


def render_all(schema: Schema) -> dict[str, str]:
    """Render every generated file by its name; the same schema gives the same bytes."""
    return {
        "label_config.xml": render_xml(schema),
        **{name: render(schema) for name, render in FOR_PEOPLE.items()},
        "features.json": render_features(schema),
        "schema.schema.json": render_json_schema(),
    }
