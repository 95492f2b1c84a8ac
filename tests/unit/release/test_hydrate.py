"""A release without texts, and the user's own copies: what comes back, and what must not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotate.cli import run
from annotate.corpus import read_articles
from annotate.errors import InputError, RefusedError
from annotate.release.build import publish
from annotate.release.files import read_parquet
from annotate.release.hydrate import hydrate
from annotate.release.leak import RUN, Runs, leaks
from annotate.release.load import load
from annotate.release.verify import verify_release
from annotate.workspace import Workspace
from tests.unit.release.workshop import Workshop, sample_workspace

Json = dict[str, Any]
CALL = "articles/kestrel-call.txt"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return sample_workspace(tmp_path_factory.mktemp("sample") / "summit")


@pytest.fixture(scope="module")
def full(workspace: Workspace) -> Path:
    report = publish(workspace)
    assert report.path
    return workspace.root / report.path


def published(workspace: Workspace, folder: Path, rights: str) -> Path:
    """Publish the same workspace under other rights."""
    shutil.copytree(workspace.root, folder, ignore=shutil.ignore_patterns("datasets"))
    settings = folder / "annotate.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('rights = "full"', rights), encoding="utf-8")
    report = publish(Workspace.find(folder))
    assert report.path
    return folder / report.path


@pytest.fixture(scope="module")
def bare(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bare") / "summit"
    return published(workspace, folder, 'rights = "standoff"')


@pytest.fixture
def copies(workspace: Workspace, tmp_path: Path) -> Path:
    """The articles as the user received them, under another roof."""
    shutil.copytree(workspace.articles, tmp_path / "mine")
    return tmp_path / "mine"


def rows(folder: Path, config: str) -> list[Json]:
    return [
        row for path in sorted((folder / config).glob("*.parquet")) for row in read_parquet(path)
    ]


def test_every_text_and_every_span_comes_back(bare: Path, full: Path, copies: Path) -> None:
    to = copies.parent / "out"
    report = hydrate(bare, copies, to)
    assert report.findings == ()
    assert report.recovered_articles == report.articles == len(rows(full, "articles"))
    assert report.recovered_spans == report.spans > 0
    for config in ("spans", "annotations", "articles"):
        known = set(rows(full, config)[0]) - {"rights"}
        back = [{key: row[key] for key in known} for row in rows(to, config)]
        assert back == [{key: row[key] for key in known} for row in rows(full, config)]


def test_columns_of_text_stand_where_a_release_with_texts_has_them(
    bare: Path, full: Path, copies: Path
) -> None:
    to = copies.parent / "out"
    hydrate(bare, copies, to)
    for config in ("spans", "annotations"):
        (mine,) = (to / config).glob("train-*.parquet")
        (theirs,) = (full / config).glob("train-*.parquet")
        names = pq.read_schema(mine).names
        assert names == pq.read_schema(theirs).names


def test_a_copy_of_other_bytes_is_refused_and_its_spans_are_named(
    bare: Path, full: Path, copies: Path
) -> None:
    path = copies / "kestrel-call.txt"
    path.write_bytes(path.read_bytes() + b" ")
    to = copies.parent / "out"
    report = hydrate(bare, copies, to)
    (found,) = report.findings
    assert (found.code, found.place) == ("copy-differs", f"article {CALL}")
    said = [json.loads(line) for line in (to / "RECOVERED.jsonl").read_text().splitlines()]
    lost = [line for line in said if not line["recovered"]]
    theirs = [row for row in rows(full, "spans") if row["article_id"] == CALL]
    assert theirs
    wanted = {(row["id"], span["id"]) for row in theirs for span in row["spans"]}
    assert {(line["id"], line["span"]) for line in lost if line["config"] == "spans"} == wanted
    assert {line["reason"] for line in lost} == {"copy-differs"}
    assert report.spans - report.recovered_spans == len(lost)
    for row in rows(to, "spans"):
        gone = row["article_id"] == CALL
        assert (row["text"] is None) == gone
        assert all((span["text"] is None) == gone for span in row["spans"])


def test_a_copy_that_is_missing_is_named(bare: Path, copies: Path) -> None:
    (copies / "kestrel-call.txt").unlink()
    report = hydrate(bare, copies, copies.parent / "out")
    assert [finding.code for finding in report.findings] == ["copy-missing"]


def test_without_any_copy_nothing_is_written(bare: Path, copies: Path) -> None:
    (copies.parent / "empty").mkdir()
    with pytest.raises(InputError, match="so nothing was written") as refused:
        hydrate(bare, copies.parent / "empty", copies.parent / "out")
    assert all(problem.startswith("copy-missing: article") for problem in refused.value.problems)
    assert refused.value.problems
    assert not (copies.parent / "out").exists()


def test_a_copy_under_another_name_does_as_well(bare: Path, copies: Path) -> None:
    (copies / "kestrel-call.txt").rename(copies / "renamed.txt")
    assert hydrate(bare, copies, copies.parent / "out").findings == ()


def test_edits_that_give_another_text_recover_nothing(bare: Path, copies: Path) -> None:
    shop = Workshop(bare, copies.parent / bare.name)

    def moved(found: list[Json]) -> None:
        row = next(row for row in found if row["article_id"] == CALL)
        row["edits"] = row["edits"][1:]

    shop.edit("articles", moved)
    shop.seal()
    report = hydrate(shop.folder, copies, copies.parent / "out")
    assert [finding.code for finding in report.findings] == ["text-differs"]


def test_nothing_is_written_over_what_is_there(bare: Path, copies: Path) -> None:
    (copies.parent / "out").mkdir()
    with pytest.raises(RefusedError):
        hydrate(bare, copies, copies.parent / "out")


@pytest.mark.parametrize(
    "what", ["with its texts", "no release", "no hashes", "no edits", "no copies"]
)
def test_what_cannot_be_hydrated_is_a_wrong_call(
    what: str, bare: Path, full: Path, copies: Path, tmp_path: Path
) -> None:
    release = {"with its texts": full, "no release": copies / "none"}.get(what, bare)
    if column := {"no hashes": "text_sha256", "no edits": "edits"}.get(what):
        shop = Workshop(bare, tmp_path / bare.name)
        table = pq.read_table(shop.path("articles")).drop_columns([column])
        pq.write_table(table, shop.path("articles"))
        release = shop.folder
    mine = tmp_path / "nowhere" if what == "no copies" else copies
    with pytest.raises(InputError):
        hydrate(release, mine, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out*"))


LOAD = """
import sys
import datasets

