"""Reads the ledgers: who said what about which chunk, as it stands now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from annotate.corpus.quotes import find_quotes
from annotate.corpus.sentences import sentences
from annotate.findings import Finding
from annotate.labels.annotation import Annotation
from annotate.labels.boundaries import normalise
from annotate.labels.derive import Passage, derive_attributes, derive_relations
from annotate.labels.entities import Gazetteer
from annotate.labels.regions import read_results
from annotate.ledger import Ledger
from annotate.schema.model import Schema

Json = dict[str, Any]
MAIN = "main"


@dataclass(frozen=True)
class Labels:
    """What stands in the ledgers. `chunks` holds every chunk that was pushed, as pushed."""

    chunks: dict[str, Json] = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()
    findings: tuple[Finding, ...] = ()


def read_labels(folder: Path, schema: Schema, languages: Mapping[str, str | None]) -> Labels:
    """Read `labels/`. `languages` is by article id; order is that of first arrival."""
    chunks = chunks_as_pushed(Ledger(folder / "tasks.jsonl"))
    configs = [(_moment(row["at"]), row) for row in Ledger(folder / "config.jsonl")]
    gazetteer = Gazetteer.of(schema)
    annotations: list[Annotation] = []
    findings: list[Finding] = []
    for row in current_rows(Ledger(folder / "annotations.jsonl")).values():
        chunk = chunks.get(row["chunk_id"])
        if chunk is None:
            message = "this answer belongs to a chunk that the ledger does not have"
            findings.append(Finding("chunk-unknown", "error", _place(row), message))
            continue
        language = languages.get(chunk["article_id"])
        passage = open_passage(chunk["text"], language, schema, gazetteer)
        annotation, found = read_annotation(row, passage, schema, _version_at(configs, row))
        annotations.append(annotation)
        findings += found
    return Labels(chunks, tuple(annotations), tuple(findings))


def chunks_as_pushed(tasks: Iterable[Json]) -> dict[str, Json]:
    """Every chunk that stands in Label Studio or stood there, as it was pushed."""
    return {row["chunk_id"]: row["chunk"] for row in tasks if row["event"] == "present"}


def current_rows(ledger: Iterable[Json]) -> dict[tuple[int, str, int], Json]:
    """Give the last version of each annotation not deleted, by project, its birth, and id.

    The time when a project was made tells two servers apart that both count from 1.
    """
    current: dict[tuple[int, str, int], Json] = {}
    for row in ledger:
        key = (row["project_id"], row["project_created_at"], row["annotation_id"])
        if row["event"] == "deleted":
            current.pop(key, None)
        else:
            current[key] = row
    return current


def read_annotation(
    row: Json, passage: Passage, schema: Schema, schema_version: str
) -> tuple[Annotation, list[Finding]]:
    """Decode one ledger row, bring the borders to rule, and derive what a rule can tell."""
    record = row["annotation"]
    reading = read_results(record["result"] or [], passage.text, schema, _place(row))
    spans = [
        normalise(span, passage.text, passage.quotes, schema.normalise) for span in reading.spans
    ]
    spans = derive_attributes(spans, passage, schema)
    relations, missing = derive_relations(spans, reading.relations, passage, schema)
    annotation = replace(
        _header(row, schema_version),
        spans=tuple(sorted(spans, key=lambda span: (span.start, span.end, span.label, span.id))),
        relations=tuple(relations),
        document=tuple(reading.document),
        missing=tuple(missing),
    )
    return annotation, reading.findings


def _header(row: Json, schema_version: str) -> Annotation:
    record = row["annotation"]
    return Annotation(
        annotation_id=row["annotation_id"],
        chunk_id=row["chunk_id"],
        task_id=row["task_id"],
        project_id=row["project_id"],
        annotator=row["annotator"],
        schema_version=schema_version,
        created_at=record["created_at"],
        updated_at=record["updated_at"],
        lead_time=record.get("lead_time"),
        skipped=bool(record.get("was_cancelled")),
        prelabelled=record.get("parent_prediction") is not None,
    )


def open_passage(text: str, language: str | None, schema: Schema, gazetteer: Gazetteer) -> Passage:
    """Look a chunk's text over for what the rules need; without a language it is English."""
    markers = schema.clause_markers.get((language or "en")[:2], ())
    return Passage(text, find_quotes(text), tuple(sentences(text)), gazetteer, tuple(markers))


def _place(row: Json) -> str:
    return f"chunk {row['chunk_id']} annotation {row['annotation_id']}"


def _version_at(configs: list[tuple[datetime, Json]], row: Json) -> str:
    """Name the schema version in force when an answer was last saved."""
    saved = _moment(row["annotation"]["updated_at"])
    in_force = [
        config
        for at, config in configs
        if at <= saved
        and (config["project_id"], config["project_created_at"])
        == (row["project_id"], row["project_created_at"])
    ]
    return str(in_force[-1]["schema_version"]) if in_force else ""


def _moment(text: str) -> datetime:
    """Parse a time from a record (ISO 8601) or from an HTTP `Date` header."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text).astimezone(UTC)
