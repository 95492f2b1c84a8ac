"""The corpus on disk: written as a whole or not at all, read with a remedy when missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import jsonlines
import orjson

from annotate.corpus.articles import Article, Chunk, Rejected
from annotate.errors import InputError
from annotate.ledger import Ledger
from annotate.workspace import Workspace, replacing, writing

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
