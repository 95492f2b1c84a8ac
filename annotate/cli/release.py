"""`annotate publish`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from annotate.cli import output
from annotate.cli.options import DryRun, Folder, Json, find

if TYPE_CHECKING:
    from annotate.release.build import PublishReport


def publish(dry_run: DryRun = False, folder: Folder = None, json: Json = False) -> None:
    """Build the next release from the ledgers.

    Example: annotate publish --dry-run
    """
    from annotate.release.build import publish as run

    report = run(find(folder), dry_run=dry_run)
    if json:
        keys = ("version", "path", "manifest_sha256", "changes")
        output.print_json({key: getattr(report, key) for key in keys})
    else:
        _print(report, dry_run=dry_run)
    for code, count in report.set_aside.items():
        output.say(f"warning: {count} set aside ({code})")
    if report.errors:
        raise typer.Exit(1)
    if report.path:
        output.hint(f'datasets.load_dataset("./{report.path}", "spans")')


def _print(report: PublishReport, *, dry_run: bool) -> None:
    if report.version is None:
        output.say("nothing has changed since the last release")
        return
    rows = [(name, *change.values()) for name, change in report.changes.items()]
    output.print_table(("config", "added", "removed", "changed"), rows)
    would = "would publish" if dry_run else "published"
    output.say(f"{would} {report.version}; chunks without a decision: {report.undecided}")
