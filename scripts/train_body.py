"""Train the model that finds bodies and titles, from the marked scrapes in `tests/data/scrapes`.

    python scripts/train_body.py [--folds N] [--variations N]

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
from scrapes import Marked, Scrape, read_half
from vary import vary

from annotate.corpus.body import select_bodies
from annotate.corpus.clean import clean
from annotate.corpus.edits import EditedText
from annotate.corpus.lines import Lines, key_of
from annotate.corpus.model import MODEL, STAGES, TITLE, Model, again, describe, matrix_of
from annotate.corpus.repeats import without_repeats
from annotate.corpus.trees import SCALE, Trees, chance
from annotate.corpus.words import HASHES, Words, words_of

Array = NDArray[Any]
SEED = 7
DEPTH = 4
VARIATIONS = 10  # of each file
VARIED = 0.6  # what they weigh
VARIANT = 0.3  # what a line weighs that says the title otherwise
COPY = 0.5  # what a second copy of a body line weighs
INNER = 4  # folds within which the chances for the next stage are found
TREES = {"first": 100, "second": 150, "third": 150, TITLE: 100}
FORESTS = {"second": 2, "third": 3}  # grown from other seeds
BIAS = {TITLE: 2000}  # thousandths
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
    clear: Array
    file: Array
    original: Array


def lesson(scrapes: Sequence[Scrape], originals: Sequence[bool]) -> Lesson:
    """Lay the marks over the lines that the pipeline sees."""
    cleaned = [clean(EditedText(scrape.text)) for scrape in scrapes]
    edited = [each.then(without_repeats(each.clean).edits) for each in cleaned]
    lines = Lines.of([each.clean for each in edited])
    size = len(lines)
    body, title = np.zeros(size, int), np.zeros(size, int)
    weight, clear = np.zeros(size), np.zeros(size)
    for scrape, each, rows in zip(scrapes, edited, lines.rows(), strict=True):
        page = lines.pages[int(lines.page[rows.start])] if rows.stop > rows.start else None
        if page is not None:
            body[rows], title[rows], weight[rows], clear[rows] = _marks(scrape, each, page)
    names = sorted({scrape.name for scrape in scrapes})
    file = np.array([names.index(scrape.name) for scrape in scrapes])[lines.page]
    original = np.array(originals)[lines.page]
    less = np.where(original, 1, VARIED)
    return Lesson(lines, body, title, weight * less, clear * less, file, original)


def _marks(scrape: Scrape, edited: EditedText, page: Any) -> tuple[Array, Array, Array, Array]:
    """Give for each line whether it is body, whether the title, and what it weighs for either.

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
    variant = most(marked["T"])
    weight = (0.4 + np.minimum(total, 400) / 120) * min(3.0, max(0.7, (3000 / sum(total)) ** 0.5))
    keys = [key_of(string) for string in page.strings]
    known = {key for key, is_body in zip(keys, body, strict=True) if is_body}
    copies = most(marked["R"]) & np.array([key in known for key in keys])
    name = key_of(" ".join((scrape.title or "").split()))
    titles = variant & np.array([key == name for key in keys])
    clear = np.where(variant & ~titles, VARIANT, 1.0)
    return body | copies, titles, np.where(copies, COPY * weight, weight), clear


class Vocabulary:
    """In how many files each word stands in the body, and in how many beside it."""

    def __init__(self, taught: Lesson, words: Words) -> None:
        line = words.line
        self.seen = self._keys(taught, words)
        own = np.unique(self.seen[np.isin(self.seen, self._keys(taught, words, originals=True))])
        self.body = np.bincount((own[own & 1 == 1] >> 1) % HASHES, minlength=HASHES)
        self.noise = np.bincount((own[own & 1 == 0] >> 1) % HASHES, minlength=HASHES)
        self.own = own
        self.word, self.of = words.stem, taught.file[line]

    @staticmethod
    def _keys(taught: Lesson, words: Words, *, originals: bool = False) -> Array:
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
    words = words_of(taught.lines)
    vocabulary = Vocabulary(taught, words)
    known = describe(taught.lines, words, vocabulary.odds_elsewhere())
    base = matrix_of(known.columns)
    deal = np.random.default_rng(SEED).permutation(taught.file.max() + 1) % INNER
    fold = deal[taught.file]
    trees, matrix = dict[str, Trees](), base
    likely, trees[STAGES[0]] = _stage(STAGES[0], base, taught.body, taught, fold)
    for stage in STAGES[1:]:
        more = again(known, likely)
        matrix = np.concatenate((base, matrix_of(more)))
        likely, trees[stage] = _stage(stage, matrix, taught.body, taught, fold)
    trees[TITLE] = _fit(matrix, taught.title, taught.clear, TITLE)
    return Model(vocabulary.odds(), trees, (*known.columns, *more))


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


def _stage(
    name: str, matrix: Array, wanted: Array, taught: Lesson, fold: Array
) -> tuple[Array, Trees]:
    """Fit the trees of a stage; gives also the chances that trees of other files see."""
    likely = np.zeros(len(fold), np.int64)
    for each in range(INNER):
        others, own = fold != each, fold == each
        trees = _fit(matrix[:, others], wanted[others], taught.weight[others], name)
        likely[own] = chance(trees.sums(matrix[:, own]))
    return likely, _fit(matrix, wanted, taught.weight, name, FORESTS.get(name, 1))


def _fit(matrix: Array, wanted: Array, weight: Array, name: str, forests: int = 1) -> Trees:
    """Fit trees; of several forests, grown from other seeds, the mean counts."""
    grown = [_grown(matrix, wanted, weight, name, SEED + number) for number in range(forests)]
    return mean(grown, BIAS.get(name, 0))


def _grown(matrix: Array, wanted: Array, weight: Array, name: str, seed: int) -> CatBoostClassifier:
    model = CatBoostClassifier(
        iterations=TREES[name],
        depth=DEPTH,
        learning_rate=0.08,
        l2_leaf_reg=8,
        rsm=0.4,
        border_count=32,
        bootstrap_type="Bernoulli",
        subsample=0.7,
        boosting_type="Plain",
        random_seed=seed,
        thread_count=2,
        verbose=False,
        allow_writing_files=False,
    )
    model.fit(matrix.T, wanted, sample_weight=weight)
    return model


def mean(models: Sequence[CatBoostClassifier], bias: int) -> Trees:
    """Turn fitted trees into trees of whole numbers, each question kept once."""
    questions: dict[tuple[int, float], int] = {}
    asked, leaves, start = [], [], 0.0
    for model in models:
        told = _told(model)
        start += told["scale_and_bias"][1][0]
        for tree in told["oblivious_trees"]:
            splits = [
                (each["float_feature_index"], each["border"]) for each in tree["splits"] or ()
            ]
            row = [questions.setdefault(each, len(questions)) for each in splits]
            asked.append(row + row[:1] * (DEPTH - len(row)) if row else [0] * DEPTH)
            values = np.array(tree["leaf_values"]) * SCALE / len(models)
            leaves.append(np.round(values).astype(np.int32)[np.arange(1 << DEPTH) % len(values)])
    feature, border = zip(*questions, strict=True)
    return Trees(
        np.array(feature, np.int16),
        np.array(border, np.float32),
        np.array(asked, np.int16),
        np.array(leaves, np.int32),
        round(start * SCALE / len(models)) + bias,
    )


def _told(model: CatBoostClassifier) -> Any:
    """Read what a model consists of."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "model.json")
        model.save_model(str(place), format="json")
        return json.loads(place.read_bytes())


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
        model = train(
            [each for each, at in zip(files, deal, strict=True) if at != fold], variations
        )
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
