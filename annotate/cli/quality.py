"""`annotate agreement` and `annotate annotators`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli import output
from annotate.cli.labels import server_address
from annotate.cli.options import Folder, Json, find

if TYPE_CHECKING:
    from annotate.quality.agreement import Agreement
    from annotate.workspace import Workspace

Report = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="Write all of it as a page.")
]
Who = Annotated[
    bool, typer.Option("--who", help="Ask the server for each account's e-mail address.")
]
NO_ACCOUNT = "none on this server"


def agreement(report: Report = None, folder: Folder = None, json: Json = False) -> None:
    """Measure how well annotators agree, on the chunks that several of them labelled.

    Example: annotate agreement --report agreement.html
    """
    from annotate.quality.agreement import agreement as run

    workspace = find(folder)
    found = run(workspace)
    if report:
        from annotate.quality.annotators import annotators as look_at
        from annotate.quality.ledgers import pushed_chunks
        from annotate.quality.report_page import render_report
        from annotate.workspace import replacing, writing

        page = render_report(
            found, pushed_chunks(workspace), server_address(workspace), look_at(workspace)
        )
        with writing(str(report)), replacing(report) as draft:
            draft.write_text(page, encoding="utf-8")
    if json:
        output.print_json(found.to_json())
    else:
        _print(found)
    if report:
        output.say(f"wrote {report}")
    else:
        output.hint("`annotate agreement --report agreement.html` shows the disagreements in text")


def annotators(who: Who = False, folder: Folder = None, json: Json = False) -> None:
    """Look at each annotator alone: pace, control chunks, proposals, labels by week.

    Example: annotate annotators --json
    """
    from annotate.quality import annotator_words as words
    from annotate.quality.annotators import annotators as run
    from annotate.schema import load_schema

    workspace = find(folder)
    found = run(workspace)
    emails = _accounts(workspace) if who and found else {}
    if json:
        told = [
            each.to_json() | ({"email": emails.get(each.name)} if who else {}) for each in found
        ]
        output.print_json({"annotators": told})
        return
    schema = load_schema(workspace.schema_file)
    if who:
        accounts = [(each.name, emails.get(each.name, NO_ACCOUNT)) for each in found]
        output.print_table(("annotator", "e-mail"), accounts)
        typer.echo("")
    output.print_table(words.HEAD, list(words.rows(found)))
    base = server_address(workspace) if any(each.unusual for each in found) else ""
    for each in found:
        for one in each.unusual:
            where = f"{base}/projects/{one.project_id}/data?task={one.task_id}"
            output.say(f"{each.name}: {one.kind}, {one.times:.2f} times their own pace: {where}")
    typer.echo("")
    output.print_table(words.week_head(schema), list(words.week_rows(found, schema)), names=2)


def _accounts(workspace: Workspace) -> dict[str, str]:
    """Ask the server who is who, for the operator's eyes."""
    from annotate.studio.who import accounts

    output.warn("with --who this says who is who; it is for you alone")
    return accounts(workspace)


def _print(found: Agreement) -> None:
    from annotate.quality import words

    overall = found.overall
    typer.echo(
        f"labelled by several people: {overall.chunks} chunks of {overall.articles} articles; "
        f"intervals: 95 %, {found.draws} draws of articles"
    )
    heads = ("of", "figure", "value", "95 % interval", "compared")
    output.print_table(heads, list(words.figure_rows(overall, found.schema)))
    typer.echo("")
    output.print_table(words.LABEL_HEAD, list(words.label_rows(overall, found.schema)))
    typer.echo("")
    _print_couples(found)
    typer.echo("")
    output.print_table(
        ("gate", "figure", "at least", "found", ""), [words.gate_row(each) for each in found.gates]
    )
    counts = ", ".join(f"{kind} {count:,}" for kind, count in overall.disagreements.items())
    typer.echo(f"\ndisagreements: {counts}")
    if overall.largest:
        typer.echo(f"most frequent: {overall.largest}, {words.MEANINGS[overall.largest]}")


def _print_couples(found: Agreement) -> None:
    from annotate.quality import words

    layers = [layer.name for layer in found.schema.layers]
    heads = ("annotator", "annotator", "chunks", "triples F1", *(f"{name} F1" for name in layers))
    output.print_table(
        heads,
        [
            (
                one,
                two,
                measured.chunks,
                words.with_interval(measured.figure("triples", "f1")),
                *(words.with_interval(measured.figure(name, "f1_iou")) for name in layers),
            )
            for one, two, measured in found.couples
        ],
        names=2,
    )
