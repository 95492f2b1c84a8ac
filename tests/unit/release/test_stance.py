"""Stances ready for a classifier."""

from __future__ import annotations

from typing import Any

import pytest

from annotate.labels.annotation import Annotation
from annotate.release.rows import build_rows
from annotate.release.stance import stance_rows
from tests.unit.labels.marked import marked
from tests.unit.labels.rows import BORIS
from tests.unit.release.source import CHUNKS, PARTS, annotation, answers, source

Json = dict[str, Any]
PART = PARTS["c-call-0"]
OTHER = marked(PART.text.replace("a\ntruce is", "[Oppose a1|a\ntruce] is"))


def rows(*submitted: Annotation) -> list[Json]:
    return list(stance_rows(CHUNKS[0], submitted[0], submitted, "Velin | Post"))


def test_a_stance_has_its_words_speaker_and_topic() -> None:
    (row,) = rows(annotation(PART, chunk_id="c-call-0"))
    assert row["target"] == "a\ntruce is needed" == row["text"][row["start"] : row["end"]]
    assert (row["speaker"], row["topic"], row["stance"]) == ("macron", "ceasefire", "Support")
    assert row["soft"] == [{"label": "Support", "share": 1.0}]


def test_the_soft_label_is_what_all_answers_say_of_that_place() -> None:
    opposed = marked(PART.text.replace("a\ntruce is needed", "[Oppose a1|a\ntruce is needed]"))
    answers = [annotation(case, chunk_id="c-call-0", annotator=BORIS) for case in (opposed, PART)]
    (row,) = rows(annotation(PART, chunk_id="c-call-0"), *answers)
    shares = {item["label"]: item["share"] for item in row["soft"]}
    assert shares == pytest.approx({"Oppose": 1 / 3, "Support": 2 / 3})
    assert (row["votes"], row["answers"]) == (3, 3)


def test_an_answer_that_marks_another_place_has_no_vote() -> None:
    (row,) = rows(annotation(PART, chunk_id="c-call-0"), annotation(OTHER, chunk_id="c-call-0"))
    assert (row["votes"], row["answers"]) == (1, 2)


def test_every_position_of_the_triples_is_a_row_here() -> None:
    built = build_rows(source(*answers()))
    positions = {
        (row["article_id"], row["speaker"], row["stance"], row["topic"])
        for row in built.rows["stance"]
    }
    assert positions >= {
        (row["article_id"], row["entity"], row["polarity"], row["topic"])
        for row in built.rows["triples"]
    }


def test_a_stance_of_nobody_on_nothing_is_a_row_with_nulls() -> None:
    lonely = marked("Nobody here. [Oppose a1|All wrong].")
    (row,) = stance_rows(CHUNKS[0], annotation(lonely), (), None)
    assert (row["speaker"], row["topic"], row["stance"]) == (None, None, "Oppose")
