from __future__ import annotations

import errno
import gzip
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import annotate.corpus.article
import annotate.corpus.shards
from annotate.corpus import (
    Article,
    Chunk,
    Received,
    Rejected,
    Source,
    prepare,
    pushed_chunks,
    read_articles,
    read_chunks,
    read_rejected,
)
from annotate.corpus.article import Prepared, prepare_article, prepare_articles
from annotate.corpus.freshness import stale_warning
from annotate.errors import InputError, RefusedError
from annotate.workspace import PrepareSettings, Workspace
from tests.unit.corpus.test_body import LEAD, OTHER, SECOND, THIRD, TITLE
from tests.unit.corpus.texts import nasty_texts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ARTICLE = f"{TITLE}\r\n\r\n{LEAD}\r\n\r\n{SECOND}\u00a0 \r\n\r\n{THIRD}\r\n\r\nPopular"


def received(name: str, raw: str, **more: Any) -> Received:
    return Received(id=name, source=Source(path=name, sha256="0"), raw=raw, **more)


def write(workspace: Workspace, **texts: str) -> None:
    for name, text in texts.items():
        (workspace.articles / f"{name}.txt").write_bytes(text.encode())


def records(*texts: str) -> str:
    rows = (json.dumps({"id": f"a{number}", "text": text}) for number, text in enumerate(texts))
    return "".join(row + "\n" for row in rows)


def corpus_bytes(workspace: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(workspace.corpus.iterdir())}


def push(workspace: Workspace, *rows: dict[str, Any]) -> None:
    workspace.labels.mkdir(exist_ok=True)
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (workspace.labels / "tasks.jsonl").write_text(lines, encoding="utf-8")


@given(nasty_texts | st.just(ARTICLE), st.sampled_from(["text", "html"]))
def test_every_input_becomes_an_article_or_is_rejected(raw: str, form: Any) -> None:
    result = prepare_article(received("a", raw, form=form), PrepareSettings())
    if isinstance(result, Rejected):
        assert result.code == "empty"
        return
    article, chunks = result
    assert article.edited(raw).clean == article.text
    assert Article.from_json(json.loads(json.dumps(article.to_json()))) == article
    for chunk in chunks:
        assert article.text[chunk.start : chunk.end] == chunk.text
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
    assert tuple(read_rejected(workspace)) == report.rejected
    assert [each.code for each in report.rejected] == ["empty"]
    (article,), (chunk,) = read_articles(workspace), read_chunks(workspace)
    assert chunk.text == article.text
    assert (article.title, article.text) == (TITLE, f"{LEAD}\n\n{SECOND}\n\n{THIRD}")


def test_preparing_twice_gives_the_same_bytes(workspace: Workspace) -> None:
    write(workspace, a=ARTICLE)
    prepare(workspace)
    first = corpus_bytes(workspace)
    prepare(workspace)
    assert corpus_bytes(workspace) == first
    assert {"articles.jsonl", "chunks.jsonl", "rejected.jsonl", "manifest.json"} < set(first)


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


def test_a_pipe_among_the_files_from_outside_stays_there_and_is_rejected(
    workspace: Workspace, tmp_path: Path
) -> None:
    outside = tmp_path / "scrapes"
    outside.mkdir()
    (outside / "a.txt").write_bytes(ARTICLE.encode())
    os.mkfifo(outside / "b.txt")
    report = prepare(workspace, [outside])
    assert report.copied == ("articles/scrapes/a.txt",)
    assert [(each.source.path, each.code) for each in report.rejected] == [
        ("articles/scrapes/b.txt", "unreadable")
    ]
    assert stale_warning(workspace) is None
    assert [path.name for path in (workspace.articles / "scrapes").iterdir()] == ["a.txt"]


def test_the_same_text_twice_is_a_duplicate_of_the_first(workspace: Workspace) -> None:
    write(workspace, a=ARTICLE, b=f"News\n\n{ARTICLE}")
    report = prepare(workspace)
    assert [
        (each.status, each.duplicate_of, each.similarity) for each in read_articles(workspace)
    ] == [
        ("ready", None, None),
        ("duplicate", "articles/a.txt", 1.0),
    ]
    assert [(each.id, each.of) for each in report.duplicates] == [
        ("articles/b.txt", "articles/a.txt")
    ]
    assert {chunk.article_id for chunk in read_chunks(workspace)} == {"articles/a.txt"}


def test_a_pushed_article_never_becomes_a_duplicate(workspace: Workspace) -> None:
    write(workspace, b=ARTICLE)
    prepare(workspace)
    (chunk,) = read_chunks(workspace)
    push(workspace, {"event": "present", "chunk_id": chunk.id, "task_id": 1})
    write(workspace, a=ARTICLE)
    assert prepare(workspace).orphans == ()
    assert [each.duplicate_of for each in read_articles(workspace)] == ["articles/b.txt", None]


