"""What the last run prepared, so that an unchanged input is not prepared again."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import orjson

from annotate.corpus.articles import Article, Received, Source
from annotate.corpus.chunk import chunk_article
from annotate.corpus.parts import Part, Rows, head_of, rows_of
from annotate.workspace import PrepareSettings


class Earlier:
    """The corpus that is there, by the keys of what its articles were made of."""

    def __init__(self, corpus: Path, settings: PrepareSettings) -> None:
        self.settings = settings
        self.part = Part(corpus)

    @cached_property
    def _sorted(self) -> tuple[list[int], list[int]]:
        """Give all keys in order, and for each the number of its article."""
        if not self.part.is_whole():
            return [], []
        keys = np.asarray(self.part.entries["key"])
        order = np.argsort(keys, kind="stable")
        return keys[order].tolist(), order.tolist()

    def find(self, key: tuple[int, int], received: Received) -> Rows | None:
        """Find the rows that preparing would give again; None when it must be done."""
        keys, order = self._sorted
        place = bisect_left(keys, key[0])
        if place == len(keys) or keys[place] != key[0]:
            return None
        index = order[place]
        if self.part.entry(index).check != key[1]:
            return None
        rows = self.part.rows(index)
        if rows.entry.duplicate:
            return self._alone(key, rows, received.source)
        head = head_of(received.id, received.source)
        entry = rows.entry._replace(head=len(head), row=len(head) + len(rows.rest))
        return replace(rows, entry=entry, head=head)

    def _alone(self, key: tuple[int, int], rows: Rows, source: Source) -> Rows:
        """Make a duplicate again what it is without its twin."""
        article = Article.from_json(orjson.loads(rows.row))
        own = replace(
            article,
            source=source,
            status="ready" if rows.entry.ready else "needs_review",
            duplicate_of=None,
            similarity=None,
        )
        limit, target = self.settings.chunk_limit, self.settings.chunk_target
        chunks = chunk_article(own.id, own.text, own.flags, limit=limit, target=target)
        return rows_of(key, own, chunks)
