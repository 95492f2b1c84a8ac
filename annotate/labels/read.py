"""Reads the ledgers: who said what about which chunk, as it stands now."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from annotate.corpus.quotes import find_quotes
from annotate.findings import Finding
from annotate.labels.annotation import Annotation
from annotate.labels.boundaries import normalise
from annotate.labels.configs import Configs, staleness
from annotate.labels.derive import derive_attributes, derive_relations
from annotate.labels.entities import Gazetteer
from annotate.labels.regions import Reading, read_results
from annotate.labels.scene import Passage
from annotate.labels.shelf import answers_on
from annotate.labels.sift import Sifted, sift
from annotate.ledger import Ledger
from annotate.schema.model import Schema

Json = dict[str, Any]
ChunkOf = Callable[[str], Json | None]  # gives a chunk as it was pushed, by its id
PASSAGES = 64  # chunks kept open: answers of several people to one chunk stand close together


@dataclass(frozen=True)
class Labels:
    """What stands in the ledgers. `chunks` holds every chunk that was pushed, as pushed."""

    chunks: dict[str, Json] = field(default_factory=dict)
    annotations: Sequence[Annotation] = ()
    findings: tuple[Finding, ...] = ()


class Answer(NamedTuple):
    """One answer as it was read; `annotation` is None where all of it is set aside."""

    annotation: Annotation | None
    findings: list[Finding]


class AnswerReader:
    """Reads ledger rows one by one. `chunk_of` gives a chunk as it was pushed, by its id."""

    def __init__(
        self,
        schema: Schema,
        configs: Configs,
        chunk_of: ChunkOf,
        language_of: Callable[[str], str | None],
    ) -> None:
        self.schema, self.configs = schema, configs
        self._chunk_of, self._language_of = chunk_of, language_of
        self._gazetteer = Gazetteer.of(schema)
        self._opened = lru_cache(maxsize=PASSAGES)(self._open)

    def read(self, row: Json) -> Answer:
        """Read one version of one answer; its findings name the task where it can be mended."""
        annotation, findings = self._read(row, derives=True)
        return Answer(annotation, _addressed(findings, row))

    def check(self, row: Json) -> list[Finding]:
        """Find what `read` finds, in a quarter of its time: nothing is derived by rule."""
        return _addressed(self._read(row, derives=False).findings, row)

    def _read(self, row: Json, *, derives: bool) -> Answer:
        opened = self._opened(row["chunk_id"], derives)
        if opened is None:
            message = "this answer belongs to a chunk that the ledger does not have"
            return _nothing("chunk-unknown", row, message)
        passage, sha256 = opened
        if row.get("text_sha256", sha256) != sha256:  # rows of older versions lack it
            message = "when this was pulled, the task on the server held another text than was sent"
            return _nothing("text-changed", row, message)
        config = self.configs.in_force(row)
        version = config.version if config else ""
        marked = read_marks(row, passage, self.schema)
        findings = marked.findings
        stale = staleness(config, self.schema, marked.reading.unknown) if config else None
        if stale:
            findings.append(Finding("schema-stale", "warning", _place(row), stale))
        annotation = with_derived(row, marked, passage, self.schema, version) if derives else None
        return Answer(annotation, findings)

    def _open(self, chunk_id: str, derives: bool) -> tuple[Passage, str] | None:
        """Look a chunk over; also gives the digest of its text. Only rules ask for its language."""
        chunk = self._chunk_of(chunk_id)
        if chunk is None:
            return None
        text = chunk["text"]
        language = self._language_of(chunk["article_id"]) if derives else None
        digest = hashlib.sha256(text.encode()).hexdigest()
        return open_passage(text, language, self.schema, self._gazetteer), digest


def _addressed(findings: Iterable[Finding], row: Json) -> list[Finding]:
    address = {"project_id": row["project_id"], "task_id": row["task_id"]}
    return [replace(finding, **address) for finding in findings]


def _nothing(code: str, row: Json, message: str) -> Answer:
    return Answer(None, [Finding(code, "error", _place(row), message)])


def read_labels(folder: Path, schema: Schema, languages: Mapping[str, str | None]) -> Labels:
    """Read `labels/`. `languages` is by article id; order is that of first arrival."""
    chunks = chunks_as_pushed(Ledger(folder / "tasks.jsonl"))
    annotations: list[Annotation] = []
    findings: list[Finding] = []
    for annotation, found in each_answer(folder, schema, chunks.get, languages.get):
        if annotation is not None:
            annotations.append(annotation)
        findings += found
    return Labels(chunks, tuple(annotations), tuple(findings))


def each_answer(
    folder: Path,
    schema: Schema,
    chunk_of: ChunkOf,
    language_of: Callable[[str], str | None],
) -> Iterator[Answer]:
    """Read the answers in `labels/` one by one, in the order of first arrival."""
    configs = Configs(Ledger(folder / "config.jsonl"))
    reader = AnswerReader(schema, configs, chunk_of, language_of)
    return map(reader.read, answers_on(folder / "annotations.jsonl").rows())


def chunks_as_pushed(tasks: Iterable[Json]) -> dict[str, Json]:
    """Every chunk that stands in Label Studio or stood there, as it was pushed."""
    return {row["chunk_id"]: row["chunk"] for row in tasks if row["event"] == "present"}


class Marked(NamedTuple):
    """What was marked and drawn in one answer, and what of it stands."""

    reading: Reading
    kept: Sifted

    @property
    def findings(self) -> list[Finding]:
        return [*self.reading.findings, *self.kept.findings]


def read_marks(row: Json, passage: Passage, schema: Schema) -> Marked:
    """Decode one ledger row, bring the borders to rule, and set aside what cannot stand."""
    place = _place(row)
    reading = read_results(row["annotation"]["result"] or [], passage.text, schema, place)
    spans = [
        normalise(span, passage.text, passage.quotes, schema.normalise) for span in reading.spans
    ]
    return Marked(reading, sift(spans, reading.relations, passage.text, schema, place))


def with_derived(
    row: Json, marked: Marked, passage: Passage, schema: Schema, schema_version: str
) -> Annotation:
    """Add to what stands in an answer what a rule can tell."""
    kept = marked.kept
    spans = derive_attributes(kept.spans, passage, schema)
    # An arrow that lost an end still tells the rules that a person has spoken.
    dangling = [*kept.dangling, *map(kept.led_to_eldest, marked.reading.dangling)]
    drawn = [*kept.relations, *dangling]
    relations, missing = derive_relations(spans, drawn, passage, schema)
    return replace(
        _header(row, schema_version),
        void=_is_void(marked),
        spans=tuple(sorted(spans, key=lambda span: (span.start, span.end, span.label, span.id))),
        relations=tuple(item for item in relations if item not in dangling),
        document=tuple(marked.reading.document),
        missing=tuple(missing),
    )


def _is_void(marked: Marked) -> bool:
    """Whether something was said, and nothing of it stands."""
    stands = marked.kept.spans or marked.reading.document
    return not stands and any(finding.severity == "error" for finding in marked.findings)


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
    markers = schema.clause_markers.get((language or "en")[:2].lower(), ())
    return Passage(text, find_quotes(text), gazetteer, tuple(markers), language)


def _place(row: Json) -> str:
    return f"chunk {row['chunk_id']} annotation {row['annotation_id']}"
