from __future__ import annotations

import tracemalloc
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.labels.read import read_labels
from annotate.labels.shelf import answers_on, chunks_on
from annotate.labels.summary import Summary, Tally, each_answer, each_finding
from annotate.ledger import Ledger
from annotate.workspace import Workspace
from tests.unit.labels.marked import STARTER
from tests.unit.labels.rows import BORIS, answered, standing, taken_back
from tests.unit.release.source import ANSWERS, CHUNKS, PARTS, drawn, make_workspace

Json = dict[str, Any]


def summed_up(workspace: Workspace, rows: Iterable[Json]) -> Summary:
    tally = Tally(workspace)
    tally.add(rows)
    return tally.summary()


def test_a_summary_of_all_rows_counts_what_the_answers_hold(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    rows = list(Ledger(workspace.labels / "annotations.jsonl"))
    held = [answer.annotation for answer in each_answer(workspace) if answer.annotation]
    spans = Counter(span.label for annotation in held for span in annotation.spans)
    found = tuple(each_finding(workspace))
    (workspace.labels / "annotations.jsonl").unlink()  # it is not read again
    summary = summed_up(workspace, iter(rows))
    assert {name: count for name, count in summary.labels.items() if count} == spans
    assert (summary.findings, summary.labels["Speaker"]) == (found, 3)
    looked_over = Tally(workspace, counts=False)
    looked_over.add(rows)
    assert looked_over.summary().findings == found


def test_a_summary_of_rows_counts_these_rows_alone(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    row = answered("c-call-1", drawn(PARTS["c-call-1"]), annotation_id=3)
    summary = summed_up(workspace, iter([taken_back(row), row]))
    assert {name: count for name, count in summary.labels.items() if count} == {
        "Speaker": 1,
        "Oppose": 1,
        "military_aid": 1,
    }


def test_a_summary_of_no_rows_reads_no_chunk(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    (workspace.labels / "tasks.jsonl").write_text("not JSON\n", encoding="utf-8")
    assert not any(summed_up(workspace, ()).labels.values())


def test_what_was_streamed_is_what_was_read_at_once(tmp_path: Path) -> None:
    old = answered("c-call-0", annotation_id=1)
    rows = [old, answered("c-nowhere", annotation_id=9), *ANSWERS[1:], taken_back(old), ANSWERS[0]]
    workspace = make_workspace(tmp_path, rows)
    languages = dict.fromkeys((chunk.article_id for chunk in CHUNKS), "en")
    labels = read_labels(workspace.labels, STARTER, languages)
    streamed = [answer.annotation for answer in each_answer(workspace) if answer.annotation]
    assert tuple(streamed) == labels.annotations
    assert tuple(each_finding(workspace)) == labels.findings
    assert [item.code for item in labels.findings] == ["chunk-unknown"]


def test_shelved_answers_are_those_that_stand_in_their_order(tmp_path: Path) -> None:
    first, second = answered("c-1", annotation_id=1), answered("c-2", annotation_id=2)
    newer = answered("c-1", annotation_id=1, annotator=BORIS)
    ledger = Ledger(tmp_path / "annotations.jsonl")
    ledger.append([first, second, newer, answered("c-3", annotation_id=3)])
    ledger.append([taken_back(second)])
    assert list(answers_on(ledger.path).rows()) == list(standing(ledger).values())


@given(st.lists(st.tuples(st.integers(1, 3), st.booleans()), max_size=12))
def test_shelves_follow_any_order_of_answers_and_deletions(events: list[tuple[int, bool]]) -> None:
    rows = [
        taken_back(row) if gone else row
        for number, gone in events
        for row in [answered("c-1", annotation_id=number)]
    ]
    numbered = [row | {"pulled_at": str(number)} for number, row in enumerate(rows)]
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "annotations.jsonl")
        ledger.append(numbered)
        assert list(answers_on(ledger.path).rows()) == list(standing(numbered).values())


def test_a_torn_last_line_is_on_no_shelf(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    Ledger(path).append([{"event": "present", "chunk_id": "c-1", "chunk": {"id": "c-1"}}])
    with path.open("ab") as file:
        file.write(b'{"event":"present","chunk_id":"c-2"')
    shelf = chunks_on(path)
    assert (shelf.get("c-1") or {})["chunk"] == {"id": "c-1"}
    assert shelf.get("c-2") is None


def test_where_there_is_no_ledger_the_shelf_is_empty(tmp_path: Path) -> None:
    assert list(answers_on(tmp_path / "none.jsonl").rows()) == []
    assert chunks_on(tmp_path / "none.jsonl").get("c-1") is None


@pytest.mark.parametrize("count", [200, 2000])
def test_memory_does_not_grow_with_the_rows_that_are_summed_up(tmp_path: Path, count: int) -> None:
    workspace = make_workspace(tmp_path)
    results = drawn(PARTS["c-call-0"])

    def rows() -> Iterator[Json]:
        for number in range(count):
            yield answered("c-call-0", results, annotation_id=number)

    summed_up(workspace, ANSWERS)  # what is made once is made before
    tracemalloc.start()
    summed_up(workspace, rows())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
