from __future__ import annotations

from pathlib import Path

import pytest

from annotate.errors import InputError
from annotate.labels.log import Home, chunk_logs, named
from annotate.ledger import Ledger
from tests.unit.labels.rows import PROJECT, answered
from tests.unit.release.source import CHUNKS, make_workspace

HOMES = {
    "c-12ab": Home("articles/b.txt", 1),
    "c-12cd": Home("articles/b.txt", 0),
    "c-9": Home("articles/a.txt", 0),
    "c-9f": Home("articles/c.txt", 0),
}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("c-12ab", ["c-12ab"]),
        ("c-12a", ["c-12ab"]),
        ("c-9", ["c-9"]),
        ("articles/b.txt", ["c-12cd", "c-12ab"]),
        ("articles/", []),
        ("c-3", []),
        ("", []),
    ],
)
def test_a_chunk_is_named_by_id_beginning_or_article(name: str, found: list[str]) -> None:
    assert named(name, HOMES) == found


def test_the_beginning_of_several_names_them() -> None:
    with pytest.raises(InputError, match="c-12ab, c-12cd") as caught:
        named("c-1", HOMES)
    assert caught.value.exit_code == 2


def test_an_article_gives_the_logs_of_all_its_chunks_in_order(tmp_path: Path) -> None:
    logs = chunk_logs(make_workspace(tmp_path), "articles/call.txt")
    assert [log.chunk_id for log in logs] == ["c-call-0", "c-call-1"]
    assert [event.kind for event in logs[0].events if event.annotation_id] == ["answered", "empty"]


def test_each_log_holds_the_rows_of_its_chunk_alone(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    for chunk in CHUNKS:
        (log,) = chunk_logs(workspace, chunk.id)
        rows = list(Ledger(workspace.labels / "annotations.jsonl"))
        wanted = [row["annotation_id"] for row in rows if row["chunk_id"] == chunk.id]
        assert [e.annotation_id for e in log.events if e.annotation_id] == wanted
        assert {event.project_id for event in log.events} == {PROJECT}


def test_an_unknown_chunk_is_answered_with_the_closest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="c-cal-0") as caught:
        chunk_logs(make_workspace(tmp_path), "c-cal-0")
    assert caught.value.hint == "did you mean c-call-0?"


def test_a_chunk_that_was_only_prepared_has_an_empty_log(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    for name in ("tasks", "annotations", "config"):
        (workspace.labels / f"{name}.jsonl").unlink()
    (log,) = chunk_logs(workspace, "c-visit")
    assert (log.article_id, log.events) == ("articles/visit.txt", ())


def test_an_answer_to_a_chunk_that_nobody_pushed_has_a_log(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, [answered("c-elsewhere")])
    (log,) = chunk_logs(workspace, "c-else")
    assert [event.kind for event in log.events] == ["empty"]
