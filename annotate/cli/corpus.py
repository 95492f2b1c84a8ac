"""`annotate init` and `annotate prepare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli import output
from annotate.cli.options import DryRun, Folder, Json, find

if TYPE_CHECKING:
    from annotate.corpus import PrepareReport


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make it in.")],
    name: Annotated[str | None, typer.Option(help="Name of the dataset.")] = None,
    sample: Annotated[bool, typer.Option("--sample", help="With the sample's articles.")] = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Make a workspace with a schema to start from.

    Example: annotate init summit-call
    """
    from dataclasses import asdict

    from annotate.flows.init import init as make

    report = make(folder, name=name, sample=sample, dry_run=dry_run)
    if json:
        output.print_json(asdict(report))
        return
    would = "would make" if dry_run else "made"
    output.print_table(("file",), [(f"{folder}/{file}",) for file in report.files])
    output.say(f"{would} the workspace {report.name} in {folder}")
    output.hint(f"cd {folder}, put articles into articles/, then `annotate prepare`")


def prepare(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH…", help="Files or folders to add to articles/."),
    ] = None,
    allow_orphans: Annotated[
        bool, typer.Option("--allow-orphans", help="Go on though pushed chunks would vanish.")
    ] = False,
    dry_run: DryRun = False,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Read articles, keep the body, cut chunks; all of articles/, and PATH… added to it.

    Example: annotate prepare ~/scrapes/march
    """
    from annotate.corpus import prepare as run

    workspace = find(folder)
    with output.progress_bar("preparing") as progress:
        report = run(
            workspace, paths or (), dry_run=dry_run, allow_orphans=allow_orphans, progress=progress
        )
    for warning in report.warnings:
        output.say(f"warning: {warning}")
    if json:
        output.print_json(report.counts)
    else:
        output.print_counts("would prepare" if dry_run else "prepared", report.counts)
    _tell(report)
    if report.plan.orphans:
        output.say(f"warning: {len(report.plan.orphans)} pushed chunks are no longer in the corpus")
    if report.plan.rejected:
        raise typer.Exit(1)
    if not dry_run:
        output.hint("`annotate push` sends the chunks to Label Studio")


def _tell(report: PrepareReport) -> None:
    """Name every input that did not simply become chunks, and how much of the rest was left out."""
    left_out = ", ".join(f"{reason} {count}" for reason, count in report.left_out.items())
    if left_out:
        output.say(f"left out, in characters: {left_out}; each place is in corpus/articles.jsonl")
    for article in report.plan.articles:
        if article.status == "needs_review":
            output.say(f"needs review: {article.id} ({', '.join(article.reasons)})")
        if article.status == "duplicate":
            output.say(f"duplicate: {article.id} has the text of {article.duplicate_of}")
    for item in report.plan.rejected:
        output.say(f"rejected: {item.message} ({item.code})")
