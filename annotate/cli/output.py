"""How commands speak: results on stdout, everything else on stderr, errors in one place."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

    from annotate.errors import AnnotateError


# What drives a terminal instead of being shown by it, and what turns the direction of a line.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
PADDING = 2  # cells beside each column
LONGEST_WORD = 24  # cells; what is longer, such as a path, is broken


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


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]], names: int = 1) -> None:
    """Print a table: plain columns when stdout is no terminal.

    `names` is how many columns, from the first, tell what a row is about.
    """
    if not sys.stdout.isatty():
        for row in (heads, *rows):
            sys.stdout.write(safe("\t".join(str(cell) for cell in row)) + "\n")
        return
    from rich.console import Console

    console = Console()
    for table in drawn(heads, rows, names, console.width):
        console.print(table)


def drawn(
    heads: Sequence[str], rows: Sequence[Sequence[object]], names: int, width: int
) -> Iterator[Table]:
    """Draw a table, as several below each other where a terminal is too narrow for its words.

    What names a row stands in each of them, and is never wrapped.
    """
    from rich.table import Table
    from rich.text import Text

    cells = [[safe(str(cell)) for cell in row] for row in (heads, *rows)]
    spans = [
        _widths(column, wraps=at >= names) for at, column in enumerate(zip(*cells, strict=True))
    ]
    for columns in _abreast([least for least, _ in spans], names, width):
        spare = max(0, width - sum(spans[at][0] + PADDING for at in columns))
        table = Table(box=None, header_style="bold")
        for at in columns:  # left to itself, rich takes from columns that have nothing to spare
            least, most = spans[at]
            given = min(spare, most - least)
            spare -= given
            table.add_column(cells[0][at], width=least + given, overflow="fold")
        for row in cells[1:]:
            table.add_row(*(Text(row[at]) for at in columns))
        yield table


def _widths(column: Sequence[str], *, wraps: bool) -> tuple[int, int]:
    """Count the cells of a terminal that a column takes: without a broken word, and on one line."""
    from rich.cells import cell_len

    most = max((cell_len(line) for cell in column for line in cell.splitlines()), default=0)
    if not wraps:
        return most, most
    word = max((cell_len(part) for cell in column for part in cell.split()), default=0)
    return min(word, LONGEST_WORD), most


def _abreast(least: Sequence[int], names: int, width: int) -> Iterator[list[int]]:
    """Share columns out among tables that are each narrow enough, all with the names."""
    first = list(range(min(names, len(least))))
    columns = list(first)
    for at in range(len(first), len(least)):
        taken = sum(least[each] + PADDING for each in (*columns, at))
        if taken > width and len(columns) > len(first):
            yield columns
            columns = list(first)
        columns.append(at)
    yield columns


def say(line: str) -> None:
    sys.stderr.write(f"{safe(line)}\n")


def warn(line: str) -> None:
    say(f"warning: {line}")


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
