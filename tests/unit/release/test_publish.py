from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import weakref
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from annotate.corpus.store import let_go
from annotate.errors import InputError, RefusedError
from annotate.ledger import Ledger
from annotate.release import build, draft, source
from annotate.release.build import PublishReport, publish
from annotate.release.columns import tables
from annotate.release.draft import check_offsets
from annotate.release.files import data_file, read_parquet, rows_sha256, write_parquet
from annotate.workspace import Workspace, lock
from tests.unit.labels.marked import STARTER
from tests.unit.labels.rows import answered, taken_back
from tests.unit.release.source import ANSWERS, BORIS, CHUNKS, SETTINGS, TEXTS, make_workspace

Json = dict[str, Any]
CONFIGS = list(tables(STARTER))
CONFIG_ROWS = {
    "spans": 3,
    "annotations": 5,
    "triples": 3,
    "stance": 3,
    "bio": 3,
    "articles": 3,
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "news")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a release that no test changes."""
    workspace = make_workspace(tmp_path_factory.mktemp("released") / "news")
    report = publish(workspace)
    assert report.path
    return workspace.root / report.path


def rows_of(folder: Path, config: str = "spans") -> list[Json]:
    return read_parquet(folder / data_file(config, "train"))


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def releases(workspace: Workspace) -> list[str]:
    """Everything in the releases' folder, drafts included."""
    return sorted(path.name for path in workspace.releases.glob("*")) + sorted(
        path.name for path in workspace.releases.glob(".*")
    )


def tell(workspace: Workspace, *rows: Json) -> None:
    Ledger(workspace.labels / "annotations.jsonl").append(rows)


def corrected(at: str = "2031-03-20T10:00:00Z") -> Json:
    """The first answer with the first label changed."""
    row = deepcopy(ANSWERS[0])
    row["annotation"]["result"][0]["value"]["labels"] = ["Relay"]
    row["annotation"]["updated_at"] = at
    return row


def test_a_release_is_complete(released: Path) -> None:
    assert released.name == "0.1.0"
    assert files_in(released) == {
        *("README.md", "CHANGELOG.md", "MANIFEST.json", "SHA256SUMS", "splits.parquet"),
        "croissant.json",
        *(f"pictures/{name}.svg" for name in ("labels", "sides", "versions")),
        *(data_file(config, "train") for config in CONFIGS),
    }


def test_a_release_holds_no_program(released: Path) -> None:
    assert list(released.rglob("*.py")) == []


def test_the_report_says_what_was_made(workspace: Workspace) -> None:
    report = publish(workspace)
    manifest = (workspace.releases / "0.1.0" / "MANIFEST.json").read_bytes()
    assert report == PublishReport(
        version="0.1.0",
        path="datasets/ferry-news/0.1.0",
        manifest_sha256=hashlib.sha256(manifest).hexdigest(),
        changes={
            config: {"train": {"added": count, "removed": 0, "changed": 0}}
            for config, count in CONFIG_ROWS.items()
        },
        undecided=1,
        set_aside={},
        errors=0,
        change_list="## 0.1.0 (2031-04-01)\n\nThe first release.\n",
    )


