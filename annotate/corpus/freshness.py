"""Whether the corpus is what the articles would give now, told without reading them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from annotate.corpus.inputs import Input, InputPlan, plan_inputs
from annotate.corpus.overrides import Row, decided
from annotate.corpus.store import MANIFEST, manifest
from annotate.errors import InputError
from annotate.workspace import Workspace


def made_from(workspace: Workspace, inputs: InputPlan, more: Iterable[Row] = ()) -> str:
    """Name what a corpus is prepared from: the files by name and size, and the decisions.

    `more` are decisions that are about to be written down. Times are left out: a copy of the
    workspace gives the same name.
    """
    hashed = hashlib.blake2b(digest_size=16)
    for item in _files(inputs):
        hashed.update(f"{item.name}\0{item.path.stat().st_size}\n".encode())
    hashed.update(f"{decided(workspace, more)} decisions".encode())
    return hashed.hexdigest()


def stale_warning(workspace: Workspace) -> str | None:
    """Say when the articles, or what was decided about them, have changed since `prepare`."""
    known = manifest(workspace).get("made_from")
    try:
        inputs = plan_inputs(workspace)
        fresh = known in {None, made_from(workspace, inputs)} and not _touched(workspace, inputs)
    except InputError:  # no articles at all: a workspace may be passed on without them
        return None
    except OSError:  # a file went while it was looked at
        fresh = False
    if fresh:
        return None
    return "articles/ has changed since the corpus was prepared; run `annotate prepare` first"


def _touched(workspace: Workspace, inputs: InputPlan) -> bool:
    """Whether a file was written after the corpus was put in place."""
    placed = (workspace.corpus / MANIFEST).stat().st_mtime_ns
    return any(item.path.stat().st_mtime_ns > placed for item in _files(inputs))


def _files(inputs: InputPlan) -> tuple[Input, ...]:
    """Leave out what cannot be read: from elsewhere it is not copied in."""
    every = (*inputs.inputs, *inputs.tables)
    return tuple(item for item in every if item.is_readable)
