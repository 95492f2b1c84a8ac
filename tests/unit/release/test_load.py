"""A release as objects."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import annotate
from annotate.errors import InputError
from annotate.release.build import publish
from annotate.release.load import LoadedChunk
from tests.unit.release.source import SETTINGS, TEXTS, make_workspace

ROOT = Path(__file__).parents[3]
TWO_SPLITS = SETTINGS + "splits = { train = 0.5, validation = 0.0, test = 0.5 }\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_workspace(tmp_path_factory.mktemp("load") / "news", settings=TWO_SPLITS)
    return made.root / str(publish(made).path)


def test_a_stance_leads_to_its_speaker_and_topic(folder: Path) -> None:
    chunk = annotate.load(folder, "spans")[0]
    assert isinstance(chunk, LoadedChunk)
    assert chunk.outlet == "Velin | Post"
    (stance,) = (span for span in chunk.spans if span.layer == "stance")
    assert (stance.text, stance.label, stance.topic) == (
        "a\ntruce is needed",
        "Support",
        "ceasefire",
    )
    assert stance.speaker is not None
    assert (stance.speaker.text, stance.speaker.entity) == ("Emmanuel Macron", "macron")


def test_every_span_is_the_text_at_its_offsets(folder: Path) -> None:
    spans = [(chunk, span) for chunk in annotate.load(folder) for span in chunk.spans]
    assert len(spans) == 9
    for chunk, span in spans:
        assert chunk.text[span.start : span.end] == span.text


def test_a_span_without_arrows_has_no_speaker_and_no_topic(folder: Path) -> None:
    speaker = annotate.load(folder)[0].spans[0]
    assert (speaker.layer, speaker.speaker, speaker.topic) == ("speaker", None, None)


def test_a_split_can_be_asked_for_and_all_come_otherwise(folder: Path) -> None:
    every = annotate.load(folder, "articles")
    assert {row.article_id for row in every} == set(TEXTS)
    train = annotate.load(folder, "articles", split="train")
    assert {row.split for row in train} == {"train"}
    assert 0 < len(train) < len(every)


def test_every_config_becomes_a_table(folder: Path) -> None:
    for config in ("spans", "annotations", "triples", "stance", "bio", "articles"):
        rows = annotate.load(folder, config)
        table = rows.to_pandas()
        assert len(table) == len(rows) > 0
        assert list(table["article_id"]) == [row.article_id for row in rows]


def test_what_is_not_there_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no release in"):
        annotate.load(tmp_path)
    with pytest.raises(InputError, match="no config spams"):
        annotate.load(folder, "spams")
    with pytest.raises(InputError, match="no split validation"):
        annotate.load(folder, split="validation")
    with pytest.raises(AttributeError, match="outlets"):
        _ = annotate.load(folder)[0].outlets


def test_a_slice_is_loaded_rows_too(folder: Path) -> None:
    chunks = annotate.load(folder)
    assert [chunk.id for chunk in chunks[1:]] == [chunk.id for chunk in chunks][1:]


def test_the_script_of_the_docs_answers_who_reports_whose_position(
    folder: Path, tmp_path: Path
) -> None:
    script = ROOT / "scripts" / "which_outlet.py"
    picture = tmp_path / "picture.svg"
    command = [sys.executable, str(script), str(folder), str(picture)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line.split("\t") for line in run.stdout.splitlines()[1:]]
    (macron,) = (line for line in lines if line[1] == "macron")
    assert macron[:3] == ["Velin | Post", "macron", "ceasefire"]
    assert macron[3:] == ["1", "0", "0", "0", "a truce is needed"]
    assert "Velin | Post: macron" in picture.read_text(encoding="utf-8")
