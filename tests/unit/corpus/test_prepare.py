from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import annotate.corpus.article
from annotate.corpus import (
    Article,
    Chunk,
    PreparePlan,
    Received,
    Rejected,
    Source,
    plan_prepare,
    prepare,
    pushed_chunks,
    read_articles,
    read_chunks,
    read_rejected,
)
from annotate.errors import InputError, RefusedError
from annotate.workspace import PrepareSettings
from tests.unit.corpus.test_body import LEAD, OTHER, SECOND, THIRD, TITLE
from tests.unit.corpus.texts import nasty_texts

if TYPE_CHECKING:
    from pathlib import Path

    from annotate.workspace import Workspace

ARTICLE = f"{TITLE}\r\n\r\n{LEAD}\r\n\r\n{SECOND}\u00a0 \r\n\r\n{THIRD}\r\n\r\nPopular"


def received(name: str, raw: str, **more: Any) -> Received:
    return Received(id=name, source=Source(path=name, sha256="0"), raw=raw, **more)


def planned(*inputs: Received | Rejected, pushed: frozenset[str] = frozenset()) -> PreparePlan:
    return plan_prepare(inputs, PrepareSettings(), pushed)


def push(workspace: Workspace, *rows: dict[str, Any]) -> None:
    workspace.labels.mkdir(exist_ok=True)
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (workspace.labels / "tasks.jsonl").write_text(lines, encoding="utf-8")


@given(st.lists(nasty_texts | st.just(ARTICLE), max_size=6), st.sampled_from(["text", "html"]))
def test_every_input_is_counted_once_and_can_be_derived_again(raws: list[str], form: str) -> None:
    inputs = [received(f"a{index}", raw, form=form) for index, raw in enumerate(raws)]
    plan = planned(*inputs)
    assert len(plan.articles) + len(plan.rejected) == len(inputs)
    by_id = {each.id: each.raw for each in inputs}
    for article in plan.articles:
        assert article.edited(by_id[article.id]).clean == article.text
        assert Article.from_json(json.loads(json.dumps(article.to_json()))) == article
    texts = {article.id: article.text for article in plan.articles if article.status == "ready"}
    for chunk in plan.chunks:
        assert texts[chunk.article_id][chunk.start : chunk.end] == chunk.text
        assert Chunk.from_json(json.loads(json.dumps(chunk.to_json()))) == chunk


def test_preparing_writes_what_it_planned(workspace: Workspace) -> None:
    (workspace.articles / "a.txt").write_bytes(ARTICLE.encode())
    (workspace.articles / "b.txt").write_bytes(b"")
    report = prepare(workspace)
    assert report.counts == {
        "inputs": 2,
        "ready": 1,
        "duplicate": 0,
        "needs_review": 0,
        "rejected": 1,
        "chunks": 1,
    }
    assert tuple(read_articles(workspace)) == report.plan.articles
    assert tuple(read_chunks(workspace)) == report.plan.chunks
    assert [each.code for each in read_rejected(workspace)] == ["empty"]
    (article,) = report.plan.articles
    assert (article.title, article.text) == (TITLE, f"{LEAD}\n\n{SECOND}\n\n{THIRD}")


def test_preparing_twice_gives_the_same_bytes(workspace: Workspace) -> None:
    (workspace.articles / "a.txt").write_bytes(ARTICLE.encode())
    prepare(workspace)
    first = {path.name: path.read_bytes() for path in workspace.corpus.iterdir()}
    prepare(workspace)
    assert first == {path.name: path.read_bytes() for path in workspace.corpus.iterdir()}
    assert sorted(first) == ["articles.jsonl", "chunks.jsonl", "rejected.jsonl"]


def test_a_dry_run_writes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(ARTICLE.encode())
    report = prepare(workspace, [tmp_path / "a.txt"], dry_run=True)
    assert report.copied == ("articles/a.txt",)
    assert report.counts["ready"] == 1
    assert sorted(path.name for path in workspace.root.rglob("*")) == ["annotate.toml", "articles"]


