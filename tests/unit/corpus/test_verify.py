from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from annotate.corpus import prepare, read_articles
from annotate.corpus.explain import explain
from annotate.corpus.overrides import Wish, decide
from annotate.corpus.verify import verify_corpus
from tests.unit.scraped import OTHER, PAGE

if TYPE_CHECKING:
    from annotate.workspace import Workspace


def put(workspace: Workspace, name: str, *records: dict[str, Any]) -> None:
    (workspace.articles / name).write_text("\n".join(map(json.dumps, records)), encoding="utf-8")


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
