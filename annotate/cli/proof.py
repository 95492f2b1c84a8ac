"""What is done with a release: `annotate verify`, `upload`, `hydrate` and `withdraw`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli import output
from annotate.cli import verify as of_corpus
from annotate.cli.left import say_left
from annotate.cli.options import DryRun, Folder, Json, find, find_if_any, folder_of
from annotate.cli.release import Gated, Private, print_upload

if TYPE_CHECKING:
    from annotate.findings import Finding

Release = Annotated[
    str, typer.Argument(metavar="RELEASE", help="A version, or a release's folder.")
]
Copies = Annotated[
    Path | None,
    typer.Option("--articles", metavar="DIR", help="Your own copies of the articles."),
]


def verify(
    what: Annotated[
        str,
        typer.Argument(
            metavar="corpus|RELEASE", help="The corpus, a version, or a release's folder."
        ),
    ],
    articles: Copies = None,
    people: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Names and addresses, a line each, to look for."),
    ] = None,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Prove the corpus, or a release, from its files alone.

    Example: annotate verify datasets/summit-call/1.0.0
    """
    if what == "corpus":
        of_corpus.corpus(folder, json)
        return
    from annotate.release.verify import verify_release

    release = folder_of(what, folder)
    found = verify_release(release, articles=articles, people=_lines(people))
    errors = sum(1 for finding in found if finding.severity == "error")
    if json:
        rows = [
            {name: getattr(finding, name) for name in ("code", "severity", "place", "message")}
            for finding in found
        ]
        output.print_json({"proved": not errors, "findings": rows})
    else:
        _print(found, errors)
    if errors:
        raise typer.Exit(1)


def _print(found: Sequence[Finding], errors: int) -> None:
    """Print every finding, and the outcome as the last line."""
    if found:
        rows = [(item.severity, item.code, item.place, item.message) for item in found]
        output.print_table(("severity", "finding", "place", "what"), rows)
    counts = Counter(item.code for item in found if item.severity == "error")
    if errors:
        output.say(", ".join(f"{code}: {count}" for code, count in counts.most_common()))
    typer.echo(f"not proved: {errors} finding{'s' * (errors > 1)}" if errors else "proved")


def upload(  # noqa: PLR0917 -- Typer commands take one parameter an option
    release: Release,
    repo: Annotated[str, typer.Argument(metavar="ORG/NAME")],
    private: Private = False,
    gated: Gated = None,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Upload a release to the Hugging Face Hub: proved, in one commit, tagged, read back.

    The key comes from HF_TOKEN, or from `hf auth login`.

    Example: annotate upload datasets/summit-call/1.0.0 news-lab/summit-call
    """
    from dataclasses import asdict

    from annotate.errors import InputError
    from annotate.release.hub import Wish, to_hub

    workspace = find_if_any(folder)  # a release that was downloaded lies in none
    path = folder_of(release, folder)
    if not path.is_dir():
        raise InputError(f"no release in {path}", "name a folder such as datasets/NAME/1.0.0")
    report = to_hub(workspace, path, Wish.of(repo, private=private, gated=gated))
    print_upload(report)
    if json:
        output.print_json(asdict(report))
    else:
        typer.echo(report.url)


def hydrate(
    release: Release,
    articles: Annotated[
        Path, typer.Option(metavar="DIR", help="Your own copies, as you received them.")
    ],
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write; NAME-VERSION-with-texts.")
    ] = None,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Give a release without texts its texts back, from your own copies of the articles.

    Example: annotate hydrate datasets/summit-call/1.0.0 --articles ~/scrapes
    """
    from dataclasses import asdict

    from annotate.release.hydrate import hydrate as run

    path = folder_of(release, folder)
    whole = path.absolute()
    report = run(path, articles, to or Path(f"{whole.parent.name}-{whole.name}-with-texts"))
    if json:
        output.print_json(asdict(report))
    else:
        rows = [(item.code, item.place, item.message) for item in report.findings]
        if rows:
            output.print_table(("finding", "place", "what"), rows)
        for what in ("articles", "spans"):
            typer.echo(f"{what}: {getattr(report, f'recovered_{what}')} of {getattr(report, what)}")
        output.hint(f'datasets.load_dataset("{Path(report.path).absolute()}", "spans")')
    if report.findings:
        raise typer.Exit(1)


def withdraw(  # noqa: PLR0917 -- Typer commands take one parameter an option
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="Its id.")],
    reason: Annotated[str, typer.Option(help="Why; this will be public.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the withdrawal back.")] = False,
    dry_run: DryRun = False,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Take an article out of everything that comes: no push, no further release.

    Example: annotate withdraw articles/march/a.txt --reason "asked for by the outlet"
    """
    from dataclasses import asdict

    from annotate.release.withdraw import withdraw as run

    report = run(find(folder), article, reason, undo=undo, dry_run=dry_run)
    if json:
        output.print_json(asdict(report))
        return
    what = "restored" if undo else "withdrawn"
    before = "it is not withdrawn" if undo else "withdrawn before"
    output.say(f"{'would be ' if dry_run else ''}{what}" if report.changed else before)
    if report.releases:
        typer.echo(f"releases that hold it: {', '.join(report.releases)}")
    for name in report.unread:
        output.warn(f"release {name} is damaged: whether it holds the article is not known")
    if report.notice:
        output.say(f"notice: {report.notice}; put it where the releases are, on the Hub too")
    say_left(report.tasks)
    if undo and report.changed and report.releases and not (dry_run or report.notice):
        output.say("nothing is withdrawn any more, so the notice beside the releases is gone")
    if report.changed and report.releases and not dry_run:
        has = "has it again" if undo else "says so"
        output.hint(f"`annotate publish` makes a release that {has}")


def _lines(path: Path | None) -> list[str]:
    if path is None:
        return []
    from annotate.errors import InputError

    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from None
