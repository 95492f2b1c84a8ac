"""Prepare: from received articles to chunks, drafted first and then put in place."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from annotate.corpus.articles import Rejected
from annotate.corpus.codes import LEFT_OUT
from annotate.corpus.freshness import made_from
from annotate.corpus.inputs import InputPlan, copy_inputs, plan_inputs
from annotate.corpus.overrides import (
    Row,
    Wish,
    plan_decisions,
    read_decisions,
    record_decisions,
)
from annotate.corpus.read import read_metadata
from annotate.corpus.store import let_go, place, pushed_chunks
from annotate.errors import RefusedError
from annotate.ledger import now
from annotate.workspace import Workspace, lock, private_folder, writing

if TYPE_CHECKING:
    from annotate.corpus.merge import Duplicate
    from annotate.corpus.parts import Part, RowFiles
    from annotate.corpus.shards import Job, Recipe

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class PrepareReport:
    """What came of the inputs. `inputs == ready + duplicate + needs_review + rejected`.

    `left_out` counts the characters of the received texts that were dropped, by reason;
    `orphans` are pushed chunks that the corpus no longer holds.
    """

    counts: dict[str, int]
    left_out: dict[str, int]
    duplicates: tuple[Duplicate, ...]
    needs_review: tuple[tuple[str, tuple[str, ...]], ...]
    rejected: tuple[Rejected, ...]
    orphans: tuple[str, ...]
    copied: tuple[str, ...]
    warnings: tuple[str, ...]


def prepare(
    workspace: Workspace,
    paths: Sequence[Path] = (),
    *,
    wishes: Sequence[Wish] = (),
    dry_run: bool = False,
    allow_orphans: bool = False,
    workers: int = 0,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> PrepareReport:
    """Prepare the whole articles folder, into which new `paths` are copied first.

    `wishes` are written down as decisions once nothing speaks against the corpus they lead to.
    `workers` processes share the work, or those of the Dask cluster at `scheduler`, which must
    see the workspace under the same path; 0 is this process. What comes out is the same.
    `progress` hears how many of the inputs' bytes are prepared, and how many there are.
    Raises `InputError` when there is nothing to read or no room to write, `RefusedError`
    when a pushed chunk would vanish or a new file would overwrite another.
    """
    from annotate.corpus.shards import plan_jobs

    with _rooms(workspace, dry_run=dry_run) as (parts, draft), writing("the corpus"):
        inputs = plan_inputs(workspace, paths)
        decisions = plan_decisions(workspace, wishes)
        recipe = _recipe(workspace, inputs, decisions)
        jobs = plan_jobs(inputs.inputs, recipe, parts, workspace.corpus)
        folders = _run(jobs, workers, scheduler, progress)
        made = made_from(workspace, inputs, decisions)
        report = _draft(workspace, folders, draft, inputs, recipe, made=made)
        if report.orphans and not allow_orphans:
            raise _orphans_refused(report.orphans)
        if not dry_run:
            record_decisions(workspace, decisions)
            _apply(workspace, inputs, draft, report.orphans)
            shutil.rmtree(parts)
    return report


@contextmanager
def _rooms(workspace: Workspace, *, dry_run: bool) -> Iterator[tuple[Path, Path]]:
    """Give the folders for parts and draft; parts outlive a run that was stopped."""
    if dry_run:
        with tempfile.TemporaryDirectory(prefix="annotate-") as place:
            yield Path(place, "parts"), Path(place, "draft")
        return
    with lock(workspace, "prepare"):
        folder = private_folder(workspace) / "prepare"
        draft = folder / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        try:
            yield folder / "parts", draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _recipe(workspace: Workspace, inputs: InputPlan, more: tuple[Row, ...]) -> Recipe:
    from annotate.corpus.shards import Recipe

    decisions = read_decisions(workspace, inputs, more)
    return Recipe(workspace.settings.prepare, read_metadata(inputs.tables), decisions)


def _run(
    jobs: list[Job], workers: int, scheduler: str | None, progress: Progress | None
) -> list[Path]:
    """Prepare all shards; returns the folders of their parts, in order."""
    if workers or scheduler:
        from annotate.corpus.cluster import run_on_cluster

        return run_on_cluster(jobs, workers, scheduler, progress)
    from annotate.corpus.shards import run_here

    return run_here(jobs, progress)


def _draft(
    workspace: Workspace,
    folders: list[Path],
    draft: Path,
    inputs: InputPlan,
    recipe: Recipe,
    *,
    made: str,
) -> PrepareReport:
    """Put the parts together to a corpus beside the one that is there."""
    from annotate.corpus.merge import merge
    from annotate.corpus.parts import Part, RowFiles

    pushed = pushed_chunks(workspace)
    with RowFiles(draft) as files:
        merged = merge([Part(folder) for folder in folders], files, pushed)
        counts = _counts(files)
        files.seal({"recipe": recipe.digest, "made_from": made, "counts": counts})
    left_out = dict(zip(LEFT_OUT, files.left_out, strict=True))
    return PrepareReport(
        counts=counts,
        left_out={reason: count for reason, count in left_out.items() if count},
        duplicates=merged.duplicates,
        needs_review=merged.needs_review,
        rejected=merged.rejected,
        orphans=_orphans(Part(draft), pushed),
        copied=tuple(item.name for item in inputs.copies if item.is_readable),
        warnings=tuple(_warnings(inputs, recipe, Part(draft))),
    )


def _counts(files: RowFiles) -> dict[str, int]:
    names = ("ready", "duplicate", "needs_review", "rejected")
    inputs = sum(files.counts[name] for name in names)
    return {"inputs": inputs, **{name: files.counts[name] for name in (*names, "chunks")}}


def _orphans(draft: Part, pushed: frozenset[str]) -> tuple[str, ...]:
    """Find the pushed chunks that the draft does not hold."""
    from annotate.corpus.parts import id_hash

    held = set(draft.chunk_ids.tolist())
    return tuple(sorted(each for each in pushed if id_hash(each) not in held))


def _apply(workspace: Workspace, inputs: InputPlan, draft: Path, orphans: tuple[str, ...]) -> None:
    with writing("articles/"):
        copy_inputs(workspace, inputs.copies)
    place(draft, workspace)
    let_go(workspace).append(
        {"action": "let_go", "chunk_id": chunk_id, "at": now()} for chunk_id in orphans
    )


def _orphans_refused(orphans: tuple[str, ...]) -> RefusedError:
    count = len(orphans)
    shown = ", ".join(orphans[:3]) + (", …" if count > 3 else "")  # noqa: PLR2004
    return RefusedError(
        f"{count} pushed chunk{'s' * (count > 1)} would change or disappear: {shown}",
        "bring the article and the settings back as they were, or let the chunks go with "
        "--allow-orphans: answers to them stay out of the next release",
    )


def _warnings(inputs: InputPlan, recipe: Recipe, draft: Part) -> Iterator[str]:
    if inputs.skipped:
        yield f"not copied, being no articles: {', '.join(inputs.skipped)}"
    if recipe.table.unread:
        yield f"metadata.csv has columns that are not read: {', '.join(recipe.table.unread)}"
    unused = recipe.table.unused(set(draft.names())) if recipe.table.rows else ()
    if unused:
        yield f"metadata.csv names no article: {', '.join(unused)}"
