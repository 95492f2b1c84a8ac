"""Damage in a clean text, shown at its place and never repaired."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from annotate.corpus.articles import Flag

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALPHABETS = {
    "latin": "A-Za-z\u00c0-\u024f",
    "cyrillic": "\u0400-\u052f",
    "greek": "\u0370-\u03ff",
}
_LETTERS = {name: re.compile(f"[{chars}]") for name, chars in _ALPHABETS.items()}
_WORD = re.compile(f"[{''.join(_ALPHABETS.values())}]+")
_DOMINANT = 0.9  # share of the letters; below it the text is written in two scripts on purpose

# A mark opens before a word and closes after one; an apostrophe inside a word is neither.
_MARK = re.compile(
    r"(?P<open>[“„«]|(?<![\w.,!?…])[\"‘'](?=[\w“‘]))|(?P<close>[”»]|(?<=[\w.,!?…%)])[\"’'](?!\w))"
)
_PARTNERS = {"“": "”", "„": "“”", "«": "»", '"': '"', "‘": "’", "'": "'"}
_SINGLE = "'‘’"


def flags_of(text: str) -> tuple[Flag, ...]:
    """All flags of a text, in order."""
    return tuple(sorted((*mixed_script(text), *quotes_unpaired(text)), key=lambda flag: flag[1:]))


def mixed_script(text: str) -> Iterator[Flag]:
    """Words with letters of another alphabet than nearly all of the text."""
    if text.isascii():
        return
    totals = Counter({name: len(letters.findall(text)) for name, letters in _LETTERS.items()})
    name, count = totals.most_common(1)[0]
    if count < _DOMINANT * totals.total():
        return
    for word in _WORD.finditer(text):
        if len(_LETTERS[name].findall(word.group())) < len(word.group()):
            yield Flag("mixed_script", word.start(), word.end())


def quotes_unpaired(text: str) -> Iterator[Flag]:
    """Quotes that close with another mark than they opened with, or not at all in the paragraph."""
    for line in re.finditer(r"[^\n]+", text):
        for start, end in _unpaired(line.group()):
            yield Flag("quotes_unpaired", line.start() + start, line.start() + end)


def _unpaired(line: str) -> Iterator[tuple[int, int]]:
    opened: list[re.Match[str]] = []
    for mark in _MARK.finditer(line):
        if mark["open"] and not (opened and mark.group() in _PARTNERS[opened[-1].group()]):
            opened.append(mark)
        elif opened and mark.group() in _PARTNERS[opened[-1].group()]:
            opened.pop()
        elif opened and mark.group() not in _SINGLE:
            yield opened.pop().start(), mark.end()
        elif mark.group() not in _SINGLE:
            yield mark.span()
    yield from (mark.span() for mark in opened if mark.group() not in _SINGLE)
