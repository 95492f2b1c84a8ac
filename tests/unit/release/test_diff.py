"""What sets two releases apart, on releases that were really published."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.errors import InputError
from annotate.quality.words import NAMES
from annotate.release import changes
from annotate.release.build import publish
from annotate.release.change_list import examples
from annotate.release.changes import Changes
from annotate.release.columns import tables
from annotate.release.diff import KEYS, Difference, diff
from annotate.release.files import data_file, read_parquet, write_parquet
from annotate.release.span_changes import Change, paired, span_changes
from annotate.workspace import Workspace
from tests.unit.labels.marked import STARTER
from tests.unit.labels.rows import answered, taken_back
from tests.unit.release.source import ANSWERS, make_workspace
from tests.unit.release.test_publish import tell

Json = dict[str, Any]


def edited(number: int, at: str, **values: Any) -> Json:
    """The first answer with other values in one of its results."""
    row = deepcopy(ANSWERS[0])
    row["annotation"]["result"][number]["value"].update(values)
    row["annotation"]["updated_at"] = at
    return row


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """0.1.0; 0.1.1 relabels a span; 0.2.0 takes one answer back and adds another."""
    made = make_workspace(tmp_path_factory.mktemp("diff") / "news")
    publish(made)
    tell(made, edited(0, "2031-03-20T10:00:00Z", labels=["Relay"]))
    publish(made)
    new = answered("c-row-0", annotation_id=9, annotator="annotator-cccccccccc")
    tell(made, taken_back(ANSWERS[3]), new)
    publish(made)
    return made


def test_labels_are_compared_with_those_of_a_release_without_texts(tmp_path: Path) -> None:
    made = make_workspace(tmp_path / "news")
    publish(made)
    file = made.root / "annotate.toml"
    told = file.read_text(encoding="utf-8")
    file.write_text(told.replace('rights = "full"', 'rights = "standoff"'), encoding="utf-8")
    results = ANSWERS[0]["annotation"]["result"]
    stance = [result["value"].get("labels") for result in results].index(["Support"])
    tell(made, edited(stance, "2031-03-20T10:00:00Z", labels=["Oppose"]))
    report = publish(Workspace.find(made.root))
    found = diff("0.1.0", str(report.version), made)
    assert found.counts["span relabelled"] == 1
    assert found.flow == [("Support", "Oppose", 1)]
    assert found.rows["annotations"]["train"]["changed"] == 1


@pytest.fixture(scope="module")
def relabelled(workspace: Workspace) -> Difference:
    return diff("0.1.0", "0.1.1", workspace)


@pytest.fixture(scope="module")
def replaced(workspace: Workspace) -> Difference:
    return diff("0.1.1", "0.2.0", workspace)


def test_a_release_does_not_differ_from_itself(workspace: Workspace) -> None:
    found = diff("0.1.1", "0.1.1", workspace)
    assert (found.bump, list(found.reasons), list(found.changes)) == (None, [], [])
    assert set(found.rows) == set(KEYS)
    assert not any(found.rows.values())
    assert found.agreement == []


SAMPLE = Path(__file__).parents[3] / "datasets" / "summit-call"


def test_agreement_is_told_as_it_was_and_as_it_is() -> None:
    found = diff(str(SAMPLE / "1.0.0"), str(SAMPLE / "1.1.0"))
    before, after = (
        {
            (one["of"], NAMES[one["name"]]): one
            for one in orjson.loads((SAMPLE / name / "MANIFEST.json").read_bytes())["agreement"][
                "figures"
            ]
        }
        for name in ("1.0.0", "1.1.0")
    )
    assert {(one.of, one.figure) for one in found.agreement} == {
        key for key in before if before[key] != after[key]
    }
    first = found.agreement[0]
    for told, figures in ((first.before, before), (first.after, after)):
        figure = figures[first.of, first.figure]
        assert told.startswith(f"{figure['value']:.2f} ({figure['low']:.2f} to ")
        assert told.endswith(f"n = {figure['n']:,}")
    assert found.to_json()["agreement"][0] == first._asdict()
    assert f"| {first.before} | {first.after} |" in (SAMPLE / "1.1.0" / "CHANGELOG.md").read_text()


def test_a_label_that_became_another_is_a_flow(relabelled: Difference) -> None:
    assert relabelled.flow == [("Speaker", "Relay", 1)]
    (change,) = relabelled.changes.of_kind("span relabelled")
    assert (change.key, change.article_id) == ("c-call-0", "articles/call.txt")
    assert change.before.startswith("Speaker [")
    assert change.after.endswith("“Emmanuel Macron”")


def test_relations_that_went_with_a_label_are_listed(relabelled: Difference) -> None:
    (change,) = relabelled.changes.of_kind("relation removed")
    assert change.before == "Speaker says Support"


def test_articles_and_people_that_come_and_go_are_named(replaced: Difference) -> None:
    told = replaced.to_json()
    assert told["articles"] == {"added": [], "withdrawn": [], "removed": ["articles/visit.txt"]}
    assert told["annotators"] == {"added": ["annotator-cccccccccc"], "removed": []}
    assert told["bump"] == "minor"
    assert told["split_moves"] == 0


def test_going_back_swaps_added_and_removed(workspace: Workspace, replaced: Difference) -> None:
    back = diff("0.2.0", "0.1.1", workspace)
    assert [change.key for change in back.changes.of_kind("article added")] == [
        "articles/visit.txt"
    ]
    for config, splits in replaced.rows.items():
        for split, count in splits.items():
            mirrored = back.rows[config][split]
            assert (mirrored["added"], mirrored["removed"]) == (count["removed"], count["added"])


def test_all_changes_stand_in_the_releases_own_list(
    workspace: Workspace, replaced: Difference
) -> None:
    rows = read_parquet(workspace.releases / "0.2.0" / "CHANGES.parquet")
    assert rows == [change._asdict() for change in sorted(replaced.changes)]


def test_the_change_list_of_a_release_holds_those_before(workspace: Workspace) -> None:
    text = (workspace.releases / "0.2.0" / "CHANGELOG.md").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## 0.2.0 (2031-04-01)",
        "## 0.1.1 (2031-04-01)",
        "## 0.1.0 (2031-04-01)",
    ]
    assert "- Speaker → Relay: 1" in text
    assert "Articles removed:\n\n- articles/visit.txt\n" in text


def test_a_release_is_named_by_version_or_by_folder(
    workspace: Workspace, relabelled: Difference
) -> None:
    folders = [str(workspace.releases / name) for name in ("0.1.0", "0.1.1")]
    assert diff(*folders) == relabelled
    with pytest.raises(InputError, match=r"no release 0\.9\.0") as caught:
        diff("0.1.0", "0.9.0", workspace)
    assert "0.1.0, 0.1.1, 0.2.0" in str(caught.value.hint)
    with pytest.raises(InputError, match="no release in"):
        diff(str(workspace.root), folders[0])


def test_five_examples_of_each_kind_are_shown(workspace: Workspace) -> None:
    told = diff("0.1.0", "0.2.0", workspace).to_json()
    assert told["examples"].keys() == told["counts"].keys()
    for kind, shown in told["examples"].items():
        assert len(shown) == min(5, told["counts"][kind])
    json.dumps(told)


def test_more_than_five_examples_are_counted(replaced: Difference) -> None:
    (told,) = examples(
        replace(replaced, changes=Changes.of(replaced.changes.of_kind("row added")[:1] * 7))
    )
    assert (told.kind, told.total, len(told.words)) == ("row added", 7, 5)
    assert told.lines == [*told.words, "and 2 more"]


def test_a_chunk_that_was_cut_anew_is_a_major_change(workspace: Workspace, tmp_path: Path) -> None:
    shutil.copytree(workspace.releases / "0.2.0", tmp_path / "next")
    path = tmp_path / "next" / data_file("spans", "train")
    rows = read_parquet(path)
    rows[0] = rows[0] | {"id": "c-other", "end": rows[0]["end"] - 1}
    write_parquet(path, rows, tables(STARTER)["spans"])
    found = diff(str(workspace.releases / "0.2.0"), str(tmp_path / "next"))
    assert found.bump == "major"
    assert found.reasons[0].words == "chunks cut anew: 1"


def test_an_article_in_another_split_is_a_move(workspace: Workspace, tmp_path: Path) -> None:
    shutil.copytree(workspace.releases / "0.2.0", tmp_path / "next")
    folder = tmp_path / "next"
    (folder / "articles" / "train-00000-of-00001.parquet").rename(
        folder / "articles" / "test-00000-of-00001.parquet"
    )
    manifest = orjson.loads((folder / "MANIFEST.json").read_bytes())
    names = manifest["files"]
    names["articles/test-00000-of-00001.parquet"] = names.pop(
        "articles/train-00000-of-00001.parquet"
    )
    (folder / "MANIFEST.json").write_bytes(orjson.dumps(manifest))
    found = diff(str(workspace.releases / "0.2.0"), str(folder))
    assert {(move.before, move.after) for move in found.changes.of_kind("split moved")} == {
        ("train", "test")
    }
    assert found.bump == "major"


def span(name: str, start: int, end: int, label: str = "Support", layer: str = "stance") -> Json:
    return {
        "id": name,
        "start": start,
        "end": end,
        "label": label,
        "layer": layer,
        "attributes": [],
    }


def kinds(before: list[Json], after: list[Json]) -> list[str]:
    rows = (
        {"id": "c", "article_id": "a", "text": "x" * 99, "spans": spans, "relations": []}
        for spans in (before, after)
    )
    return sorted(change.kind for change in span_changes(*rows, "train"))


@pytest.mark.parametrize(
    ("after", "found"),
    [
        ([span("1", 0, 5)], []),
        ([span("2", 0, 5)], []),
        ([span("1", 0, 5, "Oppose")], ["span relabelled"]),
        ([span("9", 0, 5, "Oppose")], ["span relabelled"]),
        ([span("1", 0, 6)], ["span moved"]),
        ([span("9", 2, 8)], ["span moved"]),
        ([span("1", 40, 45)], ["span moved"]),
        ([span("9", 40, 45)], ["span added", "span removed"]),
        ([span("1", 1, 5, "Oppose")], ["span moved", "span relabelled"]),
        ([], ["span removed"]),
        ([span("1", 0, 5), span("2", 0, 3, "peace", "topic")], ["span added"]),
    ],
)
def test_what_became_of_a_span(after: list[Json], found: list[str]) -> None:
    assert kinds([span("1", 0, 5)], after) == found


spans = st.lists(
    st.builds(
        span, st.sampled_from("12345"), st.integers(0, 5), st.integers(6, 9), st.sampled_from("AB")
    ),
    max_size=6,
)


@given(spans, spans)
def test_every_span_is_paired_once(before: list[Json], after: list[Json]) -> None:
    pairs = paired(before, after)
    assert sorted(repr(old) for old, _ in pairs if old) == sorted(map(repr, before))
    assert sorted(repr(new) for _, new in pairs if new) == sorted(map(repr, after))


@given(spans)
def test_nothing_becomes_of_spans_that_stay(given_spans: list[Json]) -> None:
    assert kinds(given_spans, given_spans) == []


@given(st.lists(st.tuples(*[st.sampled_from(["", "a", "b"])] * 5), max_size=12))
def test_changes_are_sorted_in_parts_as_all_at_once(rows: list[tuple[str, ...]]) -> None:
    found = [Change(*row) for row in rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "_SORTED", 3)
        told = Changes.of(found)
        assert list(told.in_order()) == sorted(found)
    assert told.counts == dict(sorted(Counter(each.kind for each in found).items()))
    for kind, count in told.counts.items():
        own = [each for each in found if each.kind == kind]
        assert (told.of_kind(kind), told.examples[kind]) == (own, own[:5])
        assert len(own) == count
    assert told.of_kind("none") == []


def test_the_sorted_parts_of_many_changes_are_one_file() -> None:
    """With a file for each part, a process would run out of them."""
    told = Changes.of([Change("row added", "spans", "train", str(n), "a") for n in range(300)])
    before = sum(1 for _ in Path("/proc/self/fd").iterdir())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "_SORTED", 2)
        ordered = told.in_order()
        assert next(ordered).key == "0"
        assert sum(1 for _ in Path("/proc/self/fd").iterdir()) - before <= 2
    with pytest.raises(TypeError):
        told.chosen([0])


@pytest.fixture
def pieces(workspace: Workspace, tmp_path: Path) -> tuple[Path, Path]:
    """Two releases, the second with row groups of one row, and a split in two files."""
    folders = tmp_path / "0.1.0", tmp_path / "0.2.0"
    for folder in folders:
        shutil.copytree(workspace.releases / folder.name, folder)
    for path in folders[1].glob("*/*.parquet"):
        pq.write_table(pq.read_table(path), path, row_group_size=1)
    name = data_file("spans", "train")
    table = pq.read_table(folders[1] / name)
    second = name.replace("00000-of-00001", "00001-of-00002")
    pq.write_table(table.slice(0, 1), folders[1] / name)
    pq.write_table(table.slice(1), folders[1] / second)
    manifest = json.loads((folders[1] / "MANIFEST.json").read_bytes())
    manifest["files"][second] = manifest["files"][name]
    (folders[1] / "MANIFEST.json").write_text(json.dumps(manifest))
    return folders


def test_a_release_in_pieces_is_compared_like_a_whole_one(
    workspace: Workspace, pieces: tuple[Path, Path]
) -> None:
    whole = diff("0.1.0", "0.2.0", workspace)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("annotate.release.diff.BLOCK", 1)
        patch.setattr("annotate.release.compare.BLOCK", 1)
        found = diff(*map(str, pieces))
    assert found.to_json() == whole.to_json()
    assert list(found.changes.in_order()) == list(whole.changes.in_order())


@pytest.mark.parametrize("config", ["spans", "annotations"])
def test_a_key_that_is_gone_is_damage(pieces: tuple[Path, Path], config: str) -> None:
    path = pieces[0] / data_file(config, "train")
    pq.write_table(pq.read_table(path).drop_columns([KEYS[config][0]]), path)
    with pytest.raises(InputError, match="is damaged: KeyError"):
        diff(*map(str, pieces))


def test_rows_of_one_group_that_all_changed_are_read_together(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changed in them is read in many pieces, and the file is not."""
    for name in ("0.1.0", "0.2.0"):
        shutil.copytree(workspace.releases / name, tmp_path / name)
    path = tmp_path / "0.2.0" / data_file("spans", "train")
    rows = [row | {"url": "https://x.test/9"} for row in read_parquet(path)]
    write_parquet(path, rows, tables(STARTER)["spans"])
    monkeypatch.setattr("annotate.release.diff.BLOCK", 1)
    read, whole = Counter[int](), pq.ParquetFile.read_row_group

    def counted(file: Any, number: int, columns: Any = None) -> Any:
        read[id(file)] += "relations" in columns
        return whole(file, number, columns=columns)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", counted)
    found = diff(str(tmp_path / "0.1.0"), str(tmp_path / "0.2.0"))
    assert found.rows["spans"]["train"]["changed"] > 1
    assert max(read.values()) == 1
