"""Measure each stage of preparing alone, and the body F1, on the first articles of a corpus.

    python scripts/bench_stages.py FILE.jsonl COUNT SEED ROUNDS

`FILE` is what bench_corpus.py wrote for `SEED`. Prints one JSON object: CPU seconds of each
stage in every round, and how well body selection found what the generator knows.
"""

from __future__ import annotations

import gc
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from bench_corpus import make
from score_body import score_folder
from scrapes import Scrape

from annotate.corpus.article import Prepared, prepare_articles
from annotate.corpus.articles import Received
from annotate.corpus.body import select_bodies
from annotate.corpus.chunk import chunk_article
from annotate.corpus.clean import clean
from annotate.corpus.edits import EditedText
from annotate.corpus.flags import flags_of
from annotate.corpus.inputs import Input
from annotate.corpus.language import language_of
from annotate.corpus.merge import merge
from annotate.corpus.metadata import MetadataTable
from annotate.corpus.mojibake import mojibake
from annotate.corpus.parts import Part, RowFiles, Rows, new_part, rows_of
from annotate.corpus.pieces import Piece
from annotate.corpus.read import read_piece
from annotate.corpus.shards import BATCH, Recipe
from annotate.corpus.shingles import signature
from annotate.workspace import PrepareSettings

SCORED = 400  # articles; scoring looks at every character
_T = TypeVar("_T")


class Clock:
    """Sums up CPU seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def time(self, stage: str, work: Callable[[], _T]) -> _T:
        gc.collect()
        gc.freeze()  # what the stages before have left is no work of this one
        started = time.process_time()
        result = work()
        self.seconds[stage] = time.process_time() - started
        return result


def run(file: Path, count: int) -> dict[str, float]:
    """Take the articles through all stages, one stage after the other."""
    settings, clock = PrepareSettings(), Clock()
    recipe = Recipe(settings, MetadataTable([]), {})
    received = clock.time("read", lambda: list(itertools.islice(_read(file, settings), count)))
    keys = clock.time("key", lambda: [recipe.key(each) for each in received])
    decoded = clock.time(
        "mojibake", lambda: [EditedText(each.raw).through(mojibake).clean for each in received]
    )
    cleaned = clock.time("clean", lambda: [clean(EditedText(text)) for text in decoded])
    bodies = clock.time("body", lambda: list(_bodies(received, cleaned)))
    texts = [body.clean for body in bodies]
    flags = clock.time("flags", lambda: [flags_of(text) for text in texts])
    clock.time("language", lambda: [language_of(text) for text in texts])
    limit, target = settings.chunk_limit, settings.chunk_target
    clock.time(
        "chunk",
        lambda: [
            chunk_article(each.id, text, found, limit=limit, target=target)
            for each, text, found in zip(received, texts, flags, strict=True)
        ],
    )
    clock.time("signature", lambda: [signature(text) for text in texts])
    prepared = clock.time(
        "mojibake to signature, in one",
        lambda: list(_prepared(received, settings)),
    )
    pairs = list(zip(keys, prepared, strict=True))
    rows = clock.time("rows", lambda: [rows_of(key, *each) for key, each in pairs])
    clock.seconds["rows"] -= clock.seconds["signature"]
    clock.seconds["mojibake to signature, in one"] += clock.seconds["signature"]
    with tempfile.TemporaryDirectory() as folder:
        clock.time("write", lambda: _write(rows, Path(folder, "part")))
        clock.time("merge", lambda: _merge(Path(folder)))
    return clock.seconds


def _read(file: Path, settings: PrepareSettings) -> Iterator[Received]:
    for each in read_piece(Piece(Input(file, file.name)), settings):
        assert isinstance(each, Received), "the generator makes good records only"
        yield each


def _bodies(received: Sequence[Received], cleaned: Sequence[EditedText]) -> Iterator[EditedText]:
    for first in range(0, len(received), BATCH):
        batch = cleaned[first : first + BATCH]
        titles = [each.metadata.title for each in received[first : first + BATCH]]
        chosen = select_bodies([each.clean for each in batch], titles)
        for edited, selection in zip(batch, chosen, strict=True):
            body = edited.then(selection.edits)
            assert body.clean is not None, "the text is a part of the stage"
            yield body


def _prepared(received: Sequence[Received], settings: PrepareSettings) -> Iterator[Prepared]:
    for first in range(0, len(received), BATCH):
        for prepared in prepare_articles(received[first : first + BATCH], settings):
            assert isinstance(prepared, Prepared), "the generator makes good articles only"
            yield prepared


def _write(rows: Iterable[Rows], folder: Path) -> None:
    with new_part(folder, {}) as part:
        for each in rows:
            part.add(each)


def _merge(folder: Path) -> None:
    with RowFiles(folder / "draft") as files:
        merge([Part(folder / "part")], files, frozenset())
        files.seal({})


def scores(count: int, seed: int) -> dict[str, Any]:
    """Score body selection on the scrapes that are noisy, against what the generator put there."""
    made = (make(index, seed) for index in range(count))
    return score_folder(
        Scrape(each.record["id"], each.record["text"], {"B": each.body}, each.title, each.layout)
        for each in made
        if each.layout != "clean"
    )


def main() -> None:
    file, count, seed, rounds = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    run(file, count)  # models are loaded and expressions compiled
    result = {
        "rounds": [run(file, count) for _ in range(rounds)],
        "body": scores(min(count, SCORED), seed),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
