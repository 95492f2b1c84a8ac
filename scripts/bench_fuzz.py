"""Prepare random, truncated and damaged files of every form, and count how they end.

    scripts/bench fuzz [--files N] [--seed N]

Makes the files as `tests/unit/corpus/test_fuzz.py` does. Exit status 1 when one is lost or a run
fails.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench_report import table

import annotate
from annotate.corpus import prepare, read_articles, read_rejected
from tests.unit.corpus.test_fuzz import damaged, valid_files

ROUND = 60  # files in one workspace


def run(files: int, seed: int) -> tuple[Counter[str], Counter[str], int, float]:
    """Give what articles and rejections came out, how many files were lost, and the seconds."""
    good, chance = valid_files(), random.Random(seed)  # noqa: S311 - no secrets are made
    ends, codes, lost = Counter[str](), Counter[str](), 0
    started = time.process_time()
    for first in range(0, files, ROUND):
        with tempfile.TemporaryDirectory() as folder:
            annotate.init(Path(folder, "workspace"))
            workspace = annotate.Workspace.find(Path(folder, "workspace"))
            names = set()
            for number in range(first, min(files, first + ROUND)):
                name = chance.choice(sorted(good))
                path = workspace.articles / f"{number:06}-{name}"
                path.write_bytes(damaged(good[name], chance))
                names.add(f"articles/{path.name}")
            prepare(workspace)
            articles, rejected = read_articles(workspace), read_rejected(workspace)
        ends.update(each.status for each in articles)
        codes.update(each.code for each in rejected)
        sources = (each.source.path.partition("!")[0] for each in (*articles, *rejected))
        lost += len(names - set(sources))
    return ends, codes, lost, time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    ends, codes, lost, seconds = run(options.files, options.seed)
    print(f"seed {options.seed}: {options.files} files, {lost} lost, {seconds:.0f} CPU s")
    print(table(("articles", ""), sorted(ends.items())))
    print(table(("rejected", ""), sorted(codes.items())))
    raise SystemExit(bool(lost))


if __name__ == "__main__":
    main()
