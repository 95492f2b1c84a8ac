"""The tokens of a text: words, and every other sign by itself."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

TOKEN = re.compile(r"\w+|[^\w\s]")


def token_places(text: str) -> list[tuple[int, int]]:
    """Give start and end of each token, in code points."""
    return [match.span() for match in TOKEN.finditer(text)]


def snap(start: int, end: int, places: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Widen a range to whole tokens, and take spaces off its borders.

    One that holds no token, and one in a text whose tokens are not known, stays.
    """
    first = bisect_right(places, start, key=lambda place: place[1])
    last = bisect_left(places, end, key=lambda place: place[0]) - 1
    return (places[first][0], places[last][1]) if first <= last else (start, end)
