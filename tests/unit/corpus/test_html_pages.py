from __future__ import annotations

import html
import json
import re
import unicodedata

import pytest

from annotate.corpus.html import read_page
from tests.unit.corpus.pages import BODY, PAGES, TEXT, A, B, Example, page

EACH = pytest.mark.parametrize("example", PAGES, ids=[each.name for each in PAGES])


@EACH
def test_the_body_is_kept_paragraph_by_paragraph_and_nothing_else(example: Example) -> None:
    read = read_page(example.source)
    assert [line for line in re.split(r"\n+", read.edited.clean) if line] == [
        line for paragraph in example.body for line in paragraph.split("\n")
    ]
    assert not read.approximate


@EACH
def test_every_kept_character_is_the_one_at_its_place_in_the_source(example: Example) -> None:
    edited = read_page(example.source).edited
    for at, char in enumerate(edited.clean):
        if not char.isspace():
            start, end = edited.to_raw(at, at + 1)
            raw = edited.raw[start:end]
            assert unicodedata.normalize("NFC", html.unescape(raw)) == char


def test_a_body_that_stands_in_linked_data_alone_is_not_taken_from_there() -> None:
    read = read_page(page("<p>Please wait.</p>", _linked(f"{A} {B}")))
    assert not read.found
    assert "Please wait." in read.edited.clean
    assert A not in read.edited.clean


def test_a_body_that_the_page_marks_is_kept_where_the_extractor_sees_little_of_it() -> None:
    hidden = BODY.replace("<p>", '<p class="comment-content">')
    read = read_page(
        page(f'<div class="comments" id="comments">{hidden}</div>', _linked(" ".join(TEXT)))
    )
    assert read.found
    assert read.edited.clean == "\n\n".join(TEXT)


def _linked(body: str) -> str:
    data = json.dumps({"@type": "NewsArticle", "articleBody": body})
    return f'<script type="application/ld+json">{data}</script>'
