"""`annotate init` and `annotate prepare`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli import output
from annotate.cli.explain import repeats, show
from annotate.cli.options import DryRun, Folder, Json, find

if TYPE_CHECKING:
    from annotate.corpus import PrepareReport
    from annotate.corpus.overrides import Action, Wish
    from annotate.corpus.report import CorpusReport
    from annotate.workspace import Workspace

SHOWN = 20  # lines of one kind
_RANGE = re.compile(r"(?P<article>.+):(?P<start>[0-9]{1,15})-(?P<end>[0-9]{1,15})", re.DOTALL)
_BY_HAND = "What a person decides (offsets as --explain prints them)"
_LOOK = "To look"
_POWER = "More than one core or machine"
_MORE = "More articles"

Ids = list[str] | None
Paths = Annotated[
    Ids,
    typer.Argument(
        metavar="PATH…",
        help="Files or folders to add to articles/; @FILE is a list of them, - standard input.",
    ),
]
FilesFrom = Annotated[
    str | None,
    typer.Option(
        "--files-from",
        metavar="FILE",
        help="Add the files that FILE lists, one in a line; - is standard input.",
        rich_help_panel=_MORE,
    ),
]
AllowOrphans = Annotated[
    bool,
    typer.Option(
        "--allow-orphans", help="Let pushed chunks go; answers to them stay out of releases."
    ),
]
Accept = Annotated[
    Ids,
    typer.Option(metavar="ID", help="The article is right as it is.", rich_help_panel=_BY_HAND),
]
Keep = Annotated[
    Ids,
    typer.Option(
        metavar="ID:START-END", help="Keep a range of its text.", rich_help_panel=_BY_HAND
    ),
]
Drop = Annotated[
    Ids,
    typer.Option(metavar="ID:START-END", help="Leave a range of it out.", rich_help_panel=_BY_HAND),
]
Undo = Annotated[
    Ids,
    typer.Option(metavar="ID", help="Take back all decisions about it.", rich_help_panel=_BY_HAND),
]
Explain = Annotated[
    str | None,
    typer.Option(
        metavar="ID", help="Show what was kept of an article, and why.", rich_help_panel=_LOOK
    ),
]
Html = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Write what --explain shows as a page.", rich_help_panel=_LOOK
    ),
]
Report = Annotated[
    bool,
    typer.Option("--report", help="Measure the corpus afterwards.", rich_help_panel=_LOOK),
]
Workers = Annotated[
    int, typer.Option(min=0, help="Share the work among processes.", rich_help_panel=_POWER)
]
Scheduler = Annotated[
    str | None,
    typer.Option(metavar="tcp://…", help="Use a running Dask cluster.", rich_help_panel=_POWER),
]


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make it in.")],
    name: Annotated[str | None, typer.Option(help="Name of the dataset.")] = None,
    sample: Annotated[bool, typer.Option("--sample", help="With the sample's articles.")] = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Make a workspace with a schema to start from.

    Example: annotate init summit-call
    """
    from dataclasses import asdict

    from annotate.flows.init import init as make

    report = make(folder, name=name, sample=sample, dry_run=dry_run)
    if json:
        output.print_json(asdict(report))
        return
    would = "would make" if dry_run else "made"
    output.print_table(("file",), [(f"{folder}/{file}",) for file in report.files])
    output.say(f"{would} the workspace {report.name} in {folder}")
    if name is None and report.name != folder.resolve().name:
        output.say(f"the dataset is named {report.name}: `name` in annotate.toml changes that")
    first = "" if sample else ", put articles into articles/"
    if not dry_run:
        output.hint(f"cd {quote(str(folder))}{first}, then `annotate prepare`")


