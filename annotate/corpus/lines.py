"""The lines of a page of text: what each is by its shape, and which words it holds."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from functools import cached_property
from itertools import pairwise
from typing import Literal

from annotate.corpus.credits import is_credit
from annotate.corpus.layout import paragraphs
from annotate.corpus.shapes import shape_of

Kind = Literal["sentence", "short", "item", "credit", "mark", "other"]

RIMS = " \"“”„«»‘’'「」『』.,;:!?…–—-•·*()[]"
_ARTICLE = re.compile("^[وفبكل]?(?:ال|لل)")  # Arabic writes it with the word
SITE_MARKS = (" | ", " – ", " - ", " — ", " :: ", " « ", " · ")
_SITE_MARK = re.compile("|".join(map(re.escape, SITE_MARKS)))
_LONG_TITLE = 400  # characters
_LINE = re.compile(rb"[^\n]+")
_LETTERS = b"aAouh "
_NO_LETTERS = b"0 .?dq,:\"'()#-"
_OWNED = frozenset("©@®™")
_READER = frozenset(
    (
        *(
            "you",
            "You",
            "your",
            "Your",
            "yours",
            "yourself",
            "vous",
            "Vous",
            "votre",
            "Votre",
            "vos",
        ),
        *("Vos", "Ihre", "Ihren", "Ihnen", "Ihrem", "Ihrer", "dein", "deine", "deinen"),
        *("usted", "Usted", "ustedes", "tus", "voi", "vostro", "vostra", "tuo", "tua"),
        *("você", "Você", "вы", "Вы", "вас", "Вас", "вам", "Вам", "ваш", "ваша", "ваше"),
        *(
            "ваши",
            "вашу",
            "вашей",
            "ви",
            "Ви",
            "Ваш",
            "Twój",
            "twój",
            "Twoje",
            "twoje",
            "Ciebie",
            "jij",
        ),
        *("jouw", "uw", "din", "dina", "ditt", "dig", "senin", "sizin", "siz"),
    )
)
_BULLETS = frozenset("•·‣▪◦*-–—►")
_MAX_CREDIT_WORDS = 40
_MAX_HEAD_WORDS = 16
_ENDS = (b". ", b"? ", b'." ', b'?" ', b".' ", b".) ", b"d", b"q")


class Page:
    """A clean text, its lines (broken ones re-joined), and what is known of each, by index."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.shape, self._plain = shape_of(text)
        spans = [match.span() for match in _LINE.finditer(self.shape)]
        self.groups, self.broken = paragraphs(text, self.shape, spans)
        self.spans = [(group[0][0], group[-1][1]) for group in self.groups]
        self.flat = text.replace("\n", " ")
        self.strings = [self.flat[start:end] for start, end in self.spans]
        self._flat_shape = self.shape.replace(b"\n", b" ")
        self.shapes = [self._flat_shape[start:end] for start, end in self.spans]
        self.words = [shape.count(b" ") + 1 + shape.count(b"u") // 2 for shape in self.shapes]
        self.tight = [one[1] + 1 == two[0] for one, two in pairwise(self.spans)] + [False]
        self.keys = [key_of(string) for string in self.strings]
        self.repeated = Counter(self.keys)
        self._addressed: set[int] = set()
        self._stems: dict[int, frozenset[str]] = {}
        self.kinds: list[Kind] = [self._kind(index) for index in range(len(self.spans))]
        self._announce()

    @cached_property
    def named(self) -> Counter[str]:
        """Count what stands before a mark that may part a title from its site's name."""
        return Counter(
            key[: mark.start()]
            for key in self.keys
            if len(key) < _LONG_TITLE
            for mark in _SITE_MARK.finditer(key)
        )

    def __len__(self) -> int:
        return len(self.spans)

    def closing(self, index: int) -> bytes:
        """Give the class of the last character before any closing marks."""
        return self.shapes[index].rstrip(b"\"')")[-1:]

    def closed(self, index: int) -> bool:
        """Whether a line ends as a sentence does."""
        return self.closing(index) in _FINAL

    def asks(self, index: int) -> bool:
        """Whether a line ends with a question or exclamation mark."""
        return self.closing(index) in _ASKING

    def ends(self, index: int) -> int:
        """Count the sentences that end in a line."""
        shape = self.shapes[index] + b" "
        if shape.isalpha():
            return 0
        return sum(map(shape.count, _ENDS))

    def announces(self, index: int) -> bool:
        """Whether a line ends with a colon."""
        return self.shapes[index].endswith(b":")

    def recurring(self, index: int) -> bool:
        """Whether a line of few words stands on the page more than once."""
        return self.words[index] < 5 and self.repeated[self.keys[index]] > 1  # noqa: PLR2004

    def numbered(self, index: int) -> bool:
        """Whether a line is short and begins with a number, as the head of a list's entry does."""
        string = self.strings[index]
        if self.shapes[index][:1] != b"0" or self.words[index] > _MAX_HEAD_WORDS:
            return False
        return string.lstrip("0123456789").startswith((". ", ") ", " – ", ": "))

    def around(self, position: int) -> int:
        """Find the line that holds a position, or the one before it."""
        return bisect_right(self.spans, (position, len(self.text))) - 1

    @cached_property
    def mixed(self) -> bool:
        """Whether some lines stand tight and many sentences apart, so that blank lines tell."""
        if self.broken:
            return False
        sentences = [index for index, kind in enumerate(self.kinds) if kind == "sentence" and index]
        apart = sum(not self.tight[index - 1] for index in sentences)
        return apart * 10 > 3 * len(sentences) and sum(self.tight) * 10 > len(self)

    def stems(self, index: int) -> frozenset[str]:
        """Give the content words of a line, cut to their first letters."""
        found = self._stems.get(index)
        if found is None:
            found = self._stems[index] = self._find_stems(index)
        return found

    def addresses(self, index: int) -> bool:
        """Whether a line speaks to its reader, in no quotation."""
        self.stems(index)
        return index in self._addressed

    def _find_stems(self, index: int) -> frozenset[str]:
        shape = self.shapes[index]
        words = self._plain[slice(*self.spans[index])].split()
        if b'"' not in shape and not _READER.isdisjoint(words):
            self._addressed.add(index)
        stems = {
            word[:5].lower()
            for word in words
            if len(word) > 4 or (len(word) > 3 and word[0].isupper())  # noqa: PLR2004
        }
        if b"o" in shape:
            bare = (_ARTICLE.sub("", word) for word in words)
            stems = {word[:4] for word in bare if len(word) > 2}  # noqa: PLR2004
        if b"h" in shape or b"u" in shape:
            stems = {stem for stem in stems if stem.isascii()}
            pairs = zip(
                self.strings[index], self.strings[index][1:], shape, shape[1:], strict=False
            )
            stems.update(a + b for a, b, one, two in pairs if one == two and one in b"uh")
        return frozenset(stems)

    def is_furniture(self, index: int) -> bool:
        """Whether a line is set like navigation: menu marks, addresses, marks of ownership."""
        shape, words = self.shapes[index], self.words[index]
        if b" # " in shape and shape.count(b" # ") * 12 > words:
            return True
        if words > _MAX_CREDIT_WORDS:
            return False
        if b"-" in shape and not _OWNED.isdisjoint(self.strings[index]):
            return True
        string = self.strings[index]
        if b"(a)" in shape and "(c)" in string:
            return True
        return (b":--" in shape and "://" in string) or (b".a" in shape and "www." in string)

    def _kind(self, index: int) -> Kind:
        shape, words = self.shapes[index], self.words[index]
        if words < 4 and not shape.translate(None, _LETTERS):  # noqa: PLR2004
            return "other"  # most lines of a menu
        if words < 5 and _is_mark(shape):  # noqa: PLR2004
            return "mark"
        if words <= _MAX_CREDIT_WORDS and is_credit(self, index):
            return "credit"
        bulleted = self.strings[index][0] in _BULLETS and shape[1:2] == b" "
        furniture = not bulleted and self.is_furniture(index)
        if not furniture and self._is_sentence(index):
            return "sentence"
        if bulleted:
            return "item"
        return "short" if words > 1 and not furniture and self.closed(index) else "other"

    def _is_sentence(self, index: int) -> bool:
        shape, words = self.shapes[index], self.words[index]
        if words < 12 and shape.count(b"0") * 3 > shape.count(b"a") + shape.count(b"A"):  # noqa: PLR2004
            return False  # a date, a result
        closing = self.closing(index)
        if closing not in _FINAL:
            if words < 4:  # noqa: PLR2004
                return False
            if words > 7 and shape.endswith(b":"):  # noqa: PLR2004  # announces what follows
                return True
            if words < 40 and self.ends(index) < 2:  # noqa: PLR2004
                return False
        else:
            quoted = b'"' in shape
            asks = closing in _ASKING and not quoted
            if words < (12 if asks else 3 if quoted else 6):
                return False
        return words > 40 or not _is_capital(shape)  # noqa: PLR2004

    def _announce(self) -> None:
        """Make a line with a colon before list items a part of the text."""
        for index, kind in enumerate(self.kinds[1:]):
            if kind == "item" and self.kinds[index] == "other" and self.announces(index):
                self.kinds[index] = "short" if self.words[index] > 4 else "other"  # noqa: PLR2004


_FINAL = frozenset((b".", b"?", b"d", b"q"))
_ASKING = frozenset((b"?", b"q"))


def key_of(string: str) -> str:
    """Give what two copies of a line have in common."""
    return string.strip(RIMS).casefold()


def _is_mark(shape: bytes) -> bool:
    """Whether a line holds no more letters than digits: a time, a counter, an ornament."""
    return len(shape.translate(None, _NO_LETTERS)) <= shape.count(b"0")


def _is_capital(shape: bytes) -> bool:
    """Whether nearly all words begin with capitals, as in a row of names or of menu entries."""
    capital = shape.count(b" A") + (shape[0] == ord("A"))
    if capital < 4:  # noqa: PLR2004
        return False
    small = shape.count(b" a") + shape.startswith(b"a")
    return capital * 3 > small * 7  # seven in ten
