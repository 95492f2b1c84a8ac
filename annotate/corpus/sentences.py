"""Where sentences end."""

from __future__ import annotations

import re

# A full stop ends no sentence after one capital, after a short capitalised word (titles), or
# before a small letter; marks of scripts without spaces need no space behind them.
_END = re.compile(
    r"(?:(?<!\b[A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z]{2})\.|[!?…؟।։۔]|\.(?=[\"”’»)]))"
    r"[.!?…\"”’'»)\]]*(?=\s+[^\sa-z])"
    r"|[。！？][」』”’）]*"
    r"|\n+"
)


def sentences(text: str) -> list[tuple[int, int]]:
    """Give the ranges of the sentences, in order and without the white space around them."""
    ranges: list[tuple[int, int]] = []
    position = 0
    for end in (*(match.end() for match in _END.finditer(text)), len(text)):
        piece = text[position:end]
        start = position + len(piece) - len(piece.lstrip())
        if piece.strip():
            ranges.append((start, position + len(piece.rstrip())))
        position = end
    return ranges
