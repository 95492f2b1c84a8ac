"""Writes a difference for people and for programs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from annotate.release.changes import Changes
from annotate.release.columns import TEXT, Table
from annotate.release.diff import Difference
from annotate.release.files import write_parquet
from annotate.release.span_changes import Change

FILE, TABLE_FILE = "CHANGELOG.md", "CHANGES.parquet"
COLUMNS: Table = dict.fromkeys(Change._fields, TEXT)
TITLE = "# Changes\n"
LISTED = frozenset({"schema changed"})
EXAMPLES_HEAD = "### Examples"
_EXAMPLES = re.compile(rf"\n{EXAMPLES_HEAD}\n.*?(?=\n## |\Z)", re.DOTALL)


def change_list(difference: Difference, date: str) -> str:
    """Write one release's section of a change list, in Markdown."""
    parts = [
        f"## {difference.after} ({date})",
        _step(difference),
        _rows(difference),
        _flow(difference),
        _agreement(difference),
        _withdrawn(difference),
        _counts(difference),
        _examples(difference),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def first_section(version: str, date: str) -> str:
    return f"## {version} ({date})\n\nThe first release.\n"


def whole_list(section: str, parent: Path | None) -> str:
    """Put a section on top of the change list of the release before.

    Its examples stay behind: they quote texts, which may have been taken back since.
    """
    before = parent / FILE if parent else None
    older = before.read_text(encoding="utf-8") if before and before.is_file() else TITLE
    return f"{TITLE}\n{section}{_EXAMPLES.sub('', older.removeprefix(TITLE))}"


def write_changes(path: Path, changes: Changes) -> None:
    """Write every single change as a row."""
    write_parquet(path, (change._asdict() for change in changes.in_order()), COLUMNS)


def _step(difference: Difference) -> str:
    lines = [f"- {reason.bump}: {_plain(reason.words)}" for reason in difference.reasons]
    if not lines:
        return f"Nothing differs from {difference.before}."
    return (
        f"A {difference.bump} change from {difference.before}, because of what stands first:\n\n"
        + "\n".join(lines)
    )


def _rows(difference: Difference) -> str:
    lines = [
        f"| {config} | {split} | {count['added']} | {count['removed']} | {count['changed']} |"
        for config, splits in difference.rows.items()
        for split, count in splits.items()
    ]
    head = "| config | split | rows added | removed | changed |\n|---|---|---|---|---|\n"
    return head + "\n".join(lines) if lines else ""


def _flow(difference: Difference) -> str:
    lines = [f"- {before} → {after}: {count}" for before, after, count in difference.flow]
    return "Labels that became others:\n\n" + "\n".join(lines) if lines else ""


def _agreement(difference: Difference) -> str:
    lines = [
        f"| {_plain(of)} | {_plain(figure)} | {_plain(before)} | {_plain(after)} |"
        for of, figure, before, after in difference.agreement
    ]
    head = "Agreement:\n\n| of | figure | before | after |\n|---|---|---|---|\n"
    return head + "\n".join(lines) if lines else ""


def _withdrawn(difference: Difference) -> str:
    lists = []
    for what in ("withdrawn", "removed"):
        gone = difference.changes.of_kind(f"article {what}")
        lines = [f"- {': '.join(filter(None, (_plain(c.key), _plain(c.after))))}" for c in gone]
        lists += [f"Articles {what}:\n\n" + "\n".join(lines)] if lines else []
    return "\n\n".join(lists)


def _counts(difference: Difference) -> str:
    lines = [f"| {each.kind} | {each.total} |" for each in examples(difference)]
    return "| change | how many |\n|---|---|\n" + "\n".join(lines) if lines else ""


class Examples(NamedTuple):
    """The first changes of a kind in words, and how many there are of it."""

    kind: str
    total: int
    words: list[str]

    @property
    def lines(self) -> list[str]:
        """Give the words, and a line that says how many more there are."""
        more = self.total - len(self.words)
        return [*self.words, f"and {more} more"] if more else self.words


def examples(difference: Difference) -> list[Examples]:
    """Give some of each kind; what is a table or a list of its own is left out."""
    return [
        Examples(kind, total, list(map(_words, difference.changes.examples[kind])))
        for kind, total in difference.counts.items()
        if kind not in LISTED
    ]


def _examples(difference: Difference) -> str:
    parts = [
        f"{each.kind}: {each.total}\n\n" + "\n".join(f"- {_plain(one)}" for one in each.lines)
        for each in examples(difference)
    ]
    return "\n\n".join([EXAMPLES_HEAD, *parts]) if parts else ""


def _words(change: Change) -> str:
    where = f"{change.config} {change.key}".strip()
    words = " → ".join(part for part in (change.before, change.after) if part)
    return where + (f": {words}" if words else "")


def _plain(text: str) -> str:
    """Keep a text of others from being read as Markdown or HTML."""
    flat = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#!" else sign for sign in flat)
