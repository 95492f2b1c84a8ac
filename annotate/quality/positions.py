"""Agreement on who takes which side on what: sets of triples, article by article."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array, hstack

from annotate.corpus.names import Numbers
from annotate.quality.answers import Answers
from annotate.quality.coefficients import CROSSING, SUBSET
from annotate.quality.figures import Counts, Figure, figure, summed
from annotate.quality.overlaps import Floats, Ints
from annotate.quality.pairings import Pairings

_BLOCK = 64  # articles whose sets are compared with all others at a time
_MANY = 1000  # articles from which on second-order terms are left out of an interval
_EXACT = 1e-9


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
    distance = 1 - similarity(common, *sizes)
    return Compared(pairings.article[first], common, *sizes, distance, pairings.weight[first])


def similarity(common: Floats, one: Floats, two: Floats) -> Floats:
    """Give 1 - MASI distance, from the sizes of sets and of what they have in common."""
    union = one + two - common
    subset = np.where(common == np.minimum(one, two), SUBSET, CROSSING)
    jaccard = np.divide(common, union, out=np.ones_like(union), where=union > 0)
    return np.asarray(np.where(common == union, 1, subset * jaccard), dtype=common.dtype)


def masi_alpha(answers: Answers, pairings: Pairings, drawn: Counts) -> Figure:
    """Compute α with MASI distance; an item is what the same people labelled of an article.

    `drawn` counts articles in every draw.
    """
    compared = compare_sets(answers, pairings, whole=False)
    articles = drawn.shape[1]
    observed = np.bincount(
        compared.article, 2 * compared.distance * compared.weight, minlength=articles
    )
    sets = _sets(answers, pairings)
    counts = np.vstack([np.ones((1, articles), dtype=drawn.dtype), drawn])
    held = np.bincount(sets.article, minlength=articles).astype(float)
    alike, own = _alike(sets, counts)
    total, seen, squares, less = summed(
        counts, np.column_stack([held, observed, held**2, held**2 - own])
    ).T
    twice, once_less = summed(counts**2, np.column_stack([held**2, held**2 - own])).T
    # Two copies of one article are alike because they are one: they are not compared.
    pairs = total**2 + squares - twice - total
    expected = total**2 - alike + less - once_less
    alpha = np.full(len(total), np.nan)
    np.divide(seen / total * pairs, expected, out=alpha, where=expected > _EXACT * total**2)
    again = (1 - alpha[1:], articles)
    return figure("masi_alpha", "sets of triples", float(1 - alpha[0]), again, int(total[0]))


def _sets(answers: Answers, pairings: Pairings) -> Sets:
    """Give every person's set for each group, in order of the articles."""
    numbers = Numbers()
    annotator = np.array([numbers[each.annotator] for each in answers.given])
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


def _alike(sets: Sets, counts: Counts) -> tuple[Floats, Floats]:
    """Sum the similarity of all sets to all, for every draw; and for every article to its own.

    The sets of all articles are too many for one table: a block of articles is done at a time.
    With many articles, only what is linear in how often each was drawn is kept of pairs of
    different ones; the rest is smaller by their number.
    """
    articles = counts.shape[1]
    exact = counts.T.astype(float) if articles <= _MANY else None
    own, whole, drawn = np.zeros(articles), np.zeros(articles), np.zeros(len(counts))
    for block, table in _blocks(sets, articles):
        whole[block] = table.sum(axis=1)
        near = table.tocoo()
        mine = near.col == block[near.row]
        own[block] = np.bincount(near.row[mine], near.data[mine], minlength=len(block))
        if exact is not None:
            drawn += ((table.toarray() @ exact) * exact[block]).sum(axis=0)
    if exact is None:
        others = whole - own
        drawn = summed(counts**2, own) + 2 * summed(counts, others) - others.sum()
    return drawn, own


def _blocks(sets: Sets, articles: int) -> Iterator[tuple[Ints, csr_array]]:
    """Give for some articles at a time how alike their sets are to those of all articles."""
    # An empty set holds "nothing": two of them are alike.
    nothing = csr_array(sets.members.sum(axis=1)[:, None] == 0, dtype=float)
    members = csr_array(hstack([sets.members, nothing]))
    size = np.asarray(members.sum(axis=1))
    distinct, number = _distinct(members)
    kinds, other = np.asarray(distinct.sum(axis=1)), csr_array(distinct.T)
    gather = csr_array((np.ones(len(number)), (number, sets.article)), shape=(len(kinds), articles))
    begins = np.flatnonzero(np.diff(sets.article, prepend=-1))
    ends = np.append(begins[1:], len(number))
    for at in range(0, len(begins), _BLOCK):
        rows = np.arange(begins[at], ends[at : at + _BLOCK][-1])
        common = csr_array(members[rows] @ other)
        of_row = np.repeat(size[rows], np.diff(common.indptr))
        common.data = similarity(common.data, of_row, kinds[common.indices])
        block, row = np.unique(sets.article[rows], return_inverse=True)
        join = csr_array((np.ones(len(rows)), (row, np.arange(len(rows)))))
        yield block, csr_array(join @ common @ gather)


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
