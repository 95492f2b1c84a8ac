"""Measures publishing: rows to Parquet, ledger to release by stage, diff, equal and shared bytes.

    scripts/bench publish [--rows N] [--articles N] [--equal-articles N] [--diff-rows N]

Each measurement is a fresh process. An article has four chunks, nearly all with one answer, so the
whole path from ledger to release of 1,000,000 answers is `--articles 249501`; it takes one to two
hours, and about 20 GB for temporary files. Exit status 1 when a limit is not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonlines
import orjson
from bench_publish_chunks import shared
from bench_publish_rows import annotation_rows, answers_to, make_workspace, spans_rows
from bench_report import Limit, table

from annotate.release import build, draft
from annotate.release.columns import tables
from annotate.release.diff import diff
from annotate.release.files import data_file, file_sha256, write_parquet
from annotate.release.row_spill import RowSpill, line_of
from annotate.schema import load_schema, schema_features
from annotate.workspace import Workspace

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent
SCHEMA = load_schema(ROOT / "annotate" / "schema" / "starter.yaml")
HELD, ROUNDS = 50_000, 3  # rows that are held, for `from_list` needs all at once
CHANGED, ADDED = 50, 100  # every so many rows are relabelled, or added, in the diff


def ours_of_lines(folder: Path, count: int) -> Json:
    """Write rows that lie on disk as lines, as those of a release do before they are written."""
    spill = RowSpill()
    for row in annotation_rows(count):
        spill.append(row)
    write_parquet(folder / "ours.parquet", spill.chosen([0]), TABLE)  # loads what it needs
    return timed(lambda: write_parquet(folder / "ours.parquet", spill, TABLE))


def theirs_of_lines(folder: Path, count: int) -> Json:
    """Read the same lines, and write them with `Dataset.from_list` and `to_parquet`."""
    path = _lines(folder, count)
    convert([next(iter(annotation_rows(1)))], folder)

    def work() -> None:
        with jsonlines.open(path) as lines:
            convert(list(lines), folder)

    return timed(work)


def json_of_lines(folder: Path, count: int) -> Json:
    """Have `datasets` read the same lines itself, which finds the types by looking."""
    import datasets

    datasets.disable_progress_bars()
    one, every = (str(_lines(folder, rows)) for rows in (1, count))

    def work(path: str) -> None:
        with tempfile.TemporaryDirectory() as cache:  # what was read once is not read again
            rows = datasets.Dataset.from_json(path, cache_dir=cache)
            rows.to_parquet(str(folder / "theirs.parquet"))

    work(one)
    return timed(lambda: work(every))


def _lines(folder: Path, count: int) -> Path:
    """Write rows as lines, if that was not done."""
    path = folder / f"rows-{count}.jsonl"
    if not path.exists():
        with path.open("wb") as file:
            file.writelines(map(line_of, annotation_rows(count)))
    return path


def ours_of_objects(folder: Path, count: int) -> Json:
    """Write rows that are held as Python objects."""
    rows = list(annotation_rows(count))
    write_parquet(folder / "ours.parquet", rows[:1], TABLE)
    return timed(lambda: write_parquet(folder / "ours.parquet", rows, TABLE))


def theirs_of_objects(folder: Path, count: int) -> Json:
    """Write the same rows with `Dataset.from_list` and `to_parquet`."""
    rows = list(annotation_rows(count))
    convert(rows[:1], folder)
    return timed(lambda: convert(rows, folder))


def convert(rows: list[Json], folder: Path) -> None:
    import datasets

    datasets.disable_progress_bars()
    datasets.Dataset.from_list(rows).to_parquet(str(folder / "theirs.parquet"))


def ours_of_stream(folder: Path, count: int) -> Json:
    """Write rows as they come, none of which is held."""
    return {"rows": write_parquet(folder / "ours.parquet", annotation_rows(count), TABLE).rows}


def timed(work: Callable[[], object]) -> Json:
    """Give the seconds that something takes, and those of CPU."""
    begun, clock = time.process_time(), time.perf_counter()
    work()
    return {"took": time.perf_counter() - clock, "cpu": time.process_time() - begun}


class Stages:
    """Adds up what functions take while they are called as ever: CPU seconds, and the peak then.

    No stage may call another one. `highest` is the largest peak, that between the stages too.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peaks: dict[str, float] = {}
        self.highest = 0.0

    def time(self, stage: str, module: ModuleType, name: str) -> None:
        """Measure a function of a module from now on."""
        work = getattr(module, name)
        self.seconds[stage] = self.peaks[stage] = 0.0

        @wraps(work)
        def measured_work(*given: Any, **named: Any) -> Any:
            self._peak()
            begun = time.process_time()
            try:
                return work(*given, **named)
            finally:
                self.seconds[stage] += time.process_time() - begun
                self.peaks[stage] = max(self.peaks[stage], self._peak())

        setattr(module, name, measured_work)

    def _peak(self) -> float:
        """Read the peak, and begin it anew where the system lets us: else it only grows."""
        found = peak_megabytes()
        self.highest = max(self.highest, found)
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
        return found


