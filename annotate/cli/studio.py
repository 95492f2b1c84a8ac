"""`annotate serve`, `invite`, `push`, `pull` and `status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli import output
from annotate.cli.options import DryRun, Folder, Json, find

if TYPE_CHECKING:
    from annotate.studio.server import RunningServer

LOOPBACK = "127.0.0.1"


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
        output.say(f"warning: on {host} other machines can reach this server, over plain HTTP")
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
    """Print the link by which another annotator signs up.

    Example: annotate invite
    """
    from annotate.studio.invite import invite as make

    link = make(find(folder))
    if json:
        output.print_json({"link": link})
    else:
        typer.echo(link)
    output.say("whoever has this link can make an account; give it only to your annotators")
    if LOOPBACK in link:
        output.say("only this machine can open it; `annotate serve --host ADDRESS` lets others in")


def push(
    again: Annotated[
        bool, typer.Option("--again", help="Also send chunks that were deleted on the server.")
    ] = False,
    dry_run: DryRun = False,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Send the chunks that Label Studio does not have yet, each exactly once.

    Example: annotate push --dry-run
    """
    from annotate.studio.push import push as run

    workspace = find(folder)
    with output.progress_bar("sending") as progress:
        report = run(workspace, dry_run=dry_run, again=again, progress=progress)
    keys = ("project_id", "created", "present", "changed", "duplicates")
    counts = {key: getattr(report, key) for key in keys}
    if json:
        output.print_json(counts)
    else:
        output.print_counts("would push" if dry_run else "pushed", counts)
    if report.gone:
        output.say(f"{report.gone} chunks were deleted on the server; --again sends them again")
    if report.duplicates:
        output.say(f"warning: {report.duplicates} chunks stand on the server more than once")
    if report.address and not dry_run:
        output.hint(f"label at {report.address}/data, then `annotate pull`")


def pull(dry_run: DryRun = False, folder: Folder = None, json: Json = False) -> None:
    """Fetch what annotators answered into labels/.

    Example: annotate pull
    """
    from dataclasses import asdict

    from annotate.studio.pull import pull as run

    workspace = find(folder)
    with output.progress_bar("reading") as progress:
        report = asdict(run(workspace, dry_run=dry_run, progress=progress))
    foreign = report.pop("foreign")
    if foreign:
        output.say(f"warning: {foreign} tasks in the project were not sent from this workspace")
    if json:
        output.print_json(report)
    else:
        output.print_counts("would pull" if dry_run else "pulled", report)
    if not dry_run:
        _report_labels(folder, quiet=json)


def _report_labels(folder: Folder, *, quiet: bool) -> None:
    """Print what the ledger now holds, and end with status 1 when something was set aside."""
    from annotate.labels.summary import summarise

    summary = summarise(find(folder))
    if not quiet:
        output.print_table(("label", "spans"), list(summary.labels.items()))
        output.print_table(("relation", "by hand", "derived", "no link found"), summary.relations)
    for finding in summary.findings:
        output.say(f"{finding.severity}: {finding.place}: {finding.message} ({finding.code})")
    if any(finding.severity == "error" for finding in summary.findings):
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
    for part in ("articles", "chunks", "annotators", "findings", "server"):
        counts = {key: value for key, value in found[part].items() if value is not None}
        output.print_counts(part, counts or {"none": ""})
    typer.echo(f"last pull\n  {found['last_pull'] or 'never'}")
