"""The corpus on disk: written as a whole or not at all, read with a remedy when missing."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import jsonlines
import orjson

from annotate.corpus.articles import Article, Chunk, Rejected
from annotate.errors import InputError
from annotate.workspace import Workspace, replacing

_Noun = TypeVar("_Noun")
_ARTICLES, _CHUNKS, _REJECTED = "articles.jsonl", "chunks.jsonl", "rejected.jsonl"


def read_articles(workspace: Workspace) -> list[Article]:
    """Read all articles; raises `InputError` when nothing was prepared yet."""
    return _read(workspace.corpus / _ARTICLES, Article.from_json)


def read_chunks(workspace: Workspace) -> list[Chunk]:
    """Read all chunks; raises `InputError` when nothing was prepared yet."""
    return _read(workspace.corpus / _CHUNKS, Chunk.from_json)


def read_rejected(workspace: Workspace) -> list[Rejected]:
    """Read what was rejected; raises `InputError` when nothing was prepared yet."""
    return _read(workspace.corpus / _REJECTED, Rejected.from_json)


def _read(path: Path, from_json: Callable[[dict[str, Any]], _Noun]) -> list[_Noun]:
    try:
        with path.open("rb") as file, jsonlines.Reader(file, loads=orjson.loads) as reader:
            return [from_json(row) for row in reader.iter(type=dict)]
    except FileNotFoundError:
        raise InputError(f"no corpus/{path.name} yet", "run `annotate prepare`") from None
    except OSError as error:
        raise InputError(f"cannot read corpus/{path.name}: {error.strerror}") from None
    except (jsonlines.InvalidLineError, KeyError, TypeError) as error:
        message = f"corpus/{path.name} is damaged: {type(error).__name__} {error}"
        raise InputError(message, "run `annotate prepare` to make it again") from None


def write_corpus(
    workspace: Workspace,
    articles: Iterable[Article],
    chunks: Iterable[Chunk],
    rejected: Iterable[Rejected],
) -> None:
    """Write all three files, then put them in place; on a full disk the old ones stay."""
    with writing("the corpus"), ExitStack() as stack:
        for name, nouns in ((_ARTICLES, articles), (_CHUNKS, chunks), (_REJECTED, rejected)):
            draft = stack.enter_context(replacing(workspace.corpus / name))
            _write(draft, nouns)


def _write(path: Path, nouns: Iterable[Article | Chunk | Rejected]) -> None:
    with path.open("wb") as file, jsonlines.Writer(file, dumps=orjson.dumps) as writer:
        writer.write_all(noun.to_json() for noun in nouns)


@contextmanager
def writing(what: str) -> Iterator[None]:
    """Turn a failure to write into an `InputError` that names its cause."""
    try:
        yield
    except OSError as error:
        hint = "free some space, then run it again" if error.errno == errno.ENOSPC else None
        raise InputError(f"cannot write {what}: {error.strerror}", hint) from None


def pushed_chunks(workspace: Workspace) -> frozenset[str]:
    """Give the ids of the chunks that have a task in Label Studio, by the ledger of pushes.

    A torn last line, which a push that was cut off leaves behind, is passed over.
    """
    present: dict[str, set[Any]] = {}
    for row in _ledger(workspace.labels / "tasks.jsonl"):
        tasks = present.setdefault(str(row.get("chunk_id")), set())
        if row.get("event") == "present":
            tasks.add(row.get("task_id"))
        elif row.get("event") == "deleted":
            tasks.discard(row.get("task_id"))
    return frozenset(chunk_id for chunk_id, tasks in present.items() if tasks)


def _ledger(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"cannot read labels/{path.name}: {error.strerror}") from None
    for number, line in enumerate(lines, start=1):
        try:
            if line.strip():
                yield orjson.loads(line)
        except orjson.JSONDecodeError:
            if number < len(lines):
                raise InputError(f"labels/{path.name} line {number} is not valid JSON") from None
