"""Gives a release without texts its texts back, from the user's own copies of the articles.

Such a release holds for every article the hash of what was received, the edits that made the
clean text of it, and the hash of that text. Edits, because to prepare an article again is not
enough: what a person decided about its cleaning is known to the publisher alone, and the next
version of the preparation may cut otherwise. Nothing counts as recovered but a text whose hash
is the one in the release.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from annotate.corpus import Edit, EditedText, Received, Rejected
from annotate.corpus.inputs import Input
from annotate.corpus.pieces import Piece
from annotate.corpus.read import read_piece
from annotate.errors import InputError, RefusedError
from annotate.findings import Finding
from annotate.release.files import file_sha256
from annotate.release.proof.opened import (
    CARD,
    MANIFEST,
    Findings,
    Json,
    Part,
    Release,
    open_release,
)
from annotate.workspace import PrepareSettings, writing

if TYPE_CHECKING:
    import pyarrow as pa

SAYS = "RECOVERED.jsonl"
NEEDED = ("text_sha256", "edits")


@dataclass
class Recovery:
    """The texts by article, and for every article without one a finding that says why.

    `made` of the texts are from the user's copies; the others the release has.
    """

    texts: dict[str, str] = field(default_factory=dict)
    made: int = 0
    problems: dict[str, Finding] = field(default_factory=dict)


@dataclass(frozen=True)
class HydrateReport:
    """What was recovered, of how much. `path` holds a file that says it span by span."""

    path: str
    articles: int
    recovered_articles: int
    spans: int
    recovered_spans: int
    findings: tuple[Finding, ...]


def hydrate(path: Path, articles: Path, to: Path) -> HydrateReport:
    """Write a copy of a release with the texts of those articles that `articles` has.

    An article whose copy has another hash stays without text, in every row, and is named.
    Raises `InputError` when there is no release without texts in `path` or no copy of any in
    `articles`, and `RefusedError` when `to` exists.
    """
    release = _without_texts(path)
    if to.exists():
        raise RefusedError(
            f"{to} is there already", "name another folder with --to; nothing changed"
        )
    recovery = recover(release, articles)
    if not recovery.made:
        raise InputError(
            f"{articles} has no article as it was received, so nothing was written",
            "name the folder with your copies, each byte for byte as it came",
            tuple(f"{one.code}: {one.place}: {one.message}" for one in recovery.problems.values()),
        )
    draft = to.with_name(f".{to.name}.{os.getpid()}.draft")
    try:
        with writing(to.name):
            draft.mkdir(parents=True)
            spans = _write(release, recovery, draft)
            draft.rename(to)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    found = len(recovery.texts)
    return HydrateReport(
        path=str(to),
        articles=found + len(recovery.problems),
        recovered_articles=found,
        spans=len(spans),
        recovered_spans=sum(spans),
        findings=tuple(recovery.problems.values()),
    )


def _without_texts(path: Path) -> Release:
    if not path.is_dir():
        raise InputError(f"no release in {path}", "name a folder such as datasets/NAME/1.0.0")
    findings = Findings()
    release = open_release(path, findings)
    if findings.found or release.manifest is None or release.card is None:
        raise InputError(f"{path} is no whole release", f"`annotate verify {path}` says why")
    if release.rights == "full":
        raise InputError(f"{path} holds its texts already", "there is nothing to recover")
    if not tells_how(release):
        raise InputError(
            f"{path} does not tell how its texts were made: {' and '.join(NEEDED)} of articles",
            "so nothing could be recovered for certain; ask for a newer release",
        )
    return release


def tells_how(release: Release) -> bool:
    """Whether a release holds what it takes to make its texts again."""
    return all(release.has("articles", column) for column in NEEDED)


def recover(release: Release, folder: Path) -> Recovery:
    """Make the text of every article whose received bytes lie in `folder`."""
    copies = _Copies(folder, _settings(release))
    recovery = Recovery()
    for part in release.of("articles"):
        for row in release.rows(part):
            article = str(row["article_id"])
            if row.get("text") is not None:
                recovery.texts[article] = row["text"]
                continue
            text, why = _recovered(row, copies)
            if text is None:
                code, message = why
                recovery.problems[article] = Finding(code, "error", f"article {article}", message)
            else:
                recovery.texts[article] = text
                recovery.made += 1
    return recovery


def _settings(release: Release) -> PrepareSettings:
    """Read the settings of the preparation, which say which column of a table is the text."""
    told = (release.manifest.model_extra or {}).get("prepare") if release.manifest else None
    return PrepareSettings.model_validate(told or {})


class _Copies:
    """The user's own copies, by the hash of the bytes, and by name for those that differ."""

    def __init__(self, folder: Path, settings: PrepareSettings) -> None:
        if not folder.is_dir():
            raise InputError(f"no folder {folder}", "name the folder that holds your articles")
        self.by_hash: dict[str, list[Received]] = {}
        self.names: set[str] = set()
        for item in _inputs(folder):
            for received in read_piece(Piece(item), settings):
                if isinstance(received, Rejected) or received.source.sha256 is None:
                    continue
                self.by_hash.setdefault(received.source.sha256, []).append(received)
                self.names |= {received.id, received.source.path}

    def named(self, article: str) -> bool:
        """Whether there is a copy of that name, whatever it holds."""
        return article in self.names or f"articles/{article}" in self.names


