"""Ledger rows by hand: what was pushed, answered and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from annotate.corpus import Chunk
from annotate.labels.annotation import Relation
from annotate.labels.regions import write_results
from annotate.labels.shelf import AnswerKey
from annotate.ledger import Ledger
from tests.unit.labels.marked import STARTER, Marked, link

Json = dict[str, Any]
PROJECT, BORN = 4, "2031-01-01T08:00:00.000000Z"
ANNA, BORIS = "annotator-aaaaaaaaaa", "annotator-bbbbbbbbbb"
KEY = "0123456789ab"


def present(chunk: Chunk, task_id: int = 1) -> Json:
    return {
        "event": "present",
        "at": BORN,
        "chunk_id": chunk.id,
        "task_id": task_id,
        "project_id": PROJECT,
        "project_created_at": BORN,
        "chunk": chunk.to_json(),
    }


def drawn(case: Marked, *links: str) -> list[Json]:
    """What Label Studio would hold of a marked text."""
    relations: list[Relation] = [link(item) for item in links]
    return write_results(case.spans, relations, case.text, STARTER)


def answered(
    chunk_id: str,
    results: Sequence[Json] = (),
    *,
    annotation_id: int = 1,
    annotator: str = ANNA,
    at: str = "2031-03-14T10:00:00.000000Z",
    project_id: int = PROJECT,
    **record: Any,
) -> Json:
    return {
        "event": "annotation",
        "pulled_at": "2031-04-01T08:00:00.000000Z",
        "project_id": project_id,
        "project_created_at": BORN,
        "chunk_id": chunk_id,
        "task_id": 1,
        "annotation_id": annotation_id,
        "annotator": annotator,
        "pseudonym_key": KEY,
        "annotation": {
            "id": annotation_id,
            "created_at": at,
            "updated_at": at,
            "lead_time": 42.0,
            "was_cancelled": False,
            "parent_prediction": None,
            "result": list(results),
            **record,
        },
    }


def taken_back(row: Json) -> Json:
    return row | {"event": "deleted", "annotation": None}


def applied(version: str, at: str) -> Json:
    return {
        "at": at,
        "project_id": PROJECT,
        "project_created_at": BORN,
        "schema_version": version,
        "sha256": version,
    }


def standing(rows: Iterable[Json]) -> dict[AnswerKey, Json]:
    """Give the last version of each answer that was not deleted, from rows in no file."""
    found: dict[AnswerKey, Json] = {}
    for row in rows:
        key = (row["project_id"], row["project_created_at"], row["annotation_id"])
        if row["event"] == "deleted":
            found.pop(key, None)
        else:
            found[key] = row
    return found


def write_ledgers(
    folder: Path,
    chunks: Sequence[Chunk],
    answers: Sequence[Json],
    configs: Sequence[Json] = (applied("1.0.0", "Sat, 01 Mar 2031 08:00:00 GMT"),),
) -> None:
    Ledger(folder / "tasks.jsonl").append(present(chunk) for chunk in chunks)
    Ledger(folder / "config.jsonl").append(configs)
    Ledger(folder / "annotations.jsonl").append(answers)
