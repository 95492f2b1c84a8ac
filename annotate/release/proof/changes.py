"""The table of single changes can be read, and names nobody who must not be named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from annotate.release.proof.opened import BATCH, Findings, Json
from annotate.release.proof.people import PeopleProof
from annotate.schema.controls import OTHER

TABLE = "CHANGES.parquet"
_QUOTED = re.compile(r"\A.* \[\d+:\d+\) “.*”")  # a span with the words of an article


def check_changes(folder: Path, people: PeopleProof, findings: Findings) -> None:
    """Read all rows; of what is quoted from articles, an address is the outlet's.

    So is one among the words by which a text names a speaker, in the key of a triple; there only
    what an annotator wrote is looked at.
    """
    path = folder / TABLE
    if not path.is_file():
        return
    try:
        for number, row in enumerate(_rows(path)):
            for column, value in row.items():
                words = _QUOTED.sub("", str(value or ""))
                words = words if column != "key" else words.partition(f"{OTHER}:")[2]
                people.cell(column, words, f"{TABLE}, row {number}")
    except (OSError, ValueError) as error:
        findings.add("parquet-broken", TABLE, f"cannot be read: {type(error).__name__}")


def _rows(path: Path) -> Iterator[Json]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH):
            yield from batch.to_pylist()
