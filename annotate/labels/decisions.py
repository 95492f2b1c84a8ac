"""What people decided in review: which answer is to stand where annotators differed, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from annotate.labels.read import Answer, AnswerReader
from annotate.labels.shelf import REVIEW, answers_on
from annotate.schema.controls import REVIEW_KIND, REVIEW_WHY

Json = dict[str, Any]


class Decided(NamedTuple):
    """What a person decided in review: the answer that is to stand, which kinds, and why."""

    answer: Answer
    kinds: tuple[str, ...]
    why: str


def each_decided(ledger: Path, reader: AnswerReader) -> Iterator[Decided]:
    """Read the decisions that stand in `annotations.jsonl` one by one, skips too."""
    for row in answers_on(ledger, REVIEW).rows():
        yield read_decided(row, reader)


def last_decided(decisions: Iterable[Decided]) -> dict[str, Decided]:
    """Give by chunk what was decided last; what says nothing decides nothing."""
    found: dict[str, Decided] = {}
    for decided in decisions:
        annotation = decided.answer.annotation
        if annotation is None or not annotation.says_something:
            continue
        before = found.get(annotation.chunk_id)
        if before is None or _moment(before) <= _moment(decided):
            found[annotation.chunk_id] = decided
    return found


def _moment(decided: Decided) -> tuple[str, int]:
    annotation = decided.answer.annotation
    assert annotation is not None, "only answers that could be read are compared"
    return annotation.updated_at, annotation.annotation_id


def read_decided(row: Json, reader: AnswerReader) -> Decided:
    """Read one decision: the page of a review asks two questions that the schema does not."""
    told: dict[str, list[str]] = {REVIEW_KIND: [], REVIEW_WHY: []}
    results = list[Json]()
    for item in row["annotation"]["result"] or []:
        name = item.get("from_name") if isinstance(item, dict) else None
        if name in told:
            value = item.get("value") or {}
            given = value.get("choices") or value.get("text") or []
            told[name] += given if isinstance(given, list) else [str(given)]
        else:
            results.append(item)
    answer = reader.read({**row, "annotation": {**row["annotation"], "result": results}})
    return Decided(answer, tuple(told[REVIEW_KIND]), "\n".join(told[REVIEW_WHY]).strip())
