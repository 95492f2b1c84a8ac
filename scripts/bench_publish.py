"""Measures publishing: rows to Parquet, ledger to release by stage, diff, equal and shared bytes.

    scripts/bench publish [--rows N] [--articles N] [--diff-rows N]

Each measurement is a fresh process. Exit status 1 when a limit is not kept.
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
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from bench_publish_chunks import shared
from bench_publish_rows import CHUNKS, annotation_rows, make_workspace, spans_rows
from bench_report import Limit, table

from annotate.release.build import publish
from annotate.release.columns import tables
from annotate.release.diff import diff
from annotate.release.draft import check_offsets
from annotate.release.files import data_file, file_sha256, write_parquet
from annotate.release.links import find_links
from annotate.release.rows import build_rows
from annotate.release.source import read_source
from annotate.schema import load_schema, schema_features
from annotate.workspace import Workspace

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent
SCHEMA = load_schema(ROOT / "annotate" / "schema" / "starter.yaml")
HELD = 50_000  # rows that the other routes get: they hold all of them
CHANGED, ADDED = 50, 100  # every so many rows are relabelled, or added, in the diff


def write_rows(folder: Path, count: int) -> Json:
    """Rows to Parquet as a release writes them."""
    return {"rows": write_parquet(folder / "ours.parquet", annotation_rows(count), TABLE).rows}


def make_rows(_folder: Path, count: int) -> Json:
    """The rows alone: what making them takes is taken off the others."""
    return {"rows": sum(1 for _ in annotation_rows(count))}


def from_list(folder: Path, count: int) -> Json:
    """The same rows through `Dataset.from_list` and `to_parquet`."""
    import datasets

    datasets.disable_progress_bars()
    made = datasets.Dataset.from_list(list(annotation_rows(count)))
    made.to_parquet(str(folder / "theirs.parquet"))
    return {"rows": len(made)}


def whole(folder: Path, _count: int) -> Json:
    """Everything from ledger to placed release, as `annotate publish` does it."""
    report = publish(Workspace.find(folder))
    return {"path": str(folder / str(report.path))}


def stages(folder: Path, _count: int) -> Json:
    """The stages one after the other, and the time of each."""
    workspace, found = Workspace.find(folder), {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        begun = time.process_time()
        result = work()
        found[name] = round(time.process_time() - begun, 2)
        return result

    source = timed("read ledgers and corpus", partial(read_source, workspace))
    known = source.articles, source.answered
    timed("find what belongs together", partial(find_links, *known, source.chunks))
    timed("make rows", partial(build_rows, source))
    del source, known
    report = timed("all of `annotate publish`", lambda: publish(workspace))
    timed("prove offsets", lambda: check_offsets(folder / str(report.path)))
    return {"stages": found}


def compare(folder: Path, _count: int) -> Json:
    found = diff(str(folder / "1.0.0"), str(folder / "1.0.1"))
    return {"counts": found.counts, "reasons": [reason.words for reason in found.reasons]}


TABLE = tables(SCHEMA)["annotations"]
RUNS: dict[str, Callable[[Path, int], Json]] = {
    run.__name__: run for run in (write_rows, make_rows, from_list, whole, stages, compare)
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
    print(json.dumps(result | {"seconds": seconds, "wall": wall, "peak": peak_megabytes()}))


def peak_megabytes() -> float:
    """Read the largest resident set of this process; `getrusage` would give its parent's too."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM"))


def rows_to_parquet(folder: Path, count: int) -> list[Limit]:
    held = min(HELD, count)
    lines, rates = [], {}
    for name, number in (("write_rows", count), ("write_rows", held), ("from_list", held)):
        bare, full = measured("make_rows", folder, number), measured(name, folder, number)
        rates[name, number] = number / (full["seconds"] - bare["seconds"])
        lines.append((name, number, f"{rates[name, number]:.0f}", f"{full['peak']:.0f}"))
    print(table(("route", "rows", "rows per CPU s", "peak MB"), lines), end="\n\n")
    ratio = rates["write_rows", held] / rates["from_list", held]
    peak = float(lines[0][3])
    return [
        Limit("rows per CPU s against from_list and to_parquet", ratio, 5, at_least=True),
        Limit(f"peak of writing {count} rows", peak, 400, "MB"),
    ]


def ledger_to_release(folder: Path, count: int) -> list[Limit]:
    lines, seconds, peaks = [], [], []
    for number in (count // 4, count // 2, count):
        workspace = make_workspace(folder / str(number), number)
        result = measured("stages", workspace.root)
        shutil.rmtree(workspace.releases)
        peaks.append(measured("whole", workspace.root)["peak"])
        seconds.append(result["stages"]["all of `annotate publish`"])
        lines.append((number * CHUNKS, *result["stages"].values(), f"{peaks[-1]:.0f}"))
    heads = ("answers", *(f"{name}, CPU s" for name in result["stages"]), "peak MB of publish")
    print(table(heads, lines), end="\n\n")
    return [
        Limit("CPU seconds for twice the answers", seconds[-1] / seconds[-2], 2.4),
        Limit(f"peak of publishing {count * CHUNKS} answers", peaks[-1], 400, "MB"),
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
    parser.add_argument("--diff-rows", type=int, default=200_000)
    parser.add_argument("--run", nargs=3, metavar=("NAME", "DIR", "N"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run_one(options.run[0], Path(options.run[1]), int(options.run[2]))
        return 0
    limits = []
    for work, count in (
        (rows_to_parquet, options.rows),
        (ledger_to_release, options.articles),
        (difference, options.diff_rows),
        (equal_bytes, options.articles // 4),
        (shared_bytes, options.diff_rows),
    ):
        with tempfile.TemporaryDirectory() as folder:
            limits += work(Path(folder), count)
    print(table(("", "what", "figure", "", "limit", ""), [limit.row() for limit in limits]))
    return 0 if all(limit.holds for limit in limits) else 1


if __name__ == "__main__":
    sys.exit(main())
