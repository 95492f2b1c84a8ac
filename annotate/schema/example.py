"""Examples with the words marked: `[Ferran](Speaker) [said no](Oppose, hedged)`.

Marks may stand inside each other. A bracket without a label behind it is only a bracket.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

# A label's name, which may hold brackets of its own, then perhaps a note.
_LABEL = re.compile(r"\(((?:[^(),]|\([^()]*\))+)(?:,([^()]*))?\)")


@dataclass(frozen=True)
class Mark:
    """Marked words: code points `start` to `end` of the example's text, and a note on them."""

    start: int
    end: int
    label: str
    note: str = ""

    @property
    def told(self) -> str:
        return f"{self.label}, {self.note}" if self.note else self.label


@dataclass(frozen=True)
class Example:
    """A sentence without its brackets, and the marks in it, outer ones first."""

    text: str
    marks: tuple[Mark, ...] = ()

    def __str__(self) -> str:
        """Write it as plain text: the sentence, then what is marked in it."""
        told = "; ".join(f"{self.text[each.start : each.end]}: {each.told}" for each in self.marks)
        return f"{self.text} ({told})" if told else self.text


def parse_example(source: str) -> Example:
    """Take the marks out of an example; white space counts as one space."""
    source = " ".join(source.split())
    text, marks, opened, at = "", list[Mark](), list[int](), 0
    while at < len(source):
        letter = source[at]
        found = _LABEL.match(source, at + 1) if letter == "]" and opened else None
        if found:
            start = opened.pop()
            text = text[:start] + text[start + 1 :]
            marks = [_moved_back(mark, start) for mark in marks]
            marks.append(Mark(start, len(text), found[1].strip(), (found[2] or "").strip()))
            at = found.end()
            continue
        if letter == "[":
            opened.append(len(text))
        elif letter == "]" and opened:
            opened.pop()
        text += letter
        at += 1
    marks.reverse()  # of two marks on the same words the outer one was closed last
    return Example(text, tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end))))


def _moved_back(mark: Mark, bracket: int) -> Mark:
    inside = mark.start > bracket
    return replace(mark, start=mark.start - 1, end=mark.end - 1) if inside else mark
