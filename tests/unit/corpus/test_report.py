from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from annotate.corpus.articles import Article, Chunk, Flag, Metadata, Source, Status
from annotate.corpus.chunk import chunk_article
from annotate.corpus.edits import Edit
from annotate.corpus.report import CorpusReport, measure
from tests.unit.corpus.texts import long_article

QUOTE = "“We waited for the ferry. Nobody came.”"


def article(name: str, text: str, status: Status = "ready", *edits: Edit) -> Article:
    metadata = Metadata(outlet="Mell Courier", language="en")
    return Article(name, Source(f"{name}.txt", None), text, edits, metadata, status)


def chunks_at(article: Article, *ranges: tuple[int, int]) -> list[Chunk]:
    return [
        Chunk(f"c-{article.id}-{index}", article.id, index, start, end, article.text[start:end])
        for index, (start, end) in enumerate(ranges)
    ]


def report_of(text: str, *ranges: tuple[int, int], limit: int = 100) -> CorpusReport:
    one = article("a", text)
    return measure([one], chunks_at(one, *ranges), limit)


@pytest.mark.parametrize("between", ["\n\n", " "])
def test_what_prepare_writes_is_covered_once_with_no_quote_broken(between: str) -> None:
    chance = random.Random(3)
    articles = [article(f"a{n}", long_article(chance, between)) for n in range(10)]
    chunks = [
        chunk
        for each in articles
        for chunk in chunk_article(each.id, each.text, (), limit=4000, target=2500)
    ]
    report = measure(iter(articles), iter(chunks), 4000)
    assert (report.coverage, report.overlap, report.offset_failures) == (1.0, 0, 0)
    assert (report.quotes_broken, report.sentences_whole) == (0, 1.0)
    assert report.quotes > 100
    assert report.chunks == len(chunks)


def test_text_in_no_chunk_lowers_the_coverage() -> None:
    assert report_of("abcd efgh", (0, 4)).coverage == 0.5


def test_text_in_two_chunks_is_overlap_and_not_covered_once() -> None:
    report = report_of("abcdefgh", (0, 6), (4, 8))
    assert (report.overlap, report.coverage) == (2, 0.75)


def test_a_chunk_that_is_not_the_text_at_its_place_is_a_failure() -> None:
    one = article("a", "abcdefgh")
    (chunk,) = chunks_at(one, (0, 8))
    assert measure([one], [replace(chunk, text="abcdefgx")], 100).offset_failures == 1


def test_a_chunk_without_a_ready_article_in_its_place_is_a_failure() -> None:
    one, two = article("a", "abcd"), article("b", "efgh", "duplicate")
    assert (
        measure([one, two], [*chunks_at(one, (0, 4)), *chunks_at(two, (0, 4))], 9).offset_failures
        == 1
    )
    assert measure([one], chunks_at(two, (0, 4)), 9).offset_failures == 1


def test_a_cut_inside_a_quote_breaks_it() -> None:
    middle = QUOTE.index(" Nobody")
    text = f"{QUOTE}\n{QUOTE}"
    report = report_of(text, (0, middle), (middle + 1, len(text)))
    assert (report.quotes, report.quotes_broken, report.quotes_broken_percent) == (2, 1, 50.0)


def test_a_cut_behind_a_quote_does_not_break_it() -> None:
    text = f"{QUOTE} They left."
    assert report_of(text, (0, len(QUOTE)), (len(QUOTE) + 1, len(text))).quotes_broken == 0


def test_a_quote_longer_than_the_limit_is_counted_apart() -> None:
    middle = QUOTE.index(" Nobody")
    report = report_of(QUOTE, (0, middle), (middle + 1, len(QUOTE)), limit=30)
    assert (report.quotes, report.quotes_broken, report.quotes_too_long) == (0, 0, 1)
    assert report.quotes_broken_percent is None


def test_a_cut_inside_a_sentence_is_told_from_one_behind_it() -> None:
    text = "The ferry left. Nobody stayed at the pier."
    assert report_of(text, (0, 15), (16, len(text))).sentences_whole == 1
    assert report_of(text, (0, 22), (23, len(text))).sentences_whole == 0


def test_sizes_are_those_of_the_chunks() -> None:
    text = "x" * 100
    report = report_of(text, *((n, n + 1) for n in range(99)))
    assert report.chunk_size == {"p5": 1, "p50": 1, "p95": 1, "max": 1}
    assert (report_of(text, (0, 90), (90, 100)).chunk_size or {})["max"] == 90


def test_what_was_dropped_is_counted_by_reason() -> None:
    edits = (Edit(0, 7, "", "boilerplate"), Edit(9, 12, "", "caption"), Edit(12, 13, "x", "nfc"))
    report = measure([article("a", "text", "needs_review", *edits)], [], 100)
    assert report.dropped == {"boilerplate": 7, "caption": 3}


def test_articles_are_counted_by_status_language_outlet_and_flag() -> None:
    one = replace(
        article("a", "abc"), flags=(Flag("mixed_script", 0, 1), Flag("mixed_script", 1, 2))
    )
    two = replace(article("b", "abc", "duplicate"), metadata=Metadata())
    report = measure([one, two], chunks_at(one, (0, 3)), 100)
    assert report.statuses == {"ready": 1, "duplicate": 1}
    assert report.languages == {"en": 1, "unknown": 1}
    assert (report.outlets, report.flags) == (1, {"mixed_script": 2})


def test_what_cannot_be_measured_is_null() -> None:
    row = json.loads(json.dumps(measure([], [], 100).to_json()))
    nulls = {"coverage", "quotes_broken_percent", "sentences_whole", "chunk_size"}
    assert {key for key, value in row.items() if value is None} == nulls
    assert all(isinstance(value, str) for _, value in measure([], [], 100).rows())


def test_the_rows_say_the_figures() -> None:
    middle = QUOTE.index(" Nobody")
    rows = dict(report_of(f"{QUOTE}", (0, middle), (middle + 1, len(QUOTE))).rows())
    assert rows["quotes broken"] == "100.00 % (1 of 1)"
    assert rows["coverage"] == "100.00 %"
    assert rows["articles"] == "1 (ready 1)"
