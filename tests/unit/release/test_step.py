"""The number of the next release follows from what differs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from annotate.errors import ConfigError, RefusedError
from annotate.release.build import publish
from annotate.release.opened import all_releases
from annotate.release.version import Version
from annotate.workspace import Workspace
from tests.unit.labels.rows import answered
from tests.unit.release.source import make_workspace
from tests.unit.release.test_publish import corrected, releases, tell

Json = dict[str, Any]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "news")


@pytest.mark.parametrize("text", ["1.0", "v1.0.0", "1.0.0-rc1", ".0.1.0.draft", "", "1.0.0\n"])
def test_what_is_no_version_is_none(text: str) -> None:
    assert Version.parse(text) is None


def test_the_releases_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("0.9.0", "0.10.0", "0.9.1", ".0.11.0.draft", "notes"):
        (tmp_path / name).mkdir()
    (tmp_path / "0.12.0").write_text("a file is no release", encoding="utf-8")
    assert [path.name for path in all_releases(tmp_path)] == ["0.9.0", "0.9.1", "0.10.0"]
    assert all_releases(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    ("version", "bump", "next_one"),
    [
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "major", "2.0.0"),
        ("0.2.3", "patch", "0.2.4"),
        ("0.9.3", "minor", "0.10.0"),
        ("0.2.3", "major", "0.3.0"),
    ],
)
def test_a_step_raises_one_number_and_sets_those_behind_it_back(
    version: str, bump: Any, next_one: str
) -> None:
    parsed = Version.parse(version)
    assert parsed is not None
    assert str(parsed.raised(bump)) == next_one


def set_setting(workspace: Workspace, old: str, new: str) -> Workspace:
    settings = workspace.root / "annotate.toml"
    text = settings.read_text(encoding="utf-8")
    assert old in text
    settings.write_text(text.replace(old, new), encoding="utf-8")
    return Workspace.find(workspace.root)


def edit_schema(workspace: Workspace, old: str, new: str) -> None:
    text = workspace.schema_file.read_text(encoding="utf-8")
    assert old in text
    workspace.schema_file.write_text(text.replace(old, new), encoding="utf-8")


def test_another_aggregation_is_a_major_change(workspace: Workspace) -> None:
    publish(workspace, version="1.0.0")
    report = publish(set_setting(workspace, 'aggregation = "first"', 'aggregation = "single"'))
    assert report.version == "2.0.0"
    assert report.reasons[0] == "major: the aggregation changed"


UNUSED = "oversight"  # no answer of the example has this topic


def test_a_renamed_label_is_a_major_change_and_named(workspace: Workspace) -> None:
    publish(workspace, version="1.0.0")
    edit_schema(workspace, f"name: {UNUSED}", "name: embargo")
    edit_schema(workspace, f"]({UNUSED}", "](embargo")
    report = publish(workspace)
    assert report.version == "2.0.0"
    assert f"major: label renamed: {UNUSED} is now embargo" in report.reasons


def test_a_label_set_between_others_moves_numbers_and_is_a_major_change(
    workspace: Workspace,
) -> None:
    publish(workspace, version="1.0.0")
    first = f"      - name: {UNUSED}"
    edit_schema(
        workspace, first, f'      - {{name: fishing, key: "0", proposition: Fish}}\n{first}'
    )
    report = publish(workspace)
    assert report.version == "2.0.0"
    assert any(reason.startswith("major: label numbered anew") for reason in report.reasons)


def test_a_label_added_at_the_end_is_a_minor_change(workspace: Workspace) -> None:
    publish(workspace, version="1.0.0")
    end = "        asks: text\n"
    new = '      - {name: fishing, key: "0", proposition: Fish may be caught}\n'
    edit_schema(workspace, end, f"{end}{new}")
    report = publish(workspace)
    assert report.version == "1.1.0"
    assert "minor: label added: fishing" in report.reasons
    assert "minor: topic added: fishing" in report.reasons


def test_new_answers_are_a_minor_change_and_corrections_a_patch(workspace: Workspace) -> None:
    publish(workspace, version="1.0.0")
    tell(workspace, corrected())
    assert publish(workspace).version == "1.0.1"
    tell(workspace, answered("c-row-0", annotation_id=9, at="2031-03-20T10:00:00Z"))
    report = publish(workspace)
    assert report.version == "1.1.0"
    assert report.reasons[0] == "minor: labelled chunks added: 1"
    manifest = orjson.loads((workspace.releases / "1.1.0" / "MANIFEST.json").read_bytes())
    assert manifest["step"] == list(report.reasons)


def test_a_first_release_is_what_was_asked_for(workspace: Workspace) -> None:
    assert publish(workspace, version="1.0.0").version == "1.0.0"


def test_a_smaller_step_than_the_difference_is_refused(workspace: Workspace) -> None:
    publish(workspace, version="1.0.0")
    tell(workspace, answered("c-row-0", annotation_id=9, at="2031-03-20T10:00:00Z"))
    with pytest.raises(RefusedError, match="labelled chunks added: 1") as caught:
        publish(workspace, version="1.0.1")
    assert caught.value.exit_code == 4
    assert "1.1.0" in str(caught.value.hint)
    assert releases(workspace) == ["1.0.0"]


def test_a_larger_step_than_the_difference_is_taken(workspace: Workspace) -> None:
    publish(workspace)
    tell(workspace, corrected())
    assert publish(workspace, version="1.0.0").version == "1.0.0"


def test_a_number_can_be_asked_for_though_nothing_differs(workspace: Workspace) -> None:
    publish(workspace)
    assert publish(workspace).version is None
    assert publish(workspace, version="1.0.0").version == "1.0.0"


@pytest.mark.parametrize("asked", ["0.0.9", "0.1.0-1", "one"])
def test_a_number_that_is_lower_or_none_is_refused(workspace: Workspace, asked: str) -> None:
    publish(workspace)
    tell(workspace, corrected())
    with pytest.raises((RefusedError, ConfigError)):
        publish(workspace, version=asked)
    assert releases(workspace) == ["0.1.0"]


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_release_can_be_built_again(workspace: Workspace) -> None:
    publish(workspace)
    tell(workspace, corrected())
    path = publish(workspace).path
    before = everything(workspace.releases)
    assert publish(workspace, version="0.1.1").path == path
    assert everything(workspace.releases) == before


def test_a_release_is_never_replaced_by_another(workspace: Workspace) -> None:
    publish(workspace)
    before = everything(workspace.releases)
    tell(workspace, corrected())
    with pytest.raises(RefusedError, match=r"0\.1\.0 is there already.*annotations/"):
        publish(workspace, version="0.1.0")
    assert everything(workspace.releases) == before


def test_a_release_without_its_new_files_is_still_a_parent(workspace: Workspace) -> None:
    """0.1.0 of the sample was made before change lists and reasons were."""
    publish(workspace)
    folder = workspace.releases / "0.1.0"
    manifest = orjson.loads((folder / "MANIFEST.json").read_bytes())
    del manifest["step"]
    (folder / "MANIFEST.json").write_bytes(orjson.dumps(manifest))
    (folder / "CHANGELOG.md").unlink()
    tell(workspace, corrected())
    assert publish(workspace).version == "0.1.1"
