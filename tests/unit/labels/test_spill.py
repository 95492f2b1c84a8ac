"""Values on disk are those that were put there, in any order, for as long as anyone reads them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.corpus import Chunk
from annotate.corpus.articles import Flag
from annotate.labels.annotation import Annotation, Attribute, LinkMissing, Relation, Span
from annotate.labels.spill import AnswerSpill, ChunkSpill

words = st.text(max_size=5)
origins = st.sampled_from(["human", "auto", "predicted"])
attributes = st.builds(Attribute, words, words, origins)
places = st.none() | st.integers(0, 9)
spans = st.builds(
    Span,
    words,
    st.integers(0, 9),
    st.integers(0, 9),
    words,
    words,
    st.lists(attributes, max_size=2).map(tuple),
    origins,
    places,
    places,
)
annotations = st.builds(
    Annotation,
    annotation_id=st.integers(),
    chunk_id=words,
    task_id=st.integers(),
    project_id=st.integers(),
    annotator=words,
    schema_version=words,
    created_at=words,
    updated_at=words,
    lead_time=st.none() | st.floats(allow_nan=False),
    skipped=st.booleans(),
    prelabelled=st.booleans(),
    spans=st.lists(spans, max_size=3).map(tuple),
    relations=st.lists(st.builds(Relation, words, words, words, origins), max_size=2).map(tuple),
    document=st.lists(st.tuples(words, words), max_size=2).map(tuple),
    missing=st.lists(st.builds(LinkMissing, words, words), max_size=2).map(tuple),
)


@given(st.lists(annotations, max_size=5), st.data())
def test_answers_come_back_as_they_were_in_any_order(
    answers: list[Annotation], data: st.DataObject
) -> None:
    spill = AnswerSpill()
    for answer in answers:
        spill.append(answer)
    order = data.draw(st.permutations(range(len(answers))))
    assert spill == answers
    chosen = spill.chosen(order)
    assert list(chosen) == [answers[number] for number in order]
    for answer in answers:
        assert chosen.to(answer.chunk_id) == [
            answers[number] for number in order if answers[number].chunk_id == answer.chunk_id
        ]
    # What takes no part in the comparison of spans has to come back, too.
    assert repr(list(spill)) == repr(answers)


def chunk(number: int, article: str = "a") -> Chunk:
    return Chunk(f"c-{number}", article, number, number, number + 1, "\n")


def test_what_is_held_follows_the_chunks_that_are_chosen() -> None:
    spill = ChunkSpill.of([chunk(number, f"a-{number % 2}") for number in range(5)])
    few = spill.chosen([3, 0, 4])
    assert list(few) == [chunk(3, "a-1"), chunk(0, "a-0"), chunk(4, "a-0")]
    assert [few.by_id.at(f"c-{number}") for number in range(5)] == [[1], [], [], [0], [2]]
    assert [numbers.tolist() for numbers in few.each_article()] == [[1, 2], [0]]
    assert few.counts().tolist() == [2, 1]


def test_chunks_come_back_in_any_order_and_with_their_flags() -> None:
    chunks = [chunk(number) for number in range(50)]
    chunks[7] = replace(chunks[7], flags=(Flag("bidi", 0, 1),), text="x" * 100_000)
    spill = ChunkSpill.of(chunks)
    for numbers in (range(50), range(49, -1, -1), [7, 8, 7, 40, 3]):
        assert [spill[number] for number in numbers] == [chunks[number] for number in numbers]


def test_a_sequence_outlives_the_one_it_was_chosen_from() -> None:
    spill = ChunkSpill.of([chunk(1)])
    few = spill.chosen([0])
    del spill
    assert few[:] == [chunk(1)]


def test_nothing_is_taken_in_once_something_was_read() -> None:
    spill = ChunkSpill.of([chunk(1)])
    assert spill == [chunk(1)]
    with pytest.raises(ValueError, match="until the first is read"):
        spill.append(chunk(2))
