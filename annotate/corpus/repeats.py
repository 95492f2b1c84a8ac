"""Sentences that stand on a page a second time, as where a whole body is printed twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from annotate.corpus.edits import Edit, EditedText

_LEAST = 40  # characters; shorter lines may well stand twice in one text
_LINE = re.compile(r"[^\n]+")
_CLOSED = re.compile(r"[.!?…。！？؟।][\"'”’»)\]]*\s*\Z")

Span = tuple[int, int]


def without_repeats(text: str) -> EditedText:
    """Leave out the copies of sentences; of each, the one in the longest block of them stays."""
    long = [line for line in text.split("\n") if len(line) >= _LEAST]
    if len(set(long)) == len(long):
        return EditedText(text)
    spans = [match.span() for match in _LINE.finditer(text)]
    sentences = {
        index: text[start:end].strip()
        for index, (start, end) in enumerate(spans)
        if end - start >= _LEAST and _CLOSED.search(text, max(start, end - 8), end)
    }
    weights = _block_weights(spans, list(sentences))
    best: dict[str, int] = {}
    for index, string in sentences.items():
        if weights[index] > weights[best.setdefault(string, index)]:
            best[string] = index
    gone = {index for index, string in sentences.items() if best[string] != index}
    return EditedText(text, tuple(_edits(spans, gone)))


def _block_weights(spans: Sequence[Span], sentences: Sequence[int]) -> dict[int, int]:
    """Give for each sentence the characters of its block: at most one other line parts two."""
    weights: dict[int, int] = {}
    block: list[int] = []
    for index in (*sentences, len(spans) + 2):
        if block and index > block[-1] + 2:
            size = sum(spans[each][1] - spans[each][0] for each in block)
            weights.update(dict.fromkeys(block, size))
            block = []
        block.append(index)
    return weights


def _edits(spans: Sequence[Span], gone: set[int]) -> Iterator[Edit]:
    """Delete lines, each with the gap before it, or behind it while no line has stayed."""
    leading = 0
    for index in sorted(gone):
        if index == leading:
            yield Edit(spans[index][0], spans[index + 1][0], "", "repeat")
            leading += 1
        else:
            yield Edit(spans[index - 1][1], spans[index][1], "", "repeat")
