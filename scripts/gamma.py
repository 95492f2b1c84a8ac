"""γ of Mathet, Widlöcher and Métivier 2015, for the few units of a worked example.

It is here to hold published values against it, not to measure corpora: pygamma-agreement does that,
and is GPL. The best alignment is exact; what chance would give is drawn, as the paper has it: each
coder of a random continuum is one of the real ones, cut at a random place and joined the other way
round, no two cuts nearer to each other than the average length of a unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

Unit = tuple[float, float, str]
Coders = Sequence[Sequence[Unit]]
POSITION, CATEGORY, NOTHING = 3.0, 1.0, 1.0  # the weights α and β of the paper, and its Δ∅


def dissimilarity(one: Unit | None, two: Unit | None) -> float:
    """Compare two units, or a unit with none."""
    if one is None or two is None:
        return NOTHING
    apart = abs(one[0] - two[0]) + abs(one[1] - two[1])
    place = (apart / (one[1] - one[0] + two[1] - two[0])) ** 2
    return NOTHING * (POSITION * place + CATEGORY * (one[2] != two[2]))


def disorder(coders: Coders) -> float:
    """Find the alignment of all units with the least disorder, and give that."""
    rows = [[*((unit, number) for number, unit in enumerate(units)), None] for units in coders]
    begins = np.cumsum([0, *map(len, coders)])
    pairs = len(coders) * (len(coders) - 1) / 2
    costs, members = list[float](), list[list[int]]()
    for chosen in product(*rows):
        inside = [int(begins[who]) + one[1] for who, one in enumerate(chosen) if one]
        cost = sum(
            dissimilarity(one and one[0], two and two[0]) for one, two in combinations(chosen, 2)
        )
        # What costs more than its units alone is in no best alignment.
        if inside and cost <= len(coders) * pairs * NOTHING:
            costs.append(cost / pairs)
            members.append(inside)
    table = np.zeros((int(begins[-1]), len(costs)))
    for column, inside in enumerate(members):
        table[inside, column] = 1
    once = LinearConstraint(table, 1, 1)
    found = milp(costs, integrality=np.ones(len(costs)), bounds=Bounds(0, 1), constraints=once)
    return float(found.fun) / (begins[-1] / len(coders))


def gamma(coders: Coders, length: float, *, draws: int = 300, seed: int = 1) -> float:
    """Set the disorder of the best alignment against that of as many random continua."""
    random = np.random.default_rng(seed)
    by_chance = np.mean([disorder(_shuffled(coders, length, random)) for _ in range(draws)])
    return 1 - disorder(coders) / float(by_chance)


def _shuffled(coders: Coders, length: float, random: np.random.Generator) -> Coders:
    units = [unit for each in coders for unit in each]
    least = sum(end - start for start, end, _ in units) / len(units)
    return [
        _turned(coders[int(random.integers(len(coders)))], cut, length)
        for cut in _cuts(len(coders), length, least, random)
    ]


def _cuts(count: int, length: float, least: float, random: np.random.Generator) -> list[float]:
    """Draw so many places, none nearer to another than `least`, around the end as well."""
    while True:
        cuts = random.uniform(0, length, count).tolist()
        apart = (abs(one - two) for one, two in combinations(cuts, 2))
        if all(min(each, length - each) >= least for each in apart):
            return [float(cut) for cut in cuts]


def _turned(units: Sequence[Unit], cut: float, length: float) -> list[Unit]:
    """Let a continuum begin at a cut; a unit that begins before it goes to the end, whole."""
    moved = ((length if start < cut else 0.0) - cut for start, _, _ in units)
    return [
        (start + by, end + by, label) for by, (start, end, label) in zip(moved, units, strict=True)
    ]
