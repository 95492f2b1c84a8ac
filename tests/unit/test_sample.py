"""The sample holds what it promises: shapes and noise of real scrapes, and labels that fit."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest

from annotate.corpus import read_articles, read_chunks
from annotate.corpus.prepare import prepare
from annotate.flows.gold import project_gold, raw_texts, read_gold
from annotate.flows.init import init
from annotate.labels.read import read_labels
from annotate.ledger import Ledger
from annotate.schema import load_schema
from annotate.workspace import Workspace

SAMPLE = Path(__file__).resolve().parents[2] / "annotate" / "sample"


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> Workspace:
    folder = tmp_path_factory.mktemp("sample") / "sample"
    init(folder, sample=True)
    workspace = Workspace.find(folder)
    prepare(workspace)
    return workspace


@pytest.fixture(scope="module")
def raws(sample) -> dict[str, str]:
    return raw_texts(sample)


def test_there_are_enough_articles_outlets_and_events(sample):
    articles = read_articles(sample)
    assert len(articles) >= 14
    assert len({article.outlet for article in articles}) >= 5
    assert len({article.event for article in articles}) >= 2
    assert all(article.outlet and article.title and article.event for article in articles)
    assert {article.status for article in articles} == {"ready"}


def test_the_articles_have_the_lengths_of_news(raws):
    assert all(1_200 <= len(raw) <= 9_000 for raw in raws.values())


def test_the_forms_are_text_html_and_json_lines(raws):
    suffixes = [key.rpartition(".")[2] for key in raws]
    assert suffixes.count("html") >= 2
    assert sum("." not in key for key in raws) >= 2  # records of a JSON Lines file


@pytest.mark.parametrize(
    ("noise", "pattern"),
    [
        ("an astral letter", r"[\U0001d400-\U0001d7ff]"),
        ("an emoji with a joiner", "[\U0001f300-\U0001faff]\u200d"),
        ("a combining mark", r"[a-z]\u0301"),
        ("an NBSP", "\u00a0"),
        ("curly quotes", "“[^”]+”"),
        ("straight quotes", '"[^"]+"'),
        ("guillemets", "«[^»]+»"),
        ("a comment form", r"(?i)leave a (reply|comment)"),
        ("right-to-left letters", r"[\u0590-\u06ff]"),
        ("two scripts in a word", r"[a-z][\u0400-\u04ff]|[\u0400-\u04ff][a-z]"),
        ("Windows line ends", "\r\n"),
    ],
)
def test_the_noise_of_real_scrapes_is_there(raws, noise, pattern):
    assert any(re.search(pattern, raw) for raw in raws.values()), noise


def test_one_article_is_not_english(sample):
    assert {article.language for article in read_articles(sample)} >= {"en", "fr"}


def test_every_article_is_labelled_and_every_label_occurs(sample, raws):
    gold = read_gold()
    assert gold.keys() == raws.keys()
    labels = {span["label"] for row in gold.values() for span in row["spans"]}
    assert labels == {label.name for label in load_schema(sample.schema_file).labels}


def test_every_rule_of_the_guidelines_that_marks_something_is_shown(sample):
    used = {span["rule"] for row in read_gold().values() for span in row["spans"]}
    rules = {rule.id for rule in load_schema(sample.schema_file).rules}
    assert rules - used == {15}  # the rule about leftovers: they are not annotated
    assert used - rules == {0}  # a plain case


def test_every_hand_made_label_finds_its_place_with_its_words(sample):
    placed = 0
    for gold in project_gold(sample, load_schema(sample.schema_file), read_gold()):
        raw_spans = {item["id"]: item for item in read_gold()[gold.chunk.article_id]["spans"]}
        for span in gold.spans:
            surface = gold.chunk.text[span.start : span.end]
            assert plain(surface) == plain(visible(raw_spans[span.id]["text"]))
            placed += 1
    assert placed == sum(len(row["spans"]) for row in read_gold().values())


def visible(source: str) -> str:
    import html

    return html.unescape(source)


def plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def test_hand_drawn_relations_join_what_the_schema_lets_them_join(sample):
    schema = load_schema(sample.schema_file)
    for row in read_gold().values():
        labels = {span["id"]: span["label"] for span in row["spans"]}
        for relation in row["relations"]:
            kind = schema.relation(relation["type"])
            assert labels[relation["from"]] in schema.resolve(kind.from_)
            assert labels[relation["to"]] in schema.resolve(kind.to)


def test_only_the_body_is_labelled():
    bodies = {}
    for name in ("sample_bodies_a.json", "sample_bodies_b.json"):
        file = Path(__file__).resolve().parents[1] / "data" / name
        bodies |= json.loads(file.read_text(encoding="utf-8"))
    for key, row in read_gold().items():
        regions = bodies.get(key, {}).get("body_regions")
        for span in row["spans"] if regions else ():
            assert any(a <= span["start"] and span["end"] <= b for a, b in regions)


def test_the_recorded_ledger_fits_the_corpus_and_the_schema(sample):
    """What a real server gave back reads without an error, on the chunks of today."""
    languages = {article.id: article.language for article in read_articles(sample)}
    labels = read_labels(SAMPLE / "labels", load_schema(sample.schema_file), languages)
    assert set(labels.chunks) == {chunk.id for chunk in read_chunks(sample)}
    assert not [item for item in labels.findings if item.severity == "error"]
    assert len({annotation.annotator for annotation in labels.annotations}) == 3
    assert {annotation.schema_version for annotation in labels.annotations} == {"1.0.0"}


def test_the_recorded_ledger_names_nobody():
    for file in (SAMPLE / "labels").iterdir():
        assert "@annotate.example" not in file.read_text(encoding="utf-8")


def test_the_recorded_answers_are_verbatim_records_of_the_server():
    rows = list(Ledger(SAMPLE / "labels" / "annotations.jsonl"))
    keys = {"id", "result", "completed_by", "was_cancelled", "ground_truth", "created_at"}
    keys |= {"updated_at", "lead_time", "parent_prediction"}
    assert rows
    assert all(keys <= row["annotation"].keys() for row in rows)
