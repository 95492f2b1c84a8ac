"""What a researcher gets: the real readers, offline, each with a cache of its own.

`datasets` of the environment is run always; `datasets` 3.6, polars and duckdb are in an
environment of their own, which `scripts/readers` makes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from annotate.release.build import publish
from annotate.release.columns import tables
from annotate.release.files import data_file, read_parquet, write_parquet
from annotate.workspace import Workspace
from tests.unit.labels.marked import STARTER
from tests.unit.labels.rows import answered
from tests.unit.release.source import ANSWERS, SETTINGS, make_workspace
from tests.unit.release.test_publish import tell

Json = dict[str, Any]
TABLES = tables(STARTER)
ROOT = Path(__file__).parents[3]
READERS = Path(os.environ.get("ANNOTATE_READERS", ROOT / ".venv-readers" / "bin" / "python"))

LOAD = """
import json, shutil, sys
from pathlib import Path

import datasets

datasets.disable_progress_bars()
one, two, unknown, reversed_labels, bare = (Path(name) for name in sys.argv[1:6])


def rows(folder, config):
    return datasets.load_dataset(str(folder), config, split="train")


def described(feature):
    if isinstance(feature, datasets.ClassLabel):
        return feature.names
    if isinstance(feature, list):  # what datasets 3.6 makes of a list
        return described(feature[0])
    if isinstance(feature, dict):
        return {name: described(item) for name, item in feature.items()}
    inner = getattr(feature, "feature", None)
    return described(inner) if inner is not None else feature.dtype


found = {"datasets": datasets.__version__, "streamed": {}, "bare": {}}
configs = ("spans", "annotations", "triples", "stance", "bio", "articles")
for config in configs:
    table = rows(one, config)
    features = {name: described(item) for name, item in table.features.items()}
    found[config] = {"rows": table.to_list(), "features": features}
    stream = datasets.load_dataset(str(one), config, split="train", streaming=True)
    found["streamed"][config] = list(stream)
for config in datasets.get_dataset_config_names(str(bare)):
    found["bare"][config] = len(rows(bare, config))
found["default"] = datasets.load_dataset(str(one), split="train").to_list()
found["twin"] = rows(two, "spans").to_list()
found["reversed"] = rows(reversed_labels, "triples").to_list()
shutil.rmtree(one)
shutil.copytree(two, one)
found["rebuilt"] = rows(one, "spans").to_list()
try:
    rows(unknown, "spans")
except Exception as error:
    found["unknown"] = str(error) + str(error.__cause__)
print(json.dumps(found))
"""


def released(root: Path, label: str, settings: str = SETTINGS) -> Path:
    """A release in which the first span has another label."""
    answers = deepcopy(list(ANSWERS))
    answers[0]["annotation"]["result"][0]["value"]["labels"] = [label]
    workspace = make_workspace(root / "news", answers, settings=settings)
    publish(workspace)
    return workspace.releases / "0.1.0"


def with_reversed_sides(folder: Path) -> Path:
    """Turn the names of the polarity around in the card alone."""
    card = folder / "README.md"
    _, head, body = card.read_text(encoding="utf-8").split("---\n", 2)
    told = yaml.safe_load(head)
    (triples,) = (info for info in told["dataset_info"] if info["config_name"] == "triples")
    (polarity,) = (item for item in triples["features"] if item["name"] == "polarity")
    names = polarity["dtype"]["class_label"]["names"]
    turned = dict(zip(names, reversed(names.values()), strict=True))
    polarity["dtype"]["class_label"]["names"] = turned
    card.write_text(f"---\n{yaml.safe_dump(told)}---\n{body}", encoding="utf-8")
    return folder


def readers() -> str:
    """Find the second environment; in CI it must be there."""
    if READERS.exists():
        return str(READERS)
    if os.environ.get("CI"):
        pytest.fail("there is no second environment; scripts/readers makes it")
    pytest.skip("scripts/readers makes the environment with datasets 3.6, polars and duckdb")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(tmp_path_factory.mktemp("kept"), "Speaker")


@pytest.fixture(scope="module", params=["installed", "3.6"])
def loaded(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Json:
    python = sys.executable if request.param == "installed" else readers()
    root = tmp_path_factory.mktemp("loaded")
    one, two = released(root / "one", "Speaker"), released(root / "two", "Relay")
    unknown = released(root / "three", "Support")
    path = unknown / data_file("spans", "train")
    rows = read_parquet(path)
    rows[0]["spans"][0]["label"] = "Speeker"
    write_parquet(path, rows, TABLES["spans"])
    turned = with_reversed_sides(released(root / "four", "Speaker"))
    standoff = SETTINGS.replace('rights = "full"', 'rights = "standoff"')
    bare = released(root / "five", "Speaker", standoff)
    environment = os.environ | {"HF_HOME": str(root / "hf"), "HF_HUB_OFFLINE": "1"}
    environment.pop("PYTHONPATH", None)
    command = [python, "-c", LOAD, *map(str, (one, two, unknown, turned, bare))]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=root
    )
    assert run.returncode == 0, run.stderr
    found: Json = json.loads(run.stdout)
    assert request.param in {"installed", found["datasets"][:3]}
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


@pytest.mark.parametrize("config", TABLES)
def test_a_stream_gives_the_same_rows(loaded: Json, config: str) -> None:
    assert loaded["streamed"][config] == loaded[config]["rows"]


def test_labels_are_loaded_as_class_numbers(loaded: Json) -> None:
    labels = [label.name for label in STARTER.labels]
    span = loaded["spans"]["rows"][0]["spans"][0]
    assert loaded["spans"]["features"]["spans"]["label"] == labels
    assert (span["text"], span["label"]) == ("Emmanuel Macron", labels.index("Speaker"))
    triple = loaded["triples"]["rows"][0]
    assert isinstance(triple["polarity"], int)
    assert isinstance(triple["topic"], int)
    tags = loaded["bio"]["features"]["stance_tags"]
    assert tags == ["O", "B-Support", "I-Support", "B-Oppose", "I-Oppose", "B-Neutral", "I-Neutral"]
    assert isinstance(loaded["bio"]["rows"][0]["stance_tags"][0], int)


def test_the_default_config_is_spans(loaded: Json) -> None:
    assert loaded["default"] == loaded["spans"]["rows"]


def first_label(rows: list[Json]) -> str:
    return STARTER.labels[rows[0]["spans"][0]["label"]].name


def test_t1_two_folders_of_one_name_share_no_cache(loaded: Json) -> None:
    assert first_label(loaded["spans"]["rows"]) == "Speaker"
    assert first_label(loaded["twin"]) == "Relay"


def test_t1_a_release_built_again_in_its_place_is_not_read_from_the_cache(loaded: Json) -> None:
    assert first_label(loaded["rebuilt"]) == "Relay"


def test_t7_names_of_the_card_win_over_the_words_in_the_files(loaded: Json, folder: Path) -> None:
    """The trap itself: numbers follow the card, so card and files must come from one schema."""
    names = loaded["triples"]["features"]["polarity"]
    turned = names[::-1]
    words = [row["polarity"] for row in read_parquet(folder / data_file("triples", "train"))]
    assert [turned[row["polarity"]] for row in loaded["reversed"]] == words
    assert [names[row["polarity"]] for row in loaded["reversed"]] != words


def test_a_label_that_the_card_does_not_know_fails_the_load(loaded: Json) -> None:
    assert "Speeker" in loaded["unknown"]


def test_a_release_without_texts_loads_too(loaded: Json) -> None:
    assert loaded["bare"] == {"spans": 3, "annotations": 5, "triples": 3, "articles": 3}


def test_t8_all_data_files_are_of_one_format(folder: Path) -> None:
    head = yaml.safe_load((folder / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    paths = [file["path"] for config in head["configs"] for file in config["data_files"]]
    assert {Path(path).suffix for path in paths} == {".parquet"}
    assert sorted(paths) == sorted(
        path.relative_to(folder).as_posix() for path in folder.glob("*/*.parquet")
    )


def test_t11_every_config_has_its_features_in_the_card(folder: Path) -> None:
    head = yaml.safe_load((folder / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    told = {
        info["config_name"]: [item["name"] for item in info["features"]]
        for info in head["dataset_info"]
    }
    assert told == {config: list(table) for config, table in TABLES.items()}


FOLDER = """
import json, sys
import datasets

