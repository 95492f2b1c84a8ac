"""Brings the borders of a span to where the guidelines want them. The ledger keeps the raw ones."""

from __future__ import annotations

import re
from dataclasses import replace

from annotate.corpus.quotes import CLOSING, MARKS, Quotes
from annotate.labels.annotation import Span
from annotate.schema.model import Normalise


def normalise(span: Span, text: str, quotes: Quotes, rule: Normalise) -> Span:
    """Trim spaces, a leading "that", a final full stop and a lone quote mark, until none is left.

    A full stop inside the closing quote mark stays. A span never becomes empty: where nothing
    but such characters is marked, the borders stay as they were.
    """
    start, end = span.start, span.end
    while True:
        trimmed = _trim(start, end, text, quotes, rule)
        if trimmed[0] >= trimmed[1]:
            return span
        if trimmed == (start, end):
            return replace(span, start=start, end=end)
        start, end = trimmed


def _trim(start: int, end: int, text: str, quotes: Quotes, rule: Normalise) -> tuple[int, int]:
    surface = text[start:end]
    start += len(surface) - len(surface.lstrip())
    end -= len(surface) - len(surface.rstrip())
    for word in rule.strip_leading:
        found = re.compile(rf"{re.escape(word)}\s+", re.IGNORECASE).match(text, start, end)
        start = found.end() if found else start
    if start < end and text[end - 1] in rule.strip_trailing and not _closes_next(end, text):
        end -= 1
    return _without_lone_marks(start, end, text, quotes)


def _closes_next(end: int, text: str) -> bool:
    return end < len(text) and text[end] in CLOSING


def _without_lone_marks(start: int, end: int, text: str, quotes: Quotes) -> tuple[int, int]:
    """Drop a quote mark at a border whose partner lies outside the span."""
    if start < end and text[start] in MARKS:
        partner = quotes.partner(start)
        start += partner is not None and not start <= partner < end
    if start < end and text[end - 1] in MARKS:
        partner = quotes.partner(end - 1)
        end -= partner is not None and not start <= partner < end
    return start, end
