"""`annotate serve`, `invite`, `push`, `pull` and `status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotate.cli import output
from annotate.cli.options import DryRun, Folder, Json, find

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from annotate.labels.summary import Summary
    from annotate.studio.push import PushReport
    from annotate.studio.server import RunningServer

LOOPBACK = "127.0.0.1"
LATEST_DAYS = 14
# Of a push: what a person is told in a line of its own where there is any.
SAID_BESIDES = ("removed", "gone", "shared", "predicted", "proposed", "differences", "warnings")


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = LOOPBACK,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port; without it a free one.")
    ] = None,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Run a local Label Studio for this workspace until Ctrl-C.

    Example: annotate serve
    """
    from contextlib import ExitStack

    from annotate.studio.server import serving

    workspace = find(folder)
    if host != LOOPBACK:
        output.warn(f"on {host} other machines can reach this server, over plain HTTP")
    with ExitStack() as stack:
        with output.progress_line() as progress:
            running = serving(workspace, host=host, port=port, progress=progress)
            server = stack.enter_context(running)
        login = {"url": server.url, "email": server.login.email}
        if json:
            output.print_json(login)
        else:
            output.print_counts("Label Studio is running", login)
        output.say(f"its password is in {workspace.relative(workspace.private)}/login.json")
        output.hint("`annotate push` in another terminal; Ctrl-C here stops the server")
        wait_for_interrupt(server)
    output.say("Label Studio has stopped")


def wait_for_interrupt(server: RunningServer) -> None:
    """Return at Ctrl-C; raises `RemoteError` when the server ends by itself."""
    import time

    from annotate.errors import RemoteError

    try:
        while server.process is not None and server.process.poll() is None:
            time.sleep(0.5)
    except KeyboardInterrupt:
        return
    raise RemoteError("Label Studio has ended by itself", "the reason is in .annotate/server.log")


def invite(folder: Folder = None, json: Json = False) -> None:
    """Print the link by which another annotator signs up, and say where to label after that.

    Example: annotate invite
    """
    from dataclasses import asdict

    from annotate.studio.invite import invite as make

    made = make(find(folder))
    if json:
        output.print_json(asdict(made))
    else:
        typer.echo(made.link)
    output.say("whoever has this link can make an account; give it only to your annotators")
    if LOOPBACK in made.link:
        output.say("only this machine can open it; `annotate serve --host ADDRESS` lets others in")
    if made.label_at:
        output.hint(f"after signing up they label at {made.label_at}")
    else:
        output.hint("`annotate push`, which says where they label after signing up")


