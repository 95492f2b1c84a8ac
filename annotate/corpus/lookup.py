"""One article of the corpus, found by its id, and its text as it was received."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import orjson

from annotate.corpus.article import Prepared
from annotate.corpus.articles import Article, Chunk, Received, Rejected, Source
from annotate.corpus.forms import form_of
from annotate.corpus.inputs import Input, InputPlan
from annotate.corpus.parts import Part, id_hash
from annotate.corpus.pieces import Piece
from annotate.corpus.read import read_piece
from annotate.corpus.store import check_whole, read_rejected
from annotate.errors import InputError
from annotate.workspace import PrepareSettings, Workspace

_COMPARED = 20_000  # ids that are compared with a wrong one letter by letter
_SHOWN = 3  # records of a file

_ABOUT_IT = "there is nothing to decide about it; `annotate prepare --explain` says why"


def find_article(workspace: Workspace, article_id: str) -> Prepared | None:
    """Find an article and its chunks by the index; raises `InputError` when there is no corpus."""
    for name in ("articles.jsonl", "chunks.jsonl"):
        check_whole(workspace, name)
    part = Part(workspace.corpus)
    for index in np.flatnonzero(part.entries["id"] == id_hash(article_id)).tolist():
        rows = part.rows(index)
        article = Article.from_json(orjson.loads(rows.row))
        if article.id == article_id:
            chunks = (Chunk.from_json(orjson.loads(row)) for row in rows.chunks.splitlines())
            return Prepared(article, tuple(chunks))
    return None


def find_rejected(workspace: Workspace, name: str) -> Rejected | None:
    """Find a rejected input by its path, or `path#record`."""
    return next((each for each in read_rejected(workspace) if name == name_of(each.source)), None)


def name_of(source: Source) -> str:
    return source.path if source.record is None else f"{source.path}#{source.record}"


def unknown_article(workspace: Workspace, name: str) -> InputError:
    """Say that there is no such article, and which was meant."""
    if rejected := find_rejected(workspace, name):
        return InputError(f"{name} is no article: it was rejected ({rejected.code})", _ABOUT_IT)
    if records := list(_records_of(workspace, name)):
        shown = ", ".join(records[:_SHOWN])
        more = f" and {len(records) - _SHOWN:,} more" if len(records) > _SHOWN else ""
        return InputError(f"{name} holds records", f"name one of them: {shown}{more}")
    near = nearest(name, list(_names(workspace)))
    hint = f"did you mean {near}?" if near else "the ids stand in corpus/articles.jsonl"
    return InputError(f"no article {name} in the corpus", hint)


def _records_of(workspace: Workspace, path: str) -> Iterator[str]:
    """Give what the records of a file are called: by their own ids, where they have some."""
    names = Part(workspace.corpus).names()
    yield from (own for own, place in zip(names, names, strict=True) if place == path)
    for each in read_rejected(workspace):
        if each.source.path == path and each.source.record is not None:
            yield name_of(each.source)


def _names(workspace: Workspace) -> Iterator[str]:
    yield from dict.fromkeys(Part(workspace.corpus).names())
    yield from (name_of(each.source) for each in read_rejected(workspace))


def nearest(name: str, names: list[str]) -> str | None:
    """Find the name that ends or begins like another one or holds it, else the most similar."""
    bare = name.removeprefix("./")
    folded = bare.casefold()
    for fits in (str.endswith, str.startswith, str.__contains__):
        found = (each for each in names if fits(each.casefold(), folded))
        if near := next(found, None) if folded else None:
            return near
    near_ones = difflib.get_close_matches(bare, itertools.islice(names, _COMPARED), n=1)
    return near_ones[0] if near_ones else None


def read_again(inputs: InputPlan, article: Article, settings: PrepareSettings) -> Received:
    """Read the text that an article was prepared from.

    Raises `InputError` when it is not there any more, or is another one by now.
    """
    for piece in _pieces(inputs.inputs, article.source):
        received = _in_piece(piece, article, settings)
        if received is not None:
            return received
    raise InputError(
        f"{article.source.path} is not what {article.id} was prepared from",
        "run `annotate prepare`, then look at the article again",
    )


def _in_piece(piece: Piece, article: Article, settings: PrepareSettings) -> Received | None:
    """Find the article with its text, past others of that id, which were rejected."""
    for each in read_piece(piece, settings):
        same = each.source.sha256 == article.source.sha256
        if same and isinstance(each, Received) and each.id == article.id:
            return replace(each, source=article.source)
    return None


def _pieces(inputs: Iterable[Input], source: Source) -> Iterator[Piece]:
    """Give the place of a record in its file, and then the whole of the file."""
    item = next((item for item in inputs if _holds(item, source.path)), None)
    if item is None:
        return
    form = form_of(item.path.name)
    if form and form == ("jsonl", "") and source.record and source.byte_start and source.byte_end:
        yield Piece(item, source.byte_start, source.byte_end + 1, source.record)
    yield Piece(item)


def _holds(item: Input, path: str) -> bool:
    return item.name == path or path.startswith(f"{item.name}!")
