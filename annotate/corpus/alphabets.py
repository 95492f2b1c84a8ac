"""Words that mix alphabets, or were typed on the keyboard layout of another one."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LATIN = "A-Za-z\u00c0-\u024f"
_OTHERS = ("\u0370-\u03ff", "\u0400-\u052f")  # Greek, Cyrillic
_OTHER = re.compile(f"[{''.join(_OTHERS)}]+")
_LATIN_RUN = re.compile(f"[{_LATIN}]+")
_WORD = re.compile(f"[{_LATIN}{''.join(_OTHERS)}]+")
_LEADS = tuple(bytes((lead,)) for lead in range(0xCD, 0xD5))  # UTF-8 of Greek and Cyrillic
_NO_LETTERS = bytes(
    byte for byte in range(256) if not chr(byte).isascii() or not chr(byte).isalpha()
)
_DOMINANT = 0.9  # share of the letters; below it the text is written in two scripts on purpose
_TYPED = dict(zip("йцукенгшщзфывапролдячсмить", "qwertyuiopasdfghjklzxcvbnm", strict=True))
_KEYS = str.maketrans(_TYPED)
_VOWELS = frozenset("aeiou")
_SYMBOLS = frozenset("αβγδεζηθκλμνξπρστφχψωΔΛΞΠΣΦΨΩ")  # units, particles, genes: µm, γδ, TNFα
_INFLECTED = re.compile("[A-Za-z]{2,}[а-яёіїє]{1,5}")  # a foreign stem with a Slavic ending
_SURROUND = frozenset("“”„‚‘’«»‹›\"'()[]<>/@#")
_VOWELLESS = re.compile("[B-DF-HJ-NP-TV-XZ]?[b-df-hj-np-tv-xz]{4,}")


def mixed_words(text: str) -> Iterator[tuple[int, int]]:
    """Find words with letters of two alphabets, and words of a wrong keyboard layout."""
    if text.isascii():
        return
    data = text.encode("utf-8", "surrogatepass")
    if not any(lead in data for lead in _LEADS):
        return
    latin = len(data.translate(None, _NO_LETTERS))
    if not latin:
        return
    foreign = sum(map(len, _OTHER.findall(text)))
    if latin >= foreign:
        yield from _in_latin(text, pure=latin >= _DOMINANT * (latin + foreign))
    else:
        yield from _in_foreign(text)


def _in_latin(text: str, *, pure: bool) -> Iterator[tuple[int, int]]:
    position = 0
    for run in _OTHER.finditer(text):
        if run.start() < position:
            continue
        start, position = _word_around(text, *run.span())
        if (start, position) == run.span():
            damaged = pure and _is_misplaced(text, start, position)
        else:
            damaged = not _SYMBOLS.issuperset(_LATIN_RUN.sub("", text[start:position]))
        if damaged:
            yield start, position


def _is_misplaced(text: str, start: int, end: int) -> bool:
    """Whether a foreign word in a Latin text is neither a name nor cited as a foreign word."""
    beside = text[max(start - 1, 0) : start] + text[end : end + 1]
    word = text[start:end]
    if end - start == 1 or not _SURROUND.isdisjoint(beside) or not word.islower():
        return _reads_as_latin(word)
    near = text[max(start - 2, 0) : start] + text[end : end + 2]
    return _OTHER.search(near) is None


def _reads_as_latin(word: str) -> bool:
    """Whether the keys that were hit make a likely Latin word, such as `the` for `еру`."""
    typed = word.lower().translate(_KEYS)
    vowels = sum(char in _VOWELS for char in typed)
    return len(word) > 2 and typed.isascii() and typed.isalpha() and 4 * vowels >= len(typed)  # noqa: PLR2004  # two letters prove nothing


def _in_foreign(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    for run in _LATIN_RUN.finditer(text):
        if run.start() < position:
            continue
        start, position = _word_around(text, *run.span())
        word = text[start:position]
        if (start, position) == run.span():
            damaged = _VOWELLESS.fullmatch(word) is not None and "y" not in word
        else:
            symbols = _SYMBOLS.issuperset(_LATIN_RUN.sub("", word))
            damaged = not symbols and _INFLECTED.fullmatch(word) is None
        if damaged:
            yield start, position


def _word_around(text: str, start: int, end: int) -> tuple[int, int]:
    while start and _WORD.match(text, start - 1, start):
        start -= 1
    found = _WORD.match(text, end)
    return start, found.end() if found else end
