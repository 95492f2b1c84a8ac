"""A release that is not in its place yet: written beside it, checked, then moved in one step."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version as installed_version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import orjson

from annotate.corpus.names import Known
from annotate.errors import RefusedError
from annotate.ledger import Ledger
from annotate.release import change_list
from annotate.release.agreed import DIGITS
from annotate.release.built import Built
from annotate.release.card import CardInput, pictures, render_card
from annotate.release.columns import TEXT, Table, tables
from annotate.release.croissant import croissant
from annotate.release.diff import Difference
from annotate.release.files import Written, data_file, each_row, file_sha256, write_parquet
from annotate.release.history import history, past
from annotate.release.links import RUN
from annotate.release.opened import MANIFEST, DraftRows, Release, Rows, RowSplits
from annotate.release.proof.opened import CROISSANT
from annotate.release.row_versions import RowVersions, with_versions
from annotate.release.splits import LEDGER, SPLITS, Assigned, Assignment, ledger_rows
from annotate.release.verify import verify_release
from annotate.release.withdraw import tombstones
from annotate.schema import Schema, schema_features
from annotate.workspace import TEMPORARY, Workspace, writing

Json = dict[str, Any]
SUMS = "SHA256SUMS"
NOT_PUBLIC = frozenset({"email-found", "local-path"})  # findings about what people wrote
LEDGER_COLUMNS: Table = dict.fromkeys(Assigned._fields, TEXT)


class Candidate(NamedTuple):
    """A draft as one side of a difference; its version is not known yet."""

    manifest: Json
    configs: Mapping[str, Rows]


@dataclass(frozen=True)
class Draft:
    """A release before it is written; `numbered` gives it its version."""

    workspace: Workspace
    schema: Schema
    built: Built
    assignment: Assignment
    date: str
    parent: Release | None
    agreement: Json | None = None  # of the annotators, where several answered
    version: str = ""
    difference: Difference | None = None

    @property
    def folder(self) -> Path:
        return self.workspace.releases / f".{self.version}.draft"

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The configs that have rows: `datasets` cannot load an empty one."""
        all_tables = tables(self.schema, text=self.rights != "standoff")
        return {name: table for name, table in all_tables.items() if self.built.rows[name]}

    @cached_property
    def rights(self) -> str:
        """Say what the release holds: every text, none, or that of some outlets (`mixed`)."""
        found = {row["rights"] for row in self.built.rows["articles"]}
        return found.pop() if len(found) == 1 else "mixed"

    @property
    def counts(self) -> dict[str, dict[str, dict[str, int]]]:
        """Rows by config and split, all of them new."""
        return {
            config: {
                split: {"added": count, "removed": 0, "changed": 0}
                for split, count in self.built.counts(config).items()
            }
            for config in self.tables
        }

    @property
    def terms(self) -> Json:
        """What a release says besides its rows."""
        publish = self.workspace.settings.publish
        return {
            "schema": schema_features(self.schema),
            "publish": publish.model_dump(mode="json") | {"rights": self.rights},
            "offsets": "code points, end exclusive",
            "split_policy": {
                "shares": publish.splits.model_dump(mode="json"),
                "seed": publish.split_seed,
                "together": "event, near-duplicates, shared quotes and sentences",
                "shared_words": RUN,
            },
            "withdrawn": self.withdrawn,
        }

    @cached_property
    def withdrawn(self) -> list[Json]:
        """The articles of earlier releases that were taken back, each with its reason."""
        return tombstones(self.workspace, self.parent.version) if self.parent else []

    @property
    def side(self) -> Candidate:
        told = {"version": self.version, "agreement": self.agreement}
        return Candidate(self.terms | told, self._written_rows())

    def _written_rows(self) -> dict[str, Rows]:
        """Write the rows as they are so far: a difference reads by column."""
        scratch = TemporaryDirectory()
        found: dict[str, Rows] = {}
        for config, table in self.tables.items():
            path, rows = Path(scratch.name) / f"{config}.parquet", self.built.rows[config]
            with writing(TEMPORARY):
                write_parquet(path, rows, table)
            splits = RowSplits(SPLITS, self.built.split_numbers(config))
            found[config] = DraftRows((path,), splits, scratch)
        return found

    def numbered(self, version: str, difference: Difference | None) -> Draft:
        """Write the version into the rows, and bring them into their order."""
        changed = Known()
        for change in difference.changes if difference else ():
            if change.config == "spans" and change.kind == "row changed":
                changed.add(change.key)
        built = with_versions(self.built, version, _versions(self.parent), changed)
        named = replace(difference, after=version) if difference else None
        return replace(self, built=built, version=version, difference=named)

    @property
    def section(self) -> str:
        """The change list of this release alone."""
        if self.difference is None:
            return change_list.first_section(self.version, self.date)
        return change_list.change_list(self.difference, self.date)

    def written(self) -> Unproved:
        """Write everything beside the place of the release."""
        target = self.workspace.releases / self.version
        name = self.workspace.relative(target)
        with writing(name):
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            return Unproved(self.folder, target, name, self._write())

    def _write(self) -> str:
        """Write every file of the release; returns the digest of the manifest."""
        import yaml

        written = {
            (config, split): write_parquet(
                self.folder / data_file(config, split), self.built.part(config, split), table
            )
            for config, table in self.tables.items()
            for split in self.built.splits(config)
        }
        ledger = ledger_rows(self.assignment.ledger, self.version)
        write_parquet(self.folder / LEDGER, ledger, LEDGER_COLUMNS)
        self._write_changes()
        manifest, told = self.folder / MANIFEST, self._manifest(written)
        manifest.write_bytes(_pretty(told))
        card = CardInput(
            settings=self.workspace.settings,
            schema=self.schema,
            tables=self.tables,
            built=self.built,
            assignment=self.assignment,
            rights=self.rights,
            sizes={place: one.size for place, one in written.items()},
            version=self.version,
            date=self.date,
            manifest=told,
            manifest_sha256=file_sha256(manifest),
            versions=[*history(self.parent), past(told)],
            withdrawn=self.withdrawn,
        )
        for name, drawn in pictures(card).items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(drawn, encoding="utf-8")
        text = render_card(card)
        (self.folder / "README.md").write_text(text, encoding="utf-8")
        described = croissant(yaml.safe_load(text.split("---\n", 2)[1]), told)
        (self.folder / CROISSANT).write_bytes(_pretty(described))
        (self.folder / SUMS).write_text(_sums(self.folder), encoding="utf-8")
        return card.manifest_sha256

    def _write_changes(self) -> None:
        whole = change_list.whole_list(self.section, self.parent.folder if self.parent else None)
        (self.folder / change_list.FILE).write_text(whole, encoding="utf-8")
        if self.difference is not None:
            path = self.folder / change_list.TABLE_FILE
            change_list.write_changes(path, self.difference.changes)

    def _file_entry(self, name: str, written: Written) -> Json:
        return {
            "sha256": file_sha256(self.folder / name),
            "rows_sha256": written.rows_sha256,
            "rows": written.rows,
        }

    def _manifest(self, written: Mapping[tuple[str, str], Written]) -> Json:
        settings = self.workspace.settings
        keys = {row["pseudonym_key"] for row in Ledger(self.workspace.labels / "annotations.jsonl")}
        reasons = self.difference.reasons if self.difference else ()
        return {
            "name": settings.name,
            "version": self.version,
            "parent": self.parent.version if self.parent else None,
            "step": [f"{reason.bump}: {reason.words}" for reason in reasons],
            "date": self.date,
            "files": {
                (name := data_file(*place)): self._file_entry(name, one)
                for place, one in written.items()
            },
            **self.terms,
            "pseudonym_key": sorted(keys),
            "left_out": [item._asdict() for item in self.assignment.left_out],
            "undecided_chunks": self.built.undecided,
            "chunks_in_conflict": self.built.in_conflict,
            "conflicts": dict(sorted(self.built.conflicts.items())),
            "weights": {name: round(one, DIGITS) for name, one in self.built.weights.items()},
            "agreement": self.agreement,
            "set_aside": dict(sorted(self.built.set_aside.items())),
            "prepare": {"columns": settings.prepare.columns.model_dump(exclude_none=True)},
            "tools": {name: installed_version(name) for name in ("annotate", "pyarrow")},
        }


