"""`annotate review push`, `annotate review pull` and `annotate review list`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli import output
from annotate.cli.options import DryRun, Folder, Json, find
from annotate.cli.studio import send

if TYPE_CHECKING:
    from collections.abc import Sequence

    from annotate.labels.decisions import Decided
    from annotate.quality.cases import Standing

app = typer.Typer(
    no_args_is_help=True, help="Have a person decide the chunks that annotators labelled apart."
)
Again = Annotated[
    bool, typer.Option("--again", help="Also send chunks that were deleted in the review.")
]
Repair = Annotated[
    bool, typer.Option("--repair", help="Take off surplus copies of any origin without answers.")
]
Full = Annotated[bool, typer.Option("--full", help="Read everything, even if counts agree.")]


@app.command()
def push(
    *,
    again: Again = False,
    repair: Repair = False,
    full: Full = False,
    dry_run: DryRun = False,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Send the chunks in conflict to a project of their own, each exactly once.

    Example: annotate review push --dry-run
    """
    from annotate.studio.review import review_push

    asked = {"again": again, "repair": repair, "full": full}
    words = ("sent for review", "would send for review")
    report = send(review_push, folder, words, dry_run=dry_run, json=json, **asked)
    if report.address and not dry_run:
        output.hint(
            f"open each task from the list at {report.address}/data, then `annotate review pull`"
        )


@app.command()
def pull(
    full: Full = False, dry_run: DryRun = False, folder: Folder = None, json: Json = False
) -> None:
    """Fetch what was decided into labels/.

    Example: annotate review pull
    """
    from annotate.labels.decisions import last_decided
    from annotate.quality.ledgers import every_decision
    from annotate.studio.review import review_pull

    workspace = find(folder)
    with output.progress_bar("reading") as progress:
        report = review_pull(workspace, dry_run=dry_run, full=full, progress=progress)
    keys = ("new", "changed", "deleted", "skipped", "unchanged")
    counts = {key: getattr(report, key) for key in keys}
    if json:
        output.print_json(counts)
    else:
        output.print_counts("would pull" if dry_run else "pulled", counts)
    if dry_run:
        return
    every = list(every_decision(workspace))
    found = last_decided(every)
    kinds = Counter(kind for each in found.values() for kind in each.kinds)
    if kinds and not json:
        output.print_table(("kind of conflict", "decided chunks"), kinds.most_common())
    _report_findings(found, [each for each in every if _is_lost(each)], quiet=json)


def _is_lost(decided: Decided) -> bool:
    annotation = decided.answer.annotation
    return annotation is None or annotation.void


def _report_findings(found: dict[str, Decided], lost: Sequence[Decided], *, quiet: bool) -> None:
    """Print what is wrong with decisions; ends with status 1 where something was set aside."""
    findings = [one for each in (*found.values(), *lost) for one in each.answer.findings]
    for finding in findings:
        output.say(f"{finding.severity}: {finding.place}: {finding.message} ({finding.code})")
    unsaid = sum(not (each.kinds and each.why) for each in found.values())
    if unsaid:
        output.warn(f"{unsaid} decisions lack the kind of conflict or the reason")
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)
    if not quiet:
        output.hint("`annotate review list` shows every decision, who made it, and why")


@app.command(name="list")
def list_(folder: Folder = None, json: Json = False) -> None:
    """List every chunk that several people answered: whether it is in the review, and why.

    Of a decision, who made it when, which kinds of conflict, and why.

    Example: annotate review list --json
    """
    from annotate.quality.cases import standings
    from annotate.quality.ledgers import decisions

    workspace = find(folder)
    decided = decisions(workspace)
    rows = [_row(chunk_id, each) for chunk_id, each in decided.items()]
    chunks = list(standings(workspace, decided))
    if json:
        output.print_json({"decisions": rows, "chunks": [each._asdict() for each in chunks]})
        return
    shown = [each for each in chunks if each.state != "unanimous"]
    if shown:
        output.print_table(shown[0]._fields, shown)
    if rows:
        typer.echo("")
        output.print_table(tuple(rows[0]), [tuple(map(_cell, row.values())) for row in rows])
    counts = Counter(each.state for each in chunks)
    told = ", ".join(f"{state} {count:,}" for state, count in counts.most_common())
    output.say(f"chunks that several people answered: {told or 'none'}")
    _say_doubtful(chunks)
    if counts["to send"]:
        output.hint("`annotate review push` sends what is tied")


def _say_doubtful(chunks: Sequence[Standing]) -> None:
    """Count the decisions that are worth another look."""
    newer = sum(each.newer > 0 for each in chunks)
    if newer:
        output.warn(
            f"chunks with answers that came after they were sent: {newer:,}; to send one "
            "as it is now, delete its task, then `annotate review pull` and "
            "`annotate review push --again`"
        )
    own = sum(each.party for each in chunks)
    if own:
        output.warn(f"chunks decided by somebody who had answered them, too: {own:,}")


def _row(chunk_id: str, each: Decided) -> dict[str, object]:
    annotation = each.answer.annotation
    assert annotation is not None, "only answers that could be read decide"
    return {
        "chunk_id": chunk_id,
        "annotator": annotation.annotator,
        "decided": annotation.updated_at,
        "kinds": list(each.kinds),
        "why": each.why,
        "spans": len(annotation.spans),
    }


def _cell(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
