"""The rows of a release that is being built, before it has a version."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from annotate.corpus.names import NameIndex
from annotate.quality.answers import Answers
from annotate.release.row_spill import RowSpill
from annotate.release.splits import SPLITS


class SplitIndex:
    """The splits of articles, by hashes of their ids."""

    def __init__(self) -> None:
        self._names, self._splits = NameIndex(), array("B")

    def add(self, article_id: str, split: str) -> None:
        self._names.add(article_id)
        self._splits.append(SPLITS.index(split))

    def numbers(self, hashes: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Give the place in `SPLITS` of each article's split."""
        found: NDArray[np.uint8] = np.array(self._splits)[self._names.last_of(hashes)]
        return found


@dataclass
class Built:
    """Rows by config, the split of each article, and what is worth counting."""

    rows: dict[str, RowSpill] = field(default_factory=dict)
    # The rows of `articles` say the same.
    split_of: SplitIndex = field(default_factory=SplitIndex, compare=False)
    undecided: int = 0
    in_conflict: int = 0  # of the chunks without a decision
    conflicts: Counter[str] = field(default_factory=Counter)  # by kind
    weights: Mapping[str, float] = field(default_factory=dict)  # of the annotators' votes
    # What several people answered; until their agreement is measured.
    compared: Answers | None = field(default=None, compare=False)
    groups_without_triple: int = 0
    leaked: list[str] = field(default_factory=list)  # answers that quote what is not published
    set_aside: Counter[str] = field(default_factory=Counter)

    def split_numbers(self, config: str) -> NDArray[np.uint8]:
        """Give the place in `SPLITS` of the split of each row."""
        return self.rows[config].of_articles(self.split_of.numbers)

    def part(self, config: str, split: str) -> RowSpill:
        """Give the rows of one config that are in one split."""
        chosen = np.flatnonzero(self.split_numbers(config) == SPLITS.index(split))
        return self.rows[config].chosen(chosen)

    def counts(self, config: str) -> dict[str, int]:
        """Count the rows of a config in each split that has some."""
        found = np.bincount(self.split_numbers(config), minlength=len(SPLITS))
        return {split: int(count) for split, count in zip(SPLITS, found, strict=True) if count}

    def splits(self, config: str) -> list[str]:
        """List the splits in which a config has rows."""
        return list(self.counts(config))
