from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from annotate.errors import ConfigError, InputError, RefusedError
from annotate.workspace import (
    Settings,
    Workspace,
    lock,
    parse_settings,
    private_folder,
    read_settings,
    replacing,
    write_private,
)

SETTINGS = 'workspace_id = "0123456789"\nname = "ferry-news"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "annotate.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def workspace(root: Path) -> Workspace:
    return Workspace.find(root)


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parse_settings(text, "annotate.toml")
    assert caught.value.exit_code == 2
    return caught.value.problems


def test_a_workspace_is_found_from_any_folder_in_it(root: Path) -> None:
    inner = root / "articles" / "2031"
    inner.mkdir(parents=True)
    assert Workspace.find(inner) == Workspace.find(root)
    assert Workspace.find(inner).root == root.resolve()


def test_the_nearest_workspace_counts(root: Path) -> None:
    inner = root / "inner"
    inner.mkdir()
    text = SETTINGS.replace("ferry", "tram")
    (inner / "annotate.toml").write_text(text, encoding="utf-8")
    assert Workspace.find(inner).settings.name == "tram-news"


def test_the_current_folder_is_where_the_search_starts(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    assert Workspace.find().root == root.resolve()


def test_outside_a_workspace_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no annotate\.toml") as caught:
        Workspace.find(tmp_path)
    assert "annotate init" in str(caught.value.hint)


def test_every_path_lies_in_the_workspace(workspace: Workspace) -> None:
    paths = {
        "articles": workspace.articles,
        "label_config/schema.yaml": workspace.schema_file,
        "label_config": workspace.label_config,
        "corpus": workspace.corpus,
        "labels": workspace.labels,
        "datasets/ferry-news": workspace.releases,
        ".annotate": workspace.private,
    }
    assert {name: workspace.relative(path) for name, path in paths.items()} == {
        name: name for name in paths
    }


def test_a_path_outside_is_named_without_its_folders(workspace: Workspace) -> None:
    assert workspace.relative(Path("/home/somebody/secret/news.txt")) == "news.txt"


def test_settings_that_are_left_out_have_defaults() -> None:
    settings = parse_settings(SETTINGS, "annotate.toml")
    assert settings == Settings(workspace_id="0123456789", name="ferry-news")
    assert settings.publish.rights == "standoff"
    assert settings.studio.annotators_per_chunk == 1


def test_all_problems_of_the_settings_are_told_at_once() -> None:
    text = """
    workspace_id = "SHOUTING"
    name = "x"
    colour = "red"
    [prepare]
    chunk_limit = 3
    [studio]
    batchsize = 100
    [publish]
    rights = "some"
    """
    found = problems(text)
    places = ["workspace_id", "name", "colour", "prepare.chunk_limit", "studio.batchsize"]
    for place in [*places, "publish.rights"]:
        assert any(place in line for line in found), place
    assert len(found) == 6
    assert all(line.startswith("annotate.toml: ") for line in found)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("[studio]\nbatchsize = 100", "batch_size"),
        ("[publish]\nlicence = 'x'", "license"),
        ("[prepair]\nbody = 'as-is'", "prepare"),
        ("[prepare]\nchunk_limits = 4000", "chunk_limit"),
    ],
)
def test_an_unknown_setting_is_told_with_the_one_that_was_meant(line: str, meant: str) -> None:
    (problem,) = problems(SETTINGS + line)
    assert problem.endswith(f"did you mean {meant}?")
    assert "unknown setting" in problem


def test_a_setting_like_no_other_gets_no_guess() -> None:
    (problem,) = problems(SETTINGS + "zzz = 1")
    assert problem == "annotate.toml: unknown setting zzz"


def test_one_problem_is_called_one() -> None:
    with pytest.raises(ConfigError, match=r"has 1 problem$"):
        parse_settings(SETTINGS + "zzz = 1", "annotate.toml")


def test_a_setting_in_the_place_of_a_section_is_told() -> None:
    (problem,) = problems(SETTINGS + 'studio = "http://localhost"')
    assert "studio" in problem


def test_a_secret_has_no_place_in_the_settings() -> None:
    (problem,) = problems(SETTINGS + '[studio]\napi_key = "s3cret-value"')
    assert "studio.api_key" in problem
    assert "s3cret-value" not in problem


