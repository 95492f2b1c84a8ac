"""The table of single changes can be read, and names nobody who must not be named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotate.release.proof.opened import BATCH, Findings, Json
from annotate.release.proof.people import PeopleProof

TABLE = "CHANGES.parquet"
WORDS = ("before", "after")
_QUOTED = "”"  # ends the words of an article; answers stand behind them


def check_changes(folder: Path, people: PeopleProof, findings: Findings) -> None:
    """Read all rows; of what is quoted from articles, an address is the outlet's."""
    path = folder / TABLE
    if not path.is_file():
        return
    try:
        for number, row in enumerate(_rows(path)):
            for column in WORDS:
                text = str(row.get(column) or "").rpartition(_QUOTED)[2]
                people.cell(column, text, f"{TABLE}, row {number}")
    except (OSError, ValueError) as error:
        findings.add("parquet-broken", TABLE, f"cannot be read: {type(error).__name__}")


def _rows(path: Path) -> Iterator[Json]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH):
            yield from batch.to_pylist()