class Unproved(NamedTuple):
    """A release as it was written, with the digest of its manifest; `name` says where it will be.

    Nothing of the draft is held, for proving needs the room.
    """

    folder: Path
    target: Path
    name: str
    manifest_sha256: str

    def place(self) -> bool:
        """Check it, and move it into its place in one step; False when it is there already.

        Raises `RefusedError` when another release of this version is there.
        """
        with writing(self.name):
            _prove(self.folder)
            if self.target.exists():
                _require_same(self.folder, self.target)
                shutil.rmtree(self.folder)
                return False
            self.folder.rename(self.target)
            return True


@contextmanager
def removed_if_broken(folder: Path) -> Iterator[None]:
    """Leave no half release behind, whatever stops the block."""
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _versions(parent: Release | None) -> RowVersions:
    """Read since when each chunk was there and when it last changed."""
    rows = parent.configs.get("spans") if parent else None
    names = ("id", "first_version", "last_changed_version")
    return RowVersions(rows.values(names) if rows is not None else ())


def _prove(folder: Path) -> None:
    """Prove a draft.

    Raises `RefusedError` for what people wrote and must not be public. Anything else that is
    wrong with it is a bug of ours, so it keeps its traceback.
    """
    wrong = [finding for finding in verify_release(folder) if finding.severity == "error"]
    private = [finding for finding in wrong if finding.code in NOT_PUBLIC]
    if private:
        raise RefusedError(
            "the release would make public what must not be",
            "correct the answer in Label Studio and pull, or the setting in annotate.toml",
            tuple(f"{one.code}: {one.place}: {one.message}" for one in private),
        )
    if wrong:
        raise ValueError(f"{wrong[0].code}: {wrong[0].place}: {wrong[0].message} ({len(wrong)})")


