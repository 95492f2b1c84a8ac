"""How `annotate prepare --explain` shows an article: in colour, or in plain columns."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from annotate.cli import output

if TYPE_CHECKING:
    from pathlib import Path

    from annotate.corpus.explain import Explanation, Row, Segment
    from annotate.workspace import Workspace

_NARROW = 20  # columns that the text has at the least
_STYLES = {"kept": "green", "dropped": "magenta", "flag": "yellow", "chunk": "dim", "": "dim"}


class Line(NamedTuple):
    """One line: what it is, its range in the raw text, what it says."""

    kind: str
    span: str
    text: str


def show(workspace: Workspace, article: str, html: Path | None, *, json: bool) -> None:
    """Print the explanation of an article, or write it as a page."""
    from dataclasses import asdict

    from annotate.corpus import explain

    explanation = explain(workspace, article)
    if html:
        _write_page(explanation, html)
        output.say(f"wrote {html}")
    if json:
        output.print_json(asdict(explanation))
    elif not html:
        _print(explanation)


def _write_page(explanation: Explanation, file: Path) -> None:
    from annotate.corpus.explain_page import render_explanation
    from annotate.workspace import replacing, writing

    content = render_explanation(explanation)
    with writing(str(file)), replacing(file) as draft:
        draft.write_text(content, encoding="utf-8")


def _print(explanation: Explanation) -> None:
    """Print on a terminal in colour unless NO_COLOR is set, else in plain columns."""
    sys.stdout.writelines(output.safe(line) + "\n" for line in _head(explanation))
    if not explanation.segments:
        return
    sys.stdout.write("\n")
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        _print_coloured(explanation)
        return
    for line in _lines(explanation):
        sys.stdout.write(f"{_left(explanation, line)}{line.text}".rstrip() + "\n")


def _head(explanation: Explanation) -> Iterator[str]:
    """Say what is known about the article as a whole."""
    from annotate.corpus.explain import MEANINGS, command

    yield f"{explanation.id}: {explanation.status.replace('_', ' ')}"
    if explanation.path != explanation.id:
        yield f"from {explanation.path}"
    if explanation.message:
        yield explanation.message
    if explanation.duplicate_of:
        yield repeats(explanation.duplicate_of, explanation.similarity)
    for reason in explanation.reasons:
        yield f"reason: {reason}" + (f", {MEANINGS[reason]}" if reason in MEANINGS else "")
    for known in explanation.known:
        yield f"{known.name.replace('_', ' ')}: {known.value} (from {known.origin})"
    for each in explanation.decisions:
        span = f" {each.start}-{each.end}" if each.end else ""
        void = "" if each.sha256 == explanation.sha256 else " (about an earlier text: not followed)"
        yield f"decided: {each.action}{span}{void}"
    yield from _counted(explanation)
    if explanation.status == "needs_review":
        yield f"if it is right: {command('accept', explanation.id)}"


def _counted(explanation: Explanation) -> Iterator[str]:
    """Say how much of the text was kept, left out and cleaned, and what looks damaged."""
    from annotate.corpus.explain import MEANINGS

    for count in explanation.counts:
        meaning = f": {MEANINGS[count.kind]}" if count.kind in MEANINGS else ""
        places = f"{count.places:,} place{'s' * (count.places != 1)}"
        yield f"{count.kind} {count.characters:,} characters in {places}{meaning}"
    if explanation.cleaned:
        cleaned = ", ".join(f"{reason} {count:,}" for reason, count in explanation.cleaned)
        yield f"places where only characters were cleaned: {cleaned}"
    for code, number in Counter(flag.code for flag in explanation.flags).items():
        yield f"flag {code} {number:,}: {MEANINGS.get(code, 'something looks damaged')}"


def repeats(of: str, similarity: float | None) -> str:
    """Say how an article is a duplicate."""
    if similarity is None or similarity == 1:
        return f"has the text of {of}"
    return f"repeats {of} (similarity {similarity:.2f})"


def _lines(explanation: Explanation) -> Iterator[Line]:
    from annotate.corpus.explain import KEPT, command

    for segment in explanation.segments:
        if not segment.rows:
            continue
        for row in segment.rows:
            yield from _of_row(segment, row)
        if segment.kind != KEPT:
            yield Line("", "", f"to keep it: {command('keep', explanation.id, segment.span)}")


def _of_row(segment: Segment, row: Row) -> Iterator[Line]:
    if row.chunk:
        yield Line("chunk", "", f"{row.chunk} begins here")
    yield Line(segment.kind, row.span, row.text)
    for code, start, end in row.marks:
        yield Line("flag", "", f"{code}: {row.text[start:end]}")


def _left(explanation: Explanation, line: Line) -> str:
    """Give the columns beside the text."""
    last = explanation.segments[-1].end
    width = max(len(count.kind) for count in explanation.counts)
    return f"{line.kind:>{max(width, 5)}} │ {line.span:>{2 * len(str(last)) + 1}} │ "


def _print_coloured(explanation: Explanation) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in _lines(explanation):
        left = _left(explanation, line)
        beside = " " * left.index("│") + "│" + " " * (len(left) - left.index("│") - 3) + "│ "
        style = _STYLES.get(line.kind, "red")
        width = max(_NARROW, console.width - len(left))
        words = Text(output.safe(line.text), style="dim" if style in {"red", "magenta"} else "")
        for number, part in enumerate(words.wrap(console, width)):
            console.print(Text.assemble((beside if number else left, style), part))
