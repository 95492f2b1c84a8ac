"""The body of an HTML page, found by trafilatura and located in the source to the character."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from annotate.corpus.articles import Metadata
from annotate.corpus.clean import PASSES, clean_line, white_space
from annotate.corpus.edits import Edit, EditedText
from annotate.corpus.head import read_head
from annotate.corpus.markup import markup

_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ITEMS = ("p", "head", "item", "cell", "quote", "code", "ab", "row", "list", "table", "fw", "lb")
_LONG_ENOUGH = 24  # characters that make a paragraph recognisable inside a longer line


class Page(NamedTuple):
    """What an HTML page gave.

    `share` is how much of the visible text was kept; `approximate` holds the positions in the
    source near which a paragraph of the body must be, but was not found.
    """

    edited: EditedText
    metadata: Metadata = Metadata()
    found: bool = False
    share: float = 1.0
    approximate: tuple[int, ...] = ()


def read_page(source: str) -> Page:
    """Keep what trafilatura calls the body; where it finds none, all visible text stays."""
    visible = EditedText(source).through(markup, *PASSES)
    parsed = _parse(source)
    if parsed is None:
        return Page(visible)
    metadata, paragraphs = parsed
    ranges, missing = _locate(visible.clean, paragraphs)
    if not ranges:
        return Page(visible, metadata)
    kept = visible.then(_outside(visible.clean, ranges)).through(white_space)
    share = len(kept.clean) / len(visible.clean)
    places = tuple(visible.to_raw(at, at + 1)[0] for at in missing)
    return Page(kept, metadata, found=True, share=share, approximate=places)


def _parse(source: str) -> tuple[Metadata, list[str]] | None:
    """Read metadata and body with the libraries; None when one of them breaks on the page."""
    import trafilatura

    try:
        tree = trafilatura.load_html(_UNSAFE.sub(" ", source))
        if tree is None:
            return None
        metadata = read_head(tree)
        document = trafilatura.bare_extraction(
            tree, fast=True, deduplicate=False, include_comments=False
        )
        return metadata, _paragraphs(document) if document else []
    except Exception:  # noqa: BLE001  # foreign pages break foreign parsers: the text is kept
        return None


def _paragraphs(document: Any) -> list[str]:
    """Give the texts of the extracted body in order, one for each innermost block."""
    body = document.body
    if body is None:
        return (document.text or "").splitlines()
    texts: list[str] = [""]
    for event, node in _walk(body):
        if node.tag in _ITEMS:
            texts.append("")
        texts[-1] += (node.text if event == "start" else node.tail) or ""
    return [text for text in texts if text.strip()]


def _walk(body: Any) -> Iterator[tuple[str, Any]]:
    from lxml import etree

    return etree.iterwalk(body, events=("start", "end"))  # type: ignore[no-any-return]


def _locate(text: str, paragraphs: list[str]) -> tuple[list[tuple[int, int]], list[int]]:
    """Find the paragraphs one after the other, white space aside.

    Gives their ranges, and the position reached whenever a paragraph was not found.
    """
    places = [index for index, char in enumerate(text) if not char.isspace()]
    dense = "".join(text[index] for index in places)
    ranges: list[tuple[int, int]] = []
    missing: list[int] = []
    position = 0
    for paragraph in paragraphs:
        wanted = "".join(clean_line(paragraph).split())
        at = _find(text, dense, places, wanted, position)
        if at is not None:
            position = at + len(wanted)
            ranges.append((places[at], places[position - 1] + 1))
        elif wanted:
            missing.append(places[min(position, len(places) - 1)])
    return ranges, missing


def _find(text: str, dense: str, places: list[int], wanted: str, position: int) -> int | None:
    """Find the first place where the text fills whole lines, else the first if it is long."""
    at = dense.find(wanted, position) if wanted else -1
    first = at
    while at >= 0:
        if _fills_lines(text, places[at], places[at + len(wanted) - 1] + 1):
            return at
        at = dense.find(wanted, at + 1)
    return first if first >= 0 and len(wanted) >= _LONG_ENOUGH else None


def _fills_lines(text: str, start: int, end: int) -> bool:
    starts = start == 0 or text[start - 1] == "\n"
    return starts and (end == len(text) or text[end] == "\n")


def _outside(text: str, ranges: list[tuple[int, int]]) -> Iterator[Edit]:
    """Drop all text between and around the ranges, with a blank line in its place."""
    position = 0
    for start, end in (*ranges, (len(text), len(text))):
        gap = text[position:start]
        if gap.strip() or not position:
            inner = position and start < len(text)
            yield Edit(position, start, "\n\n" if inner else "", "boilerplate")
        elif gap and start < len(text) and "\n" not in gap:
            yield Edit(position, start, "\n", "markup")
        position = end
