"""Builds the next release: in a draft folder first, checked, then moved into its place."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import orjson

from annotate.corpus import Article, Chunk, read_articles
from annotate.errors import InputError, RefusedError
from annotate.findings import Finding
from annotate.labels.read import chunks_as_pushed, read_labels
from annotate.ledger import Ledger
from annotate.release.card import CardInput, render_card
from annotate.release.changes import changes, latest, next_version
from annotate.release.columns import Table, tables
from annotate.release.files import (
    data_file,
    file_sha256,
    read_parquet,
    rows_sha256,
    write_parquet,
)
from annotate.release.rows import SPLIT, Built, Source, build_rows
from annotate.schema import Schema, load_schema, schema_features
from annotate.workspace import Workspace, lock, writing

Json = dict[str, Any]


@dataclass(frozen=True)
class PublishReport:
    """`version` None: nothing differs from the last release. `changes` is by config.

    `set_aside` counts findings by code, `errors` those of severity error among them.
    """

    version: str | None
    path: str | None
    manifest_sha256: str | None
    changes: Json
    undecided: int
    set_aside: Mapping[str, int]
    errors: int


def publish(workspace: Workspace, *, dry_run: bool = False) -> PublishReport:
    """Build the next release from the ledgers, unless nothing has changed.

    Raises `RefusedError` when the rights to the texts are not stated, and `InputError` when
    there is nothing to publish or it cannot be written.
    """
    _require_rights(workspace)
    with lock(workspace, "publish"):
        source, date = _source(workspace)
        draft = _plan(workspace, source, date)
        report = _report(draft, source)
        if report.version is None or dry_run:
            return report
        path, digest = draft.place()
    return replace(report, path=workspace.relative(path), manifest_sha256=digest)


def _plan(workspace: Workspace, source: Source, date: str) -> _Draft:
    """Build the rows of the next release; raises `InputError` when no chunk has a decision."""
    parent = latest(workspace.releases)
    before = _rows_of(parent)
    version = next_version(parent)
    built = build_rows(source, version, {row["id"]: row for row in before.get("spans", [])})
    if not built.rows["spans"]:
        raise InputError(
            "no chunk has a decision yet, so there is nothing to publish",
            'answers were skipped, or aggregation = "single" met more than one',
        )
    name = parent.name if parent else None
    draft = _Draft(
        workspace, source.schema, built, version, date, name, changes(before, built.rows)
    )
    return replace(draft, changes=draft.changes | _changed_terms(parent, draft.terms))


def _report(draft: _Draft, source: Source) -> PublishReport:
    same = draft.parent is not None and not draft.changes
    return PublishReport(
        version=None if same else draft.version,
        path=None,
        manifest_sha256=None,
        changes=draft.changes,
        undecided=draft.built.undecided,
        set_aside=dict(draft.built.set_aside),
        errors=sum(1 for item in source.labels.findings if item.severity == "error"),
    )


def _changed_terms(parent: Path | None, terms: Json) -> Json:
    """Count the schema and the settings of the card as one row of a config named `card`."""
    if parent is None:
        return {}
    last = orjson.loads((parent / "MANIFEST.json").read_bytes())
    changed = sum(1 for key, value in terms.items() if last.get(key) != value)
    return {"card": {"added": 0, "removed": 0, "changed": changed}} if changed else {}


def _require_rights(workspace: Workspace) -> None:
    if workspace.settings.publish.rights != "full":
        raise RefusedError(
            "a release holds the articles' text, and annotate.toml does not say that you may "
            "publish it",
            'if you have the rights to every text, set rights = "full" under [publish]',
        )


def _source(workspace: Workspace) -> tuple[Source, str]:
    """Everything a release is built from, and the day of the last pull."""
    schema = load_schema(workspace.schema_file)
    articles = {article.id: article for article in read_articles(workspace)}
    languages = {key: article.language for key, article in articles.items()}
    labels = read_labels(workspace.labels, schema, languages)
    if not labels.annotations:
        raise InputError(
            "the ledger holds no answer yet",
            "`annotate status` tells where every chunk stands, `annotate pull` fetches answers",
        )
    publish = workspace.settings.publish
    chunks, superseded = _chunks(workspace, articles)
    source = Source(
        schema,
        articles,
        chunks,
        replace(labels, findings=(*labels.findings, *superseded)),
        publish.aggregation,
        publish.text_license,
        publish.simulated,
    )
    pulled = [row["pulled_at"] for row in Ledger(workspace.labels / "annotations.jsonl")]
    return source, max(pulled)[:10]


def _chunks(
    workspace: Workspace, articles: Mapping[str, Article]
) -> tuple[list[Chunk], list[Finding]]:
    """Read the chunks as they were pushed; one that its article no longer holds is set aside."""
    kept: list[Chunk] = []
    findings: list[Finding] = []
    pushed = chunks_as_pushed(Ledger(workspace.labels / "tasks.jsonl"))
    for chunk in map(Chunk.from_json, pushed.values()):
        article = articles.get(chunk.article_id)
        if article is not None and article.text[chunk.start : chunk.end] == chunk.text:
            kept.append(chunk)
        else:
            message = f"article {chunk.article_id} no longer has the text that was pushed"
            place = f"chunk {chunk.id}"
            findings.append(Finding("chunk-superseded", "warning", place, message))
    return sorted(kept, key=lambda chunk: (chunk.article_id, chunk.start)), findings


def _rows_of(parent: Path | None) -> dict[str, list[Json]]:
    if parent is None:
        return {}
    return {path.parent.name: read_parquet(path) for path in sorted(parent.glob("*/*.parquet"))}


@dataclass(frozen=True)
class _Draft:
    """A release that is not in its place yet."""

    workspace: Workspace
    schema: Schema
    built: Built
    version: str
    date: str
    parent: str | None
    changes: Json

    @property
    def folder(self) -> Path:
        return self.workspace.releases / f".{self.version}.draft"

    @property
    def tables(self) -> dict[str, Table]:
        """The configs that have rows: `datasets` cannot load an empty one."""
        return {name: table for name, table in tables(self.schema).items() if self.built.rows[name]}

    @property
    def terms(self) -> Json:
        """What a release says besides its rows."""
        return {
            "schema": schema_features(self.schema),
            "publish": self.workspace.settings.publish.model_dump(mode="json"),
        }

    def place(self) -> tuple[Path, str]:
        """Write everything, check it, and move it into its place in one step."""
        target = self.workspace.releases / self.version
        try:
            with writing(self.workspace.relative(target)):
                shutil.rmtree(self.folder, ignore_errors=True)
                self.folder.mkdir(parents=True)
                digest = self._write()
                check_offsets(self.folder)
                self.folder.rename(target)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        return target, digest

    def _write(self) -> str:
        """Write every file of the release; returns the digest of the manifest."""
        sizes = {
            config: write_parquet(
                self.folder / data_file(config, SPLIT), self.built.rows[config], table
            )
            for config, table in self.tables.items()
        }
        manifest = self.folder / "MANIFEST.json"
        manifest.write_bytes(_pretty(self._manifest()))
        card = CardInput(
            settings=self.workspace.settings,
            schema=self.schema,
            tables=self.tables,
            built=self.built,
            sizes=sizes,
            version=self.version,
            date=self.date,
            manifest_sha256=file_sha256(manifest),
        )
        (self.folder / "README.md").write_text(render_card(card), encoding="utf-8")
        (self.folder / "SHA256SUMS").write_text(_sums(self.folder), encoding="utf-8")
        return card.manifest_sha256

    def _file_entry(self, config: str) -> Json:
        rows = self.built.rows[config]
        return {
            "sha256": file_sha256(self.folder / data_file(config, SPLIT)),
            "rows_sha256": rows_sha256(rows),
            "rows": len(rows),
        }

    def _manifest(self) -> Json:
        settings = self.workspace.settings
        keys = {row["pseudonym_key"] for row in Ledger(self.workspace.labels / "annotations.jsonl")}
        return {
            "name": settings.name,
            "version": self.version,
            "parent": self.parent,
            "date": self.date,
            "files": {data_file(config, SPLIT): self._file_entry(config) for config in self.tables},
            **self.terms,
            "pseudonym_key": sorted(keys),
            "undecided_chunks": self.built.undecided,
            "set_aside": dict(sorted(self.built.set_aside.items())),
            "offsets": "code points, end exclusive",
            "tools": {name: installed_version(name) for name in ("annotate", "pyarrow")},
        }


def _pretty(value: Json) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def _sums(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{file_sha256(path)}  {path.relative_to(folder).as_posix()}" for path in files]
    return "\n".join(lines) + "\n"


def check_offsets(folder: Path) -> int:
    """Prove on the written files that every span and chunk is the text at its offsets.

    Returns how many were looked at. A failure is a bug of ours, so it keeps its traceback.
    """
    rows = {
        config: read_parquet(folder / data_file(config, SPLIT))
        for config in ("articles", "spans", "annotations")
    }
    articles = {row["article_id"]: row["text"] for row in rows["articles"]}
    checked = 0
    for row in rows["spans"] + rows["annotations"]:
        text = articles[row["article_id"]][row["start"] : row["end"]]
        if row.get("text", text) != text:
            raise ValueError(f"chunk {row['id']} is not the text at its offsets")
        for span in row["spans"]:
            if text[span["start"] : span["end"]] != span["text"]:
                raise ValueError(f"span {span['id']} of {row['id']} is not its text")
        checked += 1 + len(row["spans"])
    return checked
