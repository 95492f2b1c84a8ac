"""`annotate findings` and `annotate log`: what is wrong with answers, and how they came about."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli import output
from annotate.cli.options import Folder, Json, find

if TYPE_CHECKING:
    from annotate.findings import Finding
    from annotate.labels.history import Event
    from annotate.labels.log import ChunkLog
    from annotate.workspace import Workspace


def findings(
    code: Annotated[
        str | None, typer.Option("--code", metavar="CODE", help="Only findings of this code.")
    ] = None,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """List what had to be set aside or looks wrong in the answers, and where to mend it.

    Example: annotate findings --code spans-crossing
    """
    from annotate.labels.summary import each_finding

    workspace = find(folder)
    if code is not None:
        _check_code(code)
    found = [each for each in each_finding(workspace) if code in (None, each.code)]
    base = server_address(workspace) if found else ""
    counts = Counter[str](each.severity for each in found)
    if json:
        rows = [_as_json(each, base) for each in found]
        output.print_json(
            {"errors": counts["error"], "warnings": counts["warning"]} | {"findings": rows}
        )
    else:
        _print_findings(found, base)
    if code is not None and not found:
        output.say(f"none has the code {code}; without --code all are listed")
    _say_next(workspace, counts, base)
    if counts["error"]:
        raise typer.Exit(1)


def _check_code(code: str) -> None:
    """Refuse a code that no finding has; raises `InputError`."""
    import difflib

    from annotate.errors import InputError
    from annotate.labels.codes import FINDINGS

    if code not in FINDINGS:
        close = difflib.get_close_matches(code, FINDINGS, n=1, cutoff=0.4)
        known = f"did you mean {close[0]}?" if close else f"there are {', '.join(FINDINGS)}"
        raise InputError(f"no finding has the code {code}", known)


def _as_json(finding: Finding, base: str) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(finding) | {"address": _address(finding, base)}


def _print_findings(found: list[Finding], base: str) -> None:
    if not found:
        typer.echo("no findings")
    elif sys.stdout.isatty():  # a block each: an address must not be cut
        for each in found:
            head = f"{each.severity}  {each.code}  {each.place}"
            lines = (head, f"  {each.message}", f"  {_address(each, base) or ''}".rstrip())
            sys.stdout.writelines(f"{output.safe(line)}\n" for line in lines if line)
    else:
        heads = ("severity", "code", "place", "message", "address")
        output.print_table(
            heads,
            [(f.severity, f.code, f.place, f.message, _address(f, base) or "") for f in found],
        )


def _address(finding: Finding, base: str) -> str | None:
    """Give the address of the task's page; without a known server, its path there."""
    if finding.task_id is None:
        return None
    return f"{base}/projects/{finding.project_id}/data?task={finding.task_id}"


def server_address(workspace: Workspace) -> str:
    """Give the address of Label Studio, empty when none is known: the same order as a pull's."""
    from annotate.studio.server import running_server

    url = os.environ.get("LABEL_STUDIO_URL") or workspace.settings.studio.url
    if url is None:
        running = running_server(workspace)
        url = running.url if running else ""
    return url.rstrip("/")


def _say_next(workspace: Workspace, counts: Counter[str], base: str) -> None:
    if counts["error"]:
        if not base:
            output.say("no Label Studio is known: the addresses are paths on the server")
        output.hint(
            "mend them at their addresses, or delete the answer there, then `annotate pull`; "
            "all else can be published"
        )
    elif (workspace.labels / "annotations.jsonl").exists():
        output.hint("`annotate publish` for a release")
    else:
        output.hint("`annotate pull` fetches answers; there are none yet")


def log(
    chunk: Annotated[
        str,
        typer.Argument(
            metavar="CHUNK", help="A chunk's id, the beginning of one, or an article's id."
        ),
    ],
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Tell who changed what when in a chunk, oldest first.

    Example: annotate log c-a270ce
    """
    from annotate.labels.log import chunk_logs

    logs = chunk_logs(find(folder), chunk)
    if json:
        from dataclasses import asdict

        output.print_json({"chunks": [asdict(each) for each in logs]})
        return
    for each in logs:
        sys.stdout.writelines(f"{output.safe(line)}\n" for line in _lines(each))
    if any(event.kind == "schema" for each in logs for event in each.events):
        output.say("a labelling page is that of the whole project, not of this chunk alone")
    if not any(each.events for each in logs):
        output.hint("`annotate push` sends it; nothing has happened to it yet")


def _lines(log: ChunkLog) -> Iterator[str]:
    part = f", part {log.index + 1} of {log.article_id}" if log.index is not None else ""
    yield f"{log.chunk_id}{part}"
    for event in log.events:
        yield f"  {_time(event)}  {event.who}  {_sentence(event)}"
        if event.kind != "deleted":
            yield from (
                f"    {change.sentence}"
                for change in event.changes
                if not change.kind.startswith("skip")
            )


def _time(event: Event) -> str:
    return event.at[:19].replace("T", " ") or f"{'at some time':19}"


def _sentence(event: Event) -> str:
    number = f" (answer {event.annotation_id})" if event.annotation_id is not None else ""
    return f"{event.sentence}{number}"
