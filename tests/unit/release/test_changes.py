from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from annotate.release.changes import Version, changes, latest, next_version


@pytest.mark.parametrize("text", ["1.0", "v1.0.0", "1.0.0-rc1", ".0.1.0.draft", "", "1.0.0\n"])
def test_what_is_no_version_is_none(text: str) -> None:
    assert Version.parse(text) is None


def test_versions_are_compared_as_numbers() -> None:
    texts = ["0.10.0", "0.9.1", "1.0.0", "0.9.0"]
    found = sorted(version for text in texts if (version := Version.parse(text)))
    assert [str(version) for version in found] == ["0.9.0", "0.9.1", "0.10.0", "1.0.0"]


def test_the_latest_release_is_the_highest_version(tmp_path: Path) -> None:
    for name in ("0.9.0", "0.10.0", ".0.11.0.draft", "notes"):
        (tmp_path / name).mkdir()
    (tmp_path / "0.12.0").write_text("a file is no release", encoding="utf-8")
    assert latest(tmp_path) == tmp_path / "0.10.0"


def test_without_a_release_there_is_no_latest(tmp_path: Path) -> None:
    assert latest(tmp_path) is None
    assert latest(tmp_path / "datasets") is None


@pytest.mark.parametrize(
    ("parent", "version"), [(None, "0.1.0"), ("0.1.0", "0.2.0"), ("0.9.3", "0.10.0")]
)
def test_the_next_version_is_higher(parent: str | None, version: str) -> None:
    assert next_version(Path(parent) if parent else None) == version


def row(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "text": "x", "first_version": "1", "last_changed_version": "1", **more}


def test_rows_added_removed_and_changed_are_counted_by_config() -> None:
    before = {"spans": [row("a"), row("b"), row("c")], "articles": [{"article_id": "x"}]}
    after = {"spans": [row("d"), row("c"), row("b", text="y")], "articles": [{"article_id": "x"}]}
    assert changes(before, after) == {"spans": {"added": 1, "removed": 1, "changed": 1}}


def test_order_and_version_columns_are_no_change() -> None:
    after = [row("b", last_changed_version="2"), row("a", first_version="2")]
    assert changes({"spans": [row("a"), row("b")]}, {"spans": after}) == {}


def test_against_nothing_everything_is_added() -> None:
    assert changes({}, {"spans": [row("a")], "articles": []}) == {
        "spans": {"added": 1, "removed": 0, "changed": 0}
    }
