"""What the folder names and the files of the repository must keep to."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import annotate
from annotate.corpus import codes

ROOT = Path(__file__).resolve().parents[2]


def tracked() -> list[Path]:
    """The files under version control, and those that would be added to it."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in names.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_python_file_shadows_the_datasets_library():
    for folder in ("datasets", "label_config"):
        assert not list((ROOT / folder).rglob("*.py"))


def test_datasets_is_the_library_even_at_the_root():
    code = "import datasets; print(datasets.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "site-packages" in done.stdout


def test_the_constraints_name_no_index():
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.match(r"[A-Za-z0-9._-]+(\[[\w,-]+\])?==[\w.!+-]+( ;.*)?$", line), line


@pytest.mark.parametrize("name", annotate.__all__)
def test_every_door_of_the_package_opens(name):
    assert getattr(annotate, name).__name__ == name


def test_every_runtime_package_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower()
    wanted = [*project["dependencies"], *project["optional-dependencies"]["server"]]
    for requirement in wanted:
        name = re.match(r"[\w-]+", requirement)[0].lower()
        assert f"\n{name}==" in f"\n{pinned}"


def test_scripts_can_be_run():
    names = ("quickstart", "test", "check", "environment", "chromium", "postgresql", "lock")
    for name in (*names, "bench", "chaos"):
        assert (ROOT / "scripts" / name).stat().st_mode & 0o111
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_readme_shows_the_two_commands_on_its_first_screen():
    first = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:25]
    assert any("scripts/quickstart" in line for line in first)
    assert any("scripts/test" in line for line in first)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    return zipfile.ZipFile(file)


def test_the_wheel_holds_the_package_alone(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {"annotate", next(top for top in tops if top.endswith(".dist-info"))}


def test_the_wheel_holds_what_init_and_demo_need(wheel):
    names = set(wheel.namelist())
    for file in tracked():
        inside = file.relative_to(ROOT).as_posix()
        if inside.startswith("annotate/"):
            assert inside in names


def test_a_workspace_can_be_made_from_the_wheel_alone(wheel, tmp_path):
    wheel.extractall(tmp_path / "site")
    code = "import annotate, sys; from annotate.cli import run; print(annotate.__file__); "
    code += "sys.exit(run(['init', 'sample', '--sample']))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith(str(tmp_path / "site"))
    assert (tmp_path / "sample" / "articles" / "wire.jsonl").is_file()


def test_the_manual_says_what_every_code_means() -> None:
    manual = (ROOT / "docs" / "prepare.md").read_text(encoding="utf-8")
    for meanings in (codes.LEFT_OUT, codes.REVIEWS, codes.FLAGS, codes.REJECTIONS):
        for code, meaning in meanings.items():
            assert f"| `{code}` | {meaning} |" in manual
