"""The corpus on disk: written as a whole or not at all, read with a remedy when missing."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Container, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import orjson

from annotate.corpus.articles import Article, Chunk, Metadata, Rejected
from annotate.corpus.names import NameIndex
from annotate.errors import InputError
from annotate.ledger import Ledger
from annotate.workspace import Workspace, writing

_Noun = TypeVar("_Noun")
MANIFEST = "manifest.json"
_OPENED = 64  # articles; chunks of one follow one another
_AGAIN = "run `annotate prepare` to make it again"
_ARTICLES, _CHUNKS, _REJECTED = "articles.jsonl", "chunks.jsonl", "rejected.jsonl"
_TEXT = b',"text":'  # in a string its quote marks would be escaped


class ArticleShelf(Mapping[str, Article]):
    """Articles by id; of each, the place in the file is held and a hash of its id.

    Each is read when it is asked for, and all of them when their ids are.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._index, self._places = NameIndex(), array("q")
        self._opened = lru_cache(maxsize=_OPENED)(self._read)
        self._passed: Article | None = None  # that an iteration is at

    def add(self, name: str, place: int) -> None:
        self._index.add(name)
        self._places.append(place)

    def __getitem__(self, name: str) -> Article:
        passed = self._passed
        return passed if passed is not None and passed.id == name else self._opened(name)

    def __iter__(self) -> Iterator[str]:
        for place in self._places:
            self._passed = self._at(place)
            yield self._passed.id

    def __len__(self) -> int:
        return len(self._places)

    def _read(self, name: str) -> Article:
        for number in self._index.at(name):
            article = self._at(self._places[number])
            if article.id == name:
                return article
        raise KeyError(name)

    def _at(self, place: int) -> Article:
        self._file.seek(place)
        return Article.from_json(orjson.loads(self._file.readline()))


def shelve_articles(workspace: Workspace, without: Container[str] = ()) -> ArticleShelf:
    """Shelve all articles but some; raises `InputError` when nothing was prepared yet."""
    path = workspace.corpus / _ARTICLES
    check_whole(workspace, _ARTICLES)
    found, place = ArticleShelf(path), 0
    try:
        with path.open("rb") as file:
            for line in file:
                name = orjson.loads(line)["id"]
                if name not in without:
                    found.add(name, place)
                place += len(line)
    except (ValueError, KeyError, TypeError) as error:
        message = f"corpus/{_ARTICLES} is damaged: {type(error).__name__} {error}"
        raise InputError(message, _AGAIN) from None
    return found


def read_articles(workspace: Workspace) -> list[Article]:
    """Read all articles; raises `InputError` when nothing was prepared yet."""
    return list(_rows(workspace, _ARTICLES, Article.from_json))


def each_article(workspace: Workspace) -> Iterator[Article]:
    """Read article by article, for corpora that are larger than memory."""
    return _rows(workspace, _ARTICLES, Article.from_json)


class Header(NamedTuple):
    """What is known of an article besides its text."""

    id: str
    sha256: str | None
    metadata: Metadata
    status: str


def each_header(workspace: Workspace) -> Iterator[Header]:
    """Read what is known of each article, and leave its text and edits be."""
    return _rows(workspace, _ARTICLES, _header, _head_of)


def _head_of(line: bytes) -> dict[str, Any]:
    """Read a record up to its text: that takes most of it, and stands behind what a header has."""
    end = line.find(_TEXT)
    row: dict[str, Any] = orjson.loads(line[:end] + b"}" if end >= 0 else line)
    return row


def _header(row: dict[str, Any]) -> Header:
    return Header(row["id"], row["source"]["sha256"], Metadata.from_json(row), row["status"])


def each_chunk(workspace: Workspace) -> Iterator[Chunk]:
    """Read chunk by chunk, for corpora that are larger than memory."""
    return _rows(workspace, _CHUNKS, Chunk.from_json)


def read_chunks(workspace: Workspace) -> list[Chunk]:
    """Read all chunks; raises `InputError` when nothing was prepared yet."""
    return list(_rows(workspace, _CHUNKS, Chunk.from_json))


def read_rejected(workspace: Workspace) -> list[Rejected]:
    """Read what was rejected; raises `InputError` when nothing was prepared yet."""
    return list(_rows(workspace, _REJECTED, Rejected.from_json))


def _rows(
    workspace: Workspace,
    name: str,
    from_json: Callable[[dict[str, Any]], _Noun],
    parsed: Callable[[bytes], dict[str, Any]] = orjson.loads,
) -> Iterator[_Noun]:
    check_whole(workspace, name)
    path, number = workspace.corpus / name, 0
    try:
        with path.open("rb") as file:
            # As jsonlines reads them, but without decoding each line a second time.
            for number, line in enumerate(file, 1):  # noqa: B007 - named when it is damaged
                yield from_json(parsed(line))
    except OSError as error:
        raise InputError(f"cannot read corpus/{name}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        message = f"corpus/{name}, line {number}, is damaged: {type(error).__name__} {error}"
        raise InputError(message, _AGAIN) from None


def check_whole(workspace: Workspace, name: str) -> None:
    """Refuse a corpus that was not put in place as a whole."""
    path = workspace.corpus / name
    if not path.exists():
        raise InputError(f"no corpus/{name} yet", "run `annotate prepare`")
    sizes = manifest(workspace).get("bytes")
    if sizes is None:
        raise InputError("corpus/ was not finished", _AGAIN)
    if path.stat().st_size != sizes.get(name):
        raise InputError(f"corpus/{name} was changed since it was prepared", _AGAIN)


def manifest(workspace: Workspace) -> dict[str, Any]:
    """Read what the corpus says about itself; empty when there is none as a whole."""
    try:
        return dict(orjson.loads((workspace.corpus / MANIFEST).read_bytes()))
    except (OSError, ValueError):
        return {}


def place(draft: Path, workspace: Workspace) -> None:
    """Put a finished draft in place of the corpus; the manifest goes first and comes last.

    A process killed in between leaves no manifest, and so no corpus that anyone would read.
    """
    with writing("the corpus"):
        workspace.corpus.mkdir(parents=True, exist_ok=True)
        (workspace.corpus / MANIFEST).unlink(missing_ok=True)
        for file in sorted(draft.iterdir(), key=lambda file: file.name == MANIFEST):
            file.replace(workspace.corpus / file.name)
        os.utime(workspace.corpus / MANIFEST)  # later than the articles that were copied in


def let_go(workspace: Workspace) -> Ledger:
    """Open what a person decided about the cleaning; here, the pushed chunks that may vanish."""
    return Ledger(workspace.articles / "overrides.jsonl")


def pushed_chunks(workspace: Workspace) -> frozenset[str]:
    """Give the ids of the chunks that have a task and were not let go, by the ledgers."""
    present: dict[str, set[Any]] = {}
    for row in Ledger(workspace.labels / "tasks.jsonl"):
        tasks = present.setdefault(row["chunk_id"], set())
        if row["event"] == "present":
            tasks.add(row["task_id"])
        elif row["event"] == "deleted":
            tasks.discard(row["task_id"])
    released = {row["chunk_id"] for row in let_go(workspace) if row.get("action") == "let_go"}
    return frozenset(key for key, tasks in present.items() if tasks and key not in released)
