"""Tags tell every span but those that are listed as lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from annotate.corpus import Chunk
from annotate.labels.annotation import Span
from annotate.release.bio import bio_row, tag_column, tag_names
from tests.unit.labels.texts import nasty_texts

Json = dict[str, Any]
LAYERS = ("stance", "topic")


def tagged(text: str, *spans: Span) -> Json:
    return bio_row(Chunk("c", "a", 0, 0, len(text), text), spans, LAYERS)


def span(name: str, start: int, end: int, label: str = "Support", layer: str = "stance") -> Span:
    return Span(name, start, end, layer, label)


def test_tokens_are_words_and_single_signs() -> None:
    row = tagged("Don’t stop: go…")
    assert row["tokens"] == ["Don", "’", "t", "stop", ":", "go", "…"]


def test_two_spans_in_a_row_stay_two() -> None:
    row = tagged("one two three", span("1", 0, 3), span("2", 4, 13))
    assert row["stance_tags"] == ["B-Support", "B-Support", "I-Support"]
    assert row["topic_tags"] == ["O", "O", "O"]
    assert row["lost"] == []


def test_what_tags_cannot_tell_is_listed_with_the_reason() -> None:
    inside, cut = span("2", 4, 7), span("3", 9, 13)
    row = tagged("one two three", span("1", 0, 7), inside, cut, span("4", 4, 7, "war", "topic"))
    assert row["lost"] == [
        {"span": "2", "reason": "overlaps a longer span of its layer"},
        {"span": "3", "reason": "a border is inside a token"},
    ]
    assert row["topic_tags"] == ["O", "B-war", "O"]


def test_a_label_added_later_moves_no_tag() -> None:
    assert tag_names(["a", "b"])[: len(tag_names(["a"]))] == tag_names(["a"])


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[Span]]:
    text = draw(nasty_texts.filter(bool))
    spans = []
    for number in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        layer = draw(st.sampled_from(LAYERS))
        spans.append(span(str(number), start, end, draw(st.sampled_from("xy")), layer))
    return text, spans


def spans_of_tags(row: Json, layer: str) -> Iterator[tuple[int, int, str]]:
    """Read start, end and label of each span back from a row's tags."""
    begun: tuple[int, str] | None = None
    end = 0
    columns = (row["starts"], row["ends"], row[tag_column(layer)])
    for start, stop, tag in zip(*columns, strict=True):
        if begun and not tag.startswith("I-"):
            yield begun[0], end, begun[1]
            begun = None
        if tag.startswith("B-"):
            begun = start, tag[2:]
        end = stop
    if begun:
        yield begun[0], end, begun[1]


@given(texts_with_spans())
def test_reading_the_tags_gives_exactly_the_spans_that_are_not_lost(
    case: tuple[str, list[Span]],
) -> None:
    text, spans = case
    row = tagged(text, *spans)
    lost = {item["span"] for item in row["lost"]}
    for layer in LAYERS:
        told = {
            (one.start, one.end, one.label)
            for one in spans
            if one.layer == layer and one.id not in lost
        }
        assert set(spans_of_tags(row, layer)) == told
    for token, start, end in zip(row["tokens"], row["starts"], row["ends"], strict=True):
        assert text[start:end] == token
    assert "".join(row["tokens"]) == re.sub(r"\s", "", text)
