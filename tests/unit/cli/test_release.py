"""`annotate publish` and `annotate diff` as they are typed."""

from __future__ import annotations

import json

import pytest

from annotate.cli import run
from annotate.release.build import publish
from tests.unit.labels.rows import answered
from tests.unit.release.source import ANSWERS, make_workspace
from tests.unit.release.test_publish import corrected, releases, tell


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    made = make_workspace(tmp_path / "news")
    publish(made)
    tell(made, corrected())
    monkeypatch.chdir(made.root)
    return made


def test_a_dry_run_prints_the_change_list(workspace, capsys):
    assert run(["publish", "--dry-run"]) == 0
    done = capsys.readouterr()
    assert "## 0.1.1 (2031-04-01)" in done.out
    assert "- Speaker → Relay: 1" in done.out
    assert "would publish 0.1.1" in done.err
    assert (done.out + done.err).count("patch: spans relabelled: 1") == 1
    assert releases(workspace) == ["0.1.0"]


@pytest.mark.usefixtures("workspace")
def test_publish_says_why_the_number_is_what_it_is(capsys):
    assert run(["publish", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["version"] == "0.1.1"
    assert "patch: spans relabelled: 1" in told["reasons"]


def test_too_small_a_number_is_refused_with_status_4(workspace, capsys):
    tell(workspace, answered("c-row-0", annotation_id=9))
    assert run(["publish", "--version", "0.1.1"]) == 4
    err = capsys.readouterr().err
    assert "too small a step" in err
    assert "hint: this is a minor change, so ask for 0.2.0 or more" in err
    assert releases(workspace) == ["0.1.0"]


def test_diff_tells_reasons_rows_flow_and_examples(workspace, capsys):
    publish(workspace)
    assert run(["diff", "0.1.0", "0.1.1"]) == 0
    out = capsys.readouterr().out
    assert "patch: spans relabelled: 1" in out
    assert "spans\ttrain\t0\t0\t1" in out
    assert "Speaker\tRelay\t1" in out
    assert "“Emmanuel Macron”" in out


def test_diff_as_json_is_one_object(workspace, capsys):
    publish(workspace)
    assert run(["diff", "0.1.0", "0.1.1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["label_flow"] == [{"before": "Speaker", "after": "Relay", "spans": 1}]


def test_folders_are_compared_outside_a_workspace(workspace, capsys, tmp_path, monkeypatch):
    publish(workspace)
    folders = [str(workspace.releases / name) for name in ("0.1.0", "0.1.1")]
    monkeypatch.chdir(tmp_path)
    assert run(["diff", *folders]) == 0
    assert "spans relabelled: 1" in capsys.readouterr().out


@pytest.mark.usefixtures("workspace")
def test_releases_that_are_equal_are_said_to_be(capsys):
    assert run(["diff", "0.1.0", "0.1.0"]) == 0
    assert capsys.readouterr().out == "nothing differs\n"


def test_texts_without_rights_are_refused_with_status_4(workspace, capsys):
    settings = workspace.root / "annotate.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('text_license = "CC BY 4.0"\n', ""), encoding="utf-8")
    assert run(["publish"]) == 4
    err = capsys.readouterr().err
    assert "all rights reserved" in err
    assert 'rights = "standoff"' in err
    assert releases(workspace) == ["0.1.0"]


def test_strict_refuses_what_a_finding_sets_aside_and_names_it(workspace, capsys):
    wrong = corrected("2031-03-25T10:00:00Z")
    wrong["annotation"]["result"][0]["value"]["labels"] = ["Speeker"]
    tell(workspace, wrong)
    assert run(["publish", "--strict"]) == 4
    err = capsys.readouterr().err
    assert "label-unknown: chunk c-call-0" in err
    assert "annotate findings" in err
    assert releases(workspace) == ["0.1.0"]
    assert run(["publish"]) == 1  # left out, and counted
    assert "1 set aside (label-unknown)" in capsys.readouterr().err


def test_strict_publishes_where_nothing_is_set_aside(workspace, capsys):
    assert run(["publish", "--strict"]) == 0
    assert "published 0.1.1" in capsys.readouterr().err
    assert releases(workspace) == ["0.1.0", "0.1.1"]


@pytest.mark.usefixtures("workspace")
def test_a_release_that_is_built_again_is_not_called_published(capsys):
    assert run(["publish", "--version", "0.1.1"]) == 0
    capsys.readouterr()
    assert run(["publish", "--version", "0.1.1"]) == 0
    err = capsys.readouterr().err
    assert "0.1.1 is there already: built again, it is the same byte for byte" in err
    assert "published" not in err
    assert run(["publish", "--version", "0.1.1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rebuilt"] is True


def test_taking_a_withdrawal_back_tells_of_the_notice(workspace, capsys):
    article = ["articles/call.txt", "-C", str(workspace.root)]
    assert run(["withdraw", *article, "--reason", "asked for"]) == 0
    assert "notice: datasets/ferry-news/WITHDRAWN.md" in capsys.readouterr().err
    assert run(["withdraw", *article, "--undo"]) == 0
    err = capsys.readouterr().err
    assert "the notice beside the releases is gone" in err
    assert "`annotate publish` makes a release that has it again" in err


def test_where_a_finding_sets_something_aside_the_release_is_told_all_the_same(
    tmp_path, capsys, monkeypatch
):
    outside = {"start": 0, "end": 99_999, "text": "x", "labels": ["Speaker"]}
    broken = {"id": "r1", "from_name": "span", "to_name": "text", "type": "labels"}
    spoilt = answered("c-row-0", [broken | {"value": outside}], annotation_id=5)
    made = make_workspace(tmp_path / "news", [*ANSWERS[:4], spoilt])
    monkeypatch.chdir(made.root)
    assert run(["publish"]) == 1
    err = capsys.readouterr().err
    assert "warning: 1 set aside (offset-range)" in err
    assert 'next: datasets.load_dataset("./datasets/ferry-news/0.1.0", "spans")' in err
    assert "next: `annotate findings`" in err


def test_a_major_change_below_1_says_why_the_step_is_no_larger(workspace, capsys):
    settings = workspace.root / "annotate.toml"
    settings.write_text(settings.read_text().replace('"first"', '"single"'))
    assert run(["publish"]) == 0
    err = capsys.readouterr().err
    assert "major: " in err
    assert "below 1.0.0 a major change raises the middle number" in err
    assert "published 0.2.0" in err


def test_a_release_is_proved_by_its_version_or_its_folder(workspace, capsys, tmp_path, monkeypatch):
    assert run(["verify", "0.1.0"]) == 0
    assert run(["verify", "datasets/ferry-news/0.1.0"]) == 0
    assert run(["verify", "9.9.9"]) == 2
    err = capsys.readouterr().err
    assert "error: there is no release 9.9.9" in err
    assert "hint: releases of this workspace: 0.1.0" in err
    folder = str(workspace.releases / "0.1.0")
    (tmp_path / "annotate.toml").write_text("no toml")
    monkeypatch.chdir(tmp_path)
    assert run(["verify", folder]) == 0
    assert run(["verify", "0.1.0", "-C", str(workspace.root)]) == 0