def test_the_sums_are_true_and_name_every_file(released: Path) -> None:
    lines = (released / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert set(sums) == files_in(released) - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((released / name).read_bytes()).hexdigest() == digest


def test_sha256sum_itself_agrees(released: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=released, check=True)


def test_the_manifest_tells_the_truth_about_every_file(released: Path) -> None:
    manifest = orjson.loads((released / "MANIFEST.json").read_bytes())
    assert set(manifest["files"]) == {data_file(config, "train") for config in CONFIGS}
    for name, told in manifest["files"].items():
        rows = read_parquet(released / name)
        assert told == {
            "sha256": hashlib.sha256((released / name).read_bytes()).hexdigest(),
            "rows_sha256": rows_sha256(rows),
            "rows": len(rows),
        }
    assert manifest["version"] == "0.1.0"
    assert manifest["parent"] is None
    assert manifest["publish"]["aggregation"] == "first"
    assert manifest["undecided_chunks"] == 1
    assert manifest["pseudonym_key"] == ["0123456789ab"]
    assert manifest["schema"]["version"] == STARTER.version


def test_the_release_is_dated_by_the_last_pull_and_not_by_the_clock(released: Path) -> None:
    assert orjson.loads((released / "MANIFEST.json").read_bytes())["date"] == "2031-04-01"
    assert "Answers as of 2031-04-01" in (released / "README.md").read_text(encoding="utf-8")


def test_the_offsets_of_a_release_are_proved(released: Path) -> None:
    rows, spans = 3 + 5, 9 + 9
    assert check_offsets(released) == rows + spans


@pytest.mark.parametrize("config", ["spans", "annotations"])
def test_a_span_that_is_not_its_text_is_a_bug(tmp_path: Path, config: str) -> None:
    folder = publish_into(tmp_path)
    rows = rows_of(folder, config)
    broken = next(row for row in rows if row["spans"])
    broken["spans"][0]["end"] += 1
    write_parquet(folder / data_file(config, "train"), rows, tables(STARTER)[config])
    with pytest.raises(ValueError, match="is not its text"):
        check_offsets(folder)


def test_a_chunk_that_is_not_its_articles_text_is_a_bug(tmp_path: Path) -> None:
    folder = publish_into(tmp_path)
    rows = [row | {"start": row["start"] + 1} for row in rows_of(folder)]
    write_parquet(folder / data_file("spans", "train"), rows, tables(STARTER)["spans"])
    with pytest.raises(ValueError, match="is not the text"):
        check_offsets(folder)


def publish_into(root: Path, answers: Sequence[Json] = ANSWERS, settings: str = SETTINGS) -> Path:
    workspace = make_workspace(root / "news", answers, settings=settings)
    publish(workspace)
    return workspace.releases / "0.1.0"


def test_the_same_ledgers_give_the_same_bytes(tmp_path: Path, released: Path) -> None:
    folder = publish_into(tmp_path, [ANSWERS[3], ANSWERS[0], ANSWERS[4], ANSWERS[2], ANSWERS[1]])
    for name in files_in(released):
        assert (folder / name).read_bytes() == (released / name).read_bytes(), name


def test_a_new_contact_is_a_new_release(workspace: Workspace) -> None:
    publish(workspace)
    settings = workspace.root / "annotate.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("data@example.org", "desk@example.org"), encoding="utf-8")
    report = publish(Workspace.find(workspace.root))
    assert (report.version, report.changes) == ("0.1.1", {})
    assert report.reasons == ("patch: setting changed: contact",)
    card = (workspace.root / str(report.path) / "README.md").read_text(encoding="utf-8")
    assert "desk@example.org" in card


def test_a_config_without_rows_is_left_out(tmp_path: Path) -> None:
    """`datasets` cannot load an empty one; a first small release often has no triple yet."""
    workspace = make_workspace(tmp_path / "news", [answered("c-call-0", [])])
    folder = workspace.root / str(publish(workspace).path)
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {
        "annotations",
        "articles",
        "bio",
        "pictures",
        "spans",
    }
    head, body = card_of(folder)
    assert "triples" not in {config["config_name"] for config in head["configs"]}
    assert '"triples"' not in body


def test_answers_that_decide_nothing_are_no_release(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "news", [answered("c-call-0", [], was_cancelled=True)])
    with pytest.raises(InputError, match="no chunk has a decision"):
        publish(workspace)
    assert not workspace.releases.exists()


def test_without_answers_there_is_nothing_to_publish(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "news", [])
    with pytest.raises(InputError, match="no answer yet") as caught:
        publish(workspace)
    assert "annotate pull" in str(caught.value.hint)
    assert not workspace.releases.exists()


def test_a_dry_run_tells_the_plan_and_writes_nothing(workspace: Workspace) -> None:
    planned = publish(workspace, dry_run=True)
    assert not workspace.releases.exists()
    made = publish(workspace)
    assert (planned.version, planned.changes, planned.undecided) == (
        made.version,
        made.changes,
        made.undecided,
    )
    assert (planned.path, planned.manifest_sha256) == (None, None)


def test_publishing_twice_makes_one_release(workspace: Workspace) -> None:
    publish(workspace)
    before = {name: (workspace.releases / "0.1.0" / name).read_bytes() for name in ("README.md",)}
    report = publish(workspace)
    assert (report.version, report.path, report.changes) == (None, None, {})
    assert releases(workspace) == ["0.1.0"]
    assert {name: (workspace.releases / "0.1.0" / name).read_bytes() for name in before} == before


def test_an_answer_that_changes_no_row_makes_no_release(workspace: Workspace) -> None:
    publish(workspace)
    row = deepcopy(ANSWERS[0])
    row["annotation"]["updated_at"] = "2031-03-16T10:00:00Z"
    tell(workspace, row | {"pulled_at": "2031-04-09T00:00:00Z"})
    assert publish(workspace).version is None


def test_a_changed_label_makes_a_patch(workspace: Workspace) -> None:
    publish(workspace)
    first = files_in(workspace.releases / "0.1.0")
    tell(workspace, corrected())
    report = publish(workspace)
    assert report.version == "0.1.1"
    assert report.changes == {
        "spans": {"train": {"added": 0, "removed": 0, "changed": 1}},
        "annotations": {"train": {"added": 0, "removed": 0, "changed": 1}},
        "triples": {"train": {"added": 0, "removed": 1, "changed": 0}},
        "stance": {"train": {"added": 1, "removed": 1, "changed": 0}},
        "bio": {"train": {"added": 0, "removed": 0, "changed": 1}},
    }
    assert "patch: spans relabelled: 1" in report.reasons
    assert {
        row["id"]: (row["first_version"], row["last_changed_version"])
        for row in rows_of(workspace.releases / "0.1.1")
    } == {
        "c-call-0": ("0.1.0", "0.1.1"),
        "c-call-1": ("0.1.0", "0.1.0"),
        "c-visit-0": ("0.1.0", "0.1.0"),
    }
    manifest = orjson.loads((workspace.releases / "0.1.1" / "MANIFEST.json").read_bytes())
    assert manifest["parent"] == "0.1.0"
    assert files_in(workspace.releases / "0.1.0") == first
    assert publish(workspace).version is None


def test_a_chunk_answered_later_is_new_in_the_next_version(workspace: Workspace) -> None:
    publish(workspace)
    tell(workspace, answered("c-row-0", annotation_id=9, at="2031-03-20T10:00:00Z"))
    report = publish(workspace)
    assert report.changes["spans"] == {"train": {"added": 1, "removed": 0, "changed": 0}}
    assert report.undecided == 0
    rows = rows_of(workspace.releases / "0.2.0")
    assert [row["id"] for row in rows][-1] == "c-row-0"
    assert rows[-1]["first_version"] == "0.2.0"


def test_an_answer_taken_back_is_removed_in_the_next_version(workspace: Workspace) -> None:
    publish(workspace)
    tell(workspace, taken_back(ANSWERS[2]))
    report = publish(workspace)
    assert report.changes["spans"] == {"train": {"added": 0, "removed": 1, "changed": 0}}
    assert report.version == "0.2.0"
    assert report.undecided == 2


def test_eleven_versions_keep_old_rows_first(workspace: Workspace) -> None:
    publish(workspace)
    for number in range(1, 11):
        row = corrected(f"2031-04-{number + 1:02}T10:00:00Z")
        row["annotation"]["result"][0]["value"]["labels"] = [("Speaker", "Relay")[number % 2]]
        tell(workspace, row)
        assert publish(workspace).version == f"0.1.{number}"
    tell(workspace, answered("c-row-0", annotation_id=9))
    assert publish(workspace).version == "0.2.0"
    rows = rows_of(workspace.releases / "0.2.0")
    assert [row["id"] for row in rows][-1] == "c-row-0"


def test_a_chunk_that_its_article_no_longer_holds_is_set_aside(workspace: Workspace) -> None:
    path = workspace.corpus / "articles.jsonl"
    text = path.read_text(encoding="utf-8")
    assert "Vladimir Putin" in text
    path.write_text(text.replace("Vladimir Putin", "Wladimir Putin"), encoding="utf-8")
    report = publish(workspace)
    assert report.set_aside["chunk-superseded"] == 1
    rows = rows_of(workspace.root / str(report.path), "annotations")
    assert "c-call-1" not in {row["id"] for row in rows}


def test_what_a_finding_sets_aside_is_left_out_and_counted(tmp_path: Path) -> None:
    row = deepcopy(ANSWERS[0])
    row["annotation"]["result"][0]["value"]["labels"] = ["Speeker"]
    workspace = make_workspace(tmp_path / "news", [row, *ANSWERS[1:]])
    report = publish(workspace)
    assert (report.set_aside, report.errors) == ({"label-unknown": 1}, 1)
    folder = workspace.releases / "0.1.0"
    assert orjson.loads((folder / "MANIFEST.json").read_bytes())["set_aside"] == {
        "label-unknown": 1
    }
    assert "label-unknown: 1" in (folder / "README.md").read_text(encoding="utf-8")
    assert [span["id"] for span in rows_of(folder)[0]["spans"]] == ["t1", "a1"]


def test_a_second_publish_at_once_is_refused(workspace: Workspace) -> None:
    with lock(workspace, "publish"), pytest.raises(RefusedError, match="publish"):
        publish(workspace)
    assert not workspace.releases.exists()


FULL = """
import resource, sys
from pathlib import Path
from annotate.errors import InputError
from annotate.release.build import publish
from annotate.workspace import Workspace

workspace = Workspace.find(Path(sys.argv[1]))
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    publish(workspace)
except InputError as error:
    print(error.message)
"""
QUIET = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}