def _inputs(folder: Path) -> Iterator[Input]:
    """Give every article in a folder, named as if the folder were a workspace's `articles`."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        item = Input(path, f"articles/{name}")
        if path.is_file() and item.is_article and not name.startswith("."):
            yield item


def _recovered(row: Json, copies: _Copies) -> tuple[str | None, tuple[str, str]]:
    """Give the text whose hash is the release's, else the code and the sentence that say why not.

    Several records can stand in bytes of one hash: a table's rows. Their text tells them apart.
    """
    candidates = copies.by_hash.get(str(row["sha256"]), [])
    for received in candidates:
        text = _text(row, received)
        if text is not None and hashlib.sha256(text.encode()).hexdigest() == row["text_sha256"]:
            return text, ("", "")
    if candidates:
        return None, ("text-differs", "your copy is the same, but its text comes out differently")
    if copies.named(str(row["article_id"])):
        return None, ("copy-differs", "your copy is not what was received: another hash")
    return None, ("copy-missing", "none of your files has the hash of what was received")


def _text(row: Json, received: Received) -> str | None:
    names = ("start", "end", "replacement", "reason")
    try:
        made = tuple(Edit(*(edit[name] for name in names)) for edit in row["edits"] or ())
        return EditedText(received.raw, made).clean
    except ValueError:
        return None


def _write(release: Release, recovery: Recovery, draft: Path) -> list[bool]:
    """Write every config with its texts, the card, and what was recovered of each span."""
    said: list[Json] = []
    for part in release.parts:
        said += _write_part(release, part, recovery, draft / part.name)
    with (draft / SAYS).open("wb") as file:
        file.writelines(orjson.dumps(line) + b"\n" for line in said)
    shutil.copyfile(release.path / MANIFEST, draft / f"ORIGIN-{MANIFEST}")
    _write_card(release, recovery, draft)
    return [line["recovered"] for line in said]


def _write_part(release: Release, part: Part, recovery: Recovery, path: Path) -> Iterator[Json]:
    """Write one file; gives a line for every span in it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    own = release.schemas[part.name]
    schema = pa.schema(_with_text(part.config, list(own)))
    path.parent.mkdir(parents=True, exist_ok=True)
    lines: list[Json] = []
    with (
        pq.ParquetFile(part.path) as file,
        pq.ParquetWriter(path, schema, compression="zstd") as writer,
    ):
        for group in range(file.metadata.num_row_groups):
            rows = file.read_row_group(group).to_pylist()
            for row in rows:
                lines += _filled(part.config, row, recovery)
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))
    yield from lines


