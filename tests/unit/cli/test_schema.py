"""The schema commands, run as a person runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from annotate.flows.init import init
from tests.outcome import assert_error

TINY = Path(__file__).parents[1] / "schema" / "data" / "tiny.yaml"
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
    assert_error(annotate(two, "diff", "a.yaml"), 2, "--help")


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
