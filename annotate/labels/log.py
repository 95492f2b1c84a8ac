"""Finds a chunk by what a person types, and gathers its rows out of the ledgers."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from annotate.corpus.store import each_chunk
from annotate.errors import InputError
from annotate.labels.history import Event, User, history, user_of
from annotate.ledger import Ledger
from annotate.workspace import Workspace

Json = dict[str, Any]
SHOWN = 5  # chunks that an ambiguous beginning names


class Home(NamedTuple):
    """Where a chunk belongs; None where only its id is known."""

    article_id: str | None
    part: int | None


@dataclass(frozen=True)
class ChunkLog:
    """What happened to one chunk, oldest first. `index` counts the article's chunks from 0."""

    chunk_id: str
    article_id: str | None
    index: int | None
    events: tuple[Event, ...]


def chunk_logs(workspace: Workspace, name: str) -> list[ChunkLog]:
    """Tell the history of the chunk, or of all chunks of the article, that `name` means.

    Raises `InputError` when it means none, or the beginning of several.
    """
    homes = dict(_pushed(workspace))
    found = named(name, homes)
    if not found:
        homes = {**dict(_elsewhere(workspace)), **homes}
        found = named(name, homes)
    if not found:
        raise _unknown(name, homes)
    return _logs(workspace, {chunk_id: homes[chunk_id] for chunk_id in found})


def named(name: str, homes: Mapping[str, Home]) -> list[str]:
    """Give the chunks that a chunk id, the beginning of one, or an article id means.

    Raises `InputError` when it is the beginning of several.
    """
    if name in homes:
        return [name]
    parts = [chunk_id for chunk_id, home in homes.items() if home.article_id == name]
    if parts:
        return sorted(parts, key=lambda chunk_id: homes[chunk_id].part or 0)
    begun = sorted(chunk_id for chunk_id in homes if name and chunk_id.startswith(name))
    if len(begun) > 1:
        more = f" and {len(begun) - SHOWN} more" if len(begun) > SHOWN else ""
        raise InputError(
            f"{name} is the beginning of {len(begun)} chunks: {', '.join(begun[:SHOWN])}{more}",
            "give more of the id",
        )
    return begun


def _unknown(name: str, homes: Mapping[str, Home]) -> InputError:
    articles = {home.article_id for home in homes.values() if home.article_id}
    close = difflib.get_close_matches(name, [*homes, *sorted(articles)], n=1)
    if close:
        return InputError(f"no chunk or article {name}", f"did you mean {close[0]}?")
    return InputError(
        f"no chunk or article {name}",
        "ids of chunks stand in corpus/chunks.jsonl, those of articles in corpus/articles.jsonl",
    )


def _pushed(workspace: Workspace) -> Iterator[tuple[str, Home]]:
    for row in Ledger(workspace.labels / "tasks.jsonl"):
        chunk = row.get("chunk")
        if chunk:
            yield row["chunk_id"], Home(chunk["article_id"], chunk["index"])


def _elsewhere(workspace: Workspace) -> Iterator[tuple[str, Home]]:
    """Give the chunks that have no task: answered, begun to be sent, or only prepared."""
    for name in ("annotations.jsonl", "tasks.jsonl"):
        for row in Ledger(workspace.labels / name):
            yield row["chunk_id"], Home(None, None)
    try:
        for chunk in each_chunk(workspace):
            yield chunk.id, Home(chunk.article_id, chunk.index)
    except InputError:  # the corpus is derived, and may not be there
        return


def _logs(workspace: Workspace, homes: Mapping[str, Home]) -> list[ChunkLog]:
    tasks = _gathered(Ledger(workspace.labels / "tasks.jsonl"), homes)
    people: dict[User, str] = {}
    answers = _gathered(_meeting(people, Ledger(workspace.labels / "annotations.jsonl")), homes)
    configs = list(Ledger(workspace.labels / "config.jsonl"))
    return [
        ChunkLog(
            chunk_id,
            home.article_id,
            home.part,
            tuple(history(sent, answers[chunk_id], configs, _text(sent), people)),
        )
        for (chunk_id, home), sent in zip(homes.items(), tasks.values(), strict=True)
    ]


def _meeting(people: dict[User, str], answers: Iterable[Json]) -> Iterator[Json]:
    """Pass answers on, and note who is whose account."""
    for row in answers:
        if row["annotation"] is not None:
            people[user_of(row)] = row["annotator"]
        yield row


def _gathered(rows: Iterable[Json], homes: Mapping[str, Home]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {chunk_id: [] for chunk_id in homes}
    for row in rows:
        if row.get("chunk_id") in found:
            found[row["chunk_id"]].append(row)
    return found


def _text(tasks: list[Json]) -> str | None:
    texts = [row["chunk"]["text"] for row in tasks if row.get("chunk")]
    return texts[-1] if texts else None
