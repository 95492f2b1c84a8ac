"""Damage in a clean text, shown at its place and never repaired."""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotate.corpus.alphabets import mixed_words
from annotate.corpus.articles import Flag
from annotate.corpus.mojibake import broken
from annotate.corpus.quotes import SINGLE, Quotes, find_quotes

# A pair of signs that stand for quote marks: commas, accents, angles, question marks where an
# encoding had no such sign, and the letters that other encodings or keyboards have there.
_SIGNS = (",,", "``", "''", "<<", "?", "Ò", "ì", "Э", "Ы")
_OPENING = re.compile(
    r"(?<![^\s(\[—–])(?:"
    r"(?P<comma>,,)(?=[^\W\d])|(?P<accent>``)(?=\w)|(?P<twice>'')(?=\w)"
    r"|(?P<angle><<)(?=[^\W\d])|(?P<lost>\?)(?=[^\W\d])|(?P<mac>[Òì])(?=[^\W\d])"
    r"|(?P<layout>[ЭЫ])(?=[A-Za-z]{2}))"
)
_CLOSING = {
    "comma": re.compile(r"''|[”“\"]|(?<=\S)[’'](?!\w)"),
    "accent": re.compile(r"''|``|[”\"]"),
    "twice": re.compile(r"''(?!\w)"),
    "angle": re.compile(r"(?<=[^\s<>])>>(?!\w)"),
    "lost": re.compile(r"(?<=[\w.,!])\?(?!\w)"),
    "mac": re.compile(r"(?<=[\w.,!?])[Óî](?!\w)"),
    "layout": re.compile(r"(?<=[a-z.,!?])[ЭЫ](?!\w)"),
}
_MARKS = frozenset('”“"')
_LOST_APOSTROPHE = re.compile(r"\?(?<=[a-z][a-z]\?)(?=(?:s|t|re|ve|ll|d|m)[ ,.;])")
_LAST_LETTER = re.compile(r"[A-Z](?<=[a-z][a-z][a-z][A-Z])(?!\w)")
# Texts with nothing like it are told by their bytes: small letters, capitals, and all others.
_LETTERS = bytes(97 if 97 <= byte <= 122 else 65 if 65 <= byte <= 90 else 46 for byte in range(256))  # noqa: PLR2004
_LONGEST = 600  # characters of a quotation that two letters enclose


def flags_of(text: str) -> tuple[Flag, ...]:
    """All flags of a text, in order."""
    quotes = find_quotes(text)
    flags = [Flag("quotes_unpaired", *place) for place in quotes.unpaired]
    flags += [Flag("quotes_mixed", *place) for place in quotes.mixed]
    flags += [Flag("quotes_style", *place) for place in _other_style(text, quotes)]
    flags += [Flag("letter_as_quote", *place) for place in letters_as_quotes(text)]
    flags += [Flag("mixed_script", *place) for place in mixed_words(text)]
    flags += [Flag("mojibake", *place) for place in broken(text)]
    return tuple(sorted(flags, key=lambda flag: flag[1:]))


def _other_style(text: str, quotes: Quotes) -> list[tuple[int, int]]:
    """Quotes between straight marks where the others are curly, or the other way round."""
    doubles = [pair for pair in quotes.pairs if text[pair[0]] not in SINGLE]
    straight = [pair for pair in doubles if text[pair[0]] == '"']
    if not straight or len(straight) == len(doubles):
        return []
    others = [pair for pair in doubles if text[pair[0]] != '"']
    return min(straight, others, key=len)


def letters_as_quotes(text: str) -> Iterator[tuple[int, int]]:
    """Letters, commas and other signs that stand in the place of quote marks, each by itself."""
    if any(_leads(sign, text) for sign in _SIGNS):
        for line in re.finditer(r"[^\n]+", text):
            yield from _sign_pairs(text, *line.span())
    if "?" in text:
        yield from (found.span() for found in _LOST_APOSTROPHE.finditer(text))
    yield from _repeated_letters(text)


def _leads(sign: str, text: str) -> bool:
    """Whether a sign may stand in front of a word somewhere."""
    if sign[0] not in text or sign not in text:  # one character is found much faster than two
        return False
    return len(sign) > 1 or text[0] == sign or any(f"{space}{sign}" in text for space in " \n([—–")


def _sign_pairs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    never_closed: set[str] = set()
    position = start
    for opened in _OPENING.finditer(text, start, end):
        kind = opened.lastgroup or ""
        if opened.start() < position or kind in never_closed:
            continue
        closed = _CLOSING[kind].search(text, opened.end(), end)
        if closed is None:
            never_closed.add(kind)
            continue
        yield opened.span()
        if closed.group() not in _MARKS:
            yield closed.span()
        position = closed.end()


def _repeated_letters(text: str) -> Iterator[tuple[int, int]]:
    """Find a capital in front of a quotation and the same behind it: `Tthe port is shutT`.

    The first word must be one of the text without the letter, and none with it.
    """
    shape = text.encode("utf-8", "surrogatepass").translate(_LETTERS)
    if b"aaaA" not in shape or _LAST_LETTER.search(text) is None:
        return
    words = set(re.findall(r"\b[a-z]+\b", text))
    for closed in _LAST_LETTER.finditer(text):
        start = max(text.rfind("\n", 0, closed.start()) + 1, closed.start() - _LONGEST)
        opening = re.compile(rf"\b{closed.group()}(?=([a-z]+))")
        for opened in opening.finditer(text, start, closed.start()):
            if opened[1] in words and opened.group().lower() + opened[1] not in words:
                yield opened.span()
                yield closed.span()
                break