def whole(folder: Path, _count: int) -> Json:
    """Everything from ledger to placed release, as `annotate publish` does it."""
    stages = Stages()
    for stage, module, name in STAGES:
        stages.time(stage, module, name)
    report = build.publish(Workspace.find(folder))
    path = str(folder / str(report.path))
    peaks = {"peaks": stages.peaks, "peak": max(stages.highest, peak_megabytes())}
    return {"path": path, "stages": stages.seconds, **peaks}


STAGES = (
    ("read ledgers and corpus", build, "read_source"),
    ("find what belongs together", build, "find_links"),
    ("deal out splits", build, "assign"),
    ("make rows", build, "build_rows"),
    ("write Parquet", draft, "write_parquet"),
    ("write the card", draft, "render_card"),
    ("prove", draft, "verify_release"),
)


def compare(folder: Path, _count: int) -> Json:
    found = diff(str(folder / "1.0.0"), str(folder / "1.0.1"))
    return {"counts": found.counts, "reasons": [reason.words for reason in found.reasons]}


TABLE = tables(SCHEMA)["annotations"]
RUNS: dict[str, Callable[[Path, int], Json]] = {
    run.__name__: run
    for run in (
        ours_of_lines,
        theirs_of_lines,
        json_of_lines,
        ours_of_objects,
        theirs_of_objects,
        ours_of_stream,
        whole,
        compare,
    )
}


def measured(name: str, folder: Path, count: int = 0, **environment: str) -> Json:
    """Run one of `RUNS` in a process of its own; adds CPU and wall seconds and peak MB."""
    command = [sys.executable, __file__, "--run", name, str(folder), str(count)]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | environment
    )
    if run.returncode:
        raise SystemExit(f"error: {name} ended with {run.returncode}\n{run.stderr}")
    return dict(json.loads(run.stdout))


def run_one(name: str, folder: Path, count: int) -> None:
    begun, clock = time.process_time(), time.perf_counter()
    result = RUNS[name](folder, count)
    seconds, wall = time.process_time() - begun, time.perf_counter() - clock
    print(json.dumps({"peak": peak_megabytes(), **result, "seconds": seconds, "wall": wall}))


