"""Measures agreement: a large corpus in time and memory, and a small case against γ.

    scripts/bench quality [--chunks N] [--draws N] [--gamma PYTHON]

γ is that of pygamma-agreement, which is GPL: it runs in an environment of its own, made for the
run unless PYTHON has the package. Exit status 1 when a limit is not kept.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from bench_publish import peak_megabytes
from bench_report import Limit, table

from annotate.labels.annotation import Annotation, Attribute, Relation, Span
from annotate.quality.agreement import Agreement, compare
from annotate.quality.answers import collect
from annotate.schema import load_schema
from annotate.workspace import AgreementSettings

Json = dict[str, Any]
Meant = tuple[int, str, str, str]
ROOT = Path(__file__).resolve().parent.parent
SCHEMA = load_schema(ROOT / "annotate" / "sample" / "label_config" / "schema.yaml")
TOPICS = [label.name for label in SCHEMA.layer("topic").labels]
SIDES = [label.name for label in SCHEMA.layer("stance").labels]
ENTITIES = [entity.id for entity in SCHEMA.entities]
PEOPLE = ("annotator-1", "annotator-2", "annotator-3")
GROUPS = 4  # of a speaker, a stance and its topic: 12 spans in an answer
STRIDE = 500  # code points from one group to the next
PER_ARTICLE = 1  # chunks: the most articles that there can be
DAYS = 28
GAMMA = "pygamma-agreement==0.5.9"
UNITS = 200


def chunk_of(name: str) -> Json:
    number = int(name)
    home = {"article_id": f"article-{number // PER_ARTICLE}", "index": number % PER_ARTICLE}
    return home | {"text": "word " * (GROUPS * STRIDE // 5)}


def answers(chunks: int) -> Iterator[Annotation]:
    """Three answers to every chunk, with slips: moved, relabelled and missing spans."""
    rng = random.Random(1)  # noqa: S311 -- not for secrets
    for number in range(chunks):
        meant = [
            (at * STRIDE, rng.choice(SIDES), rng.choice(TOPICS), rng.choice(ENTITIES))
            for at in range(GROUPS)
        ]
        day = f"2026-11-{1 + number * DAYS // chunks:02d}T10:00:00Z"
        for person in PEOPLE:
            groups = [slipped(at, group, rng) for at, group in enumerate(meant)]
            spans = tuple(span for group in groups for span in group)
            links = tuple(
                Relation(kind, f"{head}{at}", f"{tail}{at}", "auto")
                for at in range(GROUPS)
                for kind, head, tail in (("says", "s", "p"), ("about", "p", "t"))
            )
            yield Annotation(
                *(number, str(number), number, 1, person, SCHEMA.version, day, day, 60.0),
                skipped=False,
                prelabelled=False,
                spans=spans,
                relations=links,
            )


def slipped(at: int, meant: Meant, rng: random.Random) -> list[Span]:
    start, side, topic, entity = meant
    start += rng.randrange(9) * (rng.random() < 0.2)  # noqa: PLR2004 -- a share
    side = rng.choice(SIDES) if rng.random() < 0.1 else side  # noqa: PLR2004 -- a share
    who = (Attribute("entity", entity), Attribute("speaker_type", "person", "auto"))
    how = (Attribute("quote", "direct"), Attribute("voice", "speaker"))
    return [
        Span(f"s{at}", start, start + 15, "speaker", "Speaker", who),
        Span(f"p{at}", start + 20, start + 140, "stance", side, how),
        Span(f"t{at}", start + 60, start + 85, "topic", topic),
    ]


def corpus(chunks: int, draws: int) -> Json:
    """Everything from answers to figures; reading the ledger is measured by `publish`."""
    begun = time.perf_counter()
    held = collect(answers(chunks), SCHEMA, chunk_of)
    read = time.perf_counter()
    found = compare(held, AgreementSettings(draws=draws))
    ended, peak = time.perf_counter(), peak_megabytes()
    return {
        "spans": len(held.spans),
        "articles": found.overall.articles,
        "collect, s": read - begun,
        "compare, s": ended - read,
        "CPU s": time.process_time(),
        "peak MB": peak,
        "figures": sum(map(len, found.overall.figures.values())),
    }


def small_case() -> dict[str, list[tuple[int, int, str]]]:
    """Two coders of one text of many units."""
    rng = np.random.default_rng(1)
    first = [
        (at * 40 + int(rng.integers(3)), at * 40 + 15 + int(rng.integers(15)), str(label))
        for at, label in enumerate(rng.choice(SIDES, UNITS))
    ]
    second = [
        (start + int(rng.integers(3)), end + int(rng.integers(4)), label)
        if rng.random() < 0.85  # noqa: PLR2004 -- a share
        else (start, end, str(rng.choice(SIDES)))
        for start, end, label in first
    ]
    return {"one": first, "two": second}


def ours(case: dict[str, list[tuple[int, int, str]]], draws: int) -> tuple[Agreement, float]:
    """All figures of the small case, best of three as the first run imports."""
    text = "x" * (UNITS * 40 + 40)
    given = [
        Annotation(
            *(1, "0", 1, 1, name, SCHEMA.version, "2026-11-01", "2026-11-01", None),
            skipped=False,
            prelabelled=False,
            spans=tuple(
                Span(str(at), start, end, "stance", label)
                for at, (start, end, label) in enumerate(units)
            ),
        )
        for name, units in case.items()
    ]
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        held = collect(given, SCHEMA, lambda _: {"article_id": "a", "index": 0, "text": text})
        found = compare(held, AgreementSettings(draws=draws))
        times.append(time.perf_counter() - begun)
    return found, min(times)


def gamma(case: dict[str, list[tuple[int, int, str]]], python: str | None, folder: Path) -> Json:
    if python is None:
        venv.create(folder / "gamma", with_pip=True)
        python = str(folder / "gamma" / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", GAMMA], check=True)
    done = subprocess.run(
        [python, Path(__file__).with_name("bench_gamma.py")],
        input=json.dumps(case),
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--chunks", type=int, default=10_000)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--gamma", metavar="PYTHON")
    parser.add_argument("--corpus", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.corpus:
        print(json.dumps(corpus(options.chunks, options.draws)))
        return 0
    sizes = ("--chunks", str(options.chunks), "--draws", str(options.draws))
    command = [sys.executable, __file__, "--corpus", *sizes]
    large = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    heads = ("chunks", *large)
    row = (options.chunks, *(f"{round(value, 1):g}" for value in large.values()))
    print(table(heads, [row]), end="\n\n")
    case = small_case()
    found, seconds = ours(case, options.draws)
    with tempfile.TemporaryDirectory() as folder:
        theirs = gamma(case, options.gamma, Path(folder))
    alpha = found.overall.figure("stance", "u_alpha").value
    rows = [
        ("all figures of `annotate agreement`, uα", f"{alpha:.3f}", f"{seconds:.3f}"),
        (f"γ of {GAMMA}", f"{theirs['gamma']:.3f}", f"{theirs['seconds']:.3f}"),
    ]
    print(table((f"2 × {UNITS} units", "value", "seconds"), rows), end="\n\n")
    whole = large["collect, s"] + large["compare, s"]
    limits = [
        Limit(f"{options.chunks} chunks × 3 annotators × 12 spans", whole, 30, "s"),
        Limit("peak of that process", large["peak MB"], 500, "MB"),
        Limit("times as fast as γ", theirs["seconds"] / seconds, 50, at_least=True),
    ]
    print(table(("", "what", "figure", "", "limit", ""), [limit.row() for limit in limits]))
    return 0 if all(limit.holds for limit in limits) else 1


if __name__ == "__main__":
    sys.exit(main())
