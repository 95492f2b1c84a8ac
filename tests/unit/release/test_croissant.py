"""What machines read of a release: made from card and manifest, read by the real reader."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

from annotate.release.croissant import RAI, VERSION, croissant
from annotate.release.files import file_sha256
from tests.unit.release.workshop import Workshop, two_splits, whole_release

Json = dict[str, Any]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole_release(tmp_path_factory.mktemp("release"))


@pytest.fixture
def shop(whole: Path, tmp_path: Path) -> Workshop:
    return Workshop(whole, tmp_path / whole.name)


def told(folder: Path) -> Json:
    found: Json = orjson.loads((folder / "croissant.json").read_bytes())
    return found


def test_it_says_what_it_conforms_to_and_which_version_it_is_of(whole: Path) -> None:
    assert told(whole)["conformsTo"] == [VERSION, RAI]
    assert told(whole)["version"] == "0.1.0"
    assert told(whole)["license"] == "https://creativecommons.org/licenses/by/4.0/"


def test_it_names_every_data_file_with_its_sum(whole: Path) -> None:
    sums = {each["contentUrl"]: each["sha256"] for each in told(whole)["distribution"]}
    files = {path.relative_to(whole).as_posix(): path for path in whole.glob("*/*.parquet")}
    assert sums == {name: file_sha256(path) for name, path in files.items()}


def test_every_column_is_a_field(whole: Path) -> None:
    for records in told(whole)["recordSet"]:
        names = [field["@id"].removeprefix(f"{records['@id']}/") for field in records["field"]]
        (path,) = whole.glob(f"{records['@id']}/*.parquet")
        assert names == pq.read_schema(path).names


def test_every_split_is_a_record_set_of_its_own(shop: Workshop) -> None:
    two_splits(shop)
    names = [records["@id"] for records in told(shop.folder)["recordSet"]]
    assert "articles/train" in names
    assert "articles/test" in names
    assert "spans" in names


def test_it_depends_on_card_and_manifest_alone_and_changes_neither(shop: Workshop) -> None:
    card, manifest = shop.card, shop.manifest
    before = deepcopy((card, manifest))
    assert croissant(card, manifest) == croissant(card, manifest) == told(shop.folder)
    assert (card, manifest) == before


def test_it_says_so_when_a_program_answered(shop: Workshop) -> None:
    assert "rai:machineAnnotationTools" not in told(shop.folder)
    shop.in_manifest(lambda manifest: manifest["publish"].update(simulated=True))
    shop.seal()
    assert "simulated" in told(shop.folder)["rai:dataAnnotationProtocol"]
    assert told(shop.folder)["rai:machineAnnotationTools"]


def test_it_says_so_when_the_texts_are_left_out(shop: Workshop) -> None:
    shop.in_manifest(lambda manifest: manifest["publish"].update(rights="standoff"))
    shop.seal()
    (told_texts,) = [
        each
        for each in told(shop.folder)["rai:personalSensitiveInformation"]
        if each.startswith("Texts")
    ]
    assert "not part of the release" in told_texts


# ---- read by mlcroissant


def records(folder: Path, name: str) -> Iterator[Json]:
    import mlcroissant

    dataset = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    for record in dataset.records(record_set=name):
        yield {key.removeprefix(f"{name}/"): _plain(value) for key, value in record.items()}


def _plain(value: Any) -> Any:
    """Give words for the bytes that mlcroissant gives."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key.rpartition("/")[2]: _plain(item) for key, item in value.items()}
    return value


def test_mlcroissant_finds_nothing_wrong(whole: Path) -> None:
    import mlcroissant

    metadata = mlcroissant.Dataset(jsonld=str(whole / "croissant.json")).metadata
    assert metadata.ctx.issues.errors == set()
    assert metadata.ctx.issues.warnings == set()
    assert metadata.ctx.is_v1_1()
    (protocol,) = metadata.data_annotation_protocol
    assert "Label Studio" in protocol


def test_mlcroissant_would_find_something_wrong(shop: Workshop) -> None:
    import mlcroissant

    broken = told(shop.folder)
    broken["recordSet"][0]["field"][0]["source"]["fileObject"]["@id"] = "none.parquet"
    (shop.folder / "croissant.json").write_bytes(orjson.dumps(broken))
    with pytest.raises(mlcroissant.ValidationError):
        mlcroissant.Dataset(jsonld=str(shop.folder / "croissant.json"))


@pytest.mark.parametrize("config", ["spans", "annotations", "triples", "articles"])
def test_mlcroissant_reads_every_row_and_every_span(shop: Workshop, config: str) -> None:
    wanted = shop.rows(config)
    found = list(records(shop.folder, config))
    assert len(found) == len(wanted)
    for row, mine in zip(found, wanted, strict=True):
        for key, value in mine.items():
            if isinstance(value, str | bool | int):
                assert row[key] == value
        for span, other in zip(row.get("spans", []), mine.get("spans", []), strict=False):
            assert {key: other[key] for key in span} == span
            assert {"start", "end", "label"} <= span.keys()


def test_mlcroissant_refuses_a_file_that_was_changed(shop: Workshop) -> None:
    shop.edit("articles", lambda rows: rows[0].update(title="Another"))
    with pytest.raises(Exception, match=r"(?i)hash|generat"):
        list(records(shop.folder, "articles"))
