"""The JSON Schema of a schema file, for editors: it completes keys and marks what is unknown."""

from __future__ import annotations

import json
from typing import Any

from annotate.schema.model import Schema


def render_json_schema() -> str:
    """Render it from the model, the same whatever the schema.

    Draft 7, which every YAML editor knows. It knows shapes only: what a file means, and whether
    its names exist, `annotate schema check` says.
    """
    described = _without_titles(Schema.model_json_schema(by_alias=True))
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Annotation schema"}
    return json.dumps(head | described, ensure_ascii=False, indent=2) + "\n"


def _without_titles(part: Any) -> Any:
    """Drop the titles that pydantic makes of names; a property may be called title."""
    if isinstance(part, list):
        return [_without_titles(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _without_titles(value)
        for key, value in part.items()
        if key != "title" or not isinstance(value, str)
    }