def _require_same(draft: Path, target: Path) -> None:
    """Expect the files of a release that is built again, not only its sums, to be the same."""
    mine, theirs = (set(_sums(folder).splitlines()) for folder in (draft, target))
    path = target / SUMS
    told = path.read_text("utf-8", errors="replace") if path.is_file() else ""
    sealed = set(told.splitlines()) == mine
    if mine == theirs and sealed:
        return
    files = sorted({line.split("  ")[1] for line in mine ^ theirs}) or [SUMS]
    if mine == theirs or sealed:
        raise RefusedError(
            f"release {target.name} is there already, and damaged: {', '.join(files[:5])}",
            f"move its folder away, and run `annotate publish --version {target.name}` again",
        )
    raise RefusedError(
        f"release {target.name} is there already, and built again it would not be the same: "
        + ", ".join(files[:5]),
        "a release never changes; publish without --version to make the next one",
    )


def _pretty(value: Json) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def _sums(folder: Path) -> str:
    """Give a line with the sum of every file but the one that holds these lines."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    lines = [f"{file_sha256(path)}  {path.relative_to(folder).as_posix()}" for path in files]
    return "\n".join(lines) + "\n"


def check_offsets(folder: Path) -> int:
    """Prove on the written files that every span and chunk is the text at its offsets.

    Returns how many were looked at; without a text, only their borders are. A failure is a bug of
    ours, so it keeps its traceback.
    """
    articles = {
        row["article_id"]: row.get("text")
        for path in sorted(folder.glob("articles/*"))
        for row in each_row(path)
    }
    checked = 0
    for path in sorted([*folder.glob("spans/*"), *folder.glob("annotations/*")]):
        for row in each_row(path):
            whole = articles[row["article_id"]]
            text = None if whole is None else whole[row["start"] : row["end"]]
            if row.get("text", text) != text:
                raise ValueError(f"chunk {row['id']} is not the text at its offsets")
            for span in row["spans"]:
                _check_span(span, row, text)
            checked += 1 + len(row["spans"])
    return checked


def _check_span(span: Json, row: Json, text: str | None) -> None:
    if not 0 <= span["start"] < span["end"] <= row["end"] - row["start"]:
        raise ValueError(f"span {span['id']} of {row['id']} is outside its chunk")
    if text is not None and text[span["start"] : span["end"]] != span["text"]:
        raise ValueError(f"span {span['id']} of {row['id']} is not its text")
