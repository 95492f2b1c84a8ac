"""Agreement on who takes which side on what: sets of triples, article by article."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from annotate.quality.answers import Answers, Numbers
from annotate.quality.coefficients import CROSSING, SUBSET
from annotate.quality.figures import FEWEST_ARTICLES, Figure, figure
from annotate.quality.overlaps import Floats, Ints
from annotate.quality.pairings import Pairings

Sizes = NDArray[np.floating[Any]]
_BLOCK = 64  # articles whose sets are compared with all others at a time


class Sets(NamedTuple):
    """Sets of triples: a row each, a column for each triple; `article` says whose each is."""

    members: csr_array
    article: Ints


def _union(answers: Answers, row: Ints, answer: Ints, rows: int) -> csr_array:
    """Join the triples of the answers that go into each row."""
    held = csr_array(
        (
            np.ones(len(answers.positions)),
            (answers.positions[:, 0], answers.positions[:, 1]),
        ),
        shape=(len(answers.given), max(1, len(answers.triples))),
    )
    gather = csr_array((np.ones(len(row)), (row, answer)), shape=(rows, len(answers.given)))
    joined = csr_array(gather @ held)
    joined.data[:] = 1
    return joined


class Compared(NamedTuple):
    """Two people on the chunks of one article, in columns: triples in common, and of either.

    `weight` is that of the pairings; `distance` is MASI.
    """

    article: Ints
    common: Floats
    one: Floats
    two: Floats
    distance: Floats
    weight: Floats


def compare_sets(answers: Answers, pairings: Pairings, *, whole: bool) -> Compared:
    """Compare the triples of every two people, article by article; `whole` joins its groups."""
    width = int(pairings.people.max(initial=0)) + 1
    home = pairings.article if whole else pairings.group
    _, first, row = np.unique(
        home * width + pairings.people, return_index=True, return_inverse=True
    )
    one, two = (_union(answers, row, picked, len(first)) for picked in (pairings.one, pairings.two))
    common = np.asarray(one.multiply(two).sum(axis=1))
    sizes = (np.asarray(one.sum(axis=1)), np.asarray(two.sum(axis=1)))
    distance = np.asarray(1 - similarity(common, *sizes), dtype=float)
    return Compared(pairings.article[first], common, *sizes, distance, pairings.weight[first])


def similarity(common: Sizes, one: Sizes, two: Sizes) -> Sizes:
    """Give 1 - MASI distance, from the sizes of sets and of what they have in common."""
    union = one + two - common
    subset = np.where(common == np.minimum(one, two), SUBSET, CROSSING)
    jaccard = np.divide(common, union, out=np.ones_like(union), where=union > 0)
    return np.asarray(np.where(common == union, 1, subset * jaccard), dtype=common.dtype)


def masi_alpha(answers: Answers, pairings: Pairings, annotator: Ints, drawn: Floats) -> Figure:
    """Compute α with MASI distance; an item is what the same people labelled of an article.

    `annotator` numbers the person behind each answer, `drawn` counts articles in every draw.
    """
    compared = compare_sets(answers, pairings, whole=False)
    articles = drawn.shape[1]
    observed = np.bincount(
        compared.article, 2 * compared.distance * compared.weight, minlength=articles
    )
    sets = _sets(answers, pairings, annotator)
    counts = np.vstack([np.ones(articles), drawn])
    held = np.bincount(sets.article, minlength=articles).astype(float)
    total = counts @ held
    alike, own = _alike(sets, counts.astype(np.float32))
    # Two copies of one article are alike because they are one: they are not compared.
    once = counts - counts**2
    compared_pairs = total**2 + once @ held**2 - total
    expected = total**2 - alike + once @ (held**2 - own)
    alpha = np.full(len(total), np.nan)
    # Of single precision only so much is right.
    np.divide(
        (counts @ observed) / total * compared_pairs,
        expected,
        out=alpha,
        where=expected > 1e-5 * total**2,
    )
    again = 1 - alpha[1:] if articles >= FEWEST_ARTICLES else np.empty(0)
    return figure("masi_alpha", "sets of triples", float(1 - alpha[0]), again, int(total[0]))


def _sets(answers: Answers, pairings: Pairings, annotator: Ints) -> Sets:
    """Give every person's set for each group, in order of the articles."""
    width = int(annotator.max(initial=0)) + 1
    answer = np.concatenate([pairings.one, pairings.two])
    keys, first, row = np.unique(
        np.tile(pairings.group, 2) * width + annotator[answer],
        return_index=True,
        return_inverse=True,
    )
    article = np.tile(pairings.article, 2)[first]
    order = np.argsort(article, kind="stable")
    members = _union(answers, row, answer, len(keys))
    return Sets(csr_array(members[order]), article[order])


def _alike(sets: Sets, counts: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Sum the similarity of all sets to all, for every draw; and for every article to its own.

    The sets of all articles are too many for one table: a block of articles is done at a time.
    """
    total, own = np.zeros(len(counts)), np.zeros(counts.shape[1])
    size = np.asarray(sets.members.sum(axis=1), dtype=np.float32)
    members = sets.members.astype(np.float32)
    distinct, number = _distinct(members)
    gather = csr_array(
        (np.ones(len(number), dtype=np.float32), (number, sets.article)),
        shape=(distinct.shape[0], counts.shape[1]),
    )
    kinds = np.asarray(distinct.sum(axis=1), dtype=np.float32)
    begins = np.flatnonzero(np.diff(sets.article, prepend=-1))
    for at in range(0, len(begins), _BLOCK):
        starts = begins[at : at + _BLOCK]
        stop = begins[at + _BLOCK] if at + _BLOCK < len(begins) else len(number)
        rows = slice(int(starts[0]), int(stop))
        common = (members[rows] @ distinct.T).toarray()
        alike = similarity(common, size[rows][:, None], kinds[None, :]) @ gather
        of_article = np.add.reduceat(alike, starts - starts[0], axis=0)
        own[sets.article[starts]] = of_article[np.arange(len(starts)), sets.article[starts]]
        total += ((of_article @ counts.T) * counts.T[sets.article[starts]]).sum(axis=0)
    return total, own


def _distinct(members: csr_array) -> tuple[csr_array, Ints]:
    """Give each set once, and which of them every row is."""
    known, first = Numbers(), list[int]()
    number = np.zeros(members.shape[0], dtype=np.int64)
    for row in range(members.shape[0]):
        held = members.indices[members.indptr[row] : members.indptr[row + 1]]
        number[row] = known[tuple(sorted(held.tolist()))]
        if number[row] == len(first):
            first.append(row)
    return csr_array(members[first]), number
