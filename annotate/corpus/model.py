"""The trained model of bodies and titles, and what it says of the lines of several pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotate.corpus import context, features
from annotate.corpus.features import Columns
from annotate.corpus.lines import Lines
from annotate.corpus.trees import Trees, chance
from annotate.corpus.words import HASHES, Shared, Words, content_words, rare_words, words_of

Array = NDArray[Any]
MODEL = Path(__file__).with_name("body.npz")
STAGES = ("first", "second", "third")
TITLE = "title"
_NO_TITLE = -10_000  # log-odds in thousandths, of lines from the body on


class Described(NamedTuple):
    """What is known of lines before any was judged."""

    lines: Lines
    shared: Shared
    rare: Shared
    columns: Columns


class Verdicts(NamedTuple):
    """What the model says of lines, and what it was told of them, by column.

    `body` and `title` are log-odds in thousandths, `chance` is that of being body, `doubt` how
    many thousandths of its words are likely misjudged.
    """

    body: Sequence[int]
    title: Sequence[int]
    chance: Sequence[int]
    doubt: Sequence[int]
    words: Sequence[int]
    credit: Sequence[bool]
    copies: Sequence[int]

    def by_page(self, lines: Lines) -> Iterator[Verdicts]:
        """Give the verdicts on the lines of each page."""
        columns: tuple[Sequence[Any], ...] = self
        return (Verdicts(*(column[rows] for column in columns)) for rows in lines.rows())


@dataclass(frozen=True)
class Model:
    """How much words speak for noise, by hash, and the trees of each stage."""

    odds: Array
    trees: dict[str, Trees]
    names: tuple[str, ...]  # of all columns that it was trained on, in order

    @classmethod
    @cache
    def load(cls) -> Model:
        """Read the model that the package brings."""
        with np.load(MODEL) as file:
            odds = np.zeros(HASHES, np.int8)  # small, for it is looked up at random
            odds[file["word"]] = file["odds"]
            trees = {name: Trees.read(file, name) for name in (*STAGES, TITLE)}
            return cls(odds, trees, tuple(str(file["names"]).split()))

    def save(self, place: Path) -> None:
        """Write the model."""
        word = np.flatnonzero(self.odds)
        trees = {
            f"{name}_{part}": array
            for name, each in self.trees.items()
            for part, array in each.arrays().items()
        }
        np.savez_compressed(
            place,
            word=word.astype(np.int32),
            odds=self.odds[word].astype(np.int8),
            names=np.array(" ".join(self.names)),
            allow_pickle=False,
            **trees,
        )

    def judge(self, lines: Lines) -> Verdicts:
        """Judge all lines: by themselves, and again by what was said of the others."""
        if not len(lines):
            return Verdicts(*([[]] * len(Verdicts._fields)))
        words = words_of(lines)
        known = describe(lines, words, self.odds[words.stem])
        matrix = np.empty((len(self.names), len(lines)), np.float32)
        base, more = np.split(matrix, [len(known.columns)])
        _fill(base, known.columns)
        sums = self.trees[STAGES[0]].sums(base)
        for name in STAGES[1:]:
            _fill(more, again(known, chance(sums)))
            sums = self.trees[name].sums(matrix)
        titles = np.full(len(lines), _NO_TITLE, np.int64)
        early = lines.before(sums > 0) == 0
        titles[early] = self.trees[TITLE].sums(matrix[:, early])
        told = [known.columns[name] for name in ("words", "credit", "copies")]
        likely = chance(sums)
        doubt = np.minimum(likely, 1000 - likely) * told[0]
        return Verdicts(*(column.tolist() for column in (sums, titles, likely, doubt, *told)))


def describe(lines: Lines, words: Words, noise: Array) -> Described:
    """Describe each line by itself and by where it stands.

    `noise` says of each word how much it speaks for noise, 0 of one that nothing is known of.
    """
    columns = features.shape_columns(lines, words, noise)
    columns |= features.repeat_columns(lines, words)
    columns |= features.kind_columns(lines, columns)
    small = lines.per_page(columns["small_words"])
    caseless = lines.per_page(columns["caseless"] * columns["words"]) > small
    shared, rare = content_words(lines, words, caseless), rare_words(lines, words, noise)
    prior = np.where(columns["text"] > 0, context.LIKELY, context.UNLIKELY)
    columns |= context.topic_columns(lines, shared, prior, "known")
    columns |= context.topic_columns(lines, rare, prior, "rare")
    columns |= context.context_columns(lines, columns)
    return Described(lines, shared, rare, columns)


def again(known: Described, likely: Array) -> Columns:
    """Describe each line by what was said of the lines around it."""
    columns = context.chance_columns(known.lines, known.shared, known.columns, likely)
    return columns | context.topic_columns(known.lines, known.rare, likely, "rare_now")


def matrix_of(columns: Columns) -> Array:
    """Put columns under each other: a row for each name, a column for each line."""
    matrix = np.empty((len(columns), len(next(iter(columns.values())))), np.float32)
    _fill(matrix, columns)
    return matrix


def _fill(matrix: Array, columns: Columns) -> None:
    for row, column in zip(matrix, columns.values(), strict=True):
        row[:] = column
