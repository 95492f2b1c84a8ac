"""Brings the borders of a span to where the guidelines want them. The ledger keeps the raw ones."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from annotate.corpus.quotes import CLOSING, MARKS, Quotes
from annotate.labels.annotation import Span
from annotate.schema.model import Normalise

REPORTED = "stance"  # the layer whose spans may begin with the "that" of reported speech
ABBREVIATION = re.compile(r"\b(?:[A-Za-z]\.){2,}$")


def normalise(span: Span, text: str, quotes: Quotes, rule: Normalise) -> Span:
    """Trim spaces, a leading "that", a final full stop and a lone quote mark, until none is left.

    A full stop inside the closing quote mark stays. A span never becomes empty: where nothing
    else is marked, the borders stay as they were.
    """
    last, trimmed = span, _trim(span, text, quotes, rule)
    while trimmed is not None and trimmed != last:
        last, trimmed = trimmed, _trim(trimmed, text, quotes, rule)
    return span if trimmed is None else last


def _trim(span: Span, text: str, quotes: Quotes, rule: Normalise) -> Span | None:
    """Take one layer off each border; None where nothing would be left."""
    surface = text[span.start : span.end]
    start = span.start + len(surface) - len(surface.lstrip())
    end = span.end - len(surface) + len(surface.rstrip())
    for word in rule.strip_leading if span.layer == REPORTED else ():
        found = _leading(word).match(text, start, end)
        start = found.end() if found else start
    if start < end and text[end - 1] in rule.strip_trailing and not _belongs(start, end, text):
        end -= 1
    start, end = _without_lone_marks(start, end, text, quotes)
    if (start, end) == (span.start, span.end):
        return span
    return replace(span, start=start, end=end) if start < end else None


@cache
def _leading(word: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(word)}\s+", re.IGNORECASE)


def _belongs(start: int, end: int, text: str) -> bool:
    """Whether a final mark stays: inside a closing quote mark, or in an abbreviation ("U.S.")."""
    inside = end < len(text) and text[end] in CLOSING
    return inside or ABBREVIATION.search(text, start, end) is not None


def _without_lone_marks(start: int, end: int, text: str, quotes: Quotes) -> tuple[int, int]:
    """Drop a quote mark at a border whose partner lies outside the span."""
    if start < end and text[start] in MARKS:
        partner = quotes.partner(start)
        start += partner is not None and not start <= partner < end
    if start < end and text[end - 1] in MARKS:
        partner = quotes.partner(end - 1)
        end -= partner is not None and not start <= partner < end
    return start, end
