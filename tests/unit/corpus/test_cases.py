"""Every case of bad input, prepared in a workspace of its own; and every code has a case."""

from __future__ import annotations

import ast
import json
import runpy
import shutil
from pathlib import Path
from typing import Any

import pytest

import annotate.corpus
from annotate.corpus import prepare, read_articles, read_rejected
from annotate.corpus.codes import FLAGS, REJECTIONS
from annotate.workspace import Workspace

CASES = Path(__file__).parents[2] / "cases"
NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())
# Only a bug of ours or of a library brings these about; their tests make one.
WITHOUT_INPUT = {"crashed", "failed"}


def expected(name: str) -> dict[str, Any]:
    return json.loads((CASES / name / "expected.json").read_text(encoding="utf-8"))


def in_workspace(name: str, workspace: Workspace) -> Workspace:
    """Lay out a case: its files, what its recipe makes, and its settings."""
    if (CASES / name / "articles").is_dir():
        shutil.copytree(CASES / name / "articles", workspace.articles, dirs_exist_ok=True)
    if (CASES / name / "make.py").is_file():
        runpy.run_path(str(CASES / name / "make.py"))["make"](workspace.articles)
    lines = [
        f"{key} = {json.dumps(value)}\n"
        for key, value in expected(name).get("settings", {}).items()
    ]
    with (workspace.root / "annotate.toml").open("a", encoding="utf-8") as file:
        file.writelines(["[prepare]\n", *lines])
    return Workspace.find(workspace.root)


@pytest.mark.parametrize("name", NAMES)
def test_every_input_of_a_case_ends_as_expected(name: str, workspace: Workspace) -> None:
    case = expected(name)
    workspace = in_workspace(name, workspace)
    counts = prepare(workspace).counts
    statuses = ("ready", "duplicate", "needs_review", "rejected")
    assert counts["inputs"] == sum(counts[status] for status in statuses)
    articles = read_articles(workspace)
    found: dict[str, Any] = {
        status: sorted(each.id for each in articles if each.status == status)
        for status in statuses[:3]
    }
    rejected = {named(each.source): each for each in read_rejected(workspace)}
    found["rejected"] = {key: each.code for key, each in rejected.items()}
    found["flags"] = {
        each.id: sorted({flag.code for flag in each.flags}) for each in articles if each.flags
    }
    for key in case.get("ready_or_needs_review", ()):
        found["ready" if key in found["ready"] else "needs_review"].remove(key)
    wanted = {status: sorted(case.get(status, ())) for status in statuses[:3]}
    assert found == wanted | {
        "rejected": dict(case.get("rejected", ())),
        "flags": case.get("flags", {}),
    }
    for key, words in case.get("says", {}).items():
        assert words in rejected[key].message


def named(source: annotate.corpus.Source) -> str:
    return f"{source.path}#{source.record}" if source.record else source.path


def test_every_code_has_a_case_and_every_case_a_code() -> None:
    codes: set[str] = set()
    for name in NAMES:
        case = expected(name)
        codes |= {code for _, code in case.get("rejected", ())}
        codes |= {code for flags in case.get("flags", {}).values() for code in flags}
    assert codes == (REJECTIONS.keys() | FLAGS.keys()) - WITHOUT_INPUT


def test_every_code_that_is_given_is_listed_and_every_listed_one_is_given() -> None:
    package = Path(annotate.corpus.__file__).parent
    sources = [path for path in package.glob("*.py") if path.name != "codes.py"]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sources]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    given = {
        value
        for node in nodes
        if isinstance(node, ast.Call)
        for value in constants(node, {"Rejected": 1, "Flag": 0, "PackedError": 0})
    }
    words = {node.value for node in nodes if isinstance(node, ast.Constant)}
    listed = REJECTIONS.keys() | FLAGS.keys()
    assert given <= listed
    assert listed <= words


def constants(call: ast.Call, places: dict[str, int]) -> list[str]:
    """The code in a call that makes a rejection or a flag, if it stands there as it is."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    place = places.get(name, -1)
    if 0 <= place < len(call.args) and isinstance(call.args[place], ast.Constant):
        return [call.args[place].value]
    return []
