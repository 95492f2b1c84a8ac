from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from annotate.errors import ConfigError, InputError, RefusedError
from annotate.flows.init import init
from annotate.schema import load_schema, render_all
from annotate.workspace import Settings, Workspace

MADE = {
    "annotate.toml",
    "label_config/schema.yaml",
    "label_config/label_config.xml",
    "label_config/guidelines.md",
    "label_config/guidelines.html",
    "label_config/quick_sheet.html",
    "label_config/schema.schema.json",
    "label_config/features.json",
    "articles/metadata.csv",
}


def files_in(folder: Path) -> set[str]:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith(".annotate/")}


def test_a_workspace_holds_what_a_user_needs_to_start(tmp_path: Path) -> None:
    report = init(tmp_path / "ferry-news")
    assert files_in(tmp_path / "ferry-news") == MADE
    assert set(report.files) == MADE
    assert report.name == "ferry-news"
    assert Workspace.find(tmp_path / "ferry-news").settings.name == "ferry-news"


def test_the_generated_files_are_what_the_schema_gives(tmp_path: Path) -> None:
    init(tmp_path / "news")
    workspace = Workspace.find(tmp_path / "news")
    for name, content in render_all(load_schema(workspace.schema_file)).items():
        assert (workspace.label_config / name).read_text(encoding="utf-8") == content


def settings_of(model: type[BaseModel]) -> dict[str, set[str]]:
    """Every setting, by its section; "" is the head of the file."""
    found: dict[str, set[str]] = {"": set()}
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found[name] = set(field.annotation.model_fields)
        else:
            found[""].add(name)
    return found


@pytest.mark.parametrize("sample", [False, True])
def test_every_setting_stands_in_the_file_in_its_section(tmp_path: Path, sample: bool) -> None:
    init(tmp_path / "news", sample=sample)
    text = (tmp_path / "news" / "annotate.toml").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {"": set()}
    section = ""
    for line in text.splitlines():
        if table := re.match(r"\[(\w+)\.(\w+)\]", line):
            found[table[1]].add(table[2])
            section = ""
        elif head := re.fullmatch(r"\[(\w+)\].*", line):
            section = head[1]
            found[section] = set()
        elif setting := re.match(r"(?:# )?(\w+) = ", line):
            found[section].add(setting[1])
    assert found == settings_of(Settings)


def test_the_file_shows_the_defaults(tmp_path: Path) -> None:
    init(tmp_path / "news")
    settings = Workspace.find(tmp_path / "news").settings
    assert settings == Settings(workspace_id=settings.workspace_id, name="news")


def test_what_is_commented_out_would_be_accepted(tmp_path: Path) -> None:
    init(tmp_path / "news")
    text = (tmp_path / "news" / "annotate.toml").read_text(encoding="utf-8")
    Settings.model_validate(tomllib.loads(re.sub(r"(?m)^# (\w+ = )", r"\1", text)))


def test_every_workspace_has_its_own_id(tmp_path: Path) -> None:
    found = set()
    for name in ("one", "two"):
        init(tmp_path / name)
        found.add(Workspace.find(tmp_path / name).settings.workspace_id)
    assert len(found) == 2


def test_the_private_folder_is_kept_out_of_version_control(tmp_path: Path) -> None:
    init(tmp_path / "news")
    assert (tmp_path / "news" / ".annotate" / ".gitignore").read_text(encoding="utf-8") == "*\n"


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("Ferry News 2031", "ferry-news-2031"),
        ("a", "news-a"),
        ("été", "news-t"),
        ("__", "news-dataset"),
        ("x" * 80, "x" * 49),
        ("a" * 48 + " b", "a" * 48),
    ],
)
def test_the_folder_gives_the_name(tmp_path: Path, folder: str, name: str) -> None:
    assert init(tmp_path / folder).name == name
    assert Workspace.find(tmp_path / folder).settings.name == name


@pytest.mark.parametrize("name", ["X", "no spaces", "a", "-a-", 'x"y"z', "a\nb", 'news" #'])
def test_a_bad_name_writes_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError):
        init(tmp_path / "news", name=name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", sorted(MADE))
def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path, file: str) -> None:
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("mine", encoding="utf-8")
    with pytest.raises(RefusedError, match=re.escape(file)) as caught:
        init(tmp_path, name="news")
    assert caught.value.exit_code == 4
    assert files_in(tmp_path) == {file}
    assert (tmp_path / file).read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("file", ["articles/metadata.csv", "articles/wire.jsonl"])
def test_the_sample_overwrites_no_article(tmp_path: Path, file: str) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / file).write_text("mine", encoding="utf-8")
    with pytest.raises(RefusedError):
        init(tmp_path, sample=True)
    assert (tmp_path / file).read_text(encoding="utf-8") == "mine"
    assert files_in(tmp_path) == {file}


def test_the_report_names_every_file_of_the_sample(tmp_path: Path) -> None:
    report = init(tmp_path / "news", sample=True)
    assert set(report.files) == files_in(tmp_path / "news")


def test_a_second_init_is_refused(tmp_path: Path) -> None:
    init(tmp_path / "news")
    before = (tmp_path / "news" / "annotate.toml").read_bytes()
    with pytest.raises(RefusedError):
        init(tmp_path / "news")
    assert (tmp_path / "news" / "annotate.toml").read_bytes() == before


@pytest.mark.parametrize("sample", [False, True])
def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path, sample: bool) -> None:
    planned = init(tmp_path / "news", sample=sample, dry_run=True)
    assert list(tmp_path.iterdir()) == []
    assert init(tmp_path / "news", sample=sample) == planned


def test_other_files_of_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "mine.txt").write_text("mine", encoding="utf-8")
    init(tmp_path, name="news")
    assert (tmp_path / "articles" / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_cannot_be_made_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot write"):
        init(tmp_path / "file" / "news")


FULL = """
import resource, sys
from pathlib import Path
from annotate.errors import InputError
from annotate.flows.init import init

resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    init(Path(sys.argv[1]))
except InputError as error:
    print(error.message)
"""


def test_on_a_full_disk_there_is_no_workspace(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL, str(tmp_path / "news")]
    quiet = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=quiet)
    assert run.stdout.startswith("cannot write ")
    assert not (tmp_path / "news" / "annotate.toml").exists()
