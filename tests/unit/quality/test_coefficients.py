"""α for values and MASI, against published values."""

from __future__ import annotations

import pytest

from annotate.quality.coefficients import alpha, masi_distance

# Krippendorff: Computing Krippendorff's Alpha-Reliability, 2011: 4 coders, 12 units.
CODERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
ITEMS = list(zip(*CODERS, strict=True))


@pytest.mark.parametrize(
    ("level", "expected"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_the_published_example(level, expected):
    assert round(alpha(ITEMS, level), 3) == expected


@pytest.mark.parametrize("items", [[], [["a"], ["b", None]], [["a", "a"], ["a", "a"]]])
def test_without_pairs_or_variation_alpha_is_undefined(items):
    assert alpha(items) is None


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ({1, 2}, {1, 2, 3}, 0.5556),
        ({1, 2}, {2, 3}, 0.8889),
        ({1}, {2}, 1.0),
        ({1}, set(), 1.0),
        (set(), set(), 0.0),
        ({1, 2}, {2, 1}, 0.0),
    ],
)
def test_masi(one, two, expected):
    assert round(masi_distance(one, two), 4) == expected
    assert masi_distance(one, two) == masi_distance(two, one)