def prepare(
    paths: Paths = None,
    *,
    files_from: FilesFrom = None,
    accept: Accept = None,
    keep: Keep = None,
    drop: Drop = None,
    undo: Undo = None,
    explain: Explain = None,
    html: Html = None,
    report: Report = False,
    workers: Workers = 0,
    scheduler: Scheduler = None,
    allow_orphans: AllowOrphans = False,
    dry_run: DryRun = False,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Read articles, keep the body, cut chunks; all of articles/, and PATH… added to it.

    Decisions are kept in articles/overrides.jsonl and followed on every run.
    Of one command, --undo comes first, then --drop, then --keep.

    Example: annotate prepare ~/scrapes/march
    """
    from annotate.corpus import prepare as run

    wishes = _decided(accept, keep, drop, undo)
    _check(explain, html, report and dry_run, bool(paths or files_from or wishes or report))
    workspace = find(folder)
    if explain:
        show(workspace, explain, html, json=json)
        return
    with _arrived(paths or [], files_from) as arrived, output.progress_bar("preparing") as progress:
        done = run(
            workspace,
            arrived,
            wishes=wishes,
            dry_run=dry_run,
            allow_orphans=allow_orphans,
            workers=workers,
            scheduler=scheduler,
            progress=progress,
        )
    _print(done, _measured(workspace) if report else None, dry_run=dry_run, json=json)
    if done.orphans:
        _tell_orphans(workspace, done.orphans, dry_run=dry_run)
    if wishes and not dry_run and any(wish.action != "undo" for wish in wishes):
        output.say("what you decided is in articles/overrides.jsonl; --undo ID takes it back")
    if not dry_run and done.counts["chunks"]:
        output.hint("`annotate push` sends the chunks to Label Studio")
    if done.rejected:
        raise typer.Exit(1)


def _check(explain: str | None, html: Path | None, unmeasurable: bool, does_more: bool) -> None:
    """Refuse options that have nothing to say to each other."""
    if html and not explain:
        raise typer.BadParameter("--html writes what --explain shows: name the article")
    if unmeasurable:
        raise typer.BadParameter("--report measures what is written, and --dry-run writes nothing")
    if explain and does_more:
        raise typer.BadParameter("--explain only shows: it takes no PATH and no decision")


def _decided(accept: Ids, keep: Ids, drop: Ids, undo: Ids) -> list[Wish]:
    ranges = [*_ranges("drop", drop), *_ranges("keep", keep)]
    return [*_wishes("undo", undo), *ranges, *_wishes("accept", accept)]


def _wishes(action: Action, articles: Ids) -> list[Wish]:
    from annotate.corpus.overrides import Wish

    return [Wish(action, article) for article in articles or ()]


def _ranges(action: Action, values: Ids) -> list[Wish]:
    """Read ID:START-END; an id may hold colons and dashes itself."""
    from annotate.corpus.overrides import Wish

    wishes = []
    for value in values or ():
        found = _RANGE.fullmatch(value)
        if found is None:
            raise typer.BadParameter(f"--{action} wants ID:START-END, as in a.txt:0-120: {value}")
        wishes.append(Wish(action, found["article"], int(found["start"]), int(found["end"])))
    return wishes


@contextmanager
def _arrived(arguments: list[str], files_from: str | None) -> Iterator[list[Path]]:
    """Give the paths of all that was named; what is piped in lies there for the block only."""
    from tempfile import TemporaryDirectory

    from annotate.corpus.arrivals import expand_lists, read_file_list, receive_stdin

    if "-" in arguments and files_from == "-":
        raise typer.BadParameter("standard input is either an article or a list, not both")
    paths = list(expand_lists(each for each in arguments if each != "-"))
    if files_from:
        paths += read_file_list(sys.stdin.buffer if files_from == "-" else Path(files_from))
    with TemporaryDirectory(prefix="annotate-") as folder:
        if "-" in arguments:
            paths.append(receive_stdin(sys.stdin.buffer, Path(folder)))
        yield paths


def _measured(workspace: Workspace) -> CorpusReport:
    from annotate.corpus.report import measure
    from annotate.corpus.store import each_article, each_chunk

    limit = workspace.settings.prepare.chunk_limit
    return measure(each_article(workspace), each_chunk(workspace), limit)


def _print(
    done: PrepareReport, measured: CorpusReport | None, *, dry_run: bool, json: bool
) -> None:
    for warning in done.warnings:
        output.warn(f"{warning}")
    if json:
        more = {"report": measured.to_json()} if measured else {}
        output.print_json({**done.counts, **more})
    else:
        output.print_counts("would prepare" if dry_run else "prepared", done.counts)
        if measured:
            output.print_table(("measured", ""), measured.rows())
    _tell(done, dry_run=dry_run)


def _tell_orphans(workspace: Workspace, chunks: Sequence[str], *, dry_run: bool) -> None:
    """Say what becomes of pushed chunks that the corpus lets go."""
    from annotate.cli.left import say_left
    from annotate.labels.pushed import tasks_left

    count, several = len(chunks), len(chunks) > 1
    which = f"{count} pushed chunks" if several else "1 pushed chunk"
    gone = "would no longer be" if dry_run else "are no longer" if several else "is no longer"
    output.warn(f"{which} {gone} in the corpus: what was answered stays out of the next release")
    if not dry_run:
        say_left(tasks_left(workspace, chunks=frozenset(chunks)))


def _tell(done: PrepareReport, *, dry_run: bool) -> None:
    """Name every input that did not simply become chunks, and how much of the rest was left out."""
    left_out = ", ".join(f"{reason} {count:,}" for reason, count in done.left_out.items())
    place = "" if dry_run else "; each place is in corpus/articles.jsonl"
    if left_out:
        output.say(f"left out, in characters: {left_out}{place}")
    review = (f"needs review: {name} ({', '.join(reasons)})" for name, reasons in done.needs_review)
    _list(review, len(done.needs_review), "" if dry_run else "articles")
    twins = (
        f"duplicate: {each.id} {repeats(each.of, each.similarity)}" for each in done.duplicates
    )
    _list(twins, len(done.duplicates), "" if dry_run else "articles")
    rejected = (f"rejected: {each.message} ({each.code})" for each in done.rejected)
    _list(rejected, len(done.rejected), "" if dry_run else "rejected")
    if done.needs_review and not dry_run:
        output.say("`annotate prepare --explain ID` shows one of them, --accept ID makes it ready")


def _list(lines: Iterable[str], count: int, file: str) -> None:
    """Say the first lines, and where all of them are."""
    for line in islice(lines, SHOWN):
        output.say(line)
    if count > SHOWN:
        where = f"; they are in corpus/{file}.jsonl" if file else ""
        output.say(f"and {count - SHOWN:,} more{where}")
