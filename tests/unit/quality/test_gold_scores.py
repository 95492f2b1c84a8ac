"""Golds of simulated annotators, whose true answers are known."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"


@pytest.fixture(scope="module")
def scores():
    sys.path.insert(0, str(SCRIPTS))
    yield importlib.import_module("score_gold")
    sys.path.remove(str(SCRIPTS))


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_gold_beats_a_majority_by_token_by_what_is_promised(scores, number):
    case = scores.CASES[number]
    scored = scores.score(case, range(3))
    assert scores.holds(case, scored), (case.name, scores.gains(scored))


def test_the_cases_promise_what_was_gained_on_polnear(scores):
    assert scores.CASES[0].promised == (round(0.796 - 0.742, 3), round(0.897 - 0.875, 3))
    assert scores.CASES[2].promised == (round(0.808 - 0.618, 3), round(0.904 - 0.814, 3))


def test_the_same_seed_gives_the_same_answers(scores):
    one, two = (list(scores.answers(scores.THREE, 7)) for _ in range(2))
    assert one == two
    assert one != list(scores.answers(scores.THREE, 8))
