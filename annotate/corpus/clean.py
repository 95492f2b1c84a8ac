"""Passes that every text goes through: characters, normal form, white space.

A pass takes a text and gives the edits to make in it; none of them changes wording. Each looks
first whether there is anything to do, for most texts need nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from annotate.corpus.edits import Edit, EditedText

_CHARACTERS = (
    ("newline", "\n", "\r\x0b\x0c\x85\u2028\u2029"),
    ("space", " ", "\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"),
    ("byte_order_mark", "", "\ufeff"),
    ("soft_hyphen", "", "\xad"),
    ("bidi_override", "", "\u202a-\u202e\u2066-\u2069"),
    ("surrogate", "", "\ud800-\udfff"),
    ("control", "", "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff"),
)
# One class in front, for the engine finds a class fast and an alternative slowly.
_CHARACTER = re.compile(f"[{''.join(chars for _, _, chars in _CHARACTERS)}](?:(?<=\r)\n)?")
_KINDS = [
    (re.compile(f"[{chars}]"), replacement, reason) for reason, replacement, chars in _CHARACTERS
]
_PLAIN = bytes((10, *range(32, 127)))
_SPACES = re.compile("[ \n]{2,}")
_RIM = ("space", "blank_lines")
_LINE_BREAK = re.compile("\n(?:(?<= \n)| |\n\n)")  # with space beside it or too many
_HANGUL_JOINERS = frozenset(map(chr, (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))))
_MOST_MARKS = 500  # in a row; Unicode's stream-safe format allows 30
_PUNCTUATION = 0xE2
_BASIC = 0x10000  # beyond it few characters compose, and asking for each costs more than it gains


def characters(text: str) -> Iterator[Edit]:
    """Give LF and plain spaces; drop what no reader sees. Joiners and direction marks stay."""
    if _is_plain(text):
        return
    for match in _CHARACTER.finditer(text):
        replacement, reason = _kind(match.group()[0])
        yield Edit(match.start(), match.end(), replacement, reason)


def _is_plain(text: str) -> bool:
    """Whether every character is printable, which none is that this pass replaces."""
    return _special(text).isprintable()


def _special(text: str) -> str:
    """Give the characters that are neither printable ASCII nor line breaks; most texts have few."""
    rest = text.encode("utf-8", "surrogatepass").translate(None, _PLAIN)
    return rest.decode("utf-8", "surrogatepass")


@cache
def _kind(char: str) -> tuple[str, str]:
    return next((replacement, reason) for cls, replacement, reason in _KINDS if cls.match(char))


def mark_runs(text: str) -> Iterator[Edit]:
    """Cut runs of combining marks that no script writes: sorting them takes quadratic time."""
    if text.isascii() or len(text) <= _MOST_MARKS:
        return
    data = text.encode()
    if len(data) - len(text) <= _MOST_MARKS:  # a mark takes two bytes at least
        return
    pattern, beginnings = _marks()
    if any(beginning in data for beginning in beginnings):
        for match in pattern.finditer(text):
            yield Edit(match.start() + _MOST_MARKS, match.end(), "", "mark_run")


@cache
def _marks() -> tuple[re.Pattern[str], tuple[bytes, ...]]:
    """Match a long run of marks; the bytes say quickly whether a text can hold one at all."""
    marks = "".join(filter(unicodedata.combining, map(chr, range(_BASIC))))
    # Dashes and curly quotes begin with this byte too, so there the second one is looked at.
    beginnings = {mark.encode()[: 2 if mark.encode()[0] == _PUNCTUATION else 1] for mark in marks}
    return re.compile(f"[{marks}]{{{_MOST_MARKS + 1},}}"), tuple(sorted(beginnings))


def normal_form(text: str) -> Iterator[Edit]:
    """Compose to NFC, around the changed characters only."""
    if unicodedata.is_normalized("NFC", text):
        return
    for match in _composable().finditer(text):
        start, end = max(match.start() - 1, 0), match.end()
        composed = unicodedata.normalize("NFC", text[start:end])
        if composed != text[start:end]:
            same = composed[0] == text[start]
            yield Edit(start + same, end, composed[same:], "nfc")


@cache
def _composable() -> re.Pattern[str]:
    """Match what NFC may change, alone or together with the one character before it."""
    chars = list(map(chr, range(_BASIC)))
    parts = dict(zip(chars, map(unicodedata.decomposition, chars), strict=True))
    pairs = {char: each.split() for char, each in parts.items() if each and each[0] != "<"}
    seconds = {chr(int(pair[1], 16)) for pair in pairs.values() if len(pair) == 2}  # noqa: PLR2004  # a pair
    joiners = _HANGUL_JOINERS | seconds
    able = {*pairs, *joiners, *filter(unicodedata.combining, chars)}
    changed = {char for char in able if _changes(char, joiners)}
    return re.compile(f"[{''.join(sorted(changed))}\U00010000-\U0002ffff]+")


def _changes(char: str, joiners: frozenset[str]) -> bool:
    first = unicodedata.normalize("NFD", char)[0]
    joins = unicodedata.combining(first) != 0 or first in joiners
    return joins or not unicodedata.is_normalized("NFC", char)


def white_space(text: str) -> Iterator[Edit]:
    """Leave single spaces, no space at a line's ends, and at most one blank line in a row."""
    start = len(text) - len(text.lstrip(" \n"))
    end = max(start, len(text.rstrip(" \n")))
    if start:
        yield Edit(0, start, "", _RIM["\n" in text[:start]])
    if "  " in text or _LINE_BREAK.search(text):
        for match in _SPACES.finditer(text, start, end):
            run = match.group()
            kept, reason = _kept_space(run)
            if kept != run:
                yield Edit(match.start(), match.end(), kept, reason)
    if end < len(text):
        yield Edit(end, len(text), "", _RIM["\n" in text[end:]])


@lru_cache(maxsize=256)
def _kept_space(run: str) -> tuple[str, str]:
    """Give what a run of white space becomes inside a text, and why."""
    lines = run.count("\n")
    kept = "\n" * min(lines, 2) or " "
    return kept, "blank_lines" if lines > len(kept) else "space"


PASSES = (characters, mark_runs, normal_form, white_space)


def clean(edited: EditedText) -> EditedText:
    """Run all passes of this module."""
    return edited.through(*(PASSES if _is_special(edited.clean) else (white_space,)))


def _is_special(text: str) -> bool:
    """Whether a text has characters on which any pass but that of white space may work."""
    harmless = _harmless()
    new = set(_special(text)) - harmless
    harmless.update(filter(_is_harmless, new))
    return not new <= harmless


@cache
def _harmless() -> set[str]:
    """Hold the characters met so far that the passes surely leave alone."""
    return set()


def _is_harmless(char: str) -> bool:
    """Whether a character is printable, and neither NFC nor what stands beside it changes it."""
    joins = unicodedata.category(char)[0] == "M" or char in _HANGUL_JOINERS
    return (
        char.isprintable()
        and ord(char) < _BASIC
        and not joins
        and unicodedata.is_normalized("NFC", char)
    )


def clean_line(value: str) -> str:
    """Clean a short text that is kept without edits, such as a title from a meta tag."""
    if not value.isascii() or not value.isprintable():
        value = clean(EditedText(value)).clean
    return " ".join(value.split())
