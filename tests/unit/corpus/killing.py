"""Ways to prepare that take the worker down; workers import them, so nothing of pytest is here."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from annotate.corpus.article import Prepared, prepare_article
from annotate.corpus.articles import Received, Rejected
from annotate.workspace import PrepareSettings

POISON = "a7"


def killed_once(mark: Path, each: Received, settings: PrepareSettings) -> Prepared | Rejected:
    """Take the worker down in the middle of the third shard, the first time."""
    if each.id == "a12" and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return prepare_article(each, settings)


def poisoned(each: Received, settings: PrepareSettings) -> Prepared | Rejected:
    if each.id == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    return prepare_article(each, settings)