@pytest.mark.parametrize(
    ("limit", "what"), [(100, "a temporary file"), (15_000, "datasets/ferry-news/0.1.0: ")]
)
def test_on_a_full_disk_no_half_release_is_left(tmp_path: Path, limit: int, what: str) -> None:
    """The lower limit meets the rows that wait on disk, the higher one only the card."""
    settings = SETTINGS.replace("data@example.org", "x" * 20_000)
    workspace = make_workspace(tmp_path / "news", settings=settings)
    command = [sys.executable, "-c", FULL, str(workspace.root), str(limit)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=QUIET)
    assert run.stdout.startswith(f"cannot write {what}")
    assert "None" not in run.stdout
    assert releases(workspace) == []
    assert publish(workspace).version == "0.1.0"


KILLED = """
import os, signal, sys
from pathlib import Path
from annotate.release.build import publish
from annotate.workspace import Workspace

def kill(event, arguments):
    if event == "open" and str(arguments[0]).endswith(sys.argv[2]) and "draft" in str(arguments[0]):
        os.kill(os.getpid(), signal.SIGKILL)

workspace = Workspace.find(Path(sys.argv[1]))
sys.addaudithook(kill)
publish(workspace)
"""


@pytest.mark.parametrize("file", ["splits.parquet", "MANIFEST.json", "README.md", "SHA256SUMS"])
def test_a_killed_publish_leaves_no_release_and_the_next_one_succeeds(
    workspace: Workspace, file: str
) -> None:
    command = [sys.executable, "-c", KILLED, str(workspace.root), file]
    assert subprocess.run(command, check=False, env=QUIET).returncode < 0
    assert list(workspace.releases.glob("[!.]*")) == []
    assert publish(workspace).version == "0.1.0"
    assert releases(workspace) == ["0.1.0"]


