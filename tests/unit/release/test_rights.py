"""What may be published of a text: all of it, or where it is and what it hashes to."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from annotate.errors import ConfigError, RefusedError
from annotate.release.build import publish
from annotate.release.files import read_parquet, rows_sha256
from annotate.release.opened import Release
from annotate.workspace import Workspace
from tests.unit.release.source import PARTS, SETTINGS, TEXTS, make_workspace
from tests.unit.release.test_publish import card_of, rows_of

Json = dict[str, Any]
STANDOFF = SETTINGS.replace('rights = "full"', 'rights = "standoff"')
MIXED = STANDOFF + 'outlets = { "Velin | Post" = "full" }\n'


def published(root: Path, settings: str) -> Path:
    workspace = make_workspace(root / "news", settings=settings)
    return workspace.root / str(publish(workspace).path)


def strings_in(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {text for item in items for text in strings_in(item)}


def test_a_standoff_release_has_no_column_of_text(tmp_path: Path) -> None:
    release = Release.open(published(tmp_path, STANDOFF))
    assert set(release.configs) == {"spans", "annotations", "triples", "articles"}
    for rows in release.configs.values():
        assert "text:" not in str(rows.schema)
    assert release.manifest["publish"]["rights"] == "standoff"


def test_no_words_of_a_text_are_in_any_file_of_a_standoff_release(tmp_path: Path) -> None:
    """Every run of three words of every text is looked for, in rows and in written files."""
    folder = published(tmp_path, STANDOFF)
    release = Release.open(folder)
    found = {
        text
        for config, rows in release.configs.items()
        for row in rows.rows(range(len(rows)))
        for text in strings_in(row)
    }
    found |= {
        path.read_text("utf-8") for path in folder.iterdir() if path.suffix in {".md", ".json"}
    }
    runs = {
        " ".join(words[start : start + 3])
        for text in TEXTS.values()
        for words in [text.split()]
        for start in range(len(words) - 2)
    }
    assert not [(run, text) for run in runs for text in found if run in " ".join(text.split())]


@pytest.mark.parametrize("settings", [STANDOFF, MIXED])
def test_the_manifest_is_true_of_the_files_without_texts_too(tmp_path: Path, settings: str) -> None:
    folder = published(tmp_path, settings)
    for name, told in Release.open(folder).manifest["files"].items():
        rows = read_parquet(folder / name)
        assert (told["rows"], told["rows_sha256"]) == (len(rows), rows_sha256(rows))


def test_hashes_and_offsets_stay_in_a_standoff_release(tmp_path: Path) -> None:
    folder = published(tmp_path, STANDOFF)
    for row in rows_of(folder, "articles"):
        text = TEXTS[row["article_id"]]
        assert row["text_sha256"] == hashlib.sha256(text.encode()).hexdigest()
        assert row["rights"] == "standoff"
    for row in rows_of(folder):
        text = TEXTS[row["article_id"]][row["start"] : row["end"]]
        assert row["text_sha256"] == hashlib.sha256(text.encode()).hexdigest()
        assert all(text[span["start"] : span["end"]] for span in row["spans"])


def test_an_unknown_speaker_is_named_by_a_hash_where_words_may_not_stand(tmp_path: Path) -> None:
    full, bare = published(tmp_path / "1", SETTINGS), published(tmp_path / "2", STANDOFF)
    unknown = [
        {row["entity"] for row in rows_of(folder, "triples") if row["entity"][0] == "?"}
        for folder in (full, bare)
    ]
    assert unknown[0] == {"?she"}
    assert len(unknown[1]) == 1
    assert "she" not in unknown[1].pop()


def test_rights_are_those_of_the_outlet(tmp_path: Path) -> None:
    folder = published(tmp_path, MIXED)
    texts = {row["article_id"]: (row["rights"], row["text"]) for row in rows_of(folder, "articles")}
    assert texts == {
        "articles/call.txt": ("full", TEXTS["articles/call.txt"]),
        "articles/visit.txt": ("full", TEXTS["articles/visit.txt"]),
        "articles/row.txt": ("standoff", None),
    }
    assert Release.open(folder).manifest["publish"]["rights"] == "mixed"
    assert {row["id"] for row in rows_of(folder, "bio")} == set(PARTS) - {"c-row-0"}


def test_rights_for_an_outlet_without_article_are_a_wrong_setting(tmp_path: Path) -> None:
    settings = MIXED.replace("Velin | Post", "Velin Post")
    workspace = make_workspace(tmp_path / "news", settings=settings)
    with pytest.raises(ConfigError, match=r"did you mean 'Velin \| Post'"):
        publish(workspace)


@pytest.mark.parametrize("settings", [SETTINGS, MIXED])
def test_texts_under_all_rights_reserved_are_refused(tmp_path: Path, settings: str) -> None:
    bare = settings.replace('text_license = "CC BY 4.0"\n', "")
    workspace = make_workspace(tmp_path / "news", settings=bare)
    with pytest.raises(RefusedError, match="all rights reserved") as caught:
        publish(workspace)
    assert caught.value.exit_code == 4
    assert not workspace.releases.exists()


def test_without_texts_no_licence_of_them_is_needed(tmp_path: Path) -> None:
    folder = published(tmp_path, STANDOFF.replace('text_license = "CC BY 4.0"\n', ""))
    body = card_of(folder)[1]
    assert "annotate hydrate ./datasets/ferry-news/0.1.0 --articles DIR" in body
    assert 'row["text"]' not in body


def test_a_text_taken_out_is_not_quoted_in_the_change_list(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "news")
    publish(workspace)
    settings = workspace.root / "annotate.toml"
    settings.write_text(STANDOFF, encoding="utf-8")
    report = publish(Workspace.find(workspace.root))
    assert report.version == "0.2.0"  # columns and configs are gone
    folder = workspace.root / str(report.path)
    told = (folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "column removed: spans.text" in told.replace("\\", "")
    words = ("truce is needed", "?she")
    for path in folder.rglob("*"):
        if path.is_file():
            assert not [word for word in words if word.encode() in path.read_bytes()], path.name
