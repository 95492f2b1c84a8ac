"""`annotate publish` and `annotate diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli import output
from annotate.cli.options import DryRun, Folder, Json, find
from annotate.errors import ConfigError

if TYPE_CHECKING:
    from annotate.release.build import PublishReport
    from annotate.release.diff import Difference

Number = Annotated[
    str | None,
    typer.Option("--version", metavar="X.Y.Z", help="Ask for this number; a smaller is refused."),
]


Strict = Annotated[
    bool, typer.Option("--strict", help="Refuse where a finding sets anything aside.")
]


def publish(
    dry_run: DryRun = False,
    version: Number = None,
    strict: Strict = False,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Build the next release from the ledgers; the difference decides its number.

    Example: annotate publish --dry-run
    """
    from annotate.release.build import publish as run

    report = run(find(folder), dry_run=dry_run, version=version, strict=strict)
    if json:
        keys = ("version", "path", "manifest_sha256", "changes", "reasons")
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
    if dry_run:
        typer.echo(output.safe(report.change_list))
    _print_rows(report.changes)
    for reason in report.reasons:
        output.say(reason)
    would = "would publish" if dry_run else "published"
    output.say(f"{would} {report.version}; chunks without a decision: {report.undecided}")


def _print_rows(changes: dict[str, dict[str, dict[str, int]]]) -> None:
    rows = [
        (config, split, count["added"], count["removed"], count["changed"])
        for config, splits in changes.items()
        for split, count in splits.items()
    ]
    output.print_table(("config", "split", "added", "removed", "changed"), rows)


First = Annotated[str, typer.Argument(metavar="A", help="A version, or a release's folder.")]
Second = Annotated[str, typer.Argument(metavar="B", help="The one to compare it with.")]


def diff(before: First, after: Second, folder: Folder = None, json: Json = False) -> None:
    """Say what sets release B apart from release A.

    Example: annotate diff 1.0.0 1.1.0
    """
    from annotate.release.diff import diff as run

    try:
        workspace = find(folder)
    except ConfigError:  # folders of releases can be compared anywhere
        if folder is not None:
            raise
        workspace = None
    difference = run(before, after, workspace)
    if json:
        output.print_json(difference.to_json())
    else:
        _print_difference(difference)


def _print_difference(difference: Difference) -> None:
    from annotate.release.change_list import examples

    for reason in difference.reasons:
        typer.echo(output.safe(f"{reason.bump}: {reason.words}"))
    if not difference.reasons:
        typer.echo("nothing differs")
        return
    _print_rows({name: dict(splits) for name, splits in difference.rows.items()})  # type: ignore[arg-type]
    if difference.flow:
        output.print_table(("label before", "label after", "spans"), difference.flow)
    for kind, lines in examples(difference):
        typer.echo(output.safe(f"{kind}: {difference.counts[kind]}"))
        for line in lines:
            typer.echo(output.safe(f"  {line}"))
