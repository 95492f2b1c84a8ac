"""A release as it lies there, opened for proof: nothing it says is believed yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from annotate.findings import Finding, Severity
from annotate.release.arrays import values_of
from annotate.release.memory import give_back

if TYPE_CHECKING:
    import pyarrow as pa

Json = dict[str, Any]
MANIFEST, CARD, SUMS, CROISSANT = "MANIFEST.json", "README.md", "SHA256SUMS", "croissant.json"
BATCH = 250  # rows
DATA_FILE = re.compile(r"(?P<config>[a-z_]+)/(?P<split>[a-z_]+)-00000-of-00001\.parquet")
_HEAD = re.compile(r"---\n(?P<yaml>.*?\n)---\n(?P<body>.*)", re.DOTALL)


class _Loose(BaseModel):
    """More keys may stand there; those that are named here must be right."""

    model_config = ConfigDict(extra="allow", frozen=True)


class ManifestFile(_Loose):
    """What the manifest says of one data file."""

    sha256: str
    rows_sha256: str
    rows: int


class ManifestLabel(_Loose):
    """A label, and the layer that it belongs to."""

    name: str
    layer: str


class ManifestQuestion(_Loose):
    """A question about a span."""

    name: str
    type: str


class ManifestSchema(_Loose):
    """The schema as far as a release repeats it."""

    version: str
    labels: list[ManifestLabel]
    class_labels: dict[str, list[str]]
    attributes: list[ManifestQuestion] = []
    relations: list[Json] = []


class ManifestTerms(_Loose):
    """The settings under which a release was published."""

    license: str
    rights: str
    aggregation: str = "first"
    outlets: dict[str, str] = {}
    text_license: str | None = None


class Tombstone(_Loose):
    """An article that was withdrawn, and the releases that hold it."""

    article_id: str
    reason: str = Field(min_length=1)
    withdrawn_at: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    releases: list[str] = Field(min_length=1)


class Manifest(_Loose):
    """`MANIFEST.json`, as far as it is proved."""

    name: str
    version: str
    parent: str | None
    files: dict[str, ManifestFile]
    schema_: ManifestSchema
    publish: ManifestTerms
    pseudonym_key: list[str]
    withdrawn: list[Tombstone] = []
    chunks_in_conflict: int = 0
    weights: dict[str, float] = {}
    agreement: Json | None = None

    @classmethod
    def parse(cls, data: bytes) -> Manifest:
        """Read it; raises `ValueError`."""
        told = orjson.loads(data)
        if isinstance(told, dict) and "schema" in told:  # a name that pydantic keeps for itself
            told["schema_"] = told.pop("schema")
        return cls.model_validate(told)


class Part(NamedTuple):
    """One data file: a split of a config."""

    name: str
    config: str
    split: str
    path: Path


@dataclass
class Findings:
    """Everything that was found so far, each with its code and its place."""

    found: list[Finding] = field(default_factory=list)

    def add(self, code: str, place: str, message: str, severity: Severity = "error") -> None:
        self.found.append(Finding(code, severity, place, message))

    def errors(self) -> Iterator[Finding]:
        """Give what is wrong so far."""
        return (finding for finding in self.found if finding.severity == "error")


@dataclass(frozen=True)
class Release:
    """What could be opened. `manifest` and `card` are None when they are missing or broken."""

    path: Path
    manifest: Manifest | None
    card: Json | None
    body: str
    parts: tuple[Part, ...]
    schemas: dict[str, pa.Schema]
    counts: dict[str, int]
    sizes: dict[str, int]  # bytes in memory

    @property
    def rights(self) -> str | None:
        """Give `full`, `standoff`, or `mixed` where the texts of some outlets are left out."""
        return self.manifest.publish.rights if self.manifest else None

    def of(self, config: str) -> tuple[Part, ...]:
        """Give the readable data files of a config."""
        return tuple(part for part in self.parts if part.config == config)

    def has(self, config: str, column: str) -> bool:
        """Whether every data file of a config has the column; False without any file."""
        own = [self.schemas[part.name] for part in self.of(config)]
        return bool(own) and all(column in schema.names for schema in own)

    def rows(self, part: Part, columns: list[str] | None = None) -> Iterator[Json]:
        """Read a file row by row, with no more than a batch in memory."""
        import pyarrow.parquet as pq

        with pq.ParquetFile(part.path) as file:
            for batch in file.iter_batches(BATCH, columns=columns):
                names = batch.schema.names
                for row in zip(*map(values_of, batch.columns), strict=True):
                    yield dict(zip(names, row, strict=True))


def open_release(path: Path, findings: Findings) -> Release:
    """Open all there is to open; what cannot be read becomes a finding."""
    schemas: dict[str, pa.Schema] = {}
    counts: dict[str, int] = {}
    sizes: dict[str, int] = {}
    parts = []
    for part in _parts(path):
        try:
            schemas[part.name], counts[part.name], sizes[part.name] = _looked_into(part)
        except Exception as error:  # noqa: BLE001 - pyarrow raises whatever a broken file asks for
            findings.add("parquet-broken", part.name, f"cannot be read: {type(error).__name__}")
        else:
            parts.append(part)
        give_back()
    card, body = _card(path, findings)
    manifest = _manifest(path, findings)
    return Release(path, manifest, card, body, tuple(parts), schemas, counts, sizes)


def _parts(path: Path) -> Iterator[Part]:
    for file in sorted(path.glob("*/*.parquet")):
        name = file.relative_to(path).as_posix()
        if found := DATA_FILE.fullmatch(name):
            yield Part(name, found["config"], found["split"], file)


def _looked_into(part: Part) -> tuple[pa.Schema, int, int]:
    """Read the whole file once: damage in the middle shows only then."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(part.path, page_checksum_verification=True) as file:
        size = 0
        for batch in file.iter_batches(BATCH):
            batch.validate(full=True)
            size += batch.nbytes
        return file.schema_arrow, file.metadata.num_rows, size


def _manifest(path: Path, findings: Findings) -> Manifest | None:
    try:
        return Manifest.parse((path / MANIFEST).read_bytes())
    except OSError:
        findings.add("manifest-missing", MANIFEST, "is not there")
    except ValidationError as error:
        for item in error.errors():
            where = ".".join(str(part) for part in item["loc"]).replace("schema_", "schema")
            findings.add("manifest-broken", MANIFEST, f"{where}: {item['msg']}")
    except ValueError:
        findings.add("manifest-broken", MANIFEST, "is not JSON")
    return None


def _card(path: Path, findings: Findings) -> tuple[Json | None, str]:
    import yaml

    try:
        text = (path / CARD).read_text(encoding="utf-8")
    except OSError:
        findings.add("card-missing", CARD, "is not there")
        return None, ""
    except UnicodeDecodeError:
        findings.add("card-broken", CARD, "is not UTF-8")
        return None, ""
    found = _HEAD.fullmatch(text)
    if not found:
        findings.add("card-broken", CARD, "does not begin with YAML between `---` lines")
        return None, text
    try:
        head = yaml.safe_load(found["yaml"])
    except (yaml.YAMLError, ValueError) as error:  # a date that there is not is the latter
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 2}" if where else ""
        findings.add("card-broken", CARD, f"its YAML cannot be read{line}")
        return None, found["body"]
    if isinstance(head, dict):
        return head, found["body"]
    findings.add("card-broken", CARD, "its YAML is no mapping")
    return None, found["body"]
