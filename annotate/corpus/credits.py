"""Lines that name who took a picture, wrote a text or owns it, by shape and by a few words."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAMES_MAKER = re.compile(
    r"\W*(?:photo|photograph|image|picture|video|graphic|source|credit|via|caption|author|foto|"
    r"bild|quelle|autor|auteur|crédit|imagen|fuente|fonte|immagine|kuva|zdjęcie|źródło|kaynak|"
    r"фото|источник|автор|джерело|来源|來源|图|圖|摄影)"
    r"\w{0,6}(?:\s+\w+){0,2}\s?[:：/]",
    re.IGNORECASE,
)
_MAKER_INSIDE = re.compile(
    r"\b(?:photo|photograph|image|picture|foto|bild|imagen|фото|рисунок)s?(?:\s+\w+)?\s?[:：/](?!/)",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"(?:by|von|par|por|di|door|av|af|autor|autorka|author|auteur|autore|автор|text|words|"
    r"reporting by)"
    r"\s?[:：]?\s+(?P<name>.+)",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"(?:source|quelle|fuente|fonte|bron|källa|kilde|lähde|źródło|zdroj|kaynak|источник|джерело|"
    r"来源|來源)s?"
    r"\s?[:：]\s?(?P<name>.+)",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\([^()]*[:/©][^()]*\)\Z")
_TAIL = re.compile(rb"[.?](?:[\"')]+ ?| )(?P<tail>[^.?dq]{2,90}?(?:\.[^.?]{1,30}){0,2})\Z")
_MAX_NAME_WORDS = 8
_FINAL = (b".", b"?", b"d", b"q")
_MIN_BYLINE = 3  # words


def is_credit(string: str, shape: bytes) -> bool:
    """Whether a line is a credit, or a caption that ends with one."""
    words = shape.count(b" ") + 1 + shape.count(b"u") // 2
    if shape[0] == ord("(") and shape[-1] == ord(")"):
        return True
    if string[0] == "©" and words <= _MAX_NAME_WORDS:
        return True
    if (b":" in shape or "/" in string) and _names_maker(string, words):
        return True
    if shape[-1] == ord(")") and _IN_BRACKETS.search(string):
        return True
    closed = shape.rstrip(b"\"')")[-1:] in _FINAL
    open_ended = not closed and not shape.endswith(b":")
    return open_ended and b"." in shape[:-1] and _has_credit_tail(string, shape)


def _names_maker(string: str, words: int) -> bool:
    """Whether a word for a picture or a source stands before a colon, or a label before a name."""
    if _NAMES_MAKER.match(string):
        return True
    label, _, name = string.partition(":")
    full_name = 2 <= len(name.split()) <= 3 and _is_name(name)  # noqa: PLR2004
    if words <= _MAX_NAME_WORDS and label.count(" ") < 3 and full_name:  # noqa: PLR2004
        return True
    if (
        string.count(" ", max(string.rfind(":"), string.rfind("/"), string.rfind("：")))
        > _MAX_NAME_WORDS
    ):
        return False
    ends = [match.end() for match in _MAKER_INSIDE.finditer(string)]
    return bool(ends) and len(string[ends[-1] :].split()) <= _MAX_NAME_WORDS


def author_of(strings: Iterable[str]) -> str | None:
    """Find a byline: a word for it, and two to four words with capitals."""
    for string in strings:
        words = string.count(" ") + 1
        match = _BYLINE.fullmatch(string) if _MIN_BYLINE <= words <= _MAX_NAME_WORDS else None
        name = match["name"] if match else ""
        if 2 <= len(name.split()) <= 4 and _is_name(name) and name.replace(" ", "").isalpha():  # noqa: PLR2004
            return name
    return None


def source_of(strings: Iterable[str]) -> str | None:
    """Find the line that names where the text comes from."""
    matches = map(_SOURCE.fullmatch, strings)
    return next((match["name"] for match in matches if match), None)


def _is_name(string: str) -> bool:
    return all(word[0].isupper() for word in string.split())


def _has_credit_tail(string: str, shape: bytes) -> bool:
    """Whether a few words without a full stop stand behind the last sentence, as a name does."""
    match = _TAIL.search(shape)
    if not match or shape[: match.start()].count(b" ") < 2:  # noqa: PLR2004
        return False
    words = string[match.start("tail") :].strip(" /|–—-()").split()
    if not 1 < len(words) <= _MAX_NAME_WORDS or "@" in words[-1][1:]:
        return False
    small = sum(word[0].islower() and len(word) > 3 for word in words)  # noqa: PLR2004
    return small * 3 <= len(words)
