from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from annotate.release.columns import arrow_schema, card_features, tables
from annotate.schema import parse_schema
from tests.unit.labels.marked import SCHEMAS, STARTER
from tests.unit.release.source import answers, first_release, source

Json = dict[str, Any]
TABLES = tables(STARTER)
TEXT = (SCHEMAS / "starter.yaml").read_text(encoding="utf-8")
NO_SIDES = """
schema: plain
version: 1.0.0
layers:
  - name: entity
    color: "#8e7021"
    labels: [{name: Person, key: p}]
"""


def shape_of_arrow(kind: pa.DataType) -> Any:
    if pa.types.is_list(kind) and not pa.types.is_struct(kind.value_type):
        return [shape_of_arrow(kind.value_type)]
    if pa.types.is_list(kind):
        return [{field.name: shape_of_arrow(field.type) for field in kind.value_type}]
    return {"double": "float64"}.get(str(kind), str(kind))


def shape_of_card(feature: Json) -> Any:
    """The shape that a column of the card has in Parquet: class labels are words there."""
    if "list" in feature and not isinstance(feature["list"], list):
        inner = feature["list"]
        return ["string" if isinstance(inner, dict) else inner]
    if "list" in feature:
        return [{item["name"]: shape_of_card(item) for item in feature["list"]}]
    if isinstance(feature["dtype"], dict):
        assert list(feature["dtype"]) == ["class_label"]
        return "string"
    return feature["dtype"]


@pytest.mark.parametrize("config", TABLES)
def test_the_card_and_the_files_have_the_same_columns(config: str) -> None:
    files = {field.name: shape_of_arrow(field.type) for field in arrow_schema(TABLES[config])}
    card = {item["name"]: shape_of_card(item) for item in card_features(TABLES[config])}
    assert list(card) == list(files)
    assert card == {name: kind if kind != "bool" else "bool" for name, kind in files.items()}


@pytest.mark.parametrize("config", TABLES)
def test_every_row_has_exactly_the_columns_of_its_config(config: str) -> None:
    rows = first_release(source(*answers())).rows[config]
    assert rows
    for row in rows:
        assert set(row) == set(TABLES[config])
        table = pa.Table.from_pylist([row], schema=arrow_schema(TABLES[config]))
        assert table.to_pylist() == [row]


def class_names(config: str, *path: str) -> list[str]:
    features = card_features(TABLES[config])
    for name in path[:-1]:
        features = next(item["list"] for item in features if item["name"] == name)
    numbered = next(item for item in features if item["name"] == path[-1])
    names = numbered["dtype"]["class_label"]["names"]
    assert list(names) == [str(number) for number in range(len(names))]
    return list(names.values())


def test_labels_are_numbered_in_the_order_of_the_schema() -> None:
    labels = [label.name for label in STARTER.labels]
    assert class_names("spans", "spans", "label") == labels
    assert class_names("annotations", "spans", "label") == labels
    assert class_names("spans", "spans", "layer") == ["speaker", "stance", "topic"]
    assert class_names("spans", "relations", "type") == ["says", "relays", "about", "continues"]
    assert class_names("triples", "polarity") == ["Support", "Oppose", "Neutral"]
    assert class_names("triples", "topic")[0] == "ceasefire"


def test_a_label_added_at_the_end_of_the_last_layer_moves_no_number() -> None:
    new = '        asks: text\n      - {name: fishing, key: "0", proposition: Fish may be caught}\n'
    longer = parse_schema(TEXT.replace("        asks: text\n", new, 1), "schema.yaml")
    before = [label.name for label in STARTER.labels]
    assert [label.name for label in longer.labels] == [*before, "fishing"]


def test_the_default_config_comes_first() -> None:
    assert list(TABLES) == ["spans", "annotations", "triples", "stance", "bio", "articles"]


def test_without_sides_and_topics_there_are_no_triples() -> None:
    assert list(tables(parse_schema(NO_SIDES, "schema.yaml"))) == [
        "spans",
        "annotations",
        "bio",
        "articles",
    ]


def columns_in(kind: Any) -> set[str]:
    """All names of columns and of fields inside them."""
    if isinstance(kind, list) and kind and isinstance(kind[0], dict):
        return {name for name, item in kind[0].items() for name in {name, *columns_in(item)}}
    return set()


def test_without_text_no_column_and_no_config_repeats_words() -> None:
    bare = tables(STARTER, text=False)
    assert list(bare) == ["spans", "annotations", "triples", "articles"]
    for table in bare.values():
        for field in arrow_schema(table):
            names = {field.name, *columns_in(shape_of_arrow(field.type))}
            assert not names & {"text", "target", "tokens", "surface"}, field.name
