"""A text as a string of character classes, one byte for each code point.

Counting and matching bytes is much quicker than asking each character what it is.

| byte | characters |
|------|------------|
| `a` `A` | small and capital letters |
| `o` | letters and marks of scripts without case, `h` Hangul, `u` scripts without spaces |
| `0` | digits |
| `.` `?` | ends of sentences; `d` `q` those that need no space behind them |
| `,` `:` | commas and semicolons, colons |
| `"` | double quote marks; `'` single ones and apostrophes; `(` `)` brackets |
| `#` | marks between menu entries |
| `-` | anything else |
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

# One letter for each class; letters first.
CLASSES = "aAohu0.?dq,:\"'()#- "

_MARKS = {
    ".": ".…।։۔",
    "?": "!?؟",
    "d": "。",
    "q": "！？",
    ",": ",;،、，；؛",
    ":": ":：",
    '"': '"“”„«»「」『』＂',
    "'": "'‘’‚‹",
    "(": "([{（【",
    ")": ")]}）】",
    "#": "|·•›>＞｜▾→»",
    " ": " ",
    "\n": "\n",
}
_BY_MARK = {mark: name for name, marks in reversed(_MARKS.items()) for mark in marks}
_SPACELESS = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3005, 0x3007),
    (0x3040, 0x30FF),
    (0x3400, 0x9FFF),
    (0x20000, 0x2FA1F),
)
_HANGUL = (0xAC00, 0xD7A3)
_SIZE = 0x110000


def codes_of(text: str) -> NDArray[Any]:
    """Give the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def shape_of(text: str) -> bytes:
    """Give the class of each code point of a text."""
    return classes_of(codes_of(text))


def classes_of(codes: NDArray[Any]) -> bytes:
    """Give the class of each code point."""
    table = _table()
    classes = table.take(codes)
    if not classes.all():
        for code in np.unique(codes[classes == 0]).tolist():
            table[code] = ord(_class_of(chr(code)))
        classes = table.take(codes)
    return bytes(classes.tobytes())


@cache
def _table() -> NDArray[Any]:
    """Hold the classes of the code points met so far; 0 is one never met."""
    return np.zeros(_SIZE, dtype=np.uint8)


def _class_of(char: str) -> str:
    if char in _BY_MARK:
        return _BY_MARK[char]
    category = unicodedata.category(char)
    if category == "Nd":
        return "0"
    if category[0] not in "LMN" and char not in "_\u200c\u200d":
        return "-"
    return _letter_class(char, category)


def _letter_class(char: str, category: str) -> str:
    code = ord(char)
    if any(first <= code <= last for first, last in _SPACELESS):
        return "u"
    if _HANGUL[0] <= code <= _HANGUL[1]:
        return "h"
    if category in ("Lu", "Lt"):
        return "A"
    return "a" if char != char.upper() or category == "Ll" else "o"
