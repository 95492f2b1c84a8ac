"""What a researcher gets: the real `load_dataset`, offline, with a cache of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from annotate.release.build import publish
from annotate.release.columns import tables
from annotate.release.files import data_file, read_parquet, write_parquet
from tests.unit.labels.marked import STARTER
from tests.unit.release.source import ANSWERS, make_workspace

Json = dict[str, Any]
TABLES = tables(STARTER)

LOAD = """
import json, shutil, sys
from pathlib import Path

import datasets

datasets.disable_progress_bars()
one, two, unknown = (Path(name) for name in sys.argv[1:4])


def rows(folder, config):
    return datasets.load_dataset(str(folder), config, split="train")


def described(feature):
    if isinstance(feature, datasets.ClassLabel):
        return feature.names
    if isinstance(feature, dict):
        return {name: described(item) for name, item in feature.items()}
    inner = getattr(feature, "feature", None)
    return described(inner) if inner is not None else feature.dtype


found = {}
for config in ("spans", "annotations", "triples", "articles"):
    table = rows(one, config)
    features = {name: described(item) for name, item in table.features.items()}
    found[config] = {"rows": table.to_list(), "features": features}
found["default"] = datasets.load_dataset(str(one), split="train").to_list()
found["twin"] = rows(two, "spans").to_list()
shutil.rmtree(one)
shutil.copytree(two, one)
found["rebuilt"] = rows(one, "spans").to_list()
try:
    rows(unknown, "spans")
except Exception as error:
    found["unknown"] = str(error) + str(error.__cause__)
print(json.dumps(found))
"""


def released(root: Path, label: str) -> Path:
    """A release in which the first span has another label."""
    answers = deepcopy(list(ANSWERS))
    answers[0]["annotation"]["result"][0]["value"]["labels"] = [label]
    workspace = make_workspace(root / "news", answers)
    publish(workspace)
    return workspace.releases / "0.1.0"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(tmp_path_factory.mktemp("kept"), "Speaker")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Json:
    root = tmp_path_factory.mktemp("loaded")
    one, two = released(root / "one", "Speaker"), released(root / "two", "Relay")
    unknown = released(root / "three", "Support")
    path = unknown / data_file("spans", "train")
    rows = read_parquet(path)
    rows[0]["spans"][0]["label"] = "Speeker"
    write_parquet(path, rows, TABLES["spans"])
    environment = os.environ | {"HF_HOME": str(root / "hf"), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-c", LOAD, str(one), str(two), str(unknown)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert run.returncode == 0, run.stderr
    found: Json = json.loads(run.stdout)
    return found


def in_words(value: Any, features: Any) -> Any:
    """Turn class numbers back into words, wherever the features say that there are some."""
    if isinstance(value, dict):
        return {name: in_words(item, features[name]) for name, item in value.items()}
    if isinstance(value, list):
        return [in_words(item, features) for item in value]
    return features[value] if isinstance(features, list) and isinstance(value, int) else value


@pytest.mark.parametrize("config", TABLES)
def test_class_numbers_lead_back_to_the_words_in_the_files(
    loaded: Json, folder: Path, config: str
) -> None:
    rows = read_parquet(folder / data_file(config, "train"))
    assert rows
    assert in_words(loaded[config]["rows"], loaded[config]["features"]) == rows


def test_labels_are_loaded_as_class_numbers(loaded: Json) -> None:
    labels = [label.name for label in STARTER.labels]
    span = loaded["spans"]["rows"][0]["spans"][0]
    assert loaded["spans"]["features"]["spans"]["label"] == labels
    assert (span["text"], span["label"]) == ("Emmanuel Macron", labels.index("Speaker"))
    triple = loaded["triples"]["rows"][0]
    assert isinstance(triple["polarity"], int)
    assert isinstance(triple["topic"], int)


def test_the_default_config_is_spans(loaded: Json) -> None:
    assert loaded["default"] == loaded["spans"]["rows"]


def first_label(rows: list[Json]) -> str:
    return STARTER.labels[rows[0]["spans"][0]["label"]].name


def test_two_folders_of_one_name_share_no_cache(loaded: Json) -> None:
    assert first_label(loaded["spans"]["rows"]) == "Speaker"
    assert first_label(loaded["twin"]) == "Relay"


def test_a_release_built_again_in_its_place_is_not_read_from_the_cache(loaded: Json) -> None:
    assert first_label(loaded["rebuilt"]) == "Relay"


def test_a_label_that_the_card_does_not_know_fails_the_load(loaded: Json) -> None:
    assert "Speeker" in loaded["unknown"]