def peak_megabytes() -> float:
    """Read the largest resident set of this process; `getrusage` would give its parent's too."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM"))


ROUTES = {
    "ours_of_lines": "lines on disk: write_parquet",
    "theirs_of_lines": "lines on disk: jsonlines, from_list, to_parquet",
    "json_of_lines": "lines on disk: from_json, to_parquet",
    "ours_of_objects": "objects in memory: write_parquet",
    "theirs_of_objects": "objects in memory: from_list, to_parquet",
}


def rows_to_parquet(folder: Path, count: int) -> list[Limit]:
    """Write the same rows by all routes in turn; then all rows by ours.

    The shortest run of a route counts, and its largest peak. What it takes to make the rows, and
    to load libraries, is in no time.
    """
    held = min(HELD, count)
    runs: dict[str, list[Json]] = {name: [] for name in ROUTES}
    for _ in range(ROUNDS):
        for name, found in runs.items():
            found.append(measured(name, folder, held))
    lines, rates = [], {}
    for name, found in runs.items():
        best = min(found, key=lambda run: float(run["took"]))
        rates[name] = held / best["took"]
        peak = max(run["peak"] for run in found)
        told = (f"{rates[name]:.0f}", f"{held / best['cpu']:.0f}", f"{peak:.0f}")
        lines.append((ROUTES[name], held, *told))
    streamed = measured("ours_of_stream", folder, count)["peak"]
    lines.append(("rows as they come: write_parquet", count, "", "", f"{streamed:.0f}"))
    heads = ("route", "rows", "rows per s", "rows per CPU s", "peak MB")
    print(table(heads, lines), end="\n\n")
    ratio = rates["ours_of_lines"] / rates["theirs_of_lines"]
    return [
        Limit("rows per s, from lines, against jsonlines and from_list", ratio, 5, at_least=True),
        Limit(f"peak of writing {count} rows", streamed, 400, "MB"),
    ]


def ledger_to_release(folder: Path, count: int) -> list[Limit]:
    """Publish a sixteenth, a quarter and all of the articles."""
    results, answers = [], []
    for number in (count // 16, count // 4, count):
        workspace = make_workspace(folder / str(number), number)
        results.append(measured("whole", workspace.root))
        answers.append(answers_to(number))
        shutil.rmtree(workspace.root)
        print(f"published {answers[-1]} answers in {results[-1]['wall']:.0f} s\n")
    heads = ("answers", *(stage for stage, _, _ in STAGES), "all")
    for what, key, total in (("CPU s", "stages", "seconds"), ("peak MB", "peaks", "peak")):
        lines = [
            (number, *(f"{one:.1f}" for one in result[key].values()), f"{result[total]:.1f}")
            for number, result in zip(answers, results, strict=True)
        ]
        print(table((f"{what}: {heads[0]}", *heads[1:]), lines), end="\n\n")
    return [
        Limit(
            "CPU seconds for four times the answers",
            results[-1]["seconds"] / results[-2]["seconds"],
            4.8,
        ),
        Limit(f"peak of publishing {answers[-1]} answers", results[-1]["peak"], 400, "MB"),
    ]


def release_of(folder: Path, version: str, rows: Iterable[Json]) -> None:
    """Write a release with the config `spans` alone."""
    name = data_file("spans", "train")
    written = write_parquet(folder / version / name, rows, tables(SCHEMA)["spans"])
    manifest = {
        "version": version,
        "files": {name: {"rows": written.rows, "sha256": file_sha256(folder / version / name)}},
        "schema": schema_features(SCHEMA),
        "publish": {"rights": "full"},
    }
    (folder / version / "MANIFEST.json").write_bytes(orjson.dumps(manifest))


def difference(folder: Path, count: int) -> list[Limit]:
    before = list(spans_rows(count))
    release_of(folder, "1.0.0", before)
    for number, row in enumerate(before):
        if number % CHANGED == 0:
            row["spans"][1]["label"] = (
                "Oppose" if row["spans"][1]["label"] != "Oppose" else "Support"
            )
    before += [row | {"id": f"new-{row['id']}"} for row in before[::ADDED]]
    release_of(folder, "1.0.1", before)
    del before
    result = measured("compare", folder)
    words = ", ".join(f"{name} {number}" for name, number in result["counts"].items())
    print(
        f"diff of {count} rows: {result['seconds']:.2f} s of CPU, {result['wall']:.2f} s in all, "
        f"{result['peak']:.0f} MB; {words}\n"
    )
    return [Limit(f"diff of two releases of {count} rows", result["wall"], 5, "s")]


def equal_bytes(folder: Path, count: int) -> list[Limit]:
    sums = []
    for number, shuffled in enumerate((False, True)):
        workspace = make_workspace(folder / f"equal-{number}", count, shuffled=shuffled)
        path = Path(measured("whole", workspace.root, PYTHONHASHSEED=str(number))["path"])
        sums.append((path / "SHA256SUMS").read_text(encoding="utf-8"))
    differing = len(set(sums[0].splitlines()) ^ set(sums[1].splitlines()))
    files = len(sums[0].splitlines())
    print(f"two processes, one with a shuffled ledger: {files} files, {differing} lines differ\n")
    return [Limit("lines of SHA256SUMS that differ", differing, 0)]


def shared_bytes(folder: Path, count: int) -> list[Limit]:
    """Write rows, and again with 2 % more behind them, as the order of a release puts them."""
    more = count + count // 50
    release_of(folder, "1.0.0", spans_rows(count))
    release_of(folder, "1.1.0", spans_rows(more))
    common, size = shared(folder / "1.0.0", folder / "1.1.0")
    print(
        f"{count} rows, then {more}: of {size / 1e6:.1f} MB of Parquet {common / size:.1%} are in "
        "pieces of the release before\n"
    )
    return [Limit("bytes shared with the last release", common / size, 0.9, at_least=True)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--articles", type=int, default=4000)
    parser.add_argument("--equal-articles", type=int, default=1000)
    parser.add_argument("--diff-rows", type=int, default=200_000)
    parser.add_argument("--run", nargs=3, metavar=("NAME", "DIR", "N"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run_one(options.run[0], Path(options.run[1]), int(options.run[2]))
        return 0
    limits = []
    for work, count in (  # what counts seconds of the clock comes together, after the long run
        (ledger_to_release, options.articles),
        (rows_to_parquet, options.rows),
        (difference, options.diff_rows),
        (equal_bytes, options.equal_articles),
        (shared_bytes, options.diff_rows),
    ):
        with tempfile.TemporaryDirectory() as folder:
            limits += work(Path(folder), count)
    print(table(("", "what", "figure", "", "limit", ""), [limit.row() for limit in limits]))
    return 0 if all(limit.holds for limit in limits) else 1


if __name__ == "__main__":
    sys.exit(main())
