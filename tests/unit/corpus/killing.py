"""Ways to prepare that take the worker down; workers import them, so nothing of pytest is here."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from annotate.corpus.article import Prepared, prepare_articles
from annotate.corpus.articles import Received, Rejected
from annotate.workspace import PrepareSettings

POISON = "a7"


def killed_once(
    mark: Path, batch: Sequence[Received], settings: PrepareSettings
) -> list[Prepared | Rejected]:
    """Take the worker down in the middle of the third shard, the first time."""
    if not mark.exists() and any(each.id == "a12" for each in batch):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return prepare_articles(batch, settings)


def poisoned(batch: Sequence[Received], settings: PrepareSettings) -> list[Prepared | Rejected]:
    if any(each.id == POISON for each in batch):
        os.kill(os.getpid(), signal.SIGKILL)
    return prepare_articles(batch, settings)
