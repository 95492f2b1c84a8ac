"""`annotate publish` and `annotate diff`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotate.cli import output
from annotate.cli.options import DryRun, Folder, Json, find, find_if_any
from annotate.errors import AnnotateError, InputError

if TYPE_CHECKING:
    from annotate.release.build import PublishReport
    from annotate.release.diff import Difference
    from annotate.release.hub import HubReport, Wish
    from annotate.workspace import Workspace

Number = Annotated[
    str | None,
    typer.Option("--version", metavar="X.Y.Z", help="Ask for this number; a smaller is refused."),
]


Strict = Annotated[
    bool,
    typer.Option(
        "--strict", help="Refuse where a finding sets anything aside, or answers differ undecided."
    ),
]


Hub = Annotated[
    str | None,
    typer.Option(metavar="ORG/NAME", help="Upload it as `annotate upload` does."),
]
Private = Annotated[bool, typer.Option("--private", help="On the Hub, only for members of ORG.")]
Gated = Annotated[
    str | None,
    typer.Option(metavar="auto|manual", help="On the Hub, ask readers to agree first."),
]


_BARE = {
    "standoff": 'without texts, for rights = "standoff": offsets only, no configs stance and bio',
    "mixed": 'some outlets without texts, for their rights are "standoff"',
}


def publish(  # noqa: PLR0917 -- Typer commands take one parameter an option
    dry_run: DryRun = False,
    version: Number = None,
    strict: Strict = False,
    to_hub: Hub = None,
    private: Private = False,
    gated: Gated = None,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Build the next release from the ledgers; the difference decides its number.

    With --to-hub it is uploaded, too; so is the last one when nothing has changed since.

    Example: annotate publish --dry-run
    """
    from annotate.release.build import publish as run

    workspace, wish = find(folder), _wish(to_hub, private, gated)
    report = run(workspace, dry_run=dry_run, version=version, strict=strict)
    if not json:
        _print(report, dry_run=dry_run)
    _warn(report)
    try:
        uploaded = _upload(workspace, report, wish, dry_run=dry_run) if wish else None
    except AnnotateError:
        if json:
            output.print_json(_told(report) | {"hub": None})
        raise
    if json:
        output.print_json(_told(report) | ({"hub": uploaded and asdict(uploaded)} if wish else {}))
    elif uploaded:
        typer.echo(uploaded.url)
    if report.path and not wish:
        output.hint(f'datasets.load_dataset("./{report.path}", "spans")')
    if report.errors:
        output.hint("`annotate findings` lists what is set aside, and where each can be mended")
    if report.errors or report.left_out:
        raise typer.Exit(1)


def _warn(report: PublishReport) -> None:
    """Say what is not in the release."""
    for code, count in report.set_aside.items():
        output.warn(f"{count} set aside ({code})")
    for one in report.left_out:
        output.warn(f"{one.article_id} is left out, as it would tie splits together: {one.reason}")


def _told(report: PublishReport) -> dict[str, Any]:
    """Give what `--json` says of a release."""
    keys = (
        "version",
        "path",
        "manifest_sha256",
        "changes",
        "reasons",
        "undecided",
        "in_conflict",
        "rebuilt",
    )
    left_out = [one._asdict() for one in report.left_out]
    return {key: getattr(report, key) for key in keys} | {"left_out": left_out}


def _wish(repo: str | None, private: bool, gated: str | None) -> Wish | None:
    """Read where a release shall go before anything is built; raises `InputError`."""
    if repo is not None:
        from annotate.release.hub import Wish

        return Wish.of(repo, private=private, gated=gated)
    if private or gated:
        raise InputError(
            "--private and --gated are said of the Hub", "name the place: --to-hub ORG/NAME"
        )
    return None


def _upload(
    workspace: Workspace, report: PublishReport, wish: Wish, *, dry_run: bool
) -> HubReport | None:
    """Upload what was published now, or else the last release."""
    from annotate.release.hub import to_hub
    from annotate.release.opened import all_releases

    last = all_releases(workspace.releases)[-1:]
    if dry_run:
        version = report.version or last[0].name
        output.say(f"would upload {version} to {wish.repo}")
        return None
    release = workspace.root / report.path if report.path else last[0]
    uploaded = to_hub(workspace, release, wish)
    print_upload(uploaded)
    return uploaded


def print_upload(report: HubReport) -> None:
    """Say what an upload had to do, and how the release is loaded from there."""
    done = ", ".join(report.steps) or "nothing: it was there, byte for byte"
    output.say(f"on the Hub as {report.tag}: {done}")
    output.hint(f'datasets.load_dataset("{report.repo}", "spans", revision="{report.tag}")')


def _print(report: PublishReport, *, dry_run: bool) -> None:
    if report.version is None:
        output.say("nothing has changed since the last release")
        return
    if report.rebuilt:
        output.say(f"{report.version} is there already: built again, it is the same byte for byte")
        return
    if dry_run:
        typer.echo(output.safe(report.change_list))
    if not (dry_run and report.reasons):  # they stand in the change list
        _print_rows(report.changes)
        for reason in report.reasons:
            output.say(reason)
    if report.version.startswith("0.") and any(r.startswith("major") for r in report.reasons):
        output.say("below 1.0.0 a major change raises the middle number")
    would = "would publish" if dry_run else "published"
    differ = f", of which answers differ in {report.in_conflict}" if report.in_conflict else ""
    output.say(f"{would} {report.version}; chunks without a decision: {report.undecided}{differ}")
    if report.rights != "full":
        output.say(_BARE[report.rights])
        output.say('to publish texts, set rights = "full" and text_license in annotate.toml')
    if report.in_conflict:
        output.hint("`annotate review push` sends the chunks whose answers differ to a person")


def _print_rows(changes: dict[str, dict[str, dict[str, int]]]) -> None:
    rows = [
        (config, split, count["added"], count["removed"], count["changed"])
        for config, splits in changes.items()
        for split, count in splits.items()
    ]
    if rows:
        output.print_table(("config", "split", "added", "removed", "changed"), rows)


First = Annotated[str, typer.Argument(metavar="A", help="A version, or a release's folder.")]
Second = Annotated[str, typer.Argument(metavar="B", help="The one to compare it with.")]


def diff(before: First, after: Second, folder: Folder = None, json: Json = False) -> None:
    """Say what sets release B apart from release A.

    Example: annotate diff 1.0.0 1.1.0
    """
    from annotate.release.diff import diff as run

    difference = run(before, after, find_if_any(folder))
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
    if difference.agreement:
        heads = ("agreement of", "figure", "before", "after")
        output.print_table(heads, difference.agreement)
    for each in examples(difference):
        typer.echo(output.safe(f"{each.kind}: {each.total}"))
        for line in each.lines:
            typer.echo(output.safe(f"  {line}"))
