"""An article is taken back: written down once, read by everyone, told to whoever has it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotate.cli import run
from annotate.corpus import plan_inputs
from annotate.corpus.withdrawn import withdrawn
from annotate.errors import InputError
from annotate.ledger import Ledger
from annotate.release.build import publish
from annotate.release.files import data_file, read_parquet
from annotate.release.verify import verify_release
from annotate.release.withdraw import NOTICE, tombstones, withdraw
from annotate.studio.status import status
from annotate.workspace import Workspace
from tests.unit.release.source import make_workspace

CALL, ROW = "articles/call.txt", "articles/row.txt"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "news")


def test_at_first_nothing_is_withdrawn(workspace: Workspace) -> None:
    assert withdrawn(workspace) == {}
    assert tombstones(workspace) == []


def test_what_is_withdrawn_is_read_with_its_reason(workspace: Workspace) -> None:
    report = withdraw(workspace, CALL, " asked for\nby the outlet ")
    assert report.changed
    assert withdrawn(workspace) == {CALL: "asked for by the outlet"}


def test_the_same_twice_is_written_once(workspace: Workspace) -> None:
    withdraw(workspace, CALL, "asked for")
    before = (workspace.articles / "withdrawn.jsonl").read_bytes()
    assert not withdraw(workspace, CALL, "asked for").changed
    assert (workspace.articles / "withdrawn.jsonl").read_bytes() == before
    assert withdraw(workspace, CALL, "ordered by a court").changed
    assert withdrawn(workspace) == {CALL: "ordered by a court"}


def test_a_withdrawal_can_be_taken_back(workspace: Workspace) -> None:
    withdraw(workspace, CALL, "a mistake")
    withdraw(workspace, ROW, "asked for")
    assert withdraw(workspace, CALL, "", undo=True).changed
    assert withdrawn(workspace) == {ROW: "asked for"}
    assert not withdraw(workspace, CALL, "", undo=True).changed


def test_a_dry_run_writes_nothing(workspace: Workspace) -> None:
    assert withdraw(workspace, CALL, "asked for", dry_run=True).changed
    assert not (workspace.articles / "withdrawn.jsonl").exists()
    assert withdrawn(workspace) == {}


@pytest.mark.parametrize(("article", "reason"), [("articles/none.txt", "asked"), (CALL, " \n")])
def test_an_unknown_article_and_no_reason_are_wrong_calls(
    workspace: Workspace, article: str, reason: str
) -> None:
    with pytest.raises(InputError):
        withdraw(workspace, article, reason)
    assert not (workspace.articles / "withdrawn.jsonl").exists()


def test_a_line_changed_by_hand_stops_the_reading(workspace: Workspace) -> None:
    """A broken line must not let an article through."""
    withdraw(workspace, CALL, "asked for")
    path = workspace.articles / "withdrawn.jsonl"
    path.write_text(path.read_text().replace("article", "artikel"), encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        withdrawn(workspace)


def test_a_notice_names_the_releases_that_hold_it(workspace: Workspace) -> None:
    publish(workspace)
    report = withdraw(workspace, CALL, "asked | for")
    assert report.releases == ("0.1.0",)
    notice = (workspace.releases / NOTICE).read_text(encoding="utf-8")
    assert "| articles/call.txt | 0.1.0 |" in notice
    assert "asked \\| for" in notice
    (stone,) = tombstones(workspace)
    assert stone["releases"] == ["0.1.0"]
    assert set(stone) == {"article_id", "reason", "withdrawn_at", "releases"}
    withdraw(workspace, CALL, "", undo=True)
    assert not (workspace.releases / NOTICE).exists()


def test_without_a_release_there_is_no_notice(workspace: Workspace) -> None:
    assert withdraw(workspace, CALL, "asked for").notice is None


def test_the_release_stays_as_it_was_and_the_notice_is_no_release(workspace: Workspace) -> None:
    publish(workspace)
    folder = workspace.releases / "0.1.0"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    withdraw(workspace, CALL, "asked for")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert publish(workspace).version in {None, "0.2.0"}


def test_the_list_is_not_taken_for_an_article(workspace: Workspace) -> None:
    (workspace.articles).mkdir(exist_ok=True)
    (workspace.articles / "a.txt").write_text("A text.", encoding="utf-8")
    withdraw(workspace, CALL, "asked for")
    assert [item.name for item in plan_inputs(workspace).inputs] == ["articles/a.txt"]


def test_the_command_says_what_it_did(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(workspace)
    call = ["withdraw", CALL, "--reason", "asked for", "-C", str(workspace.root)]
    assert run([*call, "--dry-run"]) == 0
    assert withdrawn(workspace) == {}
    assert run(call) == 0
    assert "releases that hold it: 0.1.0" in capsys.readouterr().out
    assert run([*call, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changed"] is False
    assert run(["withdraw", CALL, "-C", str(workspace.root)]) == 2


def test_the_tasks_that_label_studio_still_has_are_named_until_a_push_found_them_gone(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["withdraw", CALL, "--reason", "asked for", "-C", str(workspace.root)]
    ledger = Ledger(workspace.labels / "tasks.jsonl")
    rows = {row["chunk_id"]: row for row in ledger}
    ledger.append([rows["c-call-1"] | {"task_id": 12}])  # what stands there now
    assert status(workspace).withdrawn == {"articles": 0, "tasks_left": 0}
    assert run(call) == 0
    told = capsys.readouterr().err
    assert "still in Label Studio, project 4: 2 tasks" in told
    assert "task ids: 1, 12; chunks: c-call-0 …" in told
    assert "/projects/4/data" in told
    assert status(workspace).withdrawn == {"articles": 1, "tasks_left": 2}

    gone = {key: value for key, value in rows["c-call-0"].items() if key != "chunk"} | {
        "event": "deleted"
    }
    ledger.append([gone | {"task_id": 999}])  # of a task that was replaced before
    assert len(withdraw(workspace, CALL, "asked for").tasks) == 2
    ledger.append([gone])
    assert [each.chunk_id for each in withdraw(workspace, CALL, "asked for").tasks] == ["c-call-1"]
    assert status(workspace).withdrawn == {"articles": 1, "tasks_left": 1}
    assert run([*call, "--json"]) == 0
    (task,) = json.loads(capsys.readouterr().out)["tasks"]
    assert (task["chunk_id"], task["task_id"]) == ("c-call-1", 12)
    assert run(["withdraw", CALL, "--undo", "-C", str(workspace.root)]) == 0
    assert "Label Studio" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("call.txt", "did you mean articles/call.txt?"),
        ("s/call", "did you mean articles/call.txt?"),
        ("zzz", "the ids stand in corpus/articles"),
    ],
)
def test_a_wrong_id_is_told_which_was_meant_and_where_they_stand(
    workspace: Workspace, wrong: str, hint: str
) -> None:
    with pytest.raises(InputError) as caught:
        withdraw(workspace, wrong, "asked for")
    assert (caught.value.hint or "").startswith(hint)
    assert "corpus/articles.jsonl" in (caught.value.hint or "")


def test_the_next_release_names_what_was_withdrawn_and_holds_none_of_it(
    workspace: Workspace,
) -> None:
    publish(workspace)
    withdraw(workspace, CALL, "asked for by the outlet")
    report = publish(workspace)
    assert report.version == "0.2.0"
    folder = workspace.releases / "0.2.0"
    (row,) = json.loads((folder / "MANIFEST.json").read_bytes())["withdrawn"]
    assert row.pop("withdrawn_at")
    assert row == {
        "article_id": CALL,
        "reason": "asked for by the outlet",
        "releases": ["0.1.0"],
    }
    assert verify_release(folder) == []
    for config in ("spans", "annotations", "triples", "stance", "bio", "articles"):
        rows = read_parquet(folder / data_file(config, "train"))
        assert CALL not in {each["article_id"] for each in rows}
    changes = (folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "articles/call.txt: asked for by the outlet" in changes
    assert "Articles that were taken back: 1." in (folder / "README.md").read_text("utf-8")


def test_the_list_stays_in_later_releases_and_does_not_change_by_itself(
    workspace: Workspace,
) -> None:
    publish(workspace)
    withdraw(workspace, CALL, "asked for")
    publish(workspace)
    assert publish(workspace).version is None
    withdraw(workspace, CALL, "ordered by a court")
    report = publish(workspace)
    assert report.version == "0.2.1"
    assert report.reasons == ("patch: another reason for a withdrawal: articles/call.txt",)
    (row,) = json.loads((workspace.releases / "0.2.1" / "MANIFEST.json").read_bytes())["withdrawn"]
    assert (row["reason"], row["releases"]) == ("ordered by a court", ["0.1.0"])


def test_what_was_never_published_is_in_no_public_list(workspace: Workspace) -> None:
    withdraw(workspace, CALL, "asked for")
    publish(workspace)
    manifest = (workspace.releases / "0.1.0" / "MANIFEST.json").read_bytes()
    assert json.loads(manifest)["withdrawn"] == []
    assert CALL.encode() not in manifest


def test_an_address_does_not_get_into_the_public_reason(workspace: Workspace) -> None:
    with pytest.raises(InputError, match="address"):
        withdraw(workspace, CALL, "asked for by anna@news.test")
    assert withdrawn(workspace) == {}


def test_strict_takes_a_withdrawal_for_what_it_is(workspace: Workspace) -> None:
    publish(workspace)
    withdraw(workspace, CALL, "asked for")
    assert publish(workspace, strict=True).version == "0.2.0"