def push(
    *,
    again: Annotated[
        bool, typer.Option("--again", help="Also send chunks that were deleted on the server.")
    ] = False,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Take off surplus copies of any origin without answers."),
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Read every key on the server, even if counts agree.")
    ] = False,
    dry_run: DryRun = False,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Send the chunks that Label Studio does not have yet, each exactly once.

    Example: annotate push --dry-run
    """
    from annotate.studio.project import labelling_address
    from annotate.studio.push import push as run

    asked = {"again": again, "repair": repair, "full": full}
    report = send(run, folder, ("pushed", "would push"), dry_run=dry_run, json=json, **asked)
    if report.address and not dry_run:
        output.hint(f"label at {labelling_address(report.address)}, then `annotate pull`")


def send(
    run: Callable[..., PushReport],
    folder: Path | None,
    words: tuple[str, str],
    *,
    dry_run: bool,
    json: bool,
    **asked: bool,
) -> PushReport:
    """Push with a bar, and say what was done; `words` say it of a push and of a plan."""
    workspace = find(folder)
    with output.progress_bar("sending") as progress:
        report = run(workspace, dry_run=dry_run, progress=progress, warn=output.warn, **asked)
    print_push(report, words[dry_run], dry_run=dry_run, json=json)
    return report


def print_push(report: PushReport, done: str, *, dry_run: bool, json: bool) -> None:
    """Say what a push did, or would do; `done` is the word for it."""
    keys = ("project_id", "created", "present", "changed", "duplicates")
    counts = {key: getattr(report, key) for key in keys}
    for line in report.differences:
        output.say(f"{'differs' if dry_run else 'renewed'}: {line}")
    if json:
        output.print_json(counts | {key: getattr(report, key) for key in SAID_BESIDES})
    else:
        output.print_counts(done, {key: n for key, n in counts.items() if n is not None})
    _say_more(report, dry_run=dry_run)


def _say_more(report: PushReport, *, dry_run: bool) -> None:
    """Say what no count of every push tells; warnings were said before it began."""
    would, would_once = ("would be",) * 2 if dry_run else ("were", "was")
    if report.predicted:
        output.say(f"{report.predicted} of the new tasks come with predicted regions")
    if report.proposed and dry_run:
        output.say(f"standing tasks that new rules would look at: {report.proposed}")
    elif report.proposed:
        output.say(f"{report.proposed} standing tasks without an answer got new predicted regions")
    if report.removed:
        output.say(f"surplus copies without an answer that {would} taken off: {report.removed}")
    if report.shared:
        output.say(f"number of annotators {would_once} set in tasks: {report.shared}")
    if report.gone:
        output.say(f"chunks deleted on the server: {report.gone}; --again sends them again")
    if report.duplicates:
        output.say(
            f"warning: surplus copies on the server: {report.duplicates}; --repair takes off "
            "those without an answer"
        )


def pull(
    full: Annotated[
        bool, typer.Option("--full", help="Read every answer and compare it with the ledger.")
    ] = False,
    dry_run: DryRun = False,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Fetch what annotators answered into labels/.

    Example: annotate pull
    """
    from annotate.labels.summary import Tally
    from annotate.studio.pull import pull as run

    workspace = find(folder)
    tally = Tally(workspace, counts=not json)
    with output.progress_bar("reading") as progress:
        report = run(workspace, dry_run=dry_run, full=full, progress=progress, arrived=tally.add)
    if report.foreign:
        output.warn(f"{report.foreign} tasks in the project are not in the ledger")
    keys = ("new", "changed", "deleted", "skipped", "unchanged")
    counts = {key: getattr(report, key) for key in keys}
    if json:
        output.print_json(counts)
    else:
        output.print_counts("would pull" if dry_run else "pulled", counts)
    if full and not (report.new or report.changed or report.deleted):
        output.say(f"the ledger holds all {report.unchanged} answers as the server has them")
    if not (report.new or report.changed or report.deleted or report.unchanged):
        output.hint("label first: `annotate push` says where, `annotate status` how far it is")
    elif not dry_run:
        _report_labels(tally.summary(), quiet=json)


def _report_labels(summary: Summary, *, quiet: bool) -> None:
    """Print what a pull brought; ends with status 1 when something of it was set aside."""
    if not quiet and any(summary.labels.values()):
        output.print_table(
            ("label", "spans, just pulled"), [row for row in summary.labels.items() if row[1]]
        )
        output.print_table(("relation", "by hand", "derived", "no link found"), summary.relations)
    for finding in summary.findings:
        output.say(f"{finding.severity}: {finding.place}: {finding.message} ({finding.code})")
    if any(finding.severity == "error" for finding in summary.findings):
        output.hint("`annotate findings` lists all that is set aside, with the tasks' addresses")
        raise typer.Exit(1)
    output.hint("`annotate status` for an overview, `annotate publish` for a release")


def status(folder: Folder = None, json: Json = False) -> None:
    """Tell where every chunk stands.

    Example: annotate status
    """
    from dataclasses import asdict

    from annotate.studio.status import status as run

    found = asdict(run(find(folder)))
    if json:
        output.print_json(found)
        return
    parts = ("articles", "chunks", "overlap", "review", "withdrawn", "annotators", "findings")
    for part in (*parts, "server"):
        counts = {key: value for key, value in found[part].items() if value is not None}
        output.print_counts(part, counts or {"none": ""})
    people = list(found["annotators"])
    rows = [(day, *(of.get(each, 0) for each in people)) for day, of in found["days"].items()]
    if rows:
        output.print_table(("day", *people), rows[-LATEST_DAYS:])
    typer.echo(f"last pull\n  {_age(found['last_pull'])}")
    output.hint(_after(found))


def _after(found: Mapping[str, Any]) -> str:
    """Say what is to be done where things stand so."""
    chunks = found["chunks"]
    if not chunks["prepared"]:
        return "`annotate prepare` reads what is in articles/"
    if waiting := chunks["to_push"]:
        return f"`annotate push` sends what Label Studio does not have yet: {waiting} of the chunks"
    if chunks["answered"]:
        return "`annotate pull` for what is new, `annotate publish` for a release"
    return "label, then `annotate pull`"


def _age(moment: str | None) -> str:
    """Say when something was, and how long ago that is."""
    from datetime import UTC, datetime

    if moment is None:
        return "never"
    minutes = int((datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds() // 60)
    for size, unit in ((24 * 60, "days"), (60, "hours"), (1, "minutes")):
        if minutes >= 2 * size:
            return f"{moment}, {minutes // size} {unit} ago"
    return f"{moment}, just now"
