"""News articles in, a labelled and versioned Hugging Face dataset out.

Each command has a function of the same name: `annotate.push(annotate.Workspace.find())`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_DOORS = {
    "AnnotateError": "annotate.errors",
    "Workspace": "annotate.workspace",
    "init": "annotate.flows.init",
    "prepare": "annotate.corpus",
    "explain": "annotate.corpus",
    "verify_corpus": "annotate.corpus",
    "push": "annotate.studio.push",
    "pull": "annotate.studio.pull",
    "status": "annotate.studio.status",
    "agreement": "annotate.quality.agreement",
    "annotators": "annotate.quality.annotators",
    "review_push": "annotate.studio.review",
    "review_pull": "annotate.studio.review",
    "adjudicated": "annotate.quality.ledgers",
    "publish": "annotate.release.build",
    "diff": "annotate.release.diff",
    "load": "annotate.release.load",
    "load_schema": "annotate.schema",
}

__all__ = list(_DOORS)


def __getattr__(name: str) -> Any:
    """Import a function when it is asked for: the command line must start quickly."""
    if name not in _DOORS:
        raise AttributeError(f"module 'annotate' has no attribute {name!r}")
    return getattr(import_module(_DOORS[name]), name)
