"""What two answers to a chunk have in common, counted: one row for each pairing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from annotate.quality.alignment import Edges, match, overlapping
from annotate.quality.answers import Answers
from annotate.quality.candidates import THRESHOLD
from annotate.quality.overlaps import Floats, Ints, Units, flatten, ranges
from annotate.quality.pairings import Pairings, Side, side
from annotate.quality.unitizing import Coincidences, coincidences


class Aligned(NamedTuple):
    """Pairs of spans that mean the same: the pairing, and the rows of both spans."""

    pairing: Ints
    one: Ints
    two: Ints


@dataclass(frozen=True)
class ValueTally:
    """Values on which two answers can agree: the pairing of each pair, and both values.

    `span` is the row of the span of the first answer that they are about, where it is one.
    """

    pairing: Ints
    one: Ints
    two: Ints
    values: int
    span: Ints | None = None


@dataclass(frozen=True)
class LayerTally:
    """One layer. Arrays of two dimensions have a column for each label.

    `spans` counts those of each side (2 × pairings × labels); `exact`, `near`, `touching` the
    pairs with equal borders and label, with half of their union in common, and with anything;
    `alike` those of `near` with equal labels. `aligned` and `loose` are the pairs behind `near`,
    and those that only touch of the spans left over; `alone` the rows of spans without a partner.
    """

    coincidences: Coincidences
    spans: Floats
    exact: Floats
    near: Floats
    touching: Floats
    alike: Floats
    shifted: Floats
    aligned: Aligned
    loose: Aligned
    alone: Aligned
    labels: ValueTally


def tally_layer(answers: Answers, pairings: Pairings, layer: int) -> LayerTally:
    """Compare the spans of one layer."""
    rows = np.flatnonzero(answers.spans[:, 1] == layer)
    table = answers.spans[rows][:, [0, 2, 3, 4]]
    labels = len(answers.schema.layers[layer].labels)
    one, two = (side(table, rows, picked) for picked in (pairings.one, pairings.two))
    edges = overlapping(one.units, two.units)
    near = match(edges, THRESHOLD)
    loose = match(_left_over(edges, near))
    same = match(edges.take(edges.alike & (edges.iou == 1)))
    count = _Counter(len(pairings.one), labels)
    return LayerTally(
        _flat(table, pairings, labels),
        np.stack([count.by_label(each.units, slice(None)) for each in (one, two)]),
        count.by_label(one.units, same.one),
        count.of(one.units.track[near.one]),
        count.of(one.units.track[match(edges).one]),
        count.by_label(one.units, near.one[near.alike]),
        count.of(one.units.track[np.concatenate([near.one[near.iou < 1], loose.one])]),
        _aligned(one, two, near),
        _aligned(one, two, loose),
        _alone(one, two, (near, loose)),
        ValueTally(
            one.units.track[near.one], one.units.label[near.one], two.units.label[near.two], labels
        ),
    )


class _Counter(NamedTuple):
    pairings: int
    labels: int

    def of(self, pairing: Ints) -> Floats:
        return np.bincount(pairing, minlength=self.pairings).astype(float)

    def by_label(self, units: Units, rows: Ints | slice) -> Floats:
        cell = units.track[rows] * self.labels + units.label[rows]
        counts = np.bincount(cell, minlength=self.pairings * self.labels)
        return counts.reshape(self.pairings, self.labels).astype(float)


def _flat(table: Ints, pairings: Pairings, labels: int) -> Coincidences:
    answer, label, start, end = table.T
    flat = flatten(Units(answer, start, end, label), labels)
    units = np.column_stack([flat.units.track, flat.units.label, flat.units.start, flat.units.end])
    rows = np.arange(len(units))
    one, two = (side(units, rows, picked).units for picked in (pairings.one, pairings.two))
    return coincidences(one, two, pairings.length, len(flat.labels))


def _left_over(edges: Edges, taken: Edges) -> Edges:
    free = ~(np.isin(edges.one, taken.one) | np.isin(edges.two, taken.two))
    return edges.take(free)


def _aligned(one: Side, two: Side, edges: Edges) -> Aligned:
    return Aligned(one.units.track[edges.one], one.row[edges.one], two.row[edges.two])


def _alone(one: Side, two: Side, matched: tuple[Edges, ...]) -> Aligned:
    """Give the spans without a partner; -1 stands for the missing one."""
    free = [np.ones(len(each.row), dtype=bool) for each in (one, two)]
    for edges in matched:
        free[0][edges.one] = free[1][edges.two] = False
    track = [each.units.track[kept] for each, kept in zip((one, two), free, strict=True)]
    rows = [each.row[kept] for each, kept in zip((one, two), free, strict=True)]
    none = [np.full(len(each), -1) for each in rows]
    return Aligned(
        np.concatenate(track),
        np.concatenate([rows[0], none[1]]),
        np.concatenate([none[0], rows[1]]),
    )


def tally_attribute(answers: Answers, aligned: Aligned, attribute: int) -> ValueTally:
    """Compare the replies about aligned spans, where both have one."""
    rows = answers.replies[answers.replies[:, 1] == attribute]
    reply = np.full(len(answers.spans), -1)
    reply[rows[:, 0]] = rows[:, 2]
    one, two = reply[aligned.one], reply[aligned.two]
    kept = (one >= 0) & (two >= 0)
    values = len(answers.values[attribute])
    return ValueTally(aligned.pairing[kept], one[kept], two[kept], values, aligned.one[kept])


def joined(parts: Iterable[Aligned]) -> Aligned:
    """Put the pairs of several layers together."""
    pairing, one, two = zip(*parts, strict=True)
    return Aligned(np.concatenate(pairing), np.concatenate(one), np.concatenate(two))


@dataclass(frozen=True)
class LinkTally:
    """Relations, for each pairing: how many, and on how many both agree.

    `given` are those of each side (2 × pairings × types), `whole` with both ends and the type in
    common. `joined` counts pairs of spans with any arrow between them (2 × pairings), `reachable`
    those of them whose two ends both people marked, `ends` those that both joined. `types` are
    the types of those. `apart` are, for each side, the rows of relations between spans that both
    marked, which the other does not have, with their pairings (2 × n).
    """

    given: Floats
    whole: Floats
    joined: Floats
    reachable: Floats
    ends: Floats
    types: ValueTally
    apart: tuple[Ints, Ints]


class _Links(NamedTuple):
    """Relations of one side by pairing. Ends are numbers of aligned pairs, -1 for none."""

    pairing: Ints
    type: Ints
    head: Ints
    tail: Ints
    row: Ints
    joined: Ints


def tally_links(answers: Answers, pairings: Pairings, aligned: Aligned) -> LinkTally:
    """Compare relations; an end of one answer is that of the other if the spans are aligned."""
    count, types = len(pairings.one), len(answers.schema.relations)
    sides = [
        _links(answers, picked, aligned.pairing, rows)
        for picked, rows in ((pairings.one, aligned.one), (pairings.two, aligned.two))
    ]
    nodes = len(aligned.pairing) + 1
    reach = [_reachable(each) for each in sides]
    keys = [(each.head * nodes + each.tail) * types + each.type for each in reach]
    whole = np.intersect1d(keys[0], keys[1])
    ends = [np.unique(each.head * nodes + each.tail, return_index=True) for each in reach]
    _, first, second = np.intersect1d(ends[0][0], ends[1][0], return_indices=True)
    one, two = ends[0][1][first], ends[1][1][second]

    def by_pairing(pairing: Ints) -> Floats:
        return np.bincount(pairing, minlength=count).astype(float)

    def by_type(pairing: Ints, type_: Ints) -> Floats:
        cells = np.bincount(pairing * types + type_, minlength=count * types)
        return cells.reshape(count, types).astype(float)

    return LinkTally(
        np.stack([by_type(each.pairing, each.type) for each in sides]),
        by_type(aligned.pairing[whole // types // nodes], whole % types),
        np.stack([by_pairing(each.joined) for each in sides]),
        np.stack([by_pairing(each.pairing[at]) for each, (_, at) in zip(reach, ends, strict=True)]),
        by_pairing(reach[0].pairing[one]),
        ValueTally(reach[0].pairing[one], reach[0].type[one], reach[1].type[two], types),
        (_apart(reach[0], keys[0], whole), _apart(reach[1], keys[1], whole)),
    )


def _apart(links: _Links, keys: Ints, whole: Ints) -> Ints:
    lacking = ~np.isin(keys, whole)
    return np.stack([links.pairing[lacking], links.row[lacking]])


def _links(answers: Answers, picked: Ints, pairing: Ints, rows: Ints) -> _Links:
    """Lay the relations of one side out by pairing; `rows` are its spans of the aligned pairs."""
    begin = np.searchsorted(answers.links[:, 0], picked, side="left")
    count = np.searchsorted(answers.links[:, 0], picked, side="right") - begin
    row = ranges(begin, count)
    links = answers.links[row]
    track = np.repeat(np.arange(len(picked)), count)
    size = len(answers.spans) + 1
    order = np.argsort(pairing * size + rows)
    known = np.append((pairing * size + rows)[order], -1)

    def number(ends: Ints) -> Ints:
        place = np.searchsorted(known[:-1], track * size + ends)
        hit = known[place] == track * size + ends
        return np.where(hit, np.append(order, -1)[place], -1)

    joined = np.unique(np.column_stack((track, links[:, 2:])), axis=0)[:, 0]
    ends = (number(links[:, 2]), number(links[:, 3]))
    return _Links(track, links[:, 1], *ends, row, joined)


def _reachable(links: _Links) -> _Links:
    kept = (links.head >= 0) & (links.tail >= 0)
    ends = (links.head[kept], links.tail[kept])
    return _Links(links.pairing[kept], links.type[kept], *ends, links.row[kept], links.joined)