def card_of(folder: Path) -> tuple[Json, str]:
    _, head, body = (folder / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head), body


def test_the_numbers_of_the_card_are_those_of_the_rows(released: Path) -> None:
    head, body = card_of(released)
    rows = {config: rows_of(released, config) for config in CONFIGS}
    spans = [span for row in rows["spans"] for span in row["spans"]]
    relations = [item for row in rows["spans"] for item in row["relations"]]
    auto = sum(item["origin"] == "auto" for item in relations)
    outlets = {row["outlet"] for row in rows["articles"] if row["outlet"]}
    sizes = [len(rows[name]) for name in ("articles", "spans", "triples")]
    articles, labelled, positions = sizes
    assert (
        f"articles: {articles}, outlets: {len(outlets)}, labelled chunks: {labelled}, "
        f"spans: {len(spans)}, positions: {positions}"
    ) in body
    for config in CONFIGS:
        assert f"| `{config}` | {len(rows[config])} |" in body
    assert f"{auto} of {len(relations)} relations" in body
    assert "by pseudonyms: 2" in body
    assert "2 by 1, 1 by 2; skipped answers: 1" in body
    assert "left out of `spans`: 1" in body
    for label in STARTER.labels:
        count = sum(span["label"] == label.name for span in spans)
        assert f"| {label.name} | {count} |" in body
    told = {info["config_name"]: info["splits"][0]["num_examples"] for info in head["dataset_info"]}
    assert told == {config: len(rows[config]) for config in CONFIGS}


