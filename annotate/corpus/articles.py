"""The records of the corpus: articles, chunks, rejected inputs and their flags."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Literal, NamedTuple

from annotate.corpus.edits import Edit, EditedText

Status = Literal["ready", "duplicate", "needs_review"]


class Flag(NamedTuple):
    """Damage that is shown and never repaired; `[start, end)` in the text it belongs to."""

    code: str
    start: int
    end: int


class Decision(NamedTuple):
    """What a person decided about the cleaning of an article; offsets count in the raw text.

    `sha256` is the source as it was then: of another text, nothing was decided.
    """

    action: Literal["accept", "keep", "drop"]
    sha256: str | None
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """Where an article came from. Of a JSON Lines record, hash and bytes are those of its line.

    A line of UTF-16 or UTF-32 has the hash of what it is in UTF-8, and no bytes.
    """

    path: str
    sha256: str | None
    encoding: str | None = None
    record: int | None = None
    byte_start: int | None = None
    byte_end: int | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about an article besides its text; null is never a guess."""

    outlet: str | None = None
    title: str | None = None
    url: str | None = None
    published_at: str | None = None
    language: str | None = None
    event: str | None = None
    author: str | None = None
    credit: str | None = None

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Metadata:
        """Read what an article's record says; its other keys are passed over."""
        return cls(**_known(cls, row))

    def or_else(self, other: Metadata) -> Metadata:
        """Fill what is missing here from there."""
        pairs = zip(self.values, other.values, strict=True)
        return Metadata(*(theirs if mine is None else mine for mine, theirs in pairs))

    @property
    def values(self) -> tuple[str | None, ...]:
        """All values, in the order of the fields."""
        found: tuple[str | None, ...] = _VALUES[Metadata](self)
        return found


@dataclass(frozen=True, slots=True)
class Received:
    """One article as it came in: decoded, but otherwise untouched."""

    id: str
    source: Source
    raw: str
    form: Literal["text", "html"] = "text"
    metadata: Metadata = Metadata()
    flags: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """An input that cannot become an article, and why."""

    source: Source
    code: str
    message: str
    stage: str

    def to_json(self) -> dict[str, Any]:
        keys = ("path", "sha256", "record", "byte_start", "byte_end")
        source = {key: getattr(self.source, key) for key in keys}
        return {
            "source": source,
            "code": self.code,
            "message": self.message,
            "stage": self.stage,
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Rejected:
        return cls(Source(**row["source"]), row["code"], row["message"], row["stage"])


@dataclass(frozen=True, slots=True)
class Article:
    """A prepared article. `text` is the raw text with `edits` made."""

    id: str
    source: Source
    text: str
    edits: tuple[Edit, ...]
    metadata: Metadata = Metadata()
    status: Status = "ready"
    duplicate_of: str | None = None
    similarity: float | None = None
    flags: tuple[Flag, ...] = ()
    reasons: tuple[str, ...] = field(default=())
    prep_version: str = "1"

    @property
    def title(self) -> str | None:
        return self.metadata.title

    @property
    def outlet(self) -> str | None:
        return self.metadata.outlet

    @property
    def url(self) -> str | None:
        return self.metadata.url

    @property
    def published_at(self) -> str | None:
        return self.metadata.published_at

    @property
    def language(self) -> str | None:
        return self.metadata.language

    @property
    def event(self) -> str | None:
        return self.metadata.event

    def edited(self, raw: str) -> EditedText:
        """Lay the edits over the article's raw text, for offsets in both directions."""
        return EditedText(raw, self.edits)

    def to_json(self) -> dict[str, Any]:
        """Give the record; `id` and `source` stand first, `text` behind all that a header has."""
        return {
            "id": self.id,
            "source": _values(self.source),
            **_values(self.metadata),
            "status": self.status,
            "duplicate_of": self.duplicate_of,
            "similarity": self.similarity,
            "reasons": list(self.reasons),
            "text": self.text,
            "edits": list(map(list, self.edits)),
            "flags": [flag._asdict() for flag in self.flags],
            "prep_version": self.prep_version,
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Article:
        """Read a record; keys that are not known here are passed over."""
        return cls(
            id=row["id"],
            source=Source(**_known(Source, row["source"])),
            text=row["text"],
            edits=tuple(Edit(*edit) for edit in row["edits"]),
            metadata=Metadata.from_json(row),
            status=row["status"],
            duplicate_of=row["duplicate_of"],
            similarity=row.get("similarity"),
            flags=_flags(row["flags"]),
            reasons=tuple(row.get("reasons", ())),
            prep_version=row["prep_version"],
        )


@dataclass(frozen=True, slots=True)
class Chunk:
    """A slice of one article: `article.text[start:end] == text`. Flags count in `text`."""

    id: str
    article_id: str
    index: int
    start: int
    end: int
    text: str
    context_before: str = ""
    context_after: str = ""
    flags: tuple[Flag, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {**_values(self), "flags": [flag._asdict() for flag in self.flags]}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Chunk:
        """Read a record; keys that are not known here are passed over."""
        return cls(**{**_known(cls, row), "flags": _flags(row["flags"])})


def chunk_id(article_id: str, start: int, end: int, text: str) -> str:
    """Name a chunk by its content, so that preparing again gives the same name."""
    parts = [part.encode() for part in (article_id, str(start), str(end), text)]
    data = b"".join(each for part in parts for each in (len(part).to_bytes(8, "big"), part))
    hashed = hashlib.blake2b(data, digest_size=8)
    return f"c-{hashed.hexdigest()}"


_VALUES = {noun: attrgetter(*noun.__slots__) for noun in (Source, Metadata, Chunk)}


def _values(noun: Source | Metadata | Chunk) -> dict[str, Any]:
    return dict(zip(noun.__slots__, _VALUES[type(noun)](noun), strict=True))


def _known(noun: type[Any], row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in noun.__slots__ if name in row}


def _flags(rows: list[dict[str, Any]]) -> tuple[Flag, ...]:
    return tuple(Flag(row["code"], row["start"], row["end"]) for row in rows)
