"""Which span of one annotator is which of another's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotate.labels.annotation import Span
from annotate.quality.candidates import THRESHOLD
from annotate.quality.overlaps import Floats, Ints, Units, find_overlaps

# Twins on one stretch have equal places: the label then says which is which.
_SAME_LABEL = 1e-6


class Edges(NamedTuple):
    """Pairs of spans that could be the same: rows on both sides, intersection over union.

    `alike` says whether their labels are equal.
    """

    one: Ints
    two: Ints
    iou: Floats
    alike: NDArray[np.bool_]

    def take(self, which: NDArray[np.bool_] | Ints) -> Edges:
        return Edges(self.one[which], self.two[which], self.iou[which], self.alike[which])


def align(
    one: Sequence[Span], two: Sequence[Span], threshold: float = THRESHOLD
) -> list[tuple[Span, Span]]:
    """Pair the spans of two answers to one chunk, layer by layer, each at most once.

    Of all pairings in which every pair has that intersection over union, it is the one with the
    largest sum; between equal ones, that with more equal labels.
    """
    layers = sorted({span.layer for span in (*one, *two)})
    labels = sorted({span.label for span in (*one, *two)})
    first, second = (_units(spans, layers, labels) for spans in (one, two))
    aligned = match(overlapping(first, second), threshold)
    return [(one[i], two[j]) for i, j in zip(aligned.one, aligned.two, strict=True)]


def _units(spans: Sequence[Span], layers: Sequence[str], labels: Sequence[str]) -> Units:
    rows = [
        (layers.index(span.layer), span.start, span.end, labels.index(span.label)) for span in spans
    ]
    return Units(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)


def overlapping(one: Units, two: Units) -> Edges:
    """Find all pairs of spans that share a character."""
    found = find_overlaps(one, two)
    size = [side.end - side.start for side in (one, two)]
    union = size[0][found.one] + size[1][found.two] - found.shared
    alike = one.label[found.one] == two.label[found.two]
    return Edges(found.one, found.two, found.shared / union, alike)


def match(edges: Edges, threshold: float = 0.0) -> Edges:
    """Choose edges so that no span has two and their sum is largest; sorted by the first side.

    With a threshold of 0 as many spans as can be are matched; only then the sum counts.
    """
    kept = edges.take(edges.iou >= threshold)
    alone = (np.bincount(kept.one)[kept.one] == 1) & (np.bincount(kept.two)[kept.two] == 1)
    contested = np.flatnonzero(~alone)
    reward = 0.0 if threshold else float(len(contested))
    weight = kept.iou + _SAME_LABEL * kept.alike + reward
    chosen = [
        part[_assigned(kept.take(part), weight[part])] for part in _components(kept, contested)
    ]
    rows = np.concatenate([np.flatnonzero(alone), *chosen])
    return kept.take(rows[np.argsort(kept.one[rows], kind="stable")])


def _components(edges: Edges, rows: Ints) -> Iterator[Ints]:
    """Split rows into those whose spans have nothing to do with each other."""
    if not len(rows):
        return
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    one, two = edges.one[rows], edges.two[rows]
    shift = int(one.max()) + 1
    nodes = shift + int(two.max()) + 1
    graph = coo_array((np.ones(len(rows)), (one, two + shift)), shape=(nodes, nodes))
    part = connected_components(graph, directed=False)[1][one]
    order = np.argsort(part, kind="stable")
    yield from np.split(rows[order], np.flatnonzero(np.diff(part[order])) + 1)


def _assigned(edges: Edges, weight: Floats) -> Ints:
    """Solve one component; gives the places of its edges that are chosen."""
    from scipy.optimize import linear_sum_assignment

    one, row = np.unique(edges.one, return_inverse=True)
    two, column = np.unique(edges.two, return_inverse=True)
    worth = np.zeros((len(one), len(two)))
    place = np.full(worth.shape, -1)
    worth[row, column], place[row, column] = weight, np.arange(len(weight))
    chosen = place[linear_sum_assignment(worth, maximize=True)]
    return np.asarray(chosen[chosen >= 0])
