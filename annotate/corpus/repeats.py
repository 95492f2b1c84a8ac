"""Sentences that stand on a page a second time, as where a whole body is printed twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from annotate.corpus.edits import Edit, EditedText

_LEAST = 40  # characters; shorter lines may well stand twice in one text
_LINE = re.compile(r"[^\n]+")
_PARTED = 3  # lines from one block to the next at least
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
    sizes = {index: spans[index][1] - spans[index][0] for index in sentences}
    return EditedText(text, tuple(_edits(spans, second_copies(sentences, sizes))))


def second_copies(keys: Mapping[int, str], sizes: Mapping[int, int]) -> set[int]:
    """Find the lines with a key that another has, but for the one in the largest block.

    `sizes` holds, in order, all lines that make blocks: at most one other line parts two of one.
    """
    weights = _block_weights(sizes)
    best: dict[str, int] = {}
    for index, key in keys.items():
        if weights[index] > weights[best.setdefault(key, index)]:
            best[key] = index
    return {index for index, key in keys.items() if best[key] != index}


def _block_weights(sizes: Mapping[int, int]) -> dict[int, int]:
    """Give for each line the size of its block."""
    weights: dict[int, int] = {}
    block: list[int] = []
    for index in (*sizes, max(sizes, default=0) + _PARTED):
        if block and index >= block[-1] + _PARTED:
            weights.update(dict.fromkeys(block, sum(sizes[each] for each in block)))
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
