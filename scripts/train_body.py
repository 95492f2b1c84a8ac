"""Train the model that finds bodies and titles, from the marked scrapes in `tests/data/scrapes`.

    python scripts/train_body.py [--folds N] [--variations N] [--check]

Without `--folds` the model is trained on all of `tuning/` and written into the package. With it
the files are dealt into N folds, each judged by a model of the others, and nothing is written.
`held/` and `fresh/` are never read.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from catboost import CatBoostClassifier
from numpy.typing import NDArray
from score_body import Score, summary
from scrapes import BODY, Marked, Scrape, read_half
from vary import vary

from annotate.corpus import context, features
from annotate.corpus.body import select_bodies
from annotate.corpus.clean import clean
from annotate.corpus.edits import EditedText
from annotate.corpus.lines import Lines, key_of
from annotate.corpus.model import MODEL, STAGES, TITLE, Model, again, describe, matrix_of
from annotate.corpus.trees import SCALE, Trees, chance
from annotate.corpus.words import HASHES

Array = NDArray[Any]
SEED = 7
VARIATIONS = 8  # of each file
VARIED = 0.6  # what they weigh
COPY = 0.5  # what a second copy of a body line weighs
INNER = 4  # folds within which the chances for the next stage are found
TREES = {"first": 120, "second": 200, "third": 200, TITLE: 100}
BIAS = {"third": 150}
FEWEST_FILES = 3  # that must hold a word for it to say something
MOST_ODDS = 40


@dataclass
class Lesson:
    """The lines of many scrapes with what is to be learnt of each.

    `file` numbers the files that lines come from; variations count as their file.
    """

    lines: Lines
    body: Array
    title: Array
    weight: Array
    file: Array
    original: Array


def lesson(scrapes: Sequence[Scrape], originals: Sequence[bool]) -> Lesson:
    """Lay the marks over the lines that the pipeline sees."""
    edited = [clean(EditedText(scrape.text)) for scrape in scrapes]
    lines = Lines.of([each.clean for each in edited])
    size = len(lines)
    body, title, weight = np.zeros(size, int), np.zeros(size, int), np.zeros(size)
    for scrape, each, rows in zip(scrapes, edited, lines.rows(), strict=True):
        page = lines.pages[int(lines.page[rows.start])] if rows.stop > rows.start else None
        if page is not None:
            body[rows], title[rows], weight[rows] = _marks(scrape, each, page)
    names = sorted({scrape.name for scrape in scrapes})
    file = np.array([names.index(scrape.name) for scrape in scrapes])[lines.page]
    original = np.array(originals)[lines.page]
    return Lesson(lines, body, title, weight * np.where(original, 1, VARIED), file, original)


def _marks(scrape: Scrape, edited: EditedText, page: Any) -> tuple[Array, Array, Array]:
    """Give for each line of a page whether it is body, whether the title, and what it weighs.

    A second copy of a body line counts as body: which of the two stays is settled later.
    """
    visible = np.array([not char.isspace() for char in scrape.text], bool)
    marked = {mark: np.zeros(len(scrape.text), bool) for mark in "BHRT"}
    for mark, ranges in scrape.ranges.items():
        for start, end in ranges:
            if mark in marked:
                marked[mark][start:end] = visible[start:end]
    spans = [edited.to_raw(*span) for span in page.spans]
    total = np.array([visible[slice(*span)].sum() for span in spans])

    def most(mark: Array) -> Array:
        return np.array([mark[slice(*span)].sum() for span in spans]) * 2 > total

    body = most(marked["B"] | marked["H"])
    weight = 0.4 + np.minimum(total, 400) / 120
    keys = [key_of(string) for string in page.strings]
    known = {key for key, is_body in zip(keys, body, strict=True) if is_body}
    copies = most(marked["R"]) & np.array([key in known for key in keys])
    name = key_of(" ".join((scrape.title or "").split()))
    titles = most(marked["T"]) & np.array([key == name for key in keys])
    return body | copies, titles, np.where(copies, COPY * weight, weight)


class Vocabulary:
    """In how many files each word stands in the body, and in how many beside it."""

    def __init__(self, taught: Lesson, words: Any) -> None:
        line = words.line
        self.seen = self._keys(taught, words)
        own = np.unique(self.seen[np.isin(self.seen, self._keys(taught, words, originals=True))])
        self.body = np.bincount((own[own & 1 == 1] >> 1) % HASHES, minlength=HASHES)
        self.noise = np.bincount((own[own & 1 == 0] >> 1) % HASHES, minlength=HASHES)
        self.own = own
        self.word, self.of = words.stem, taught.file[line]

    @staticmethod
    def _keys(taught: Lesson, words: Any, *, originals: bool = False) -> Array:
        of = taught.file[words.line].astype(np.int64)
        keys = ((of * HASHES + words.stem) << 1) | taught.body[words.line]
        return keys[taught.original[words.line]] if originals else keys

    def odds(self) -> Array:
        """Give in tenths of log-odds how each word speaks for noise."""
        return _odds(self.noise, self.body)

    def odds_elsewhere(self) -> Array:
        """Give the odds of each word of each line by the other files than its own."""
        keys = (self.of.astype(np.int64) * HASHES + self.word) << 1
        noise = self.noise[self.word] - np.isin(keys, self.own)
        body = self.body[self.word] - np.isin(keys | 1, self.own)
        return _odds(noise, body)


def _odds(noise: Array, body: Array) -> Array:
    odds = np.round(10 * np.log((noise + 0.5) / (body + 0.5)))
    heard = noise + body >= FEWEST_FILES
    return np.where(heard, np.clip(odds, -MOST_ODDS, MOST_ODDS), 0).astype(np.int64)


def train(files: Sequence[Marked], variations: int) -> Model:
    """Train all stages; each learns from chances that models of other files gave."""
    taught = lesson(*_varied(files, variations))
    known = describe(taught.lines, np.zeros(HASHES, np.int64))
    vocabulary = Vocabulary(taught, known.words)
    _hear(known, vocabulary.odds_elsewhere())
    base = matrix_of(known.columns)
    deal = np.random.default_rng(SEED).permutation(taught.file.max() + 1) % INNER
    fold = deal[taught.file]
    trees, matrix = dict[str, Trees](), base
    for stage in STAGES:
        likely, trees[stage] = _stage(stage, matrix, taught.body, taught, fold)
        matrix = np.concatenate((base, again(known, likely)))
    trees[TITLE] = _fit(matrix, taught.title, np.ones(len(taught.lines)), TITLE)
    return Model(vocabulary.odds(), trees)


def _varied(files: Sequence[Marked], variations: int) -> tuple[list[Scrape], list[bool]]:
    rng = np.random.default_rng(SEED)
    scrapes, originals = list[Scrape](), list[bool]()
    for marked in files:
        varied = (vary(marked, files, rng).scrape() for _ in range(variations))
        for number, scrape in enumerate((marked.scrape(), *varied)):
            if scrape.text.strip():
                scrapes.append(scrape)
                originals.append(number == 0)
    return scrapes, originals


def _hear(known: Any, noise: Array) -> None:
    """Put what words say in place of what was described without it."""
    columns = features.noise_columns(known.lines, known.words, noise)
    known.columns.update(columns)
    known.columns.update(context.context_columns(known.lines, known.columns))


def _stage(
    name: str, matrix: Array, wanted: Array, taught: Lesson, fold: Array
) -> tuple[Array, Trees]:
    """Fit the trees of a stage; gives also the chances that trees of other files see."""
    likely = np.zeros(len(fold), np.int64)
    for each in range(INNER):
        others, own = fold != each, fold == each
        trees = _fit(matrix[:, others], wanted[others], taught.weight[others], name)
        likely[own] = chance(trees.sums(matrix[:, own]))
    return likely, _fit(matrix, wanted, taught.weight, name)


def _fit(matrix: Array, wanted: Array, weight: Array, name: str) -> Trees:
    model = CatBoostClassifier(
        iterations=TREES[name],
        depth=4,
        learning_rate=0.08,
        l2_leaf_reg=8,
        rsm=0.4,
        border_count=32,
        bootstrap_type="Bernoulli",
        subsample=0.7,
        boosting_type="Plain",
        random_seed=SEED,
        thread_count=2,
        verbose=False,
        allow_writing_files=False,
    )
    model.fit(matrix.T, wanted, sample_weight=weight)
    return whole(model, BIAS.get(name, 0))


def whole(model: CatBoostClassifier, bias: int) -> Trees:
    """Turn fitted trees into trees of whole numbers, each question kept once."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "model.json")
        model.save_model(str(place), format="json")
        told = json.loads(place.read_bytes())
    questions: dict[tuple[int, float], int] = {}
    asked, leaves = [], []
    for tree in told["oblivious_trees"]:
        splits = [(each["float_feature_index"], each["border"]) for each in tree["splits"] or ()]
        row = [questions.setdefault(each, len(questions)) for each in splits]
        depth = 4 - len(row)
        asked.append(row + row[:1] * depth if row else [0] * 4)
        values = np.round(np.array(tree["leaf_values"]) * SCALE).astype(np.int32)
        leaves.append(values[np.arange(16) % len(values)])
    feature, border = zip(*questions, strict=True)
    start = round(told["scale_and_bias"][1][0] * SCALE)
    return Trees(
        np.array(feature, np.int16),
        np.array(border, np.float32),
        np.array(asked, np.int16),
        np.array(leaves, np.int32),
        start + bias,
    )


