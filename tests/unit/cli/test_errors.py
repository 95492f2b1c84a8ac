"""Bad input at the command line: one error line, a hint, the exit status, nothing half-written."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from annotate.flows.init import init
from tests.outcome import assert_error

ARTICLE = (
    "A title of some words stands here\n\n"
    + (
        "The Valdoran president said on Tuesday that the talks would go on, and that no side had "
        "asked for a pause. "
    )
    * 8
)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    init(tmp_path / "news", name="news")
    (tmp_path / "news" / "articles" / "call.txt").write_text(ARTICLE, encoding="utf-8")
    return tmp_path / "news"


def annotate(folder: Path, *arguments: str, limit: int | None = None):
    """Run `annotate` without a server; `limit` is the largest file it may write, in bytes."""

    def small_disk() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    hidden = ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY")
    return subprocess.run(
        [sys.executable, "-m", "annotate", *arguments],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if key not in hidden},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=small_disk,
    )


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".annotate" not in path.parts
    }


def test_outside_a_workspace_the_remedy_is_init(tmp_path):
    assert_error(annotate(tmp_path, "status"), 2, "annotate.toml", "annotate init")


@pytest.mark.parametrize("arguments", [("push", "--bogus"), ("bogus",), ("init",)])
def test_wrong_usage_is_told_in_one_line(tmp_path, arguments):
    assert_error(annotate(tmp_path, *arguments), 2, "--help")


def test_without_any_server_the_remedy_is_serve(news):
    annotate(news, "prepare")
    assert_error(annotate(news, "push"), 2, "no Label Studio is known", "annotate serve")


def test_a_server_of_this_workspace_that_was_stopped_is_told_as_stopped(news):
    annotate(news, "prepare")
    private = news / ".annotate"
    (private / "login.json").write_text('{"email": "a@b", "password": "p", "token": "t"}')
    for command in ("push", "pull", "invite"):
        assert_error(annotate(news, command), 3, "is not running", "`annotate serve`")


def test_push_before_prepare_says_what_comes_first(news):
    assert_error(annotate(news, "push"), 2, "annotate prepare")


def test_a_wrong_schema_is_told_with_line_and_suggestion(news):
    file = news / "label_config" / "schema.yaml"
    text = file.read_text(encoding="utf-8")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if row.startswith("relations:"))
    file.write_text(text.replace("relations:", "relatoins:", 1), encoding="utf-8")
    for arguments in (("schema", "check"), ("push",), ("publish", "--dry-run")):
        if arguments[0] == "push":
            annotate(news, "prepare")
        if arguments[0] == "publish":
            allow_full_text(news)
        done = annotate(news, *arguments)
        assert done.returncode == 2
        assert f"schema.yaml:{line}: " in done.stderr
        assert "did you mean `relations`?" in done.stderr


def allow_full_text(news: Path) -> None:
    settings = news / "annotate.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('rights = "standoff"', 'rights = "full"'), encoding="utf-8")


def test_every_wrong_setting_is_told_at_once(news):
    settings = news / "annotate.toml"
    text = settings.read_text(encoding="utf-8")
    text = text.replace("chunk_limit = 4000", "chunk_limt = 4000").replace(
        "batch_size = 2500", "batch_size = 0"
    )
    settings.write_text(text, encoding="utf-8")
    done = annotate(news, "prepare")
    assert_error(done, 2, "did you mean chunk_limit?", "studio.batch_size")


def test_an_empty_folder_holds_no_articles(news, tmp_path):
    (news / "articles" / "call.txt").unlink()
    (tmp_path / "empty").mkdir()
    assert_error(annotate(news, "prepare", str(tmp_path / "empty")), 2, "no articles found")


def test_a_path_that_is_not_there_is_told(news):
    done = annotate(news, "prepare", "nowhere.txt")
    assert done.returncode == 2
    assert "no such file or folder" in done.stderr


def test_an_article_that_cannot_be_used_is_listed_and_the_rest_goes_on(news):
    (news / "articles" / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    done = annotate(news, "prepare")
    assert done.returncode == 1
    assert "rejected: articles/picture.txt" in done.stderr
    assert "Traceback" not in done.stderr
    assert len((news / "corpus" / "chunks.jsonl").read_text(encoding="utf-8").splitlines()) == 1


def test_plain_text_without_any_noise_keeps_its_last_short_sentence(news):
    (news / "articles" / "call.txt").write_text(f"{ARTICLE}\n\nNo one was hurt.\n", "utf-8")
    annotate(news, "prepare")
    corpus = (news / "corpus" / "articles.jsonl").read_text(encoding="utf-8")
    assert "No one was hurt." in corpus


def test_prepare_tells_what_was_left_out(news):
    page = f"Home News Sport\n\n{ARTICLE}\n\nLEAVE A REPLY\n\nYour name\n"
    (news / "articles" / "call.txt").write_text(page, encoding="utf-8")
    assert "left out, in characters: boilerplate" in annotate(news, "prepare").stderr


@pytest.mark.parametrize("port", ["99999", "-1"])
def test_a_port_that_is_none_is_wrong_usage(news, port):
    assert_error(annotate(news, "serve", "--port", port), 2, "port")


def test_nothing_to_publish_is_told(news):
    annotate(news, "prepare")
    allow_full_text(news)
    assert_error(annotate(news, "publish"), 2, "annotate pull")


def test_a_full_disk_leaves_the_corpus_as_it_was(news):
    annotate(news, "prepare")
    before = files(news)
    (news / "articles" / "second.txt").write_text(ARTICLE.replace("Tuesday", "Friday"), "utf-8")
    done = annotate(news, "prepare", limit=512)
    assert_error(done, 2, "cannot write")
    after = files(news)
    del after["articles/second.txt"]
    assert after == before


def test_a_full_disk_while_a_workspace_is_made_leaves_no_workspace(tmp_path):
    done = annotate(tmp_path, "init", "news", limit=512)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert not [path for path in (tmp_path / "news").rglob("*") if path.is_file()]
    assert annotate(tmp_path, "init", "news").returncode == 0


def test_init_does_not_overwrite_a_workspace(news):
    before = files(news)
    assert_error(annotate(news.parent, "init", "news"), 4, "already has")
    assert files(news) == before


def test_a_dry_run_changes_nothing(news):
    before = files(news)
    for arguments in (("prepare",), ("schema", "render"), ("init", "other")):
        assert annotate(news, *arguments, "--dry-run").returncode == 0
    assert files(news) == before


@pytest.mark.parametrize(
    "command",
    [
        "init",
        "prepare",
        "serve",
        "invite",
        "push",
        "pull",
        "status",
        "publish",
        "diff",
        "demo",
        "schema check",
        "schema render",
        "schema diff",
        "findings",
        "log",
        "agreement",
        "verify",
        "upload",
        "hydrate",
        "withdraw",
    ],
)
def test_every_command_has_help_with_an_example_and_json(tmp_path, command):
    done = annotate(tmp_path, *command.split(), "--help")
    assert done.returncode == 0
    assert f"Example: annotate {command}" in done.stdout
    assert "--json" in done.stdout


def test_an_interrupted_command_ends_with_130(news):
    code = (
        "import annotate.corpus as corpus\n"
        "def interrupted(*_, **__): raise KeyboardInterrupt\n"
        "corpus.prepare = interrupted\n"
        "from annotate.cli import run\n"
        "raise SystemExit(run(['prepare']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=news, capture_output=True, text=True, check=False
    )
    assert done.returncode == 130
    assert done.stderr == "interrupted; it is safe to run the command again\n"


def test_a_reader_that_hangs_up_is_no_failure(news):
    done = subprocess.run(
        f"{sys.executable} -m annotate status | true; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        cwd=news,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
