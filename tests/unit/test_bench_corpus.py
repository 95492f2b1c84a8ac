"""The corpus that is measured with: reproducible, as long and as noisy as it says, no two alike."""

from __future__ import annotations

import importlib
import itertools
import json
import statistics
import sys
from collections import Counter
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
COUNT = 500
SEED = 7


@pytest.fixture(scope="module")
def scripts():
    sys.path.insert(0, str(SCRIPTS))
    yield importlib.import_module
    sys.path.remove(str(SCRIPTS))


@pytest.fixture(scope="module")
def corpus(scripts):
    return scripts("bench_corpus")


@pytest.fixture(scope="module")
def report(scripts):
    return scripts("bench_report")


@pytest.fixture(scope="module")
def made(corpus):
    return [corpus.make(index, SEED) for index in range(COUNT)]


def body_of(article) -> str:
    return "\n".join(article.record["text"][start:end] for start, end in article.body)


def shingles(article) -> set[tuple[str, ...]]:
    words = body_of(article).split()
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


def jaccard(one: set, two: set) -> float:
    return len(one & two) / len(one | two)


def test_an_article_is_the_same_in_every_corpus_that_holds_it(corpus, made):
    few = list(corpus.articles(30, SEED))
    assert few == [each.record for each in made[:30]]
    assert few != list(corpus.articles(30, SEED + 1))


def test_every_article_has_an_id_of_its_own(made):
    assert len({each.record["id"] for each in made}) == COUNT
    assert len({each.record["url"] for each in made}) == COUNT


def test_bodies_are_as_long_as_those_of_news(made):
    sizes = [sum(end - start for start, end in each.body) for each in made]
    assert 2500 < statistics.median(sizes) < 3400
    assert max(sizes) > 8000
    assert max(sizes) < 21_000


def test_every_body_range_holds_text_and_stands_behind_the_one_before(made):
    for each in made:
        text = each.record["text"]
        assert all(text[start:end].strip() for start, end in each.body)
        points = [point for pair in each.body for point in pair]
        assert points == sorted(points)


def test_the_body_is_all_of_a_clean_text_and_a_part_of_a_noisy_one(made):
    for each in made:
        left = set(range(len(each.record["text"])))
        for start, end in each.body:
            left.difference_update(range(start, end))
        around = "".join(each.record["text"][at] for at in left).strip()
        assert bool(around) == (each.layout != "clean")


def test_four_of_ten_are_noisy_in_every_layout(corpus, made):
    layouts = Counter(each.layout for each in made)
    assert set(layouts) == {"clean", *corpus.LAYOUTS}
    assert 0.3 < 1 - layouts["clean"] / COUNT < 0.5


def test_one_of_five_is_not_in_english(corpus):
    codes = Counter(corpus.write_story(index, SEED).language.code for index in range(COUNT))
    assert set(codes) == {"en", "de", "fr", "es", "ru"}
    assert 0.12 < 1 - codes["en"] / COUNT < 0.28


def test_articles_that_are_no_copies_hardly_share_five_words_in_a_row(made):
    sets = [shingles(each) for each in made[:150] if each.copy_of is None]
    worst = max(jaccard(one, two) for one, two in itertools.combinations(sets, 2))
    assert worst < 0.1


def test_copies_share_most_of_their_words_and_exact_ones_all(made):
    copies = [each for each in made if each.copy_of is not None]
    assert any(each.exact for each in copies)
    assert not all(each.exact for each in copies)
    for each in copies:
        original = made[each.copy_of]
        assert original.copy_of is None
        if each.exact:
            assert each.record["text"] == original.record["text"]
        else:
            assert 0.5 <= jaccard(shingles(each), shingles(original)) < 1


def test_scraping_has_damaged_some_texts(made):
    texts = [each.record["text"] for each in made]
    assert any("â€" in text for text in texts)
    assert any("\r\n" in text for text in texts)
    assert any("\xa0" in text for text in texts)
    assert any("\u0308" in text or "\u0301" in text for text in texts)


def test_no_pattern_is_left_unfilled(made):
    for each in made:
        assert not set("{}|␣⍽") & set(body_of(each)), each.record["id"]


def test_records_are_written_one_a_line(corpus, tmp_path):
    file = tmp_path / "a.jsonl"
    size = corpus.write_jsonl(file, corpus.articles(5, SEED))
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert rows == list(corpus.articles(5, SEED))
    assert size == file.stat().st_size


def test_a_section_is_replaced_and_the_rest_stays(report):
    document = "# A\n\n<!-- bench x begin -->\nold\n<!-- bench x end -->\nafter\n"
    written = report.section("x", "scripts/bench x", "1 2 3\n")
    once = report.replaced(document, "x", written)
    assert "old" not in once
    assert "$ scripts/bench x\n1 2 3\n" in once
    assert once.startswith("# A\n\n<!--")
    assert once.endswith("-->\nafter\n")
    assert report.replaced(once, "x", written) == once


def test_a_new_section_goes_to_the_end(report):
    written = report.section("y", "scripts/bench y", "1")
    once = report.replaced("# A\n", "y", written)
    assert once.startswith("# A\n\n## y\n\n<!-- bench y begin -->")
    assert report.replaced(once, "y", written) == once


def test_a_limit_holds_at_its_bound_and_not_behind_it(report):
    assert report.Limit("", 5, 5).holds
    assert report.Limit("", 5, 5, at_least=True).holds
    assert not report.Limit("", 5.1, 5).holds
    assert not report.Limit("", 4.9, 5, at_least=True).holds
