import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from annotate.schema import render_json_schema
from annotate.schema.model import Schema

from .conftest import DATA, FILES

RULES: dict[str, Any] = json.loads(render_json_schema())
TINY = DATA / "tiny.yaml"


def complaints(text: str) -> list[str]:
    return [error.message for error in Draft7Validator(RULES).iter_errors(yaml.safe_load(text))]


@pytest.mark.parametrize("file", [*FILES.values(), TINY], ids=lambda file: file.stem)
def test_an_editor_finds_nothing_wrong_in_a_schema_that_is_right(file) -> None:
    assert not complaints(file.read_text(encoding="utf-8"))


def test_the_json_schema_is_one() -> None:
    Draft7Validator.check_schema(RULES)
    assert RULES["additionalProperties"] is False


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("definition: Who", "definiton: Who"),
        ("version: 1.0.0", "version: one"),
        ("version: 1.0.0\n", ""),
        ('"#136dd2"', "blue"),
        ("type: entities", "type: entitys"),
        ("from_name", "from_names"),
        ("speaker_of_sentence", "guess"),
        ("identical: allow", "identical: maybe"),
        ("wikidata: Q1", "wikidata: 1"),
        ("{id: 1,", "{id: one,"),
        ('page: {title: "$title"}', "page: title"),
    ],
)
def test_an_editor_marks_what_the_check_refuses(old: str, new: str) -> None:
    text = TINY.read_text(encoding="utf-8")
    assert text.count(old) == 1
    assert complaints(text.replace(old, new))


def test_every_key_has_a_description() -> None:
    parts = [RULES, *RULES["$defs"].values()]
    for part in parts:
        for name, described in part["properties"].items():
            assert described.get("description"), name


def test_a_property_may_be_called_title() -> None:
    assert "title" in RULES["$defs"]["Page"]["properties"]
    assert set(RULES["properties"]) == {
        info.alias or name for name, info in Schema.model_fields.items()
    }


def test_the_shipped_files_name_it_in_their_first_line() -> None:
    for name in ("starter", "sample"):
        first = FILES[name].read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=schema.schema.json"
