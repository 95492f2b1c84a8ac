from __future__ import annotations

import io
import json
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest

from annotate.cli import output, run
from annotate.flows.init import init
from annotate.ledger import Ledger
from tests.unit.scraped import AD, HTML, NOTE, OTHER, PAGE, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ID = "articles/a.txt"


@pytest.fixture
def news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with two articles, prepared; the current folder."""
    folder = tmp_path / "news"
    init(folder, name="news")
    (folder / "articles" / "a.txt").write_text(PAGE, encoding="utf-8")
    record = {"id": "r:1-2", "text": OTHER}
    (folder / "articles" / "b.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    assert run(["prepare"]) == 0
    return folder


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[[], Any]:
    """Give what was printed since the last time."""
    return capsys.readouterr


def pipe(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def texts(folder: Path) -> dict[str, str]:
    lines = (folder / "corpus" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["id"]: row["text"] for row in map(json.loads, lines)}


def span(words: str) -> str:
    start = PAGE.index(words)
    return f"{start}-{start + len(words)}"


def test_keep_drop_and_undo_are_followed_at_once_and_later(news):
    before = texts(news)
    assert run(["prepare", "--keep", f"{ID}:{span(NOTE)}", "--drop", f"{ID}:{span(SECOND)}"]) == 0
    after = texts(news)[ID]
    assert NOTE in after
    assert SECOND not in after
    assert run(["prepare"]) == 0
    assert texts(news)[ID] == after
    assert run(["prepare", "--undo", ID]) == 0
    assert texts(news) == before


def test_of_one_command_keep_comes_behind_drop(news):
    run(["prepare", "--keep", f"{ID}:{span(NOTE)}", "--drop", f"{ID}:0-{len(PAGE)}"])
    assert texts(news)[ID] == NOTE


def test_an_id_may_hold_colons_and_dashes(news):
    assert run(["prepare", "--drop", "r:1-2:0-10"]) == 0
    assert texts(news)["r:1-2"] == OTHER[10:].strip()


@pytest.mark.parametrize(
    "wrong",
    ["", ":1-2", ID, f"{ID}:1", f"{ID}:1-", f"{ID}:a-b", f"{ID}:-1-2", f"{ID}:1-{'9' * 5000}"],
)
def test_a_range_that_is_none_is_wrong_usage(news, told, wrong):
    told()
    assert run(["prepare", "--keep", wrong]) == 2
    assert "--keep wants ID:START-END" in told().err
    assert not (news / "articles" / "overrides.jsonl").exists()


def test_a_dry_run_with_a_decision_shows_what_would_be(news, told):
    before = texts(news)
    told()
    assert run(["prepare", "--drop", f"{ID}:0-{len(PAGE)}", "--dry-run"]) == 1
    assert "rejected: nothing of articles/a.txt is left" in told().err
    assert texts(news) == before
    assert not (news / "articles" / "overrides.jsonl").exists()


def test_accepting_ends_the_review(news, told):
    (news / "articles" / "list.txt").write_text("Ferry\n\nTram\n\nBus", encoding="utf-8")
    told()
    run(["prepare"])
    said = told().err
    assert "needs review: articles/list.txt (no_body)" in said
    assert "--accept" in said
    assert run(["prepare", "--accept", "articles/list.txt"]) == 0
    assert "needs review:" not in told().err


@pytest.mark.usefixtures("news")
def test_an_unknown_article_is_told_with_the_nearest(told):
    told()
    for option in ("--accept", "--undo", "--explain"):
        assert run(["prepare", option, "articles/a.tx"]) == 2
        assert told().err.endswith("hint: did you mean articles/a.txt?\n")


@pytest.mark.usefixtures("news")
def test_explain_prints_reason_range_and_text_in_columns(told):
    told()
    assert run(["prepare", "--explain", ID]) == 0
    out = told().out
    lines = out.splitlines()
    assert lines[0] == f"{ID}: ready"
    assert f"       kept │ {span(SECOND)} │ {SECOND}" in lines
    assert f"boilerplate │ {span(NOTE)} │ {NOTE}" in lines
    assert any("title: " in line and "(from the text)" in line for line in lines)
    assert "annotate prepare --keep articles/a.txt:0-23" in out
    assert "\x1b" not in out


@pytest.mark.usefixtures("news")
def test_explain_prints_one_json_object(told):
    told()
    assert run(["prepare", "--explain", ID, "--json"]) == 0
    found = json.loads(told().out)
    assert "".join(segment["text"] for segment in found["segments"]) == PAGE


def test_explain_writes_a_page(news, told):
    assert run(["prepare", "--explain", ID, "--html", "why.html"]) == 0
    assert AD in (news / "why.html").read_text(encoding="utf-8")
    assert run(["prepare", "--explain", ID, "--html", "no/where/why.html"]) == 0
    told()
    (news / "file").write_text("", encoding="utf-8")
    assert run(["prepare", "--explain", ID, "--html", "file/why.html"]) == 2
    assert "cannot write file/why.html" in told().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--html", "x.html"),
        ("--report", "--dry-run"),
        ("--explain", ID, "--accept", ID),
        ("--explain", ID, "other.txt"),
        ("-", "--files-from", "-"),
        ("--workers", "-1"),
    ],
)
@pytest.mark.usefixtures("news")
def test_options_that_contradict_each_other_are_wrong_usage(told, arguments):
    told()
    assert run(["prepare", *arguments]) == 2
    assert "error: " in told().err


@pytest.mark.usefixtures("news")
def test_report_measures_the_corpus(told):
    told()
    assert run(["prepare", "--report"]) == 0
    assert "coverage\t100.00 %" in told().out
    assert run(["prepare", "--report", "--json"]) == 0
    found = json.loads(told().out)
    assert found["report"]["offset_failures"] == 0
    assert found["ready"] == found["report"]["statuses"]["ready"]


def test_workers_give_the_same_corpus(news):
    (news / "articles" / "page.html").write_text(HTML, encoding="utf-8")
    run(["prepare"])
    before = {path.name: path.read_bytes() for path in (news / "corpus").iterdir()}
    shutil.rmtree(news / "corpus")
    assert run(["prepare", "--workers", "1"]) == 0
    assert {path.name: path.read_bytes() for path in (news / "corpus").iterdir()} == before


def test_a_list_names_the_articles(news, tmp_path, monkeypatch):
    for name in "xyz":
        (tmp_path / f"{name}.txt").write_text(f"{OTHER} It was in {name}.", encoding="utf-8")
    (tmp_path / "list").write_text(f"{tmp_path}/x.txt\n\n", encoding="utf-8")
    assert run(["prepare", "--files-from", str(tmp_path / "list")]) == 0
    pipe(monkeypatch, f"{tmp_path}/y.txt\0".encode())
    assert run(["prepare", "--files-from", "-"]) == 0
    (tmp_path / "list").write_text(f"{tmp_path}/z.txt", encoding="utf-8")
    assert run(["prepare", f"@{tmp_path}/list"]) == 0
    assert {f"articles/{name}.txt" for name in "xyz"} <= set(texts(news))


@pytest.mark.usefixtures("news")
def test_a_list_that_names_nothing_is_told(tmp_path, told):
    (tmp_path / "list").write_text("nowhere.txt\n", encoding="utf-8")
    told()
    assert run(["prepare", "--files-from", str(tmp_path / "list")]) == 2
    assert "nowhere.txt" in told().err


def test_standard_input_is_an_article(news, monkeypatch):
    pipe(monkeypatch, HTML.replace("Monday", "Friday").encode())
    assert run(["prepare", "-"]) == 0
    (name,) = (name for name in texts(news) if name.startswith("articles/stdin-"))
    assert name.endswith(".html")
    pipe(monkeypatch, b"")
    assert run(["prepare", "-"]) == 2


def test_long_lists_are_cut_and_say_where_the_rest_is(news, told):
    for number in range(25):
        (news / "articles" / f"bad{number:02}.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    told()
    assert run(["prepare"]) == 1
    lines = told().err.splitlines()
    assert sum(line.startswith("rejected: ") for line in lines) == 20
    assert "and 5 more; they are in corpus/rejected.jsonl" in lines


def test_duplicates_are_told_with_their_likeness(news, told):
    (news / "articles" / "twin.txt").write_text(OTHER, encoding="utf-8")
    more = PAGE.replace(NOTE, "").replace(SECOND, f"{SECOND} Nobody spoke against it on that day.")
    (news / "articles" / "wire.txt").write_text(more, encoding="utf-8")
    told()
    run(["prepare"])
    said = [line for line in told().err.splitlines() if line.startswith("duplicate: ")]
    assert any(" has the text of " in line for line in said)
    assert any(" repeats " in line and "(similarity 0." in line for line in said)


def test_a_file_name_does_not_drive_the_terminal(news, told):
    name = "bad\x1b[2J\u202e.txt"
    (news / "articles" / name).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    told()
    run(["prepare"])
    run(["prepare", "--explain", f"articles/{name}"])
    said = told()
    assert "\x1b" not in said.out + said.err
    assert "\u202e" not in said.out + said.err


def test_json_holds_what_no_stream_can_write(capsys):
    output.print_json({"text": "a\ud83d"})
    assert json.loads(capsys.readouterr().out) == {"text": "a\ud83d"}


# annotate verify


@pytest.mark.usefixtures("news")
def test_a_corpus_that_was_not_touched_is_proved(told):
    told()
    assert run(["verify", "corpus"]) == 0
    out = told().out
    assert "articles    2" in out
    assert out.endswith("\nproved\n")


def test_a_text_that_was_touched_is_found(news, told):
    (news / "articles" / "a.txt").write_text(PAGE.replace("Anna", "Olga"), encoding="utf-8")
    told()
    assert run(["verify", "corpus"]) == 1
    out = told().out
    assert f"source-changed\t{ID}\t" in out
    assert out.endswith("\n1 finding\n")
    assert run(["verify", "corpus", "--json"]) == 1
    found = json.loads(told().out)
    assert (found["proved"], found["findings"][0]["code"]) == (False, "source-changed")


def test_verify_before_prepare_says_what_comes_first(tmp_path, monkeypatch, told):
    init(tmp_path / "new", name="new-one")
    monkeypatch.chdir(tmp_path / "new")
    assert run(["verify", "corpus"]) == 2
    assert "annotate prepare" in told().err


def test_init_quotes_the_folder_and_says_what_the_dataset_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["init", "My Data!"]) == 0
    told = capsys.readouterr().err
    assert "next: cd 'My Data!', put articles" in told
    assert "the dataset is named my-data:" in told
    assert run(["init", "my-news"]) == 0
    told = capsys.readouterr().err
    assert "next: cd my-news, put articles" in told
    assert "the dataset is named" not in told
    assert run(["init", "third", "--name", "chosen"]) == 0
    assert "the dataset is named" not in capsys.readouterr().err


def test_a_rejected_input_keeps_nobody_from_the_next_step(news, told):
    (news / "articles" / "broken.jsonl").write_text("{", encoding="utf-8")
    assert run(["prepare"]) == 1
    assert "next: `annotate push`" in told().err


def test_chunks_that_are_let_go_are_told_with_the_tasks_that_stay(news, told):
    (chunk,) = [row for row in chunks_of(news) if row["article_id"] == ID]
    row = {"event": "present", "chunk_id": chunk["id"], "task_id": 12, "project_id": 4}
    row |= {"project_created_at": "2031", "at": "2031-03-14T10:00:00Z", "chunk": chunk}
    Ledger(news / "labels" / "tasks.jsonl").append([row])
    (news / "articles" / "a.txt").write_text(PAGE.replace("the", "a", 3), encoding="utf-8")
    assert run(["prepare"]) == 4
    assert "answers to them stay out of the next release" in told().err
    assert run(["prepare", "--allow-orphans"]) == 0
    err = told().err
    assert "1 pushed chunk is no longer in the corpus" in err
    assert "still in Label Studio, project 4: 1 task\n" in err
    assert "task ids: 12; chunks: " + chunk["id"] in err
    assert "/projects/4/data" in err
    assert run(["status", "--json"]) == 0
    counts = json.loads(told().out)["chunks"]
    assert (counts["pushed"], counts["let_go"]) == (0, 1)


def test_status_says_what_comes_next(news, told):
    assert run(["status"]) == 0
    done = told()
    assert f"Label Studio does not have yet: {len(chunks_of(news))} of the chunks" in done.err
    assert "remedy" in done.out


def test_status_has_nothing_sent_of_what_is_withdrawn(news, told):
    own = sum(row["article_id"] == ID for row in chunks_of(news))
    others = len(chunks_of(news)) - own
    assert run(["withdraw", ID, "--reason", "asked for"]) == 0
    assert run(["status", "--json"]) == 0
    counts = json.loads(told().out)["chunks"]
    assert own
    assert (counts["prepared"], counts["to_push"]) == (own + others, others)


def chunks_of(folder: Path) -> list[dict[str, Any]]:
    return list(map(json.loads, (folder / "corpus" / "chunks.jsonl").read_text().splitlines()))