def test_the_card_lists_every_outlet_with_its_articles_and_days(released: Path) -> None:
    body = card_of(released)[1]
    assert "| Velin \\| Post | 2 | 2031-03-12 to 2031-03-14 |" in body
    assert "| unknown | 1 | unknown |" in body


def test_named_events_are_counted_and_the_rest_is_told_apart(released: Path) -> None:
    rows = rows_of(released, "articles")
    events = {row["event"] for row in rows if row["event"]}
    lone = sum(not row["event"] for row in rows)
    body = card_of(released)[1]
    told = " ".join(body.split())
    assert f"Events named: {len(events)}; articles of no named event: {lone}." in told


def test_the_card_says_who_answers_for_the_texts(released: Path) -> None:
    head, body = card_of(released)
    assert "Labels: cc-by-4.0. Texts: CC BY 4.0." in body
    assert "data@example.org" in body
    assert head["license"] == "cc-by-4.0"
    assert head["language"] == ["en"]


def test_every_example_of_the_card_names_a_config_that_is_there(released: Path) -> None:
    body = card_of(released)[1]
    found = re.findall(r'load_dataset\("\./datasets/ferry-news/0\.1\.0", "(\w+)"', body)
    assert found == CONFIGS


def test_each_config_carries_the_version_and_the_digest_of_the_manifest(released: Path) -> None:
    """Nothing else tells `datasets` two local folders of one name apart."""
    digest = hashlib.sha256((released / "MANIFEST.json").read_bytes()).hexdigest()
    head, _ = card_of(released)
    for entry in head["configs"]:
        assert (entry["version"], entry["description"]) == ("0.1.0", f"sha256:{digest}")
    assert [entry["config_name"] for entry in head["configs"] if entry.get("default")] == ["spans"]


def test_simulated_annotators_are_named_as_such_everywhere(tmp_path: Path) -> None:
    folder = publish_into(tmp_path, settings=SETTINGS + "simulated = true\n")
    head, body = card_of(folder)
    assert "**The annotators are simulated**" in body
    assert head["annotations_creators"] == ["machine-generated"]
    assert all(row["simulated"] for row in rows_of(folder, "annotations"))
    assert orjson.loads((folder / "MANIFEST.json").read_bytes())["publish"]["simulated"] is True


def test_people_are_not_called_simulated(released: Path) -> None:
    head, body = card_of(released)
    assert "simulated" not in body.split("## Configs")[0]
    assert head["annotations_creators"] == ["other"]  # nobody has said who they are
    assert not any(row["simulated"] for row in rows_of(released, "annotations"))


def test_no_private_path_and_no_secret_is_published(released: Path) -> None:
    root = released.parents[2]
    for path in released.rglob("*"):
        if path.is_file():
            assert str(root).encode() not in path.read_bytes(), path.name


def test_single_leaves_disputed_chunks_out_and_says_so(tmp_path: Path) -> None:
    folder = publish_into(tmp_path, settings=SETTINGS.replace('"first"', '"single"'))
    assert {row["id"] for row in rows_of(folder)} == {"c-call-1", "c-visit-0"}
    assert "Aggregation `single`" in card_of(folder)[1]
    assert "left out of `spans`: 2" in card_of(folder)[1]


