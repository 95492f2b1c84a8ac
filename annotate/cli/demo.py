"""`annotate demo`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli import output
from annotate.cli.options import Json
from annotate.cli.studio import wait_for_interrupt

SHOWN = 20

if TYPE_CHECKING:
    from annotate.flows.demo import DemoReport
    from annotate.studio.server import RunningServer


def demo(
    folder: Annotated[
        Path | None,
        typer.Option("--workspace", "-C", metavar="DIR", help="Where; else a temporary folder."),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the server up until Ctrl-C.")] = False,
    json: Json = False,
) -> None:
    """Run the whole chain on the sample, against a real local Label Studio.

    Example: annotate demo --keep
    """
    import tempfile
    from contextlib import ExitStack

    from annotate.flows.demo import demo as run

    place = folder or Path(tempfile.mkdtemp(prefix="annotate-demo-"))
    with ExitStack() as stack:
        with output.progress_line() as progress:
            running = run(place, say=output.say, progress=progress)
            report, server = stack.enter_context(running)
        _print(report, json=json)
        if keep:
            _wait(server, place)


def _print(report: DemoReport, *, json: bool) -> None:
    from dataclasses import asdict
    from shlex import quote

    if json:
        output.print_json(asdict(report))
        return
    heads = ("outlet", "speaker", "topic", "polarity", "articles")
    frequent = sorted(report.positions, key=lambda row: (-row[-1], row))
    output.print_table(heads, sorted(frequent[:SHOWN]))
    if len(frequent) > SHOWN:
        output.say(f"… {len(frequent) - SHOWN} more in the config `triples`; --json has them all")
    output.say(f"the dataset is {report.workspace}/{report.release} (simulated annotators);")
    output.say(f"delete {report.workspace} when you have seen enough")
    code = f"import datasets; print(datasets.load_dataset('./{report.release}', 'spans'))"
    output.hint(f'cd {quote(report.workspace)} && {quote(sys.executable)} -c "{code}"')


def _wait(server: RunningServer, place: Path) -> None:
    output.say(f"Label Studio stays up at {server.url}")
    output.say(f"log in as {server.login.email}; the password is in {place}/.annotate/login.json")
    output.say("Ctrl-C stops it")
    wait_for_interrupt(server)
