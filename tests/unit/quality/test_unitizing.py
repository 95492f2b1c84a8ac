"""The α family for unitising against published values, and against what it must be by its idea."""

from __future__ import annotations

import random

import numpy as np
import pytest

from annotate.quality.coefficients import alpha
from annotate.quality.overlaps import Units, flatten
from annotate.quality.unitizing import unitizing_alpha

# Mathet, Widlöcher, Métivier 2015: the units of three coders on a continuum of 60.
MATHET = {
    "Alex": [(2, 9, 1), (11, 17, 2), (24, 30, 5), (32, 36, 6), (36, 44, 6), (44, 60, 7)],
    "Paul": [(2, 9, 1), (11, 17, 3), (19, 25, 5), (32, 44, 6)],
    "Suzan": [(2, 9, 1), (11, 17, 4), (21, 27, 5), (32, 36, 6), (36, 40, 6), (40, 44, 6)],
}


def published(*values):
    """Values to four digits, as papers round them."""
    return [pytest.approx(value, abs=0.5001e-4) for value in values]


def computed(found):
    return [found.u, found.binary, found.coded, found.coverage]


def test_the_worked_example_of_two_coders():
    coders = [[(0, 4, "a"), (6, 8, "b")], [(1, 4, "a"), (6, 9, "b")]]
    assert computed(unitizing_alpha(coders, 10)) == published(0.7298, 0.6313, 1.0, 0.5)


def test_the_example_of_mathet_with_three_coders():
    coders = [[(a, b, str(label)) for a, b, label in units] for units in MATHET.values()]
    assert computed(unitizing_alpha(coders, 60)) == published(0.5097, 0.4132, 0.7241, 0.4611)


def test_one_unit_against_its_pieces_is_not_the_older_alpha():
    coders = [[(1, 9, "a")], [(2, 3, "a"), (4, 5, "a"), (6, 7, "a")]]
    assert round(unitizing_alpha(coders, 10).u, 4) == 0.1818


def test_identical_coders_agree_perfectly():
    units = [(0, 4, "a"), (6, 8, "b")]
    found = unitizing_alpha([units, units], 20)
    assert (found.u, found.binary, found.coded) == (1, 1, 1)
    assert found.by_label == {"a": 1, "b": 1}


def test_one_empty_coder_does_not_agree():
    found = unitizing_alpha([[(0, 4, "a"), (6, 8, "b")], []], 20)
    assert found.u <= 0
    assert found.binary <= 0
    assert found.coded is None


def test_where_nobody_marks_anything_all_is_undefined():
    found = unitizing_alpha([[], []], 20)
    assert (found.u, found.binary, found.coded, found.by_label) == (None, None, None, {})


def characters_and_units(seed, coders):
    """Let coders label characters at random; also gives each of them as a unit of its own."""
    rng = random.Random(seed)
    length = rng.randrange(5, 60)
    marks = [
        [rng.choice((None, None, "a", "b", "c")) for _ in range(length)] for _ in range(coders)
    ]
    units = [[(i, i + 1, label) for i, label in enumerate(row) if label] for row in marks]
    return list(zip(*marks, strict=True)), unitizing_alpha(units, length)


@pytest.mark.parametrize("coders", [2, 3, 5])
@pytest.mark.parametrize("seed", range(5))
def test_units_of_one_character_give_the_nominal_alpha_of_characters(seed, coders):
    characters, found = characters_and_units(seed, coders)
    filled = [[value or "gap" for value in item] for item in characters]
    assert found.u == pytest.approx(alpha(filled))
    binary = [[bool(value) for value in item] for item in characters]
    assert found.binary == pytest.approx(alpha(binary))


@pytest.mark.parametrize("seed", range(5))
def test_for_two_coders_gaps_are_missing_values_to_the_coded_alpha(seed):
    characters, found = characters_and_units(seed, 2)
    assert found.coded == pytest.approx(alpha(characters))


def columns(*rows):
    return Units(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)


def flat(*rows):
    found = flatten(columns(*rows), 3)
    units = zip(*(column.tolist() for column in found.units), strict=True)
    return [(track, start, end, found.labels[label]) for track, start, end, label in units]


def test_twins_become_one_unit_with_both_labels():
    assert flat((0, 5, 9, 2), (0, 5, 9, 0)) == [(0, 5, 9, (0, 2))]
    assert flat((0, 5, 9, 2), (0, 5, 9, 2)) == [(0, 5, 9, (2,))]


def test_nested_units_go_for_the_outer_one_and_crossing_ones_are_cut():
    assert flat((0, 0, 9, 0), (0, 2, 4, 1), (0, 5, 9, 2)) == [(0, 0, 9, (0,))]
    assert flat((0, 0, 5, 0), (0, 3, 9, 1)) == [(0, 0, 5, (0,)), (0, 5, 9, (1,))]


def test_units_of_two_texts_have_nothing_to_do_with_each_other():
    assert flat((1, 2, 4, 1), (0, 0, 9, 0)) == [(0, 0, 9, (0,)), (1, 2, 4, (1,))]