def judged(model: Model, scrapes: Sequence[Scrape]) -> list[Score]:
    """Score a model on whole selections."""
    from score_body import scored

    edited = [clean(EditedText(scrape.text)) for scrape in scrapes]
    texts = [each.clean for each in edited]
    found = select_bodies(texts, [None] * len(texts), model)
    return [scored(*each) for each in zip(scrapes, edited, found, strict=True)]


def cross_validate(files: Sequence[Marked], folds: int, variations: int) -> None:
    """Print how well models judge the files that they have not seen, by layout and language."""
    deal = np.random.default_rng(SEED).permutation(len(files)) % folds
    groups: dict[str, list[Score]] = {}
    worst = []
    for fold in range(folds):
        model = train([each for each, at in zip(files, deal, strict=True) if at != fold], variations)
        unseen = [each.scrape() for each, at in zip(files, deal, strict=True) if at == fold]
        for scrape, score in zip(unseen, judged(model, unseen), strict=True):
            worst.append((score.f1, scrape.name, score))
            for group in ("all", scrape.layout, scrape.lang):
                groups.setdefault(group, []).append(score)
    for group, scores in groups.items():
        print(f"{group:18}", "  ".join(f"{key} {value}" for key, value in summary(scores).items()))
    for f1, name, score in sorted(worst)[:30]:
        print(f"{f1:.3f} {name} {score}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--variations", type=int, default=VARIATIONS)
    options = parser.parse_args()
    files = read_half("tuning")
    if options.folds:
        cross_validate(files, options.folds, options.variations)
        return
    train(files, options.variations).save(MODEL)
    print(f"{MODEL.name}: trained on {len(files)} files")


if __name__ == "__main__":
    main()
