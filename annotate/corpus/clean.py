"""Passes that every text goes through: characters, normal form, white space.

A pass takes a text and gives the edits to make in it; none of them changes wording.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from annotate.corpus.edits import Edit, EditedText

_CHARACTERS = (
    ("newline", "\n", "\r\n|[\r\x0b\x0c\x85\u2028\u2029]"),
    ("space", " ", "[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]"),
    ("byte_order_mark", "", "\ufeff"),
    ("soft_hyphen", "", "\xad"),
    ("bidi_override", "", "[\u202a-\u202e\u2066-\u2069]"),
    ("surrogate", "", "[\ud800-\udfff]"),
    ("control", "", "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]"),
)
_REPLACEMENTS = {reason: replacement for reason, replacement, _ in _CHARACTERS}
_CHARACTER = re.compile("|".join(f"(?P<{reason}>{cls})" for reason, _, cls in _CHARACTERS))
_SPACE = re.compile(r"\A[ \n]+|[ \n]+\Z|[ \n]*\n[ \n]*|  +")
_HANGUL_JOINERS = frozenset(map(chr, (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))))


def characters(text: str) -> Iterator[Edit]:
    """Give LF and plain spaces; drop what no reader sees. Joiners and direction marks stay."""
    for match in _CHARACTER.finditer(text):
        reason = match.lastgroup or ""
        yield Edit(match.start(), match.end(), _REPLACEMENTS[reason], reason)


def normal_form(text: str) -> Iterator[Edit]:
    """Compose to NFC, around the changed characters only."""
    position = 0
    for line in text.splitlines(keepends=True):
        if not unicodedata.is_normalized("NFC", line):
            yield from _compositions(line, position)
        position += len(line)


def _compositions(line: str, offset: int) -> Iterator[Edit]:
    starts = [index for index, char in enumerate(line) if index == 0 or _begins(char)]
    for start, end in zip(starts, (*starts[1:], len(line)), strict=True):
        composed = unicodedata.normalize("NFC", line[start:end])
        if composed != line[start:end]:
            yield Edit(offset + start, offset + end, composed, "nfc")


def _begins(char: str) -> bool:
    """Whether nothing before this character can change or be changed by it in NFC."""
    if char.isascii():
        return True
    first = unicodedata.normalize("NFD", char)[0]
    return unicodedata.combining(first) == 0 and first not in _joiners()


@cache
def _joiners() -> frozenset[str]:
    """Characters that can compose with the one before them."""
    pairs = (unicodedata.decomposition(chr(code)).split() for code in range(0x20000))
    seconds = (chr(int(pair[1], 16)) for pair in pairs if len(pair) == 2 and pair[0][0] != "<")  # noqa: PLR2004  # a pair
    return _HANGUL_JOINERS | frozenset(seconds)


def white_space(text: str) -> Iterator[Edit]:
    """Leave single spaces, no space at a line's ends, and at most one blank line in a row."""
    for match in _SPACE.finditer(text):
        kept = _kept_space(text, match)
        if kept != match.group():
            reason = "blank_lines" if match.group().count("\n") > len(kept) else "space"
            yield Edit(match.start(), match.end(), kept, reason)


def _kept_space(text: str, match: re.Match[str]) -> str:
    if match.start() == 0 or match.end() == len(text):
        return ""
    return "\n" * min(match.group().count("\n"), 2) or " "


PASSES = (characters, normal_form, white_space)


def clean(edited: EditedText) -> EditedText:
    """Run all passes of this module."""
    return edited.through(*PASSES)


def clean_line(value: str) -> str:
    """Clean a short text that is kept without edits, such as a title from a meta tag."""
    return " ".join(clean(EditedText(value)).clean.split())
