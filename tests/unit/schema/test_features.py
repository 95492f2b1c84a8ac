import json
import subprocess
import sys

from annotate.schema import Schema, class_labels, render_features, schema_features, schema_of


def test_class_labels_keep_the_order_of_the_file(starter: Schema) -> None:
    found = class_labels(starter)
    assert found["label"] == tuple(label.name for label in starter.labels)
    assert found["layer"] == ("speaker", "stance", "topic")
    assert found["relation"] == ("says", "relays", "about", "continues")
    assert found["polarity"] == ("Support", "Oppose", "Neutral")
    assert found["topic"][0] == "ceasefire"
    assert found["topic"][-1] == "other"


def test_a_schema_without_topics_has_none(entities: Schema) -> None:
    found = class_labels(entities)
    assert found["label"] == ("Person", "Place", "Organisation")
    assert found["polarity"] == found["topic"] == found["relation"] == ()


def test_the_description_is_plain_json(every: Schema) -> None:
    described = schema_features(every)
    assert json.loads(render_features(every)) == described
    assert [item["name"] for item in described["labels"]] == [label.name for label in every.labels]
    assert (described["schema"], described["version"]) == (every.name, every.version)


def test_what_a_description_tells_is_read_back(every: Schema) -> None:
    assert schema_features(schema_of(schema_features(every))) == schema_features(every)


def test_importing_the_schema_loads_nothing_heavy() -> None:
    code = "import sys, annotate.schema; print(*(name.split('.')[0] for name in sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"label_studio_sdk", "datasets", "pyarrow", "pandas", "numpy", "typer"}
    assert not heavy & set(loaded.stdout.split())
