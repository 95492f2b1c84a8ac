"""Which span is paired with which."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from annotate.labels.annotation import Span
from annotate.quality.alignment import align, match, overlapping
from annotate.quality.overlaps import Units


def span(start, end, label="a", layer="x"):
    return Span(f"{start}-{end}-{label}", start, end, layer, label)


def test_half_of_the_union_is_enough():
    assert align([span(0, 10)], [span(5, 10)]) == [(span(0, 10), span(5, 10))]
    assert align([span(0, 10)], [span(6, 10)]) == []


def test_layers_do_not_mix():
    assert align([span(0, 10)], [span(0, 10, layer="y")]) == []


def test_twins_are_told_apart_by_their_labels():
    one, two = [span(0, 9, "a"), span(0, 9, "b")], [span(0, 9, "b"), span(0, 9, "a")]
    assert [(x.label, y.label) for x, y in align(one, two)] == [("a", "a"), ("b", "b")]


def test_each_span_is_paired_at_most_once():
    pairs = align([span(0, 10), span(0, 9)], [span(0, 10)])
    assert pairs == [(span(0, 10), span(0, 10))]


def test_a_weak_pair_below_the_threshold_takes_no_partner_away():
    one, two = [span(0, 10), span(10, 25)], [span(4, 13)]
    assert align(one, [*two, span(0, 8)]) == [(span(0, 10), span(0, 8))]


RANGES = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 8), st.integers(0, 2)), max_size=5)


def units(ranges):
    rows = [(0, start, start + size, label) for start, size, label in ranges]
    return Units(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)


def iou(one, two):
    common = max(0, min(one[0] + one[1], two[0] + two[1]) - max(one[0], two[0]))
    return common / (one[1] + two[1] - common)


def best(one, two, threshold):
    """Try every pairing."""
    small, large = sorted((one, two), key=len)
    found = [
        [iou(x, y) for x, y in zip(small, chosen, strict=True)]
        for chosen in permutations(large, len(small))
    ]
    kept = [[value for value in values if value and value >= threshold] for values in found]
    if threshold:
        return max(map(sum, kept))
    return max((len(values), sum(values)) for values in kept)


@given(RANGES, RANGES)
def test_matching_is_the_best_of_all_pairings(one, two):
    edges = overlapping(units(one), units(two))
    assert abs(match(edges, 0.5).iou.sum() - best(one, two, 0.5)) < 1e-4
    most = match(edges)
    count, total = best(one, two, 0.0)
    assert len(most.one) == count
    assert abs(most.iou.sum() - total) < 1e-4
