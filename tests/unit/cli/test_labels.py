"""`annotate findings` and `annotate log` in a workspace of recorded and of spoilt answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotate.cli import run
from tests.unit.labels.rows import answered
from tests.unit.release.source import ANSWERS, PARTS, SETTINGS, drawn, make_workspace

Told = Callable[[], Any]
SPOILT = [
    item | {"value": item["value"] | {"labels": ["Speeker"]}} for item in drawn(PARTS["c-call-1"])
]


@pytest.fixture
def told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Told:
    """A workspace as the current folder; gives what was printed since the last time."""
    monkeypatch.chdir(tmp_path)
    for name in ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return capsys.readouterr


def with_findings(folder: Path, **more: Any) -> None:
    arrow = {"type": "relation", "from_id": "gone", "to_id": "a1", "direction": "right"}
    rows = [
        answered("c-call-1", SPOILT[:1], annotation_id=3),
        answered("c-visit-0", [*drawn(PARTS["c-visit-0"]), arrow], annotation_id=4),
    ]
    make_workspace(folder, rows, **more)


def test_without_findings_the_status_is_0_and_the_next_step_publish(tmp_path, told):
    make_workspace(tmp_path)
    assert run(["findings"]) == 0
    done = told()
    assert done.out == "no findings\n"
    assert "annotate publish" in done.err


def test_without_answers_the_next_step_is_pull(tmp_path, told):
    workspace = make_workspace(tmp_path)
    (workspace.labels / "annotations.jsonl").unlink()
    assert run(["findings"]) == 0
    assert "annotate pull" in told().err


def test_findings_are_listed_with_the_path_of_their_task(tmp_path, told):
    with_findings(tmp_path)
    assert run(["findings"]) == 1
    done = told()
    lines = [line.split("\t") for line in done.out.splitlines()]
    assert lines[0] == ["severity", "code", "place", "message", "address"]
    assert [line[:2] for line in lines[1:]] == [
        ["error", "label-unknown"],
        ["warning", "relation-end"],
    ]
    assert {line[-1] for line in lines[1:]} == {"/projects/4/data?task=1"}
    assert "annotate pull" in done.err


def test_the_address_is_that_of_the_environment_then_of_the_settings(tmp_path, told, monkeypatch):
    with_findings(tmp_path, settings=f'{SETTINGS}[studio]\nurl = "https://studio.test/"\n')
    assert run(["findings"]) == 1
    assert "\thttps://studio.test/projects/4/data?task=1\n" in told().out
    monkeypatch.setenv("LABEL_STUDIO_URL", "https://other.test")
    assert run(["findings"]) == 1
    assert "\thttps://other.test/projects/4/data?task=1\n" in told().out


def test_warnings_alone_end_with_0(tmp_path, told):
    with_findings(tmp_path)
    assert run(["findings", "--code", "relation-end"]) == 0
    assert len(told().out.splitlines()) == 2


def test_a_code_that_does_not_exist_is_answered_with_the_closest(tmp_path, told):
    make_workspace(tmp_path)
    assert run(["findings", "--code", "label-unkown"]) == 2
    assert "hint: did you mean label-unknown?" in told().err


def test_findings_as_json_are_one_object(tmp_path, told):
    with_findings(tmp_path)
    assert run(["findings", "--json"]) == 1
    found = json.loads(told().out)
    assert (found["errors"], found["warnings"]) == (1, 1)
    assert found["findings"][0].keys() == {
        *("code", "severity", "place", "message", "project_id", "task_id", "address")
    }


def test_a_log_tells_who_did_what_in_plain_sentences(tmp_path, told):
    make_workspace(tmp_path)
    assert run(["log", "c-call-1"]) == 0
    lines = told().out.splitlines()
    assert lines[0] == "c-call-1, part 2 of articles/call.txt"
    assert any("annotate  pushed: task 1 of project 4" in line for line in lines)
    (answer,) = [line for line in lines if "answered" in line]
    assert answer == "  2031-03-14 10:00:00  annotator-aaaaaaaaaa  answered: 3 spans (answer 3)"
    assert "    marked Speaker “Vladimir Putin” (0–14)" in lines


def test_the_log_of_an_article_holds_all_its_chunks(tmp_path, told):
    make_workspace(tmp_path)
    assert run(["log", "articles/call.txt", "--json"]) == 0
    found = json.loads(told().out)["chunks"]
    assert [each["chunk_id"] for each in found] == ["c-call-0", "c-call-1"]
    kinds = [event["kind"] for event in found[0]["events"] if event["annotation_id"]]
    assert kinds == ["answered", "empty"]
    (change, *_) = found[0]["events"][-2]["changes"]
    assert change["after"]["labels"] == ["Speaker"]
    assert change["before"] is None


@pytest.mark.parametrize(
    ("name", "hint"), [("c-cal-1", "did you mean c-call-1?"), ("c-call", "give more of the id")]
)
def test_a_chunk_that_is_not_clear_ends_with_2_and_a_remedy(tmp_path, told, name, hint):
    make_workspace(tmp_path)
    assert run(["log", name]) == 2
    assert f"hint: {hint}" in told().err


def test_a_log_obeys_no_control_character_of_an_answer(tmp_path, told):
    case = drawn(PARTS["c-row-0"])
    item = {"id": "d", "from_name": "note", "type": "textarea", "value": {"text": ["\x1b[2J"]}}
    make_workspace(tmp_path, [*ANSWERS[:4], answered("c-row-0", [*case, item], annotation_id=5)])
    assert run(["log", "c-row-0"]) == 0
    out = told().out
    assert "\x1b" not in out
    assert "[2J" in out


@pytest.mark.parametrize("command", ["findings", "log"])
def test_each_has_help_with_an_example_and_json(capsys, command):
    assert run([command, "--help"]) == 0
    out = capsys.readouterr().out
    assert f"Example: annotate {command}" in out
    assert "--json" in out
