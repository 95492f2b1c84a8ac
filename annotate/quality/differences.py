"""The disagreements themselves: for every chunk, what one of two people has and the other not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from annotate.quality.agreement import Compared
from annotate.quality.answers import Given, Place
from annotate.quality.overlaps import Floats, Ints


class Marked(NamedTuple):
    """A span of one answer; `kind` says how the other answer differs there, empty if not at all."""

    start: int
    end: int
    label: str
    kind: str


class Told(NamedTuple):
    """What one side says, and about which ranges of the text."""

    words: str
    ranges: tuple[tuple[int, int], ...]


class Difference(NamedTuple):
    """One disagreement. A side that has nothing is None."""

    kind: str
    one: Told | None
    two: Told | None

    @property
    def start(self) -> int:
        return min(side.ranges[0][0] for side in (self.one, self.two) if side)


@dataclass(frozen=True)
class Chunk:
    """Two answers to one chunk, their spans, and all in which they differ."""

    place: Place
    one: Given
    two: Given
    marks: tuple[list[Marked], list[Marked]]
    differences: list[Difference]


def differing_chunks(compared: Compared, most: int) -> tuple[list[Chunk], int]:
    """Give the chunks with the most disagreements, and how many have any."""
    counts = counts_of(compared)
    order = np.argsort(-counts, kind="stable")
    shown = order[: min(most, int((counts > 0).sum()))]
    return [_chunk(compared, int(pairing)) for pairing in shown], int((counts > 0).sum())


def counts_of(compared: Compared) -> Floats:
    """Count the disagreements of every pairing."""
    tallies, size = compared.tallies, len(compared.pairs.rows.one)
    values = [*tallies.attributes.values(), *(each.labels for each in tallies.layers.values())]
    differing = [each.pairing[each.one != each.two] for each in values]
    places = [each.alone.pairing for each in tallies.layers.values()]
    links = [each[0] for each in tallies.links.apart]
    counts = sum(
        (np.bincount(each, minlength=size) for each in (*differing, *places, *links)),
        start=np.zeros(size),
    )
    return np.asarray(counts + sum(each.shifted for each in tallies.layers.values()))


def _chunk(compared: Compared, pairing: int) -> Chunk:
    answers, rows = compared.answers, compared.pairs.rows
    both = int(rows.one[pairing]), int(rows.two[pairing])
    one, two = (answers.given[number] for number in both)
    spans = _differing_spans(compared, pairing)
    kinds = {(side, row): kind for kind, *ends in spans for side, row in enumerate(ends)}
    first, second = (_marks(compared, side, both[side], kinds) for side in (0, 1))
    differences = [
        *(_of_spans(compared, *each) for each in spans),
        *_of_answers(compared, pairing),
        *_of_links(compared, pairing),
    ]
    return Chunk(
        answers.chunks[one.chunk_id],
        one,
        two,
        (first, second),
        sorted(differences, key=lambda each: each.start),
    )


def _marks(
    compared: Compared, side: int, answer: int, kinds: dict[tuple[int, int], str]
) -> list[Marked]:
    spans = compared.answers.spans
    first, last = np.searchsorted(spans[:, 0], [answer, answer + 1])
    return [
        Marked(*_range(compared, row), _label(compared, row), kinds.get((side, row), ""))
        for row in range(int(first), int(last))
    ]


def _differing_spans(compared: Compared, pairing: int) -> list[tuple[str, int, int]]:
    """Give (kind, row, row) of spans that differ, -1 for none; a label comes after a border."""
    found: list[tuple[str, int, int]] = []
    spans = compared.answers.spans
    for layer in compared.tallies.layers.values():
        for kind, rows in (("missed", layer.alone), ("boundary", layer.loose)):
            places = np.flatnonzero(rows.pairing == pairing)
            found += [(kind, int(rows.one[at]), int(rows.two[at])) for at in places]
        for at in np.flatnonzero(layer.aligned.pairing == pairing):
            one, two = int(layer.aligned.one[at]), int(layer.aligned.two[at])
            if (spans[one, 3:] != spans[two, 3:]).any():
                found.append(("boundary", one, two))
            if spans[one, 2] != spans[two, 2]:
                found.append(("label", one, two))
    return found


def _of_spans(compared: Compared, kind: str, one: int, two: int) -> Difference:
    sides = (
        None if row < 0 else Told(_label(compared, row), (_range(compared, row),))
        for row in (one, two)
    )
    return Difference(kind, *sides)


def _of_answers(compared: Compared, pairing: int) -> Iterator[Difference]:
    values = compared.answers.values
    for number, (name, found) in enumerate(compared.tallies.attributes.items()):
        rows: Ints | None = found.span
        assert rows is not None, "answers are about spans"
        for at in np.flatnonzero((found.pairing == pairing) & (found.one != found.two)):
            where = (_range(compared, int(rows[at])),)
            one, two = (f"{name}: {values[number][side[at]]}" for side in (found.one, found.two))
            yield Difference("answer", Told(one, where), Told(two, where))


def _of_links(compared: Compared, pairing: int) -> Iterator[Difference]:
    answers = compared.answers
    for side, (pairings, rows) in enumerate(compared.tallies.links.apart):
        for row in rows[pairings == pairing]:
            _, kind, head, tail = answers.links[row].tolist()
            ranges = (_range(compared, head), _range(compared, tail))
            told = Told(answers.schema.relations[kind].name, ranges)
            yield Difference("relation", None if side else told, told if side else None)


def _label(compared: Compared, row: int) -> str:
    _, layer, label, *_ = compared.answers.spans[row].tolist()
    name: str = compared.answers.schema.layers[layer].labels[label].name
    return name


def _range(compared: Compared, row: int) -> tuple[int, int]:
    *_, start, end = compared.answers.spans[row].tolist()
    return start, end
