from __future__ import annotations

import stat
from pathlib import Path

import pytest

from annotate.errors import RefusedError
from annotate.labels.pseudonyms import Pseudonyms, open_pseudonyms
from annotate.workspace import Workspace
from tests.unit.labels.rows import answered

ONE, OTHER = Pseudonyms(b"1" * 32), Pseudonyms(b"2" * 32)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    settings = 'workspace_id = "0123456789"\nname = "ferry-news"\n'
    (tmp_path / "annotate.toml").write_text(settings, encoding="utf-8")
    return Workspace.find(tmp_path)


def test_a_name_stays_whatever_the_case_of_the_address() -> None:
    assert ONE.of("Anna.Berg@Example.org") == ONE.of(" anna.berg@example.org ")


def test_two_people_get_two_names() -> None:
    assert ONE.of("anna@example.org") != ONE.of("boris@example.org")


def test_a_name_tells_nothing_of_the_address() -> None:
    name = ONE.of("anna@example.org")
    assert name.startswith("annotator-")
    assert "anna" not in name
    assert "example" not in name


def test_another_secret_gives_other_names() -> None:
    assert ONE.of("anna@example.org") != OTHER.of("anna@example.org")
    assert ONE.fingerprint != OTHER.fingerprint


def test_the_fingerprint_does_not_give_the_secret_away() -> None:
    assert ONE.secret.hex() not in ONE.fingerprint
    assert len(ONE.fingerprint) == 12


@pytest.mark.parametrize("email", [None, ""])
def test_nobody_is_unknown(email: str | None) -> None:
    assert ONE.of(email) == "unknown"


def test_the_secret_is_made_once_and_only_its_owner_reads_it(workspace: Workspace) -> None:
    first = open_pseudonyms(workspace, [])
    mode = (workspace.private / "secret").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert stat.S_IMODE(workspace.private.stat().st_mode) == 0o700
    assert len(first.secret) == 32
    assert open_pseudonyms(workspace, []) == first


def test_the_private_folder_stays_out_of_version_control(workspace: Workspace) -> None:
    open_pseudonyms(workspace, [])
    assert (workspace.private / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_ledger_written_with_this_secret_opens(workspace: Workspace) -> None:
    names = open_pseudonyms(workspace, [])
    rows = [answered("c-1") | {"pseudonym_key": names.fingerprint}]
    assert open_pseudonyms(workspace, rows) == names


def test_a_lost_secret_is_refused_and_no_new_one_is_made(workspace: Workspace) -> None:
    names = open_pseudonyms(workspace, [])
    (workspace.private / "secret").unlink()
    rows = [answered("c-1") | {"pseudonym_key": names.fingerprint}]
    with pytest.raises(RefusedError, match="secret") as caught:
        open_pseudonyms(workspace, rows)
    assert caught.value.exit_code == 4
    assert "backup" in str(caught.value.hint)
    assert not (workspace.private / "secret").exists()


def test_another_secret_is_refused_and_left_alone(workspace: Workspace) -> None:
    names = open_pseudonyms(workspace, [])
    (workspace.private / "secret").write_text(OTHER.secret.hex(), encoding="utf-8")
    rows = [answered("c-1") | {"pseudonym_key": names.fingerprint}]
    with pytest.raises(RefusedError):
        open_pseudonyms(workspace, rows)
    assert (workspace.private / "secret").read_text(encoding="utf-8") == OTHER.secret.hex()


@pytest.mark.parametrize("content", ["", "\n", "not hexadecimal", "00ff"])
def test_a_damaged_secret_is_refused(workspace: Workspace, content: str) -> None:
    """An empty key would give names that anybody can compute from an address."""
    open_pseudonyms(workspace, [])
    (workspace.private / "secret").write_text(content, encoding="utf-8")
    with pytest.raises(RefusedError):
        open_pseudonyms(workspace, [])