@pytest.mark.parametrize("name", ["ab", "-news", "news-", "News", "a" * 50, "a b c", "été"])
def test_a_name_that_a_server_or_the_hub_would_refuse_is_refused(name: str) -> None:
    (problem,) = problems(SETTINGS.replace("ferry-news", name))
    assert problem.startswith("annotate.toml: name: ")


def test_broken_toml_is_told_with_its_line(root: Path) -> None:
    (root / "annotate.toml").write_text(SETTINGS + "name = \n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"not valid TOML.*line 3"):
        Workspace.find(root)


def test_settings_that_are_not_utf8_are_told(root: Path) -> None:
    (root / "annotate.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_settings(root / "annotate.toml")


def test_settings_that_cannot_be_read_are_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read annotate\.toml"):
        read_settings(tmp_path / "annotate.toml")


def test_settings_cannot_be_changed(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="frozen"):
        workspace.settings.name = "other"  # type: ignore[misc]


def test_a_private_folder_that_cannot_be_made_is_an_input_error(workspace: Workspace) -> None:
    workspace.private.write_text("a file in its place", encoding="utf-8")
    with pytest.raises(InputError, match=r"\.annotate"), lock(workspace, "push"):
        pytest.fail("a lock without a place")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_a_secret_is_for_its_owner_only_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    old = os.umask(mask)
    try:
        write_private(tmp_path / "secret", "content")
    finally:
        os.umask(old)
    assert mode(tmp_path / "secret") == 0o600
    assert (tmp_path / "secret").read_text(encoding="utf-8") == "content"


def test_writing_a_secret_again_replaces_it_and_narrows_its_mode(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("old", encoding="utf-8")
    (tmp_path / "secret").chmod(0o644)
    (tmp_path / "secret.new").write_text("left behind", encoding="utf-8")
    write_private(tmp_path / "secret", "new")
    assert mode(tmp_path / "secret") == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_the_private_folder_is_for_its_owner_only(workspace: Workspace) -> None:
    folder = private_folder(workspace)
    assert mode(folder) == 0o700
    assert (folder / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert private_folder(workspace) == folder


def test_a_file_is_replaced_when_the_block_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    with replacing(path) as draft:
        draft.write_text("new", encoding="utf-8")
        assert not path.exists()
    assert path.read_text(encoding="utf-8") == "new"
    assert list(path.parent.iterdir()) == [path]


def _write_half(draft: Path) -> None:
    draft.write_text("half", encoding="utf-8")
    draft.mkdir()


def test_a_block_that_fails_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(FileExistsError), replacing(path) as draft:
        _write_half(draft)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_lock_is_refused_to_a_second_holder(workspace: Workspace) -> None:
    with lock(workspace, "push"):
        with pytest.raises(RefusedError, match="annotate push") as caught, lock(workspace, "push"):
            pytest.fail("two hold one lock")
        assert caught.value.exit_code == 4
        with lock(workspace, "pull"):
            pass


def test_a_lock_is_free_again_after_its_block(workspace: Workspace) -> None:
    with pytest.raises(RuntimeError), lock(workspace, "push"):
        raise RuntimeError
    with lock(workspace, "push"):
        pass


HOLDER = """
import sys, time
from pathlib import Path
from annotate.workspace import Workspace, lock

with lock(Workspace.find(Path(sys.argv[1])), "push"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_lock_ends_with_the_process_that_held_it(workspace: Workspace) -> None:
    command = [sys.executable, "-c", HOLDER, str(workspace.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(RefusedError), lock(workspace, "push"):
            pytest.fail("two processes hold one lock")
        holder.kill()
    with lock(workspace, "push"):
        pass


def test_a_secret_is_on_disk_before_it_has_its_name_and_its_name_before_anyone_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real, synced = tmp_path / "secret", os.fsync, list[tuple[int, bool]]()

    def fsync(handle: int) -> None:
        synced.append((os.fstat(handle).st_ino, path.exists()))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    write_private(path, "a" * 64)
    assert synced == [(path.stat().st_ino, False), (tmp_path.stat().st_ino, True)]
    assert (path.read_text(encoding="utf-8"), path.stat().st_mode & 0o777) == ("a" * 64, 0o600)
