"""`annotate agreement` on the answers of the sample."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import annotate
from annotate.cli import run
from annotate.flows.init import init
from annotate.workspace import Workspace

Told = Callable[[], Any]


@pytest.fixture
def told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Told:
    """The sample, answered, as the current folder; gives what was printed since the last time."""
    init(tmp_path / "news", sample=True)
    labels = tmp_path / "news" / "labels"
    labels.mkdir(exist_ok=True)
    for file in (files("annotate") / "sample" / "labels").iterdir():
        (labels / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path / "news")
    for name in ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return capsys.readouterr


def test_the_table_has_figures_with_intervals_gates_and_the_largest_kind(told):
    assert run(["agreement"]) == 0
    done = told()
    assert "triples\tF1\t0." in done.out
    assert " to 0." in done.out
    assert "\tpassed\n" in done.out
    assert "most frequent: missed, a span that the other did not mark" in done.out
    assert "--report" in done.err


def test_json_is_what_the_library_gives(told):
    assert run(["agreement", "--json"]) == 0
    found = json.loads(told().out)
    library = annotate.agreement(Workspace.find()).to_json()
    assert found == json.loads(json.dumps(library))
    figure = found["figures"]["stance"]["u_alpha"]
    assert figure["low"] < figure["value"] < figure["high"]
    assert figure["unit"] == "spans"
    assert found["chunks"] >= found["articles"] > 0


def test_the_report_is_one_file_with_links_to_the_server_that_is_named(told, monkeypatch):
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://labels.example.org/")
    assert run(["agreement", "--report", "report.html"]) == 0
    page = Path("report.html").read_text(encoding="utf-8")
    assert 'href="http://labels.example.org/projects/' in page
    assert "wrote report.html" in told().err


def test_a_gate_that_is_not_passed_ends_with_0_and_is_told(told):
    with Path("annotate.toml").open("a", encoding="utf-8") as file:
        file.write('"stance.u_alpha" = 0.99\n')
    assert run(["agreement"]) == 0
    assert "stance uα\t0.99\t0.8" in told().out


def test_a_gate_for_an_unknown_figure_is_a_wrong_setting(told):
    with Path("annotate.toml").open("a", encoding="utf-8") as file:
        file.write('"stanze.u_alpha" = 0.9\n')
    assert run(["agreement"]) == 2
    assert "did you mean stance.u_alpha?" in told().err


def test_a_withdrawn_article_is_left_out(told):
    assert run(["agreement", "--json"]) == 0
    before = json.loads(told().out)["articles"]
    row = json.loads(Path("labels/tasks.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    article = row["chunk"]["article_id"]
    withdrawal = {"event": "withdrawn", "article": article, "reason": "x", "at": "2026-11-28"}
    Path("articles/withdrawn.jsonl").write_text(json.dumps(withdrawal) + "\n", encoding="utf-8")
    assert run(["agreement", "--json"]) == 0
    assert json.loads(told().out)["articles"] == before - 1


def test_without_answers_of_two_the_remedy_is_told(told):
    Path("labels/annotations.jsonl").unlink()
    assert run(["agreement"]) == 2
    assert "overlap_share" in told().err


def test_who_is_who_is_not_guessed_with_another_secret(told):
    assert run(["annotators", "--who"]) == 4
    done = told()
    assert "the secret behind the annotators' pseudonyms is missing" in done.err
    assert done.out == ""