def test_the_articles_of_a_release_hold_their_whole_text(released: Path) -> None:
    assert {row["article_id"]: row["text"] for row in rows_of(released, "articles")} == TEXTS
    assert sum(row["chunks"] for row in rows_of(released, "articles")) == len(CHUNKS)


def test_what_a_release_is_made_of_is_let_go_while_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[weakref.ref[Any]] = []
    seen: dict[str, list[bool]] = {}

    def watch(module: Any, name: str, made: Any) -> None:
        work = getattr(module, name)

        def watched(*given: Any) -> Any:
            seen[name] = [each() is not None for each in held]
            found = work(*given)
            held.extend(map(weakref.ref, made(found)))
            return found

        monkeypatch.setattr(module, name, watched)

    watch(build, "read_source", lambda found: [found.labels])
    watch(build, "assign", lambda found: [found])
    watch(build, "build_rows", lambda found: [found])
    watch(build, "agreement_of", lambda _: [])
    watch(draft, "_prove", lambda _: [])
    publish(make_workspace(tmp_path / "news"))
    assert seen == {
        "read_source": [],
        "assign": [True],
        "build_rows": [True, True],
        "agreement_of": [False, False, True],
        "_prove": [False, False, False],
    }


def test_an_answer_of_which_every_mark_is_set_aside_does_not_say_that_there_is_nothing(
    tmp_path: Path,
) -> None:
    outside = {"start": 0, "end": 99_999, "text": "x", "labels": ["Speaker"]}
    broken = [{"id": "r1", "from_name": "label", "to_name": "text", "type": "labels"}]
    broken[0]["value"] = outside  # type: ignore[assignment]
    answers = [
        answered("c-call-0", broken, annotation_id=1),
        answered("c-call-0", broken, annotation_id=2, annotator=BORIS),
        answered("c-call-1", [], annotation_id=3),
        answered("c-row-0", broken, annotation_id=4),
        answered("c-row-0", [], annotation_id=5, annotator=BORIS),
    ]
    workspace = make_workspace(tmp_path / "news", answers)
    report = publish(workspace)
    assert (report.undecided, report.set_aside) == (2, {"offset-range": 3})
    release = workspace.root / str(report.path)
    stands = {
        row["id"]: (row["origin"], row["answers"])
        for path in release.glob("spans/*")
        for row in read_parquet(path)
    }
    assert stands == {"c-call-1": ("single", 1), "c-row-0": ("single", 1)}
    rows = [row for path in release.glob("annotations/*") for row in read_parquet(path)]
    assert sorted((row["id"], row["counts"]) for row in rows) == [
        ("c-call-0", False),
        ("c-call-0", False),
        ("c-call-1", True),
        ("c-row-0", False),
        ("c-row-0", True),
    ]


def test_a_chunk_that_was_let_go_is_published_no_more_until_it_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = make_workspace(tmp_path / "news")
    let_go(workspace).append([{"action": "let_go", "chunk_id": "c-call-1", "at": "2031-03-20"}])
    back = [chunk for chunk in CHUNKS if chunk.id != "c-call-1"]
    monkeypatch.setattr(source, "each_chunk", lambda _: iter(back))
    report = publish(workspace, dry_run=True)
    assert report.set_aside == {"chunk-superseded": 1}
    monkeypatch.setattr(source, "each_chunk", lambda _: iter(CHUNKS))
    assert publish(workspace, dry_run=True).set_aside == {}


def test_an_answer_about_the_whole_chunk_stands_though_its_marks_are_set_aside(
    tmp_path: Path,
) -> None:
    outside = {"start": 0, "end": 99_999, "text": "x", "labels": ["Speaker"]}
    mark = {"id": "r1", "from_name": "span", "to_name": "text", "type": "labels", "value": outside}
    (question, *_) = STARTER.document
    about = {"id": "d1", "from_name": question.name, "to_name": "text", "type": "choices"}
    about["value"] = {"choices": [question.values[0]]}  # type: ignore[assignment]
    workspace = make_workspace(tmp_path / "news", [answered("c-call-1", [mark, about])])
    report = publish(workspace, dry_run=True)
    assert (report.undecided, report.set_aside) == (3, {"offset-range": 1})
