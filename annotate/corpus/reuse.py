"""What the last run prepared, so that an unchanged input is not prepared again."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import orjson

from annotate.corpus.articles import Received
from annotate.corpus.parts import Part, Rows, head_of, id_hash


class Earlier:
    """The corpus that is there, by the keys of what its articles were made of."""

    def __init__(self, corpus: Path) -> None:
        self.part = Part(corpus)

    @cached_property
    def _sorted(self) -> tuple[list[int], list[int]]:
        """Give all keys in order, and for each the number of its article."""
        if not self.part.is_whole():
            return [], []
        keys = self.part.entries["key"]
        order = np.argsort(keys, kind="stable")
        return keys[order].tolist(), order.tolist()

    def find(self, key: tuple[int, int], received: Received) -> Rows | None:
        """Find the rows that preparing would give again; None when it must be done."""
        keys, order = self._sorted
        place = bisect_left(keys, key[0])
        if place == len(keys) or keys[place] != key[0]:
            return None
        rows = self.part.rows(order[place])
        if rows.entry.check != key[1]:
            return None
        if rows.entry.duplicate:
            rows = _alone(rows)
        head = head_of(received.id, received.source)
        entry = rows.entry._replace(head=len(head), row=len(head) + len(rows.rest))
        return replace(rows, entry=entry, head=head)


def _alone(rows: Rows) -> Rows:
    """Make a duplicate again what it is without its twin."""
    status = "ready" if rows.entry.ready else "needs_review"
    record = orjson.loads(rows.row)
    record |= {"status": status, "duplicate_of": None, "similarity": None}
    ids = [id_hash(orjson.loads(line)["id"]) for line in rows.chunks.splitlines()]
    return replace(
        rows,
        entry=rows.entry._replace(duplicate=False, chunks=len(ids)),
        rest=orjson.dumps(record)[len(rows.head) :] + b"\n",
        chunk_ids=b"".join(number.to_bytes(8, "little") for number in ids),
    )
