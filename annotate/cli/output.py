"""How commands speak: results on stdout, everything else on stderr, errors in one place."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from annotate.errors import AnnotateError


# What drives a terminal instead of being shown by it, and what turns the direction of a line.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def print_json(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    if _SURROGATE.search(text):  # which no stream can write but as an escape
        text = json.dumps(value, indent=2)
    sys.stdout.write(text + "\n")


def safe(text: str) -> str:
    """Replace what a terminal would obey, as file names of strangers may hold it."""
    return _UNSAFE.sub("\ufffd", text)


def print_counts(title: str, counts: Mapping[str, object]) -> None:
    """Print a heading and a line a count, the numbers in one column."""
    width = max((len(name) for name in counts), default=0)
    lines = [f"  {name.replace('_', ' '):<{width}}  {value}" for name, value in counts.items()]
    sys.stdout.write("\n".join([title, *lines]) + "\n")


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table: plain columns when stdout is no terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not sys.stdout.isatty():
        for row in (heads, *rows):
            sys.stdout.write(safe("\t".join(str(cell) for cell in row)) + "\n")
        return
    table = Table(box=None, header_style="bold")
    for number, head in enumerate(heads):  # what names a row is never cut
        table.add_column(head, no_wrap=number == 0, overflow="fold")
    for row in rows:
        table.add_row(*(Text(safe(str(cell))) for cell in row))
    Console().print(table)


def say(line: str) -> None:
    sys.stderr.write(f"{safe(line)}\n")


def hint(line: str) -> None:
    say(f"next: {line}")


def print_error(error: AnnotateError) -> None:
    say(f"error: {error.message}")
    for problem in error.problems:
        say(f"  {problem}")
    if error.hint:
        say(f"hint: {error.hint}")


@contextmanager
def progress_line() -> Iterator[Callable[[str], None]]:
    """Give a function that rewrites one line of stderr; it says nothing off a terminal."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console

    with Console(stderr=True).status("") as spinner:
        yield spinner.update


def _silent(_line: str) -> None:
    return


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function of (done, total) that moves a bar on stderr; silent off a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with ExitStack() as stack:
        bar = Progress(console=Console(stderr=True), transient=True)
        task = bar.add_task(what, total=None)

        def move(done: int, total: int) -> None:
            if not bar.live.is_started:  # a command that fails at once shows no bar
                stack.enter_context(bar)
            bar.update(task, completed=done, total=total)

        yield move
