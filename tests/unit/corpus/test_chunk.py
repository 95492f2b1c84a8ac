from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.corpus.articles import Chunk, Flag
from annotate.corpus.chunk import HARD_SPLIT, chunk_article, hard_splits
from annotate.corpus.clean import clean
from annotate.corpus.edits import EditedText
from annotate.corpus.quotes import find_quotes
from annotate.corpus.sentences import sentences
from tests.unit.corpus.texts import PIECES, long_article

SENTENCE = "The ferry left the harbour of Mell at noon and came back before the evening bells. "
long_texts = st.lists(st.sampled_from((*PIECES, SENTENCE)), max_size=60).map("".join)


def chunks_of(text: str, limit: int = 400, target: int = 250) -> tuple[Chunk, ...]:
    return chunk_article("a", text, (), limit=limit, target=target)


@settings(max_examples=500, deadline=None)  # a busy machine may take long
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


def cuts_of(text: str, limit: int = 400, target: int = 250) -> list[tuple[str, str]]:
    """Give what stands before and behind each cut."""
    return [(one.text, two.text) for one, two in pairwise(chunks_of(text, limit, target))]


@pytest.mark.parametrize(
    "heading",
    [
        "What the board knew",
        "The clerk of the board said:",
        "Who pays for the quay?",
        "“A sad day”",
        "The plan (in short)",
        "No more ferries!",
    ],
)
def test_a_heading_or_a_colon_stays_with_what_follows(heading: str) -> None:
    for words in range(20, 50):
        text = f"{'word ' * words}end.\n\n{heading}\n\n{SENTENCE * 4}"
        cuts = cuts_of(text.strip())
        assert cuts
        assert not any(before.endswith(heading) for before, _ in cuts)


@pytest.mark.parametrize("line", ["The ferry left.", "»The ferry left.«", "(The ferry left.)"])
def test_a_short_paragraph_may_end_a_chunk(line: str) -> None:
    assert all(before.endswith(line) for before, _ in cuts_of("\n\n".join([line] * 60)))


def test_a_heading_is_left_behind_rather_than_a_quote_broken() -> None:
    quote = "“" + "We looked at the sea. " * 17 + "Nobody spoke.”"
    text = f"What the board knew\n\n{quote}\n\n{SENTENCE.strip()}"
    assert next(after for _, after in cuts_of(text)) == quote


@pytest.mark.parametrize(
    "tail", ["That is what Pell told reporters.", "Pell said so twice.", "she said."]
)
def test_who_said_it_stays_with_the_quote(tail: str) -> None:
    text = (SENTENCE + f"“We waited a long time.” {tail} ") * 12
    cuts = cuts_of(text.strip())
    assert cuts
    assert not any(after.startswith(tail) for _, after in cuts)


def test_a_cut_falls_before_a_name_rather_than_before_a_pronoun() -> None:
    text = "Pell counted the crates of the harbour. He wrote it down in his book. " * 30
    assert all(after.startswith("Pell") for _, after in cuts_of(text.strip()))


def test_a_quote_of_several_paragraphs_stays_whole() -> None:
    quote = "“We waited for the ferry.\n\n“We looked at the sea.\n\n“Nobody spoke.”"
    text = "\n\n".join([SENTENCE.strip(), quote] * 12)
    assert all(
        after.startswith("The ferry") or "spoke" in before for before, after in cuts_of(text)
    )
    assert not any(before.endswith(("ferry.", "sea.")) for before, _ in cuts_of(text))


def test_a_long_sentence_around_a_quote_is_cut_beside_the_quote() -> None:
    quote = "“" + "we waited " * 35 + "for it”"
    text = f"The clerk of the harbour board said {quote} and " + "then he sat down " * 10
    cuts = cuts_of(text.strip())
    assert cuts
    assert all(quote in before or quote in after for before, after in cuts)


def test_a_quote_longer_than_a_chunk_is_cut_between_its_sentences() -> None:
    text = "“" + SENTENCE * 20 + "”"
    chunks = chunks_of(text)
    assert len(chunks) > 1
    assert not any(chunk.flags for chunk in chunks)
    assert all(chunk.text.endswith("bells.") for chunk in chunks[:-1])


@pytest.mark.parametrize("text", ["word " * 400, "w" * 2000])
def test_a_cut_inside_a_sentence_is_flagged_on_both_sides(text: str) -> None:
    chunks = chunks_of(text.strip())
    for one, two in pairwise(chunks):
        assert one.flags[-1] == Flag(HARD_SPLIT, len(one.text) - 1, len(one.text))
        assert two.flags[0] == Flag(HARD_SPLIT, 0, 1)
    places = [(flag.start, flag.end) for flag in hard_splits(chunks)]
    assert places == [(one.end - 1, two.start + 1) for one, two in pairwise(chunks)]


def test_a_cut_between_sentences_is_not_flagged() -> None:
    chunks = chunks_of((SENTENCE * 20).strip())
    assert hard_splits(chunks) == ()
    assert not any(chunk.flags for chunk in chunks)


@pytest.mark.parametrize(
    "text", ["abc\n" * 100_000, "abc.\nab\n" * 50_000, "w" * 5_000_000, "“Go now. " * 50_000]
)
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    chunks = chunk_article("a", text, (), limit=4000, target=2500)
    assert time.process_time() - began < 10
    assert all(len(chunk.text) <= 4000 for chunk in chunks)


def test_many_flags_take_no_time_for_each_chunk() -> None:
    text = "word " * 400_000
    flags = tuple(Flag("mixed_script", at, at + 4) for at in range(0, len(text), 10))
    began = time.process_time()
    chunks = chunk_article("a", text, flags, limit=400, target=300)
    assert time.process_time() - began < 10
    found = sum(flag.code == "mixed_script" for chunk in chunks for flag in chunk.flags)
    assert found == len(flags)


@pytest.mark.parametrize("between", ["\n\n", " "])
@pytest.mark.parametrize(("limit", "target"), [(4000, 2500), (1500, 900)])
def test_quotes_stay_whole_in_long_articles(between: str, limit: int, target: int) -> None:
    chance = random.Random(11)
    texts = [long_article(chance, between) for _ in range(40)]
    quotes = broken = 0
    for text in texts:
        chunks = chunks_of(text, limit, target)
        assert "".join("".join(chunk.text.split()) for chunk in chunks) == "".join(text.split())
        cuts = [chunk.end for chunk in chunks[:-1]]
        for start, end in find_quotes(text).pairs:
            quotes += end - start <= limit
            broken += end - start <= limit and any(start < cut < end for cut in cuts)
    assert quotes > 1000
    assert broken <= quotes / 1000