def _with_text(config: str, fields: Sequence[pa.Field]) -> list[pa.Field]:
    """Put the columns of text where a release with texts has them."""
    import pyarrow as pa

    found: list[pa.Field] = []
    for item in fields:
        if item.name == "spans" and "text: string" in str(item.type):
            found.append(item)
        elif item.name == "spans" and pa.types.is_struct(getattr(item.type, "value_type", None)):
            inner = item.type.value_type
            within = [inner[number] for number in range(inner.num_fields)]
            found.append(pa.field("spans", pa.list_(pa.struct(_behind_end(within)))))
        else:
            found.append(item)
    if any(item.name == "text" for item in found):
        return found
    if config == "articles":
        return [*found, pa.field("text", pa.string())]
    return _behind_end(found) if config == "spans" else found


def _behind_end(fields: Sequence[pa.Field]) -> list[pa.Field]:
    import pyarrow as pa

    at = [item.name for item in fields].index("end") + 1
    return [*fields[:at], pa.field("text", pa.string()), *fields[at:]]


def _filled(config: str, row: Json, recovery: Recovery) -> Iterator[Json]:
    """Put the texts into a row; gives a line for each of its spans."""
    article = row.get("article_id")
    whole = recovery.texts.get(str(article))
    if config == "articles":
        row["text"] = whole
    if config not in {"spans", "annotations"}:
        return
    text = None if whole is None else whole[row["start"] : row["end"]]
    if config == "spans":
        row["text"] = text
    problem = recovery.problems.get(str(article))
    for span in row["spans"]:
        span["text"] = None if text is None else text[span["start"] : span["end"]]
        yield {
            "config": config,
            "id": row["id"] if config == "spans" else row["annotation_id"],
            "span": span["id"],
            "recovered": text is not None,
            "reason": problem.code if problem else None,
        }


def _write_card(release: Release, recovery: Recovery, draft: Path) -> None:
    """Declare the columns of text; the digest keeps `datasets` from mixing up its caches."""
    import yaml

    card = dict(release.card or {})
    digest = hashlib.sha256()
    for name in (SAYS, f"ORIGIN-{MANIFEST}"):
        digest.update(file_sha256(draft / name).encode())
    card["configs"] = [
        {**entry, "description": f"sha256:{digest.hexdigest()}"} for entry in card["configs"]
    ]
    card["dataset_info"] = [
        {
            "config_name": info["config_name"],
            "features": _features(info["config_name"], info["features"]),
        }
        for info in card["dataset_info"]
    ]
    head = yaml.safe_dump(card, sort_keys=False, allow_unicode=True)
    found, missing = len(recovery.texts), len(recovery.problems)
    body = (
        f"# {release.manifest.name if release.manifest else ''}, with texts of your own copies\n\n"
        f"Made by `annotate hydrate`. Articles with their text: {found}, without: {missing}. "
        f"`{SAYS}` says it for every span. The texts are not yours to hand on unless their "
        "owners say so.\n"
    )
    (draft / CARD).write_text(f"---\n{head}---\n\n{body}", encoding="utf-8")


def _features(config: str, features: Sequence[Mapping[str, Any]]) -> list[Json]:
    """Declare the columns of text where `_with_text` puts them."""
    text: Json = {"name": "text", "dtype": "string"}
    found: list[Json] = []
    for item in features:
        inner = item.get("list")
        has = isinstance(inner, list) and any(each["name"] == "text" for each in inner)
        if item["name"] == "spans" and isinstance(inner, list) and not has:
            found.append({**item, "list": _declared_behind_end(inner)})
        else:
            found.append(dict(item))
    if any(item["name"] == "text" for item in found):
        return found
    if config == "articles":
        return [*found, text]
    return _declared_behind_end(found) if config == "spans" else found


def _declared_behind_end(features: Sequence[Mapping[str, Any]]) -> list[Json]:
    at = [item["name"] for item in features].index("end") + 1
    text: Json = {"name": "text", "dtype": "string"}
    return [*map(dict, features[:at]), text, *map(dict, features[at:])]
