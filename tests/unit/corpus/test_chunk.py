from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.corpus.articles import Chunk, Flag
from annotate.corpus.chunk import chunk_article
from annotate.corpus.clean import clean
from annotate.corpus.edits import EditedText
from annotate.corpus.quotes import find_quotes
from annotate.corpus.sentences import sentences
from tests.unit.corpus.texts import PIECES

SENTENCE = "The ferry left the harbour of Mell at noon and came back before the evening bells. "
long_texts = st.lists(st.sampled_from((*PIECES, SENTENCE)), max_size=60).map("".join)


def chunks_of(text: str, limit: int = 400, target: int = 250) -> tuple[Chunk, ...]:
    return chunk_article("a", text, (), limit=limit, target=target)


@settings(max_examples=300)
@given(long_texts, st.integers(20, 300))
def test_chunks_tile_the_article(raw: str, limit: int) -> None:
    text = clean(EditedText(raw)).clean
    chunks = chunks_of(text, limit, limit * 2 // 3)
    assert "".join(chunk.text for chunk in chunks).split() or not text.strip()
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text == chunk.text.strip()
        assert 0 < len(chunk.text) <= limit
    edges = [0, *(edge for chunk in chunks for edge in (chunk.start, chunk.end)), len(text)]
    assert all(
        not text[left:right].strip() for left, right in zip(edges[::2], edges[1::2], strict=True)
    )


@given(long_texts)
def test_sentences_hold_all_that_is_not_white_space(text: str) -> None:
    ranges = sentences(text)
    assert "".join("".join(text[a:b].split()) for a, b in ranges) == "".join(text.split())
    assert all(before[1] <= after[0] for before, after in pairwise(ranges))


def test_an_article_that_fits_is_one_chunk_without_context() -> None:
    (chunk,) = chunks_of(SENTENCE.strip())
    assert (chunk.text, chunk.context_before, chunk.context_after) == (SENTENCE.strip(), "", "")


def test_a_long_article_is_cut_between_paragraphs() -> None:
    paragraph = (SENTENCE * 2).strip()
    text = "\n\n".join([paragraph] * 6)
    assert all(chunk.text.endswith(paragraph) for chunk in chunks_of(text))


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    assert all(chunk.text.endswith("bells.") for chunk in chunks_of((SENTENCE * 20).strip()))


def test_a_quote_is_not_cut_where_that_can_be_avoided() -> None:
    quote = "“We waited. We looked at the sea. Then the ferry came. Nobody spoke.” "
    text = ((SENTENCE + quote) * 8).strip()
    ends = {chunk.end for chunk in chunks_of(text)}
    assert not any(start < end < stop for start, stop in find_quotes(text).pairs for end in ends)


def test_text_without_any_space_is_cut_between_whole_characters() -> None:
    family = "\U0001f469\u200d\U0001f467"
    chunks = chunks_of(family * 300, 100, 80)
    assert all(set(chunk.text.split(family)) == {""} for chunk in chunks)


def test_context_is_two_sentences_before_and_one_after() -> None:
    text = " ".join(f"Sentence number {n} of the long report on the ferry." for n in range(30))
    chunks = chunks_of(text)
    for before, after in pairwise(chunks):
        assert before.text.endswith(after.context_before)
        assert len(sentences(after.context_before)) == 2
        assert after.text.startswith(before.context_after)
        assert len(sentences(before.context_after)) == 1


def test_context_is_at_most_300_characters_of_whole_words() -> None:
    text = " ".join(["word" * 5] * 200)
    for chunk in chunks_of(text)[1:]:
        assert len(chunk.context_before) <= 300
        assert set(chunk.context_before.split()) == {"word" * 5}


def test_flags_are_counted_in_the_chunk_that_holds_them() -> None:
    text = (SENTENCE * 20).strip()
    at = text.rindex("harbour")
    chunks = chunk_article("a", text, (Flag("mixed_script", at, at + 7),), limit=400, target=250)
    (flag,) = chunks[-1].flags
    assert chunks[-1].text[flag.start : flag.end] == "harbour"
    assert not any(chunk.flags for chunk in chunks[:-1])


def test_the_id_depends_on_article_place_and_text() -> None:
    (one,) = chunk_article("a", "Text.", (), limit=400, target=250)
    (two,) = chunk_article("b", "Text.", (), limit=400, target=250)
    assert one.id != two.id
    assert one.id.startswith("c-")
    assert len(one.id) == 18


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Mr. Pell met Dr. Tarn. They spoke.", 2),
        ("The U.S. President spoke. It rained.", 2),
        ("“Stay.” He left.", 2),
        ("他说好。她走了。", 2),
        ("It cost 3.50 crowns. Really?", 2),
        ("One line\nanother line", 2),
    ],
)
def test_sentences_end_where_a_reader_thinks(text: str, count: int) -> None:
    assert len(sentences(text)) == count
