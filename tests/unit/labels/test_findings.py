"""Every finding about an answer has a case: a ledger of one answer, and what comes of it."""

from __future__ import annotations

import ast
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

import annotate.labels
from annotate.corpus import Chunk
from annotate.labels.codes import FINDINGS
from annotate.labels.configs import Configs
from annotate.labels.read import AnswerReader, read_labels
from annotate.ledger import Ledger
from tests.unit.labels.marked import STARTER
from tests.unit.labels.rows import PROJECT, answered, applied, write_ledgers

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.stem for path in CASES.glob("*.json"))


def case_of(name: str) -> dict[str, Any]:
    return json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_every_case_ends_as_expected(name: str, tmp_path: Path) -> None:
    case = case_of(name)
    text = case["text"]
    chunks = [Chunk("c-1", "a", 0, 0, len(text), text)] if case.get("pushed", True) else []
    served = case.get("server_text", text)
    row = answered("c-1", case["results"])
    row["text_sha256"] = hashlib.sha256(served.encode()).hexdigest()
    version = case.get("config", {}).get("version", "1.0.0")
    config = applied(version, "Sat, 01 Mar 2031 08:00:00 GMT")
    write_ledgers(tmp_path, chunks, [row], [config | case.get("config", {})])
    labels = read_labels(tmp_path, STARTER, {"a": "en"})
    found = [(item.code, item.severity, item.place) for item in labels.findings]
    wanted = case["findings"]
    assert found == [(item["code"], item["severity"], item["place"]) for item in wanted]
    for finding, expected in zip(labels.findings, wanted, strict=True):
        assert expected["says"] in finding.message
        assert (finding.project_id, finding.task_id) == (PROJECT, 1)
    kept = [
        [f"{span.label}: {text[span.start : span.end]}" for span in answer.spans]
        for answer in labels.annotations
    ]
    assert kept == ([] if case["kept"] is None else [case["kept"]])
    chunk_of = {chunk.id: chunk.to_json() for chunk in chunks}.get
    configs = Configs(Ledger(tmp_path / "config.jsonl"))
    reader = AnswerReader(STARTER, configs, chunk_of, lambda _: "en")
    assert reader.check(row) == list(labels.findings)  # without what a rule derives


def test_every_code_has_a_case_and_every_case_a_code() -> None:
    for name in NAMES:
        assert name in {item["code"] for item in case_of(name)["findings"]}
    assert set(NAMES) == FINDINGS.keys()


def test_every_code_that_is_given_is_listed_and_every_listed_one_is_given() -> None:
    package = Path(annotate.labels.__file__).parent
    sources = [path for path in package.glob("*.py") if path.name != "codes.py"]
    nodes = [node for path in sources for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    words = {node.value for node in nodes if isinstance(node, ast.Constant)}
    given = {
        argument.value
        for node in nodes
        if isinstance(node, ast.Call)
        for argument in node.args[:1]
        if _makes_a_finding(node) and isinstance(argument, ast.Constant)
    }
    assert given <= FINDINGS.keys() <= words


def _makes_a_finding(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else name
    return name in {"Finding", "set_aside", "_nothing"}


def test_an_older_row_says_nothing_about_the_servers_text(tmp_path: Path) -> None:
    """Rows that were pulled before `text_sha256` was kept are taken as they are."""
    write_ledgers(tmp_path, [Chunk("c-1", "a", 0, 0, 4, "Text")], [answered("c-1")])
    labels = read_labels(tmp_path, STARTER, {})
    assert (len(labels.annotations), labels.findings) == (1, ())


def test_a_task_whose_text_is_no_text_any_more_has_changed(tmp_path: Path) -> None:
    row = answered("c-1") | {"text_sha256": None}
    write_ledgers(tmp_path, [Chunk("c-1", "a", 0, 0, 4, "Text")], [row])
    labels = read_labels(tmp_path, STARTER, {})
    assert [item.code for item in labels.findings] == ["text-changed"]


def test_a_text_that_changed_sets_no_other_answer_to_the_chunk_aside(tmp_path: Path) -> None:
    rows = [
        answered("c-1", annotation_id=1) | {"text_sha256": "0" * 64},
        answered("c-1", annotation_id=2),
    ]
    write_ledgers(tmp_path, [Chunk("c-1", "a", 0, 0, 4, "Text")], rows)
    labels = read_labels(tmp_path, STARTER, {})
    assert [item.annotation_id for item in labels.annotations] == [2]
    assert list(labels.chunks) == ["c-1"]
