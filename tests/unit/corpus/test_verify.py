"""The proof of a corpus: what was not touched is proved, and every finding can be brought about."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest

import annotate.corpus.verify
from annotate.corpus import prepare, read_articles
from annotate.corpus.explain import explain
from annotate.corpus.overrides import Wish, decide
from annotate.corpus.store import MANIFEST
from annotate.corpus.verify import verify_corpus
from annotate.workspace import Workspace
from tests.unit.scraped import LEAD, OTHER, PAGE, SECOND, THIRD

Rows = dict[str, list[dict[str, Any]]]
Change = Callable[[Rows], object]

BODY = f"{LEAD}\n\n{SECOND}\n\n{THIRD} \n"
RECORDS = (
    {"id": "x", "text": BODY},
    {"id": "y", "text": BODY},
    {"id": "z", "text": OTHER},
    {"id": "x", "text": LEAD},
)
SETTINGS = '[prepare]\nbody = "as-is"\nchunk_limit = 200\nchunk_target = 100\n'


def put(workspace: Workspace, name: str, *records: dict[str, Any]) -> None:
    (workspace.articles / name).write_text("\n".join(map(json.dumps, records)), encoding="utf-8")


@pytest.fixture
def prepared(workspace: Workspace) -> Workspace:
    """An article of three chunks, its duplicate, one of a single chunk, and an id used twice."""
    with (workspace.root / "annotate.toml").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    put(workspace, "a.jsonl", *RECORDS)
    found = Workspace.find(workspace.root)
    prepare(found)
    return found


def tamper(workspace: Workspace, change: Change) -> None:
    """Change the rows of a corpus so that it still looks whole."""
    rows: Rows = {}
    for name in ("articles", "chunks", "rejected"):
        lines = (workspace.corpus / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        rows[name] = list(map(json.loads, lines))
    change(rows)
    manifest = json.loads((workspace.corpus / MANIFEST).read_bytes())
    for name, each in rows.items():
        path = workspace.corpus / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in each), encoding="utf-8")
        manifest["bytes"][path.name] = path.stat().st_size
    (workspace.corpus / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def gone(kind: str, at: int) -> Change:
    return lambda rows: rows[kind].pop(at)


def says(kind: str, at: int, **values: Any) -> Change:
    return lambda rows: rows[kind][at].update(values)


def more(kind: str, at: int, **values: Any) -> Change:
    """Add a row that is like another one but for some values."""
    return lambda rows: rows[kind].append(rows[kind][at] | values)


def from_other_bytes(rows: Rows) -> None:
    rows["articles"][0]["source"]["sha256"] = "0"


def from_no_input(rows: Rows) -> None:
    rows["rejected"][0]["source"]["record"] = 9


def as_two_articles(rows: Rows) -> None:
    second = rows["rejected"].pop()
    rows["articles"].append(rows["articles"][0] | {"source": second["source"]})


def with_a_control(rows: Rows) -> None:
    article = rows["articles"][0]
    article["text"] += "\u202e"
    article["edits"][-1][2] = "\u202e"


def with_words_of_no_input(rows: Rows) -> None:
    article = rows["articles"][0]
    article["edits"] = [[0, len(BODY), "", "dropped"], [len(BODY)] * 2 + [article["text"], "x"]]


def one_character_early(rows: Rows) -> None:
    rows["chunks"][1]["start"] = rows["chunks"][0]["end"] - 1


CHANGES: tuple[tuple[str, Change], ...] = (
    ("article-unaccounted", more("articles", -1, id="w")),
    ("article-unaccounted", lambda rows: rows["articles"].reverse()),
    ("chunk-overlap", one_character_early),
    ("chunk-unaccounted", more("chunks", -1, article_id="w")),
    ("chunk-unexpected", says("articles", 0, status="needs_review")),
    ("context-mismatch", says("chunks", 0, context_before="Before.")),
    ("context-mismatch", says("chunks", 1, context_before="")),
    ("context-mismatch", says("chunks", 1, context_after="")),
    ("context-mismatch", says("chunks", 2, context_before=SECOND.split()[-1])),
    ("duplicate-astray", says("articles", 1, duplicate_of="w")),
    ("edits-broken", says("articles", 0, edits=[[5, 3, "", "space"]])),
    ("flag-outside", says("articles", 0, flags=[{"code": "mojibake", "start": 0, "end": 999}])),
    ("id-mismatch", says("chunks", 1, id="c-0")),
    ("id-twice", as_two_articles),
    ("input-unaccounted", gone("rejected", 0)),
    ("input-unaccounted", gone("articles", 2)),
    ("offset-astray", with_words_of_no_input),
    ("offset-mismatch", says("chunks", 1, text=OTHER)),
    ("offset-mismatch", says("chunks", 1, index=2)),
    ("offset-outside", says("chunks", 2, end=999)),
    ("rejected-unaccounted", from_no_input),
    ("source-changed", from_other_bytes),
    ("text-differs", says("articles", 0, text=f"{LEAD}\n\n{SECOND}\n\n{THIRD}!")),
    ("text-not-clean", with_a_control),
    ("text-not-covered", gone("chunks", 1)),
    ("text-not-covered", gone("chunks", 2)),
)


def test_a_corpus_that_was_not_touched_is_proved(prepared: Workspace) -> None:
    report = verify_corpus(prepared)
    assert report.proved
    assert (report.articles, report.chunks, report.rejected) == (3, 4, 1)


@pytest.mark.parametrize(("code", "change"), CHANGES)
def test_what_was_touched_is_found(prepared: Workspace, code: str, change: Change) -> None:
    tamper(prepared, change)
    assert code in {finding.code for finding in verify_corpus(prepared).findings}


def test_every_finding_of_the_proof_is_brought_about() -> None:
    nodes = ast.walk(ast.parse(inspect.getsource(annotate.corpus.verify)))
    found = {
        node.args[0].value
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "find"
        and isinstance(node.args[0], ast.Constant)
    }
    assert found == {code for code, _ in CHANGES}


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_an_id_belongs_to_the_first_record_that_became_an_article(
    workspace: Workspace, name: str
) -> None:
    empty = {"id": "x", "html": "<html><body><div></div></body></html>"}
    put(workspace, name, empty, {"id": "x", "text": PAGE}, {"id": "y", "text": OTHER})
    counts = prepare(workspace).counts
    assert (counts["rejected"], counts["needs_review"] + counts["ready"]) == (1, 2)
    assert [each.source.record for each in read_articles(workspace)] == [2, 3]
    assert verify_corpus(workspace).findings == ()
    assert explain(workspace, "x")
    decide(workspace, Wish("accept", "x"))
