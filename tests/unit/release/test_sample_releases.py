"""The sample's releases show a reader how answers became what stands."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest

from annotate.release.files import read_parquet
from tests.unit.release.test_publish import card_of

Json = dict[str, Any]
FIRST, SECOND = (
    Path(__file__).resolve().parents[3] / "datasets" / "summit-call" / version
    for version in ("1.0.0", "1.1.0")
)


@pytest.fixture(params=[FIRST, SECOND], ids=lambda path: path.name)
def release(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.param
    return folder


def manifest_of(release: Path) -> Json:
    found: Json = orjson.loads((release / "MANIFEST.json").read_bytes())
    return found


def rows_of(release: Path, config: str = "spans") -> list[Json]:
    """Read the rows of all splits."""
    return [row for part in sorted((release / config).iterdir()) for row in read_parquet(part)]


def test_every_way_to_decide_is_there_and_counted_in_the_card(release: Path) -> None:
    card, rows = card_of(release)[1], rows_of(release)
    chunks = Counter(row["origin"] for row in rows)
    spans = Counter(span["origin"] for row in rows for span in row["spans"])
    assert chunks.keys() == {"adjudicated", "majority", "single"}
    assert spans.keys() == chunks.keys() | {"unanimous"}
    told = re.findall(
        r"^\| (adjudicated|majority|single|unanimous) \| (\d+) \| (\d+) \|$", card, re.MULTILINE
    )
    assert [(name, int(one), int(two)) for name, one, two in told] == [
        (name, chunks[name], spans[name]) for name in sorted(spans)
    ]


def test_the_card_counts_spans_by_support(release: Path) -> None:
    (line,) = re.findall(r"^Spans by `support`.*$", card_of(release)[1], re.MULTILINE)
    told = {(int(n), int(of)): int(c) for n, of, c in re.findall(r"(\d+) of (\d+): (\d+)", line)}
    counted = Counter(
        (span["support"], row["answers"]) for row in rows_of(release) for span in row["spans"]
    )
    assert told == counted


def test_chunks_without_a_decision_are_answered_and_left_out_of_spans(release: Path) -> None:
    answered = {row["id"] for row in rows_of(release, "annotations")}
    undecided = answered - {row["id"] for row in rows_of(release)}
    assert len(undecided) == manifest_of(release)["undecided_chunks"] > 0
    assert f"| chunks without a decision | {len(undecided)} |" in card_of(release)[1]
    told = {row["article_id"] for row in rows_of(release)}
    bare = [row for row in rows_of(release, "articles") if row["article_id"] not in told]
    assert bare
    assert f"| articles of which no chunk has a decision | {len(bare)} |" in card_of(release)[1]


def test_the_card_has_every_figure_of_agreement_with_n_and_an_interval(release: Path) -> None:
    _, _, section = card_of(release)[1].partition("\n## Agreement\n")
    told = [
        line.replace("\\|", "¦").strip("| ").split(" | ")
        for line in section.partition("\n## ")[0].splitlines()
        if re.search(r" \| -?[\d.]+ to -?[\d.]+ \| [\d,]+ [a-z]", line)
    ]
    figures = manifest_of(release)["agreement"]["figures"]
    assert [(row[0], row[2]) for row in told] == [
        (each["of"], f"{each['value']:.2f}") for each in figures
    ]
    assert all(each["low"] <= each["value"] <= each["high"] for each in figures)


def test_only_a_decision_is_an_adjudicators_and_it_counts_as_no_answer(release: Path) -> None:
    given = rows_of(release, "annotations")
    people = {
        role: {row["annotator"] for row in given if row["role"] == role}
        for role in ("annotator", "adjudicator")
    }
    assert {role: len(names) for role, names in people.items()} == {
        "annotator": 3,
        "adjudicator": 1,
    }
    assert not people["annotator"] & people["adjudicator"]
    decided = {row["id"] for row in given if row["role"] == "adjudicator"}
    assert decided == {row["id"] for row in rows_of(release) if row["origin"] == "adjudicated"}
