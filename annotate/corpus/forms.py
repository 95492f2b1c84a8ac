"""Which names are articles: the form of a file by its endings."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["text", "html", "jsonl", "json", "csv", "tsv", "parquet"]
Packing = Literal["", "gz", "zip"]

_KINDS: dict[str, Kind] = {
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}
SUFFIXES = tuple(_KINDS)
FORMS = f"articles are {', '.join(SUFFIXES)} files, any of them as .gz, or a .zip of them"


class Form(NamedTuple):
    """What a file holds; of a zip, each member has a kind of its own."""

    kind: Kind | None
    packing: Packing = ""


def form_of(name: str) -> Form | None:
    """Tell the form of a file by its name; null when it is none that is read."""
    lower = name.lower()
    if lower.endswith(".zip"):
        return Form(None, "zip")
    if lower.endswith(".gz"):
        kind = kind_of(lower[:-3])
        return Form(kind, "gz") if kind else None
    kind = kind_of(lower)
    return Form(kind) if kind else None


def kind_of(name: str) -> Kind | None:
    """Tell what a file holds that is not packed."""
    base = name.lower().rpartition("/")[2]
    stem, dot, suffix = base.rpartition(".")
    return _KINDS.get(dot + suffix) if stem else None