def test_files_from_outside_are_copied_and_stay_prepared(
    workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_bytes(ARTICLE.encode())
    (tmp_path / "b.txt").write_bytes(f"{OTHER}\n\n{OTHER[:-1]} too.".encode())
    assert prepare(workspace, [tmp_path / "a.txt"]).copied == ("articles/a.txt",)
    prepare(workspace, [tmp_path / "b.txt"])
    assert [each.id for each in read_articles(workspace)] == ["articles/a.txt", "articles/b.txt"]
    assert (workspace.articles / "a.txt").read_bytes() == ARTICLE.encode()


def test_the_same_text_twice_is_a_duplicate_of_the_first() -> None:
    plan = planned(received("a", ARTICLE), received("b", f"News\n\n{ARTICLE}"))
    assert [(each.status, each.duplicate_of) for each in plan.articles] == [
        ("ready", None),
        ("duplicate", "a"),
    ]
    assert {chunk.article_id for chunk in plan.chunks} == {"a"}


def test_a_pushed_article_never_becomes_a_duplicate() -> None:
    (chunk,) = planned(received("b", ARTICLE)).chunks
    inputs = (received("a", ARTICLE), received("b", ARTICLE))
    plan = planned(*inputs, pushed=frozenset([chunk.id]))
    assert [each.duplicate_of for each in plan.articles] == ["b", None]
    assert plan.orphans == ()


def test_a_text_of_which_little_is_body_is_for_a_person() -> None:
    noise = "\n\n".join(f"Section {number}" for number in range(200))
    plan = planned(received("a", f"{noise}\n\n{LEAD}"), received("b", "No sentence"))
    assert [(each.status, each.reasons) for each in plan.articles] == [
        ("needs_review", ("thin_body",)),
        ("needs_review", ("no_body",)),
    ]
    assert plan.chunks == ()


def test_with_body_as_is_all_lines_stay() -> None:
    plan = plan_prepare([received("a", ARTICLE)], PrepareSettings(body="as-is"))
    assert plan.articles[0].text == f"{TITLE}\n\n{LEAD}\n\n{SECOND}\n\n{THIRD}\n\nPopular"
    assert plan.articles[0].title is None


def test_one_article_that_breaks_a_stage_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(text: str) -> None:
        raise RecursionError if "poison" in text else ValueError

    monkeypatch.setattr(annotate.corpus.article, "flags_of", broken)
    plan = planned(received("a", "poison"), received("b", ARTICLE))
    assert [(each.code, each.stage) for each in plan.rejected] == [("failed", "flags")] * 2
    assert "RecursionError" in plan.rejected[0].message


def test_a_pushed_chunk_that_would_vanish_stops_the_run(workspace: Workspace) -> None:
    (workspace.articles / "a.txt").write_bytes(ARTICLE.encode())
    push(workspace, {"event": "present", "chunk_id": "c-0", "task_id": 1})
    with pytest.raises(RefusedError, match="c-0") as caught:
        prepare(workspace)
    assert "--allow-orphans" in str(caught.value.hint)
    assert not workspace.corpus.exists()
    assert prepare(workspace, allow_orphans=True).plan.orphans == ("c-0",)


def test_a_chunk_whose_tasks_were_all_deleted_is_not_pushed(workspace: Workspace) -> None:
    push(
        workspace,
        {"event": "intent", "chunk_id": "c-0"},
        {"event": "present", "chunk_id": "c-1", "task_id": 1},
        {"event": "present", "chunk_id": "c-1", "task_id": 2},
        {"event": "deleted", "chunk_id": "c-1", "task_id": 1},
        {"event": "present", "chunk_id": "c-2", "task_id": 3},
        {"event": "deleted", "chunk_id": "c-2", "task_id": 3},
    )
    with (workspace.labels / "tasks.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"event": "pre')
    assert pushed_chunks(workspace) == {"c-1"}


def test_a_full_disk_leaves_the_old_corpus(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace.articles / "a.txt").write_bytes(ARTICLE.encode())
    prepare(workspace)
    before = {path.name: path.read_bytes() for path in workspace.corpus.iterdir()}
    (workspace.articles / "b.txt").write_bytes(OTHER.encode())

    def full(chunk: Chunk) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", chunk.id)

    monkeypatch.setattr(Chunk, "to_json", full)
    with pytest.raises(InputError, match="No space left"):
        prepare(workspace)
    assert before == {path.name: path.read_bytes() for path in workspace.corpus.iterdir()}


def test_a_corpus_that_was_never_made_is_named_with_a_remedy(workspace: Workspace) -> None:
    for read in (read_articles, read_chunks, read_rejected):
        with pytest.raises(InputError) as caught:
            read(workspace)
        assert caught.value.hint == "run `annotate prepare`"


def test_a_damaged_corpus_is_named_with_a_remedy(workspace: Workspace) -> None:
    workspace.corpus.mkdir()
    (workspace.corpus / "articles.jsonl").write_text("{}\n{oops", encoding="utf-8")
    with pytest.raises(InputError, match="damaged"):
        read_articles(workspace)


def test_a_row_of_metadata_that_names_no_article_is_a_warning(workspace: Workspace) -> None:
    (workspace.articles / "a.txt").write_bytes(ARTICLE.encode())
    (workspace.articles / "metadata.csv").write_bytes(b"path,outlet\na.txt,Mell Mail\nb.txt,X\n")
    report = prepare(workspace)
    assert report.plan.articles[0].outlet == "Mell Mail"
    assert report.warnings == ("metadata.csv names no article: b.txt",)


def test_progress_ends_with_all_bytes(workspace: Workspace) -> None:
    for name in ("a.txt", "b.txt"):
        (workspace.articles / name).write_bytes(ARTICLE.encode())
    heard: list[tuple[int, int]] = []
    prepare(workspace, progress=lambda done, total: heard.append((done, total)))
    size = len(ARTICLE.encode())
    assert heard == [(size, 2 * size), (2 * size, 2 * size)]
