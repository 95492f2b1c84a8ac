"""`annotate publish`."""

from __future__ import annotations

from annotate.cli import output
from annotate.cli.options import DryRun, Folder, Json, find


def publish(dry_run: DryRun = False, folder: Folder = None, json: Json = False) -> None:
    """Build the next release from the ledgers.

    Example: annotate publish --dry-run
    """
    from annotate.release.build import publish as run

    report = run(find(folder), dry_run=dry_run)
    if json:
        keys = ("version", "path", "manifest_sha256", "changes")
        output.print_json({key: getattr(report, key) for key in keys})
        return
    if report.version is None:
        output.say("nothing has changed since the last release")
        return
    rows = [(name, *change.values()) for name, change in report.changes.items()]
    output.print_table(("config", "added", "removed", "changed"), rows)
    would = "would publish" if dry_run else "published"
    output.say(f"{would} {report.version}; chunks without a decision: {report.undecided}")
    for code, count in report.set_aside.items():
        output.say(f"warning: {count} set aside ({code})")
    if report.path:
        output.hint(f'datasets.load_dataset("./{report.path}", "spans")')
