"""The schema commands, run as a person runs them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from annotate.flows.init import init
from tests.outcome import assert_error

TINY = Path(__file__).parents[1] / "schema" / "data" / "tiny.yaml"
ROOT = Path(__file__).parents[3]
SAMPLE, RELEASES = ROOT / "annotate" / "sample", ROOT / "datasets" / "summit-call"
MADE = {
    *("features.json", "guidelines.html", "guidelines.md", "label_config.xml"),
    *("quick_sheet.html", "schema.schema.json"),
}


def annotate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "annotate", "schema", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A folder with a schema and a changed one that says too little about it."""
    text = TINY.read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    changed = text.replace("version: 1.0.0", "version: 1.0.1")
    changed = changed.replace("      - {name: Relay, key: w}\n", "")
    changed = changed.replace("text: Mark it.", "text: Mark all of it.")
    (tmp_path / "b.yaml").write_text(changed, encoding="utf-8")
    return tmp_path


def test_diff_tells_each_change_and_the_version_that_is_needed(two: Path) -> None:
    done = annotate(two, "diff", "a.yaml", "b.yaml")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "step\tchange",
        "major\tlabel `Relay` is gone",
        "patch\trule `1` is reworded; if it means something else now, this is major",
        "B says 1.0.1, the change needs 2.0.0",
    ]


def test_diff_as_json_is_one_object(two: Path) -> None:
    done = annotate(two, "diff", "a.yaml", "b.yaml", "--json")
    found = json.loads(done.stdout)
    assert {key: value for key, value in found.items() if key != "changes"} == {
        "old_version": "1.0.0",
        "new_version": "1.0.1",
        "step": "major",
        "needed": "2.0.0",
        "enough": False,
    }
    assert found["changes"][0] == {
        "step": "major",
        "what": "label",
        "name": "Relay",
        "happened": "is gone",
    }


def test_diff_of_one_file_finds_nothing(two: Path) -> None:
    done = annotate(two, "diff", "a.yaml", "a.yaml")
    assert (done.returncode, done.stdout) == (0, "nothing changed: A and B say 1.0.0\n")


def test_diff_says_when_the_version_is_high_enough(two: Path) -> None:
    text = (two / "b.yaml").read_text(encoding="utf-8").replace("1.0.1", "2.0.0")
    (two / "b.yaml").write_text(text, encoding="utf-8")
    done = annotate(two, "diff", "a.yaml", "b.yaml")
    assert done.stdout.splitlines()[-1] == "B says 2.0.0, the change needs 2.0.0"


def test_diff_names_the_file_that_is_wrong(two: Path) -> None:
    (two / "new").mkdir()
    spoiled = TINY.read_text(encoding="utf-8").replace("rules:", "ruels:")
    (two / "new" / "a.yaml").write_text(spoiled, encoding="utf-8")
    done = annotate(two, "diff", "a.yaml", "new/a.yaml")
    assert_error(done, 2, "new/a.yaml has 1 problem", "did you mean `rules`?")
    assert_error(
        annotate(two, "diff", "a.yaml", "none.yaml"), 2, "cannot read the schema none.yaml"
    )
    assert_error(
        annotate(two, "diff", "older.yaml", "a.yaml", "-C", str(_news(two))),
        2,
        "older.yaml is neither a schema file nor a release",
    )


def _news(folder: Path) -> Path:
    init(folder / "news", sample=True)
    return folder / "news"


def _with_releases(folder: Path) -> Path:
    news = _news(folder)
    shutil.copytree(RELEASES, news / "datasets" / RELEASES.name)
    return news


def _edited(news: Path, old: str, new: str) -> None:
    schema = news / "label_config" / "schema.yaml"
    text = schema.read_text(encoding="utf-8")
    assert old in text
    schema.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_diff_alone_compares_with_what_the_server_was_last_given(tmp_path: Path) -> None:
    news = _with_releases(tmp_path)  # which the ledger goes before
    (news / "labels").mkdir(exist_ok=True)
    shutil.copy(SAMPLE / "labels" / "config.jsonl", news / "labels")
    _edited(news, "key: w", 'key: "0"')
    done = annotate(news, "diff")
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        [
            "step\tchange",
            "patch\tlabel `Relay` has another key",
            "B says 1.0.0, the change needs 1.0.1",
        ],
    )
    told = "A is the schema last applied to Label Studio, B is label_config/schema.yaml"
    assert told in done.stderr


def test_diff_with_one_file_compares_it_with_the_schema_of_the_workspace(tmp_path: Path) -> None:
    news = _news(tmp_path)
    shutil.copy(news / "label_config" / "schema.yaml", news / "old.yaml")
    _edited(news, "key: w", 'key: "0"')
    done = annotate(news, "diff", "old.yaml")
    assert done.stdout.splitlines()[1] == "patch\tlabel `Relay` has another key"
    assert "A is old.yaml, B is label_config/schema.yaml" in done.stderr


@pytest.mark.parametrize("named", [(), ("1.0.0",), ("1.0.0", "label_config/schema.yaml")])
def test_diff_from_a_release_compares_what_releases_tell(
    tmp_path: Path, named: tuple[str, ...]
) -> None:
    news = _with_releases(tmp_path)
    same = annotate(news, "diff", *named)
    assert same.stdout == "nothing changed: A and B say 1.0.0\n"
    _edited(news, "key: w", 'key: "0"')  # of which a release says nothing
    assert annotate(news, "diff", *named).stdout == same.stdout
    assert "nothing else is compared" in same.stderr
    _edited(news, "to: stance, derive: all_in_sentence", "to: stance")
    changed = annotate(news, "diff", *named, "--json")
    steps = {(each["name"], each["step"]) for each in json.loads(changed.stdout)["changes"]}
    assert steps == {("relays", "major")}


def test_diff_says_what_is_known_when_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    news = _news(tmp_path)
    assert_error(annotate(news, "diff"), 2, "no older schema is known", "schema diff OLD.yaml")
    assert_error(annotate(news, "diff", "0.3.0"), 2, "there is no release 0.3.0", "none yet")


def test_a_schema_that_is_gone_is_named_with_its_folder(tmp_path: Path) -> None:
    news = _news(tmp_path)
    (news / "label_config" / "schema.yaml").unlink()
    assert_error(annotate(news, "check"), 2, "cannot read the schema label_config/schema.yaml")


def test_render_writes_every_file_and_then_nothing(tmp_path: Path) -> None:
    init(tmp_path / "news")
    folder = tmp_path / "news" / "label_config"
    assert {path.name for path in folder.iterdir()} == MADE | {"schema.yaml"}
    for name in MADE:
        (folder / name).unlink()
    done = annotate(tmp_path / "news", "render", "--json")
    assert set(json.loads(done.stdout)["changed"]) == MADE
    assert {path.name for path in folder.iterdir()} == MADE | {"schema.yaml"}
    assert json.loads(annotate(tmp_path / "news", "render", "--json").stdout) == {"changed": []}


def test_diff_has_help_with_an_example(tmp_path: Path) -> None:
    done = annotate(tmp_path, "diff", "--help")
    assert "Example: annotate schema diff" in done.stdout
    assert "--json" in done.stdout
