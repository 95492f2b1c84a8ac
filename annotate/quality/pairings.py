"""Who labelled the same chunks: every two answers of different people to one chunk."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np

from annotate.corpus.names import Numbers
from annotate.quality.answers import Answers, standing
from annotate.quality.overlaps import Floats, Ints, Units, ranges


class Pairings(NamedTuple):
    """Pairs of answers in columns; `one` and `two` are answers, in order of their people's names.

    `article`, `people` and `chunk` number articles, pairs of annotators and chunks; `group` the
    chunks of an article that the same set of people labelled. `weight` is 1 / (its people - 1).
    """

    one: Ints
    two: Ints
    article: Ints
    people: Ints
    group: Ints
    weight: Floats
    length: Ints
    chunk: Ints

    def take(self, rows: Ints) -> Pairings:
        whole = (self.one, self.two, self.article, self.people, self.group)
        one, two, article, people, group = (column[rows] for column in whole)
        return Pairings(
            one, two, article, people, group, self.weight[rows], self.length[rows], self.chunk[rows]
        )

    def apart(self) -> Pairings:
        """Look at two people alone, as if nobody else had labelled with them."""
        key = self.article * (int(self.people.max(initial=0)) + 1) + self.people
        group = np.unique(key, return_inverse=True)[1]
        return self._replace(group=group, weight=np.ones(len(self.one)))


class Pairs(NamedTuple):
    """All pairings, and the names behind their numbers."""

    rows: Pairings
    articles: tuple[str, ...]
    people: tuple[tuple[str, str], ...]


def pair_up(answers: Answers) -> Pairs:
    """Pair the answers that count; chunks that only one person labelled have no part in it.

    Articles are numbered in their order, so that the same draws meet the same articles.
    """
    articles, people, groups, chunks = Numbers(), Numbers(), Numbers(), Numbers()
    columns: list[tuple[float, ...]] = []
    found_by_chunk = standing(answers.given)
    for chunk_id in sorted(found_by_chunk, key=lambda one: (answers.chunks[one].article_id, one)):
        found = found_by_chunk[chunk_id]
        if len(found) == 1:
            continue
        place, names = answers.chunks[chunk_id], sorted(found)
        group = groups[place.article_id, tuple(names)]
        columns.extend(
            (
                found[one],
                found[two],
                articles[place.article_id],
                people[one, two],
                group,
                1 / (len(names) - 1),
                place.length,
                chunks[chunk_id],
            )
            for one, two in combinations(names, 2)
        )
    table = np.array(columns, dtype=float).reshape(-1, 8).T
    whole = table.astype(np.int64)
    one, two, article, pair, group = whole[:5]
    rows = Pairings(one, two, article, pair, group, table[5], whole[6], whole[7])
    return Pairs(rows, tuple(articles), tuple(people))


class Side(NamedTuple):
    """One answer of each pairing: its spans as units, and which rows of the spans they are."""

    units: Units
    row: Ints


def side(spans: Ints, rows: Ints, answers: Ints) -> Side:
    """Lay spans out by pairing. `spans` has columns (answer, label, start, end), sorted by answer.

    `rows` say which rows of the whole table they are, `answers` which answer a pairing takes.
    """
    begin = np.searchsorted(spans[:, 0], answers, side="left")
    count = np.searchsorted(spans[:, 0], answers, side="right") - begin
    place = ranges(begin, count)
    track = np.repeat(np.arange(len(answers)), count)
    label, start, end = spans[place, 1:].T
    return Side(Units(track, start, end, label), rows[place])
