"""Every way to break a release is found, named by its code, and placed."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotate.errors import InputError
from annotate.findings import Finding
from annotate.release import proof, verify
from annotate.release.build import publish
from annotate.release.verify import verify_release
from tests.unit.release.breaks import BREAKS, cell, changes_of, moved_since, rows
from tests.unit.release.source import SETTINGS, make_workspace
from tests.unit.release.workshop import Workshop, two_splits, whole_release

Json = dict[str, Any]
SAMPLES = Path(__file__).resolve().parents[3] / "datasets" / "summit-call"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole_release(tmp_path_factory.mktemp("release"))


@pytest.fixture
def shop(whole: Path, tmp_path: Path) -> Workshop:
    return Workshop(whole, tmp_path / whole.name)


def codes(found: list[Finding]) -> set[str]:
    return {finding.code for finding in found}


def test_a_whole_release_is_proved(whole: Path) -> None:
    assert verify_release(whole) == []


@pytest.mark.parametrize("folder", sorted(SAMPLES.glob("*.*.*")), ids=lambda path: path.name)
def test_the_releases_of_the_sample_are_proved(folder: Path) -> None:
    assert verify_release(folder) == []


def test_the_sample_has_a_release_and_the_next_one() -> None:
    first, second = (orjson.loads(path.read_bytes()) for path in _manifests())
    assert (first["parent"], second["parent"]) == (None, first["version"])
    changes = (SAMPLES / second["version"] / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "articles added" in changes
    assert "spans relabelled" in changes


def _manifests() -> list[Path]:
    return sorted(SAMPLES.glob("*/MANIFEST.json"))


def test_a_whole_release_of_two_splits_is_proved(shop: Workshop) -> None:
    two_splits(shop)
    told = {finding.code: finding.place for finding in verify_release(shop.folder)}
    assert told == {}


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_is_found(name: str, shop: Workshop) -> None:
    broken, code = BREAKS[name]
    broken(shop)
    found = verify_release(shop.folder)
    assert code in codes(found), found
    assert all(finding.place and finding.message for finding in found)


def test_there_are_enough_ways_to_break_a_release() -> None:
    assert len(BREAKS) >= 25


def test_every_code_is_reached_by_a_break() -> None:
    """The codes stand in the sources as words; those of other tests are named here."""
    elsewhere = {"person-named", "email-in-source", "text-not-at-hand", "text-in-standoff"}
    elsewhere |= {"words-leaked", "article-text-differs", "tokens-uneven", "group-in-two-splits"}
    elsewhere |= {"parent-broken"}
    reached = {code for _, code in BREAKS.values()}
    assert _codes_in_sources() - elsewhere == reached


def _codes_in_sources() -> set[str]:
    found = {"event-in-two-splits", "article-in-two-splits", "sentence-in-two-splits"}
    found |= {"group-in-two-splits", "email-in-source", "email-found"}
    folder = Path(proof.__file__).parent
    for path in (*folder.glob("*.py"), Path(verify.__file__)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_add = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "add"
            if is_add and len(node.args) >= 3 and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found


def test_a_person_who_must_not_be_named_is_found_but_not_repeated(shop: Workshop) -> None:
    cell("articles", outlet="as told to Anna Berg")(shop)
    before = verify_release(shop.folder)
    found = verify_release(shop.folder, people=["Anna Berg", "x@y.test"])
    (named,) = (one for one in found if one not in before)
    assert named.code == "person-named"
    assert "Anna" not in named.message


def test_an_address_that_the_article_prints_is_told_and_does_not_fail(shop: Workshop) -> None:
    row = shop.rows("articles")[2]
    text = row["text"].replace("calls", "a@b.co")
    assert text != row["text"]
    shop.edit("articles", lambda found: found[2].update(title="Write to a@b.test"))
    shop.seal()
    (found,) = verify_release(shop.folder)
    assert (found.code, found.severity) == ("email-in-source", "warning")


def test_a_group_in_two_splits_is_found(shop: Workshop) -> None:
    two_splits(shop)
    for split in ("train", "test"):
        shop.edit("articles", lambda rows: [row.update(group="g-1") for row in rows], split)
    shop.seal()
    assert codes(verify_release(shop.folder)) == {"group-in-two-splits", "split-ledger-lacks"}


TOKENS = {"id": "c", "article_id": "articles/call.txt", "text": "a bc", "tokens": ["a", "bc"]}
TOKENS |= {"starts": [0, 2], "ends": [1, 4], "stance_tags": ["O", "B-Support"]}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"stance_tags": ["O"]}, "tokens-uneven"),
        ({"starts": [0, 1]}, "offset-mismatch"),
        ({"article_id": "articles/z.txt"}, "article-unknown"),
    ],
)
def test_tokens_are_the_text_at_their_offsets(shop: Workshop, change: Json, code: str) -> None:
    shutil.rmtree(shop.path("bio").parent)
    shop.path("bio").parent.mkdir()
    pq.write_table(pa.Table.from_pylist([TOKENS | change]), shop.path("bio"))
    kinds = {"starts": "int64", "ends": "int64", "tokens": "string", "stance_tags": "string"}
    features = [
        {"name": name, "list": kinds[name]} if name in kinds else {"name": name, "dtype": "string"}
        for name in TOKENS
    ]

    def declare(card: Json) -> None:
        (info,) = (each for each in card["dataset_info"] if each["config_name"] == "bio")
        info["features"] = features

    shop.in_card(declare)
    card = (shop.folder / "README.md").read_text(encoding="utf-8")
    one = re.sub(r"(\| `bio` \| )\d+", r"\g<1>1", card)
    (shop.folder / "README.md").write_text(one, encoding="utf-8")
    shop.seal()
    # The row of this test follows from no span.
    found = codes(verify_release(shop.folder)) - {"derived-differs", "derived-missing"}
    assert found == ({code} if code else set())


def test_what_is_derived_wrongly_is_named_by_row_and_column(shop: Workshop) -> None:
    cell("stance", stance="Oppose")(shop)
    (found,) = verify_release(shop.folder)
    assert found.place == "stance/train-00000-of-00001.parquet, row 0"
    assert found.message == "not what spans gives: stance"


def test_without_texts_the_known_speakers_are_derived_again(tmp_path: Path) -> None:
    settings = SETTINGS.replace('rights = "full"', 'rights = "standoff"')
    workspace = make_workspace(tmp_path / "news", settings=settings)
    report = publish(workspace)
    shop = Workshop(workspace.root / str(report.path), tmp_path / "shop" / "0.1.0")
    assert codes(verify_release(shop.folder)) == {"text-not-at-hand"}
    known = next(row for row in shop.rows("triples") if not row["entity"].startswith("?"))

    def renamed(found: list[Json]) -> None:
        next(row for row in found if row["entity"] == known["entity"])["entity"] = "nobody"

    rows("triples", renamed)(shop)
    assert "derived-differs" in codes(verify_release(shop.folder))


def test_no_folder_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        verify_release(tmp_path / "none")


def test_a_folder_of_releases_is_none_and_names_them(shop: Workshop) -> None:
    with pytest.raises(InputError, match="holds releases, and is none") as refused:
        verify_release(shop.folder.parent)
    assert str(shop.folder) in str(refused.value.hint)


def test_what_the_hub_adds_to_a_download_is_no_break(shop: Workshop) -> None:
    (shop.folder / ".gitattributes").write_text("*.parquet filter=lfs\n", encoding="utf-8")
    (shop.folder / ".cache" / "huggingface").mkdir(parents=True)
    (shop.folder / ".cache" / "huggingface" / "x.json").write_text("{}", encoding="utf-8")
    assert verify_release(shop.folder) == []


def test_an_empty_folder_has_everything_missing(tmp_path: Path) -> None:
    told = codes(verify_release(tmp_path))
    assert {"manifest-missing", "card-missing", "sums-missing", "config-missing"} <= told


def test_an_address_that_the_table_of_changes_quotes_is_the_outlets(shop: Workshop) -> None:
    changes_of(
        before="Speaker [0:3) “write to a@b.test”", key="articles/a.txt ?a@b.test Support dialogue"
    )(shop)
    assert verify_release(shop.folder) == []


def test_a_folder_that_is_named_as_a_text_is_passed_over(shop: Workshop) -> None:
    (shop.folder / "notes.md").mkdir()
    assert verify_release(shop.folder) == []


def test_a_damaged_release_before_is_told_and_does_not_fail(shop: Workshop) -> None:
    moved_since(shop)
    before = shop.folder.parent / "0.0.9" / "articles" / "train-00000-of-00001.parquet"
    before.write_bytes(b"PAR1")
    (found,) = verify_release(shop.folder)
    assert (found.code, found.severity) == ("parent-broken", "warning")


def test_a_ledger_that_lost_what_it_held_before_is_found(shop: Workshop) -> None:
    moved_since(shop)
    before = shop.folder.parent / "0.0.9"
    shutil.rmtree(before / "articles")
    line = {"group": "g-old", "article_id": "articles/old.txt", "split": "test"}
    pq.write_table(pa.Table.from_pylist([line]), before / "splits.parquet")
    (found,) = verify_release(shop.folder)
    assert found.code == "split-ledger-differs"
    assert "lines of 0.0.9 that are not in it as they were: 1" in found.message