datasets.disable_progress_bars()
for row in datasets.load_dataset(sys.argv[1], "spans", split="train"):
    for span in row["spans"]:
        assert row["text"][span["start"] : span["end"]] == span["text"]
        print(span["id"])
"""


def test_the_real_load_dataset_opens_what_was_hydrated(bare: Path, copies: Path) -> None:
    to = copies.parent / "out"
    hydrate(bare, copies, to)
    home = {"HF_HOME": str(copies.parent / "home"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(to)],
        env={**os.environ, **home},
        capture_output=True,
        text=True,
        check=True,
        timeout=180,
    )
    assert done.stdout


def test_the_command_says_how_much_came_back(
    bare: Path, copies: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(copies.parent / "out")
    assert run(["hydrate", str(bare), "--articles", str(copies), "--to", out]) == 0
    printed = capsys.readouterr().out
    count = len(rows(bare, "articles"))
    assert f"articles: {count} of {count}" in printed
    (copies / "kestrel-call.txt").unlink()
    again = ["hydrate", str(bare), "--articles", str(copies), "--to", f"{out}-2"]
    assert run(again) == 1
    assert "copy-missing" in capsys.readouterr().out


# ---- the proof of a release without texts


def codes(folder: Path, articles: Path | None = None) -> set[str]:
    return {finding.code for finding in verify_release(folder, articles=articles)}


def test_a_release_without_texts_is_proved_with_the_copies(bare: Path, copies: Path) -> None:
    assert codes(bare, copies) == set()


def test_without_copies_the_proof_says_what_it_could_not_compare(bare: Path) -> None:
    (found,) = verify_release(bare)
    assert (found.code, found.severity) == ("text-not-at-hand", "warning")


def test_with_the_copies_a_moved_chunk_is_found(bare: Path, copies: Path, tmp_path: Path) -> None:
    shop = Workshop(bare, tmp_path / bare.name)
    shop.edit("spans", lambda found: found[0].update(start=found[0]["start"] + 1))
    shop.seal()
    assert "chunk-mismatch" in codes(shop.folder, copies)


def test_a_column_of_text_in_it_is_found(full: Path, tmp_path: Path) -> None:
    shop = Workshop(full, tmp_path / full.name)
    shop.in_manifest(lambda told: told["publish"].update(rights="standoff"))
    shop.seal()
    places = {
        finding.place.split(", ")[1]
        for finding in verify_release(shop.folder)
        if finding.code == "text-in-standoff"
    }
    assert places >= {"text", "spans.text", "tokens"}


def eight_words(workspace: Workspace, count: int = RUN) -> str:
    text = next(each.text for each in read_articles(workspace) if each.id == CALL)
    return " ".join(text.split()[20 : 20 + count])


@pytest.mark.parametrize("where", ["an attribute", "the card", "the change list", "an outlet"])
def test_eight_words_of_an_article_are_found_anywhere(
    where: str, bare: Path, workspace: Workspace, copies: Path, tmp_path: Path
) -> None:
    shop = Workshop(bare, tmp_path / bare.name)
    words = eight_words(workspace).upper()
    cell = [{"key": "entity", "value": words, "origin": "person"}]
    if where == "an attribute":
        shop.edit("spans", lambda found: found[0]["spans"][0].update(attributes=cell))
    elif where == "an outlet":
        shop.edit("articles", lambda found: found[0].update(outlet=words))
    elif where == "the card":
        shop.text("README.md", "## Rights", f"{words}\n\n## Rights")
    else:
        (shop.folder / "CHANGELOG.md").write_text(f"# Changes\n\n- {words}\n", encoding="utf-8")
    shop.seal()
    assert "words-leaked" in codes(shop.folder, copies)
    assert "words-leaked" not in codes(shop.folder)


def test_seven_words_are_no_leak_and_a_title_is_none(
    bare: Path, workspace: Workspace, copies: Path, tmp_path: Path
) -> None:
    shop = Workshop(bare, tmp_path / bare.name)
    shop.edit("articles", lambda found: found[0].update(outlet=eight_words(workspace, RUN - 1)))
    shop.edit("articles", lambda found: found[0].update(title=eight_words(workspace)))
    shop.seal()
    assert "words-leaked" not in codes(shop.folder, copies)


def test_a_list_of_single_words_is_read_as_one_text(tmp_path: Path) -> None:
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    pq.write_table(pa.table({"parts": [words, ["one"]]}), tmp_path / "a.parquet")
    assert list(leaks(tmp_path, Runs([" ".join(words)]))) == [("a.parquet, parts", 1)]
    assert list(leaks(tmp_path, Runs(["something else altogether, with no word in common"]))) == []


# ---- texts of some outlets left out


@pytest.fixture
def mixed(workspace: Workspace, tmp_path: Path) -> Workshop:
    """A release in which the texts of one outlet alone are left out."""
    rights = 'rights = "full"\noutlets = { "Kestrel News Agency" = "standoff" }'
    release = published(workspace, tmp_path / "theirs", rights)
    return Workshop(release, tmp_path / "mixed" / release.name)


def test_a_release_of_mixed_rights_is_proved(mixed: Workshop, copies: Path) -> None:
    assert codes(mixed.folder) == {"text-not-at-hand"}
    assert codes(mixed.folder, copies) == set()


def test_a_word_of_a_hidden_article_in_it_is_found(mixed: Workshop) -> None:
    def leak(found: list[Json]) -> None:
        row = next(row for row in found if row["article_id"] == CALL)
        row["spans"][0]["text"] = "words"

    mixed.edit("spans", leak)
    mixed.seal()
    assert "text-in-standoff" in codes(mixed.folder)


def test_only_the_hidden_texts_are_taken_from_the_copies(mixed: Workshop, copies: Path) -> None:
    for path in copies.iterdir():
        if path.suffix in {".txt", ".html"} and not path.name.startswith("kestrel"):
            path.unlink()
    report = hydrate(mixed.folder, copies, copies.parent / "out")
    assert report.findings == ()
    assert all(row["text"] for row in rows(copies.parent / "out", "spans"))


def test_what_needs_texts_is_said_to_be_gone_with_them(bare: Path, capsys: Any) -> None:
    with pytest.raises(InputError, match=r"has no config stance: it holds no texts"):
        load(bare, "stance")
    workspace = bare.parents[2]
    shutil.rmtree(bare)
    assert run(["publish", "-C", str(workspace)]) == 0
    told = capsys.readouterr().err
    assert "without texts" in told
    assert "no configs stance and bio" in told
