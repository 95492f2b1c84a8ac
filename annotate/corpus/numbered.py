"""Records without an id, which are called by their number: where they stand by now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from annotate.corpus.articles import Decision, Received
from annotate.corpus.inputs import Input
from annotate.corpus.pieces import Piece
from annotate.corpus.read import read_piece
from annotate.workspace import PrepareSettings

_NUMBERED = re.compile(r"(.+)#\d+", re.DOTALL)
Decided = tuple[str, Decision]  # by the name that the article had then


class Numbers:
    """The numbers of today of the records that people decided about, found by their hashes.

    Only files of such records are read.
    """

    def __init__(
        self, decided: Iterable[Decided], inputs: Iterable[Input], settings: PrepareSettings
    ) -> None:
        wanted = {_record(*each) for each in decided} - {None}
        files = {file for record in wanted if record for file in _files(record[0])}
        self._names: dict[tuple[str, str | None], list[str]] = {}
        for item in inputs:
            for each in read_piece(Piece(item), settings) if item.name in files else ():
                record = each.source.path, each.source.sha256
                if record in wanted and isinstance(each, Received) and _is_numbered(each):
                    self._names.setdefault(record, []).append(each.id)

    def name(self, article: str, decision: Decision) -> str:
        """Name the article that a decision is about; as it was named then, if its text is gone."""
        record = _record(article, decision)
        names = self._names.get(record, []) if record else []
        return names[0] if names and article not in names else article


def _record(article: str, decision: Decision) -> tuple[str, str | None] | None:
    """Give the path and the hash of a record that has no id of its own."""
    match = _NUMBERED.fullmatch(article)
    return (match[1], decision.sha256) if match else None


def _files(path: str) -> Iterator[str]:
    """Name the file that a record lies in, and the archive that may hold it."""
    yield path
    yield from (path[: mark.start()] for mark in re.finditer("!", path))


def _is_numbered(received: Received) -> bool:
    return received.id == f"{received.source.path}#{received.source.record}"