def test_a_text_of_which_little_is_body_is_for_a_person(workspace: Workspace) -> None:
    places = ("Mell", "Tarn", "Orle", "Vash", "Quin", "Pell", "Norr", "Sund")
    menu = "\n\n".join(f"{one} and {two} | Weather | Ferries" for one in places for two in places)
    write(workspace, a=f"{menu}\n\n{TITLE}\n\n{LEAD}\n\n{SECOND}\n\nShare", b="Contact")
    report = prepare(workspace)
    assert report.needs_review == (
        ("articles/a.txt", ("thin_body",)),
        ("articles/b.txt", ("no_body",)),
    )
    assert read_chunks(workspace) == []


def test_with_body_as_is_all_lines_stay() -> None:
    result = prepare_article(received("a", ARTICLE), PrepareSettings(body="as-is"))
    assert isinstance(result, Prepared)
    assert result.article.text == f"{TITLE}\n\n{LEAD}\n\n{SECOND}\n\n{THIRD}\n\nPopular"
    assert result.article.title is None


class PanicException(BaseException):
    """Stands in for what a library in Rust ends with."""


@pytest.mark.parametrize("error", [RecursionError, PanicException])
def test_one_article_that_breaks_a_stage_does_not_stop_the_others(
    error: type[BaseException], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(text: str) -> tuple[()]:
        if "poison" in text:
            raise error
        return ()

    monkeypatch.setattr(annotate.corpus.article, "flags_of", broken)
    write(workspace, a="poison", b=ARTICLE)
    (rejected,) = prepare(workspace).rejected
    assert (rejected.code, rejected.stage) == ("failed", "flags")
    assert error.__name__ in rejected.message
    assert [each.id for each in read_articles(workspace)] == ["articles/b.txt"]


def test_an_article_that_takes_too_long_is_rejected(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(text: str) -> tuple[()]:
        while "poison" in text:
            pass
        return ()

    monkeypatch.setattr(annotate.corpus.article, "flags_of", endless)
    with (workspace.root / "annotate.toml").open("a", encoding="utf-8") as file:
        file.write("[prepare]\nseconds_per_article = 0.2\n")
    write(workspace, a="poison", b=ARTICLE)
    (rejected,) = prepare(Workspace.find(workspace.root)).rejected
    assert rejected.code == "timeout"
    assert "seconds_per_article" in rejected.message
    assert [each.id for each in read_articles(workspace)] == ["articles/b.txt"]


def test_the_second_article_with_an_id_is_rejected(workspace: Workspace) -> None:
    (workspace.articles / "x.jsonl").write_text(records(ARTICLE, OTHER), encoding="utf-8")
    (workspace.articles / "y.jsonl").write_text(records(f"{OTHER} {LEAD}"), encoding="utf-8")
    report = prepare(workspace)
    assert [(each.code, each.source.path) for each in report.rejected] == [
        ("id_twice", "articles/y.jsonl")
    ]
    assert [each.source.path for each in read_articles(workspace)] == ["articles/x.jsonl"] * 2


def test_only_what_changed_is_prepared_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = workspace.articles / "x.jsonl"
    texts = [f"{LEAD} {number}" for number in range(20)] + [ARTICLE, ARTICLE]
    file.write_text(records(*texts), encoding="utf-8")
    prepare(workspace)
    texts[3] += f" {SECOND}"
    file.write_text("\n" + records(*texts), encoding="utf-8")
    called: list[str] = []

    def heard(batch: Sequence[Received], settings: PrepareSettings) -> list[Prepared | Rejected]:
        called.extend(each.id for each in batch)
        return prepare_articles(batch, settings)

    monkeypatch.setattr(annotate.corpus.shards, "prepare_articles", heard)
    prepare(workspace)
    assert called == ["a3"]
    incremental = corpus_bytes(workspace)
    shutil.rmtree(workspace.corpus)
    prepare(workspace)
    assert corpus_bytes(workspace) == incremental


def test_a_corrected_header_gives_what_a_first_run_would(workspace: Workspace) -> None:
    table = workspace.articles / "t.csv.gz"
    for header in ("id,summary,text", "id,text,summary"):
        table.write_bytes(gzip.compress(f'{header}\nr1,"{LEAD}","{OTHER}"\n'.encode()))
        prepare(workspace)
    assert [article.text for article in read_articles(workspace)] == [LEAD]
    incremental = corpus_bytes(workspace)
    shutil.rmtree(workspace.corpus)
    prepare(workspace)
    assert corpus_bytes(workspace) == incremental


def test_a_duplicate_stands_alone_again_when_its_twin_is_gone(workspace: Workspace) -> None:
    write(workspace, a=ARTICLE, b=ARTICLE)
    assert prepare(workspace).counts["duplicate"] == 1
    (workspace.articles / "a.txt").unlink()
    assert prepare(workspace).counts["ready"] == 1
    (article,), (chunk,) = read_articles(workspace), read_chunks(workspace)
    assert (article.duplicate_of, article.similarity) == (None, None)
    assert chunk.article_id == "articles/b.txt"


@pytest.mark.parametrize("size", [1, 700, 5000])
def test_the_shards_leave_no_trace_in_the_corpus(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    texts = [f"{LEAD} {number} {OTHER}" for number in range(12)] + [ARTICLE, ARTICLE]
    (workspace.articles / "x.jsonl").write_text(records(*texts), encoding="utf-8")
    (workspace.articles / "y.jsonl").write_text("oops\n" + records(OTHER), encoding="utf-8")
    write(workspace, z=ARTICLE)
    prepare(workspace)
    whole = corpus_bytes(workspace)
    shutil.rmtree(workspace.corpus)
    monkeypatch.setattr(annotate.corpus.shards.plan_shards, "__defaults__", (size, 2))
    prepare(workspace)
    assert corpus_bytes(workspace) == whole


def test_a_run_that_was_stopped_goes_on_where_it_was(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotate.corpus.shards.plan_shards, "__defaults__", (1, 1))
    write(workspace, a=f"{LEAD} a", b=f"{SECOND} b", c=f"{THIRD} c")
    called: list[str] = []

    def stopped(batch: Sequence[Received], settings: PrepareSettings) -> list[Prepared | Rejected]:
        called.extend(each.id for each in batch)
        if len(called) == 3:
            raise KeyboardInterrupt
        return prepare_articles(batch, settings)

    monkeypatch.setattr(annotate.corpus.shards, "prepare_articles", stopped)
    with pytest.raises(KeyboardInterrupt):
        prepare(workspace)
    assert not workspace.corpus.exists()
    write(workspace, a=f"{LEAD} changed")
    prepare(workspace)
    assert called[3:] == ["articles/a.txt", "articles/c.txt"]
    assert not (workspace.private / "prepare" / "parts").exists()


def test_a_pushed_chunk_that_would_vanish_stops_the_run(workspace: Workspace) -> None:
    (workspace.articles / "a.txt").write_bytes(ARTICLE.encode())
    push(workspace, {"event": "present", "chunk_id": "c-0", "task_id": 1})
    with pytest.raises(RefusedError, match="c-0") as caught:
        prepare(workspace)
    assert "--allow-orphans" in str(caught.value.hint)
    assert not workspace.corpus.exists()
    assert prepare(workspace, allow_orphans=True).orphans == ("c-0",)


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
    write(workspace, a=ARTICLE)
    prepare(workspace)
    file = workspace.corpus / "articles.jsonl"
    content = file.read_bytes()
    file.write_bytes(content[:-9] + b"{" * 8 + b"\n")
    with pytest.raises(InputError, match=r"corpus/\w+\.jsonl, line \d+, is damaged"):
        read_articles(workspace)
    file.write_bytes(content + b"\n")
    with pytest.raises(InputError, match="was changed since"):
        read_articles(workspace)


def test_a_corpus_that_was_not_put_in_place_as_a_whole_is_not_read(workspace: Workspace) -> None:
    write(workspace, a=ARTICLE)
    prepare(workspace)
    (workspace.corpus / "manifest.json").unlink()
    with pytest.raises(InputError, match="not finished"):
        read_chunks(workspace)


def test_a_row_of_metadata_that_names_no_article_is_a_warning(workspace: Workspace) -> None:
    (workspace.articles / "a.txt").write_bytes(ARTICLE.encode())
    (workspace.articles / "metadata.csv").write_bytes(b"path,outlet\na.txt,Mell Mail\nb.txt,X\n")
    report = prepare(workspace)
    assert read_articles(workspace)[0].outlet == "Mell Mail"
    assert report.warnings == ("metadata.csv names no article: b.txt",)


def test_a_column_of_metadata_that_is_not_known_is_a_warning(workspace: Workspace) -> None:
    (workspace.articles / "a.txt").write_bytes(ARTICLE.encode())
    table = b"path, Outlet,Published At,headline,\na.txt, Mell Mail,2031-05-03,Talks,\n"
    (workspace.articles / "metadata.csv").write_bytes(table)
    report = prepare(workspace)
    (article,) = read_articles(workspace)
    assert (article.outlet, article.published_at) == ("Mell Mail", "2031-05-03")
    assert report.warnings == ("metadata.csv has columns that are not read: headline",)


def test_progress_ends_with_all_bytes(workspace: Workspace) -> None:
    for name in ("a.txt", "b.txt"):
        (workspace.articles / name).write_bytes(ARTICLE.encode())
    heard: list[tuple[int, int]] = []
    prepare(workspace, progress=lambda done, total: heard.append((done, total)))
    size = len(ARTICLE.encode())
    assert heard == [(size, 2 * size), (2 * size, 2 * size)]
