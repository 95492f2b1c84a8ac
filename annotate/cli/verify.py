"""`annotate verify corpus`: prove from the files alone that nothing is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from annotate.cli import output
from annotate.cli.options import Folder, Json, find

if TYPE_CHECKING:
    from annotate.findings import Finding


def corpus(folder: Folder = None, json: Json = False) -> None:
    """Derive every text and chunk of the corpus again from what was received.

    Example: annotate verify corpus
    """
    from dataclasses import asdict

    from annotate.corpus import verify_corpus

    workspace = find(folder)
    with output.progress_bar("proving") as progress:
        report = verify_corpus(workspace, progress)
    if json:
        output.print_json({"proved": report.proved, **asdict(report)})
    else:
        keys = ("articles", "chunks", "rejected", "characters")
        output.print_counts("looked at", {key: getattr(report, key) for key in keys})
        _print_verdict(report.findings)
    if not report.proved:
        raise typer.Exit(1)


def _print_verdict(findings: Sequence[Finding]) -> None:
    """Print every finding, and the outcome as the last line."""
    if findings:
        rows = [(finding.code, finding.place, finding.message) for finding in findings]
        output.print_table(("finding", "place", "what"), rows)
        output.say(
            "hint: where an article was changed, put it back or run `annotate prepare`; where the "
            "corpus itself was, delete corpus/ first, and all of it is made again"
        )
    count = len(findings)
    typer.echo(f"{count} finding{'s' * (count > 1)}" if count else "proved")
