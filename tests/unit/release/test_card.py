"""The pictures, the version log and the defects of the card, held against the rows."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from annotate.release.build import publish
from annotate.release.citation import bibtex
from annotate.release.history import past
from annotate.release.pictures import Side, heat_map, label_bars, outlet_topics, version_bars
from annotate.release.provenance import preparation
from tests.unit.labels.marked import STARTER
from tests.unit.labels.rows import answered
from tests.unit.release.source import SETTINGS, make_workspace
from tests.unit.release.test_publish import card_of, corrected, rows_of, tell

Json = dict[str, Any]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def third(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """0.1.0, a correction, and an added chunk."""
    workspace = make_workspace(tmp_path_factory.mktemp("card") / "news")
    publish(workspace)
    tell(workspace, corrected())
    publish(workspace)
    tell(workspace, answered("c-row-0", annotation_id=9))
    return workspace.root / str(publish(workspace).path)


def words_of(svg: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(svg).iter(f"{SVG}text")]


def test_every_picture_that_the_card_shows_is_there_and_is_xml(third: Path) -> None:
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", card_of(third)[1])
    assert sorted(shown) == sorted(f"pictures/{path.name}" for path in third.glob("pictures/*"))
    for name in shown:
        assert ET.fromstring((third / name).read_text(encoding="utf-8")).tag == f"{SVG}svg"


def test_the_bars_are_the_counts_of_the_labels(third: Path) -> None:
    words = words_of((third / "pictures" / "labels.svg").read_text(encoding="utf-8"))
    spans = [span["label"] for row in rows_of(third) for span in row["spans"]]
    told = dict(zip(words[::2], words[1::2], strict=True))
    assert told == {label.name: str(spans.count(label.name)) for label in STARTER.labels}


def test_bars_are_as_long_as_their_counts() -> None:
    drawn = ET.fromstring(label_bars([("a", "#111111", 10), ("b<", "#222222", 5), ("c", "#3", 0)]))
    long = [float(rect.get("width", "")) for rect in list(drawn.iter(f"{SVG}rect"))[1:]]
    assert long[0] == 2 * long[1]
    assert long[2] == 0


def test_the_map_counts_each_position_once() -> None:
    rows = [
        {"outlet": outlet, "topic": topic, "polarity": polarity}
        for outlet, topic, polarity in (
            ("A", "peace", "Support"),
            ("A", "peace", "Oppose"),
            ("A", "peace", "Support"),
            (None, "arms", "Neutral"),
        )
    ]
    sides = outlet_topics(rows)
    assert sides == {("A", "peace"): Side(2, 1, 0), ("unknown", "arms"): Side(0, 0, 1)}
    assert sides["A", "peace"].lean == pytest.approx(1 / 3)
    assert words_of(heat_map(sides, ["peace", "arms"]))[2:] == ["A", "2 : 1", "unknown", "0 : 0"]


def test_the_log_has_every_version_with_its_reason(third: Path) -> None:
    body = card_of(third)[1]
    lines = [line for line in body.splitlines() if re.match(r"\| 0\.", line)]
    assert lines == [
        "| 0.2.0 | 2031-04-01 | 4 | 3 | minor: labelled chunks added: 1 |",
        "| 0.1.1 | 2031-04-01 | 3 | 3 | patch: spans relabelled: 1 |",
        "| 0.1.0 | 2031-04-01 | 3 | 3 | the first release |",
    ]
    drawn = (third / "pictures" / "versions.svg").read_text(encoding="utf-8")
    assert words_of(drawn)[::2] == ["0.1.0", "0.1.1", "0.2.0"]


def test_a_release_that_differs_in_nothing_is_not_called_the_first() -> None:
    told = {"version": "1.0.0", "date": "2031-04-01", "files": {}, "step": []}
    assert past(told | {"parent": "0.2.0"}).step == "nothing differs from 0.2.0"
    assert past(told | {"parent": None}).step == "the first release"


def test_an_empty_picture_is_one_too() -> None:
    for drawn in (label_bars([]), heat_map({}, []), version_bars([])):
        assert words_of(drawn) == []


def test_known_defects_are_counted(third: Path) -> None:
    body = card_of(third)[1].partition("## Known defects")[2]
    articles = rows_of(third, "articles")
    unknown = sum(row["entity"].startswith("?") for row in rows_of(third, "triples"))
    assert f"no entity of the schema is known for | {unknown} |" in body
    assert f"articles without an outlet | {sum(not row['outlet'] for row in articles)} |" in body
    assert "chunks without a decision | 0 |" in body


def test_the_citation_names_the_very_bytes(third: Path) -> None:
    body = card_of(third)[1]
    entry = body.split("```bibtex\n")[1].split("\n```")[0]
    digest = hashlib.sha256((third / "MANIFEST.json").read_bytes()).hexdigest()
    manifest = json.loads((third / "MANIFEST.json").read_bytes())
    assert f"@misc{{ferry-news-{manifest['version']}," in entry
    assert f"year = {{{manifest['date'][:4]}}}" in entry
    assert digest in entry
    assert json.loads((third / "croissant.json").read_bytes())["citeAs"] == entry


def test_names_and_titles_do_not_break_a_citation() -> None:
    publish = {"pretty_name": "50 % {odd}_", "authors": ["Berg, Anna", "R & D"]}
    entry = bibtex({"name": "n", "version": "1.0.0", "date": "2031-01-01", "publish": publish}, "d")
    assert "title = {{50 \\% \\{odd\\}\\_}}," in entry
    assert "author = {{Berg, Anna} and R \\& D}," in entry


def test_the_guidelines_and_what_is_not_told_stand_in_the_card(third: Path) -> None:
    body = card_of(third)[1]
    assert f"labels: {len(STARTER.labels)}, with" in body
    assert f"decision rules: {len(STARTER.rules)}," in " ".join(body.split())
    assert all(f"\n{rule.id}. " in body for rule in STARTER.rules)
    assert "Trained: not told. Consent: not told." in body
    assert "(how: not told)" in body


def test_what_is_told_of_the_annotators_stands_in_the_card(tmp_path: Path) -> None:
    told = 'training = "two days"\nconsent = "in writing"\nselection = "by date"\n'
    workspace = make_workspace(tmp_path / "news", settings=SETTINGS + told)
    body = card_of(workspace.root / str(publish(workspace).path))[1]
    assert "Trained: two days. Consent: in writing." in body
    assert "(how: by date)" in body


def test_edits_are_counted_by_reason() -> None:
    edit = {"start": 3, "end": 10, "replacement": "", "reason": "boilerplate"}
    articles: list[Json] = [{"edits": [edit, edit]}, {"edits": []}]
    told = preparation(articles, {"annotate": "9.9.9"})
    assert "| boilerplate | 2 | 14 |" in told
    assert "1 of 2 articles were changed" in told
