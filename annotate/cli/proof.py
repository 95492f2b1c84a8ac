"""`annotate verify`: prove what was made, the corpus or a release, from the files alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli import output
from annotate.cli import verify as of_corpus
from annotate.cli.options import Folder, Json

if TYPE_CHECKING:
    from annotate.findings import Finding

Copies = Annotated[
    Path | None,
    typer.Option("--articles", metavar="DIR", help="Your own copies of the articles."),
]


def verify(
    what: Annotated[str, typer.Argument(metavar="corpus|RELEASE", help="What to prove.")],
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

    found = verify_release(Path(what), articles=articles, people=_lines(people))
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


def _lines(path: Path | None) -> list[str]:
    if path is None:
        return []
    from annotate.errors import InputError

    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from None
