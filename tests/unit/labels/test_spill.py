"""Values on disk are those that were put there, in any order, for as long as anyone reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.corpus import Chunk
from annotate.labels.annotation import Annotation, Attribute, LinkMissing, Relation, Span
from annotate.labels.spill import AnswerSpill, ChunkSpill, PickleSpill, chosen_of, chunk_ids_of

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
    assert list(chosen_of(spill, order)) == chosen_of(answers, order)
    # What takes no part in the comparison of spans has to come back, too.
    assert repr(list(spill)) == repr(answers)
    assert chunk_ids_of(spill) == chunk_ids_of(answers)


def test_names_follow_the_chunks_that_are_chosen() -> None:
    spill = ChunkSpill()
    for number in range(3):
        spill.append(Chunk(f"c-{number}", "a", number, number, number + 1, "\n"))
    few = spill.chosen([2, 0])
    assert [chunk.id for chunk in few] == [name.id for name in few.names] == ["c-2", "c-0"]


def test_a_sequence_outlives_the_one_it_was_chosen_from() -> None:
    spill = PickleSpill[str]()
    spill.append("one\ntwo")
    few = spill.chosen([0])
    del spill
    assert few[:] == ["one\ntwo"]


def test_nothing_is_taken_in_once_something_was_read() -> None:
    spill = PickleSpill[int]()
    spill.append(1)
    assert spill == [1]
    with pytest.raises(ValueError, match="until the first is read"):
        spill.append(2)