datasets.disable_progress_bars()
files = sys.argv[1] + "/*/spans/*.parquet"
merged = datasets.load_dataset("parquet", data_files=files, split="train")
alone = datasets.load_dataset(sys.argv[1] + "/0.2.0", "spans", split="train", revision="v0.1.0")
print(json.dumps([len(merged), len(alone)]))
"""


def test_t4_the_folder_name_is_the_version_and_a_revision_is_passed_over(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "news")
    publish(workspace)
    tell(workspace, answered("c-row-0", annotation_id=9))
    assert publish(workspace).version == "0.2.0"
    environment = os.environ | {"HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-c", FOLDER, str(workspace.releases)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert json.loads(run.stdout) == [3 + 4, 4]


def test_t2_published_files_carry_the_time_they_were_written(workspace_made: Workspace) -> None:
    """`datasets` tells a changed file from a cached one by its time, so it is never set back."""
    begun = time.time() - 2
    publish(workspace_made)
    times = [path.stat().st_mtime for path in workspace_made.releases.rglob("*") if path.is_file()]
    assert min(times) >= begun


@pytest.fixture
def workspace_made(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "news")


def test_pandas_reads_words_and_nested_cells(folder: Path) -> None:
    import pandas as pd

    for config in TABLES:
        path = folder / data_file(config, "train")
        rows = read_parquet(path)
        table = pd.read_parquet(path)
        assert list(table.columns) == list(rows[0])
        assert len(table) == len(rows)
    spans = pd.read_parquet(folder / data_file("spans", "train"))
    assert spans["spans"][0][0]["label"] == "Speaker"


OTHERS = """
import json, sys
import duckdb, polars, pyarrow.parquet

found = {}
for path in sys.argv[1:]:
    by_polars = polars.read_parquet(path).to_dicts()
    relation = duckdb.sql(f"select * from read_parquet('{path}')")
    by_duckdb = [dict(zip(relation.columns, row)) for row in relation.fetchall()]
    expected = pyarrow.parquet.ParquetFile(path).read().to_pylist()
    found[path] = [by_polars == expected, by_duckdb == expected, len(expected)]
print(json.dumps(found))
"""


def test_polars_and_duckdb_read_the_rows_as_they_are(folder: Path) -> None:
    paths = [str(folder / data_file(config, "train")) for config in TABLES]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    run = subprocess.run(
        [readers(), "-c", OTHERS, *paths],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert run.returncode == 0, run.stderr
    for path, (polars, duckdb, count) in json.loads(run.stdout).items():
        assert polars, path
        assert duckdb, path
        assert count, path
