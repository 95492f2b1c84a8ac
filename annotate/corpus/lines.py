"""The lines of a page of text, and what each looks like by its shape alone."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["sentence", "short", "credit", "other"]

_LINE = re.compile(r"[^\n]+")
_WORD = re.compile(r"\w+(?:['’\-]\w+)*")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_FINAL = re.compile(r"[.!?…。！？؟।։۔](?P<closing>[\"”’'»›)\]\s]*)\Z")
_INNER_END = re.compile(r"[.!?…。！？؟।][\"”’'»)\]]*(?:\s|(?<=[。！？]))")
_QUOTE = re.compile(r"[\"“”„«»「」]")
_ADDRESS = re.compile(r"https?://|www\.|\S@\S+\.\w|\b[\w-]+\.(?:com|org|net|info|example)\b")
_SEPARATOR = re.compile(r"\s[|·•›»>–/-]\s|\s\|\s?")
_OWNED = re.compile(r"©|\A\(c\)|[™®]", re.IGNORECASE)
_CREDIT = re.compile(
    r"\W*(?:photo|photograph|image|picture|video|graphic|source|credit|via|caption|author|foto|bild|"
    r"quelle|autor|auteur|crédit|imagen|fuente|fonte|immagine|kuva|zdjęcie|źródło|kaynak|"
    r"фото|источник|автор|джерело)\w{0,6}(?:\s+\w+){0,2}\s?[:：/]",
    re.IGNORECASE,
)
_CREDIT_INSIDE = re.compile(
    r"\b(?:photo|photograph|image|picture|foto|bild|imagen|фото)s?(?:\s+\w+)?\s?[:：/](?!/)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Line:
    """One line: where it stands in the text, and what it holds."""

    start: int
    end: int
    text: str

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(_WORD.findall(self.text))

    @cached_property
    def size(self) -> int:
        """How many words; where a script writes no spaces, two characters count as one."""
        return len(self.words) + len(_UNSPACED.findall(self.text)) // 2

    @cached_property
    def key(self) -> str:
        """What two copies of the same line have in common."""
        return " ".join(self.words).casefold()

    @cached_property
    def stems(self) -> Counter[str]:
        """Content words cut to five letters, and pairs of letters where no spaces are written."""
        words = (word for word in self.words if _is_content(word))
        dense = "".join(_UNSPACED.findall(self.text))
        pairs = (dense[at : at + 2] for at in range(len(dense) - 1))
        return Counter((*(word.casefold()[:5] for word in words), *pairs))

    @cached_property
    def closed(self) -> bool:
        """Whether the line ends as a sentence does."""
        return bool(_FINAL.search(self.text))

    @cached_property
    def quotes(self) -> bool:
        return bool(_QUOTE.search(self.text))

    @cached_property
    def kind(self) -> Kind:
        if self._is_credit():
            return "credit"
        if self._is_sentence():
            return "sentence"
        return "short" if self.closed and self.size > 1 and not self.furniture else "other"

    def _is_credit(self) -> bool:
        if self.size > 40:  # noqa: PLR2004  # no credit is that long
            return False
        bracketed = self.text[0] in "([" and self.text[-1] in ")]" and self.size > 2  # noqa: PLR2004
        ends = [match.end() for match in _CREDIT_INSIDE.finditer(self.text)]
        tail = bool(ends) and len(_WORD.findall(self.text[ends[-1] :])) <= 8  # noqa: PLR2004  # a name
        return bracketed or tail or bool(_CREDIT.match(self.text))

    @cached_property
    def furniture(self) -> bool:
        """Whether the line is set like navigation: separators, addresses, marks of ownership."""
        separators = len(_SEPARATOR.findall(self.text))
        return bool(_OWNED.search(self.text)) or (bool(separators) and separators * 12 > self.size)

    def _is_sentence(self) -> bool:
        if self.furniture or (self.size < 25 and _ADDRESS.search(self.text)):  # noqa: PLR2004
            return False
        if self._capitals() > 0.7:  # noqa: PLR2004  # a row of names or of menu entries
            return False
        if not self.closed:
            return self.size >= 40 or len(_INNER_END.findall(self.text)) > 1  # noqa: PLR2004
        asks = self.text.rstrip("\"”’'»)] ")[-1] in "!?！？" and not self.quotes
        return self.size >= (12 if asks else 3 if self.quotes else 6)

    def _capitals(self) -> float:
        """Give the share of words that start with a capital; 0 in scripts without capitals."""
        cased = [
            word for word in self.words if word[0].isalpha() and word[0].lower() != word[0].upper()
        ]
        return sum(word[0].isupper() for word in cased) / len(cased) if cased else 0.0


def _is_content(word: str) -> bool:
    length = len(word)
    return not word.isdigit() and (length > 4 or (length == 4 and word[0].isupper()))  # noqa: PLR2004


def lines_of(text: str) -> list[Line]:
    """Cut a clean text into its lines; where lines are wrapped, into its paragraphs."""
    lines = [Line(match.start(), match.end(), match.group()) for match in _LINE.finditer(text)]
    return _unwrapped(text, lines) if _is_wrapped(text, lines) else lines


def _is_wrapped(text: str, lines: list[Line]) -> bool:
    """Whether most lines of several words run on in the next one."""
    pairs = [
        (line, after)
        for line, after in itertools.pairwise(lines)
        if text[line.end : after.start] == "\n" and line.size > 5  # noqa: PLR2004
    ]
    running = [line for line, after in pairs if not line.closed and after.text[0].islower()]
    return len(pairs) > 2 and len(running) * 2 > len(pairs)  # noqa: PLR2004


def _unwrapped(text: str, lines: list[Line]) -> list[Line]:
    paragraphs: list[Line] = []
    for line in lines:
        last = paragraphs[-1] if paragraphs else None
        if last and text[last.end : line.start] == "\n":
            paragraphs[-1] = Line(last.start, line.end, text[last.start : line.end])
        else:
            paragraphs.append(line)
    return paragraphs


def stems_of(lines: Iterable[Line]) -> Counter[str]:
    """Count the content words of several lines."""
    total: Counter[str] = Counter()
    for line in lines:
        total.update(line.stems)
    return total


def cosine(left: Counter[str], right: Counter[str]) -> float:
    """How alike two counts are, from 0 to 1."""
    shared = sum(count * right[stem] for stem, count in left.items())
    lengths = math.sqrt(sum(c * c for c in left.values()) * sum(c * c for c in right.values()))
    return shared / lengths if lengths else 0.0
