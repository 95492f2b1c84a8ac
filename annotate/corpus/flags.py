"""Damage in a clean text, shown at its place and never repaired."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from annotate.corpus.articles import Flag
from annotate.corpus.quotes import find_quotes

_ALPHABETS = {
    "latin": "A-Za-z\u00c0-\u024f",
    "cyrillic": "\u0400-\u052f",
    "greek": "\u0370-\u03ff",
}
_LETTERS = {name: re.compile(f"[{chars}]") for name, chars in _ALPHABETS.items()}
_WORD = re.compile(f"[{''.join(_ALPHABETS.values())}]+")
_DOMINANT = 0.9  # share of the letters; below it the text is written in two scripts on purpose


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
    for start, end in find_quotes(text).damaged:
        yield Flag("quotes_unpaired", start, end)
