"""Prepare one corpus with one process and with many, some of them killed, and compare the bytes.

    scripts/bench workers [--articles N] [--workers N] [--seed N]

Every run is a fresh `annotate prepare` in a workspace of its own. Exit status 1 when a corpus
differs from that of one process.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bench_corpus import articles, write_jsonl
from bench_report import table

FILES = ("articles.jsonl", "chunks.jsonl", "rejected.jsonl")
NOBODY = "no worker was found to kill"
PAUSE = 0.02
PATIENCE = 120.0  # seconds to wait for a run to get so far

Harm = Callable[[subprocess.Popen[bytes], Path], str]


def parts_of(workspace: Path) -> int:
    """Count the shards that are done."""
    return len(list((workspace / ".annotate" / "prepare" / "parts").glob("*-end")))


def wait_for_parts(run: subprocess.Popen[bytes], workspace: Path, count: int) -> None:
    until = time.monotonic() + PATIENCE
    while parts_of(workspace) < count and run.poll() is None and time.monotonic() < until:
        time.sleep(PAUSE)


def children(pid: int) -> list[int]:
    """List the processes below one, the deepest last."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children(int(child))]
    return found


def kill_a_worker(run: subprocess.Popen[bytes], workspace: Path) -> str:
    """Kill a worker with SIGKILL once the first shard is done."""
    wait_for_parts(run, workspace, 1)
    workers = [pid for pid in children(run.pid) if b"spawn_main" in _command(pid)]
    if workers and run.poll() is None:
        os.kill(workers[-1], signal.SIGKILL)
        return f"a worker was killed after {parts_of(workspace)} shards"
    return NOBODY


def kill_all(run: subprocess.Popen[bytes], workspace: Path) -> str:
    """Kill the run and all its workers once two shards are done."""
    wait_for_parts(run, workspace, 2)
    with suppress(ProcessLookupError):
        os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    return f"all were killed after {parts_of(workspace)} shards, and it was run again"


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


class Runs:
    """All runs on one corpus."""

    def __init__(self, folder: Path, corpus: Path) -> None:
        self.folder, self.corpus = folder, corpus
        self.rows: list[tuple[object, ...]] = []
        self.first = ""

    def run(self, name: str, *options: str, harm: Harm | None = None) -> None:
        """Prepare once; compare with the first run."""
        workspace = self.folder / name.replace(" ", "-")
        annotate = (sys.executable, "-m", "annotate")
        subprocess.run([*annotate, "init", workspace], check=True, capture_output=True)
        os.link(self.corpus, workspace / "articles" / "corpus.jsonl")
        command = (*annotate, "prepare", "-C", str(workspace), *options)
        print(f"running {name}", file=sys.stderr)
        started, note = time.monotonic(), ""
        while True:
            with subprocess.Popen(
                command,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            ) as process:
                if harm and not note:
                    note = harm(process, workspace)
                status = process.wait()
            if status != -signal.SIGKILL:
                break
        digest = _digest(workspace) if status == 0 else ""
        self.first = self.first or digest
        same = "same bytes" if digest == self.first else "OTHER BYTES"
        self.rows.append((name, status, f"{time.monotonic() - started:.1f}", same, note))


def _digest(workspace: Path) -> str:
    hashed = hashlib.sha256()
    for name in FILES:
        hashed.update((workspace / "corpus" / name).read_bytes())
    return hashed.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    many = ("--workers", str(options.workers))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        corpus = Path(folder, "corpus.jsonl")
        write_jsonl(corpus, articles(options.articles, options.seed))
        size = corpus.stat().st_size / 1e6
        runs = Runs(Path(folder), corpus)
        runs.run("one process")
        runs.run(f"{options.workers} workers", *many)
        runs.run("a worker killed", *many, harm=kill_a_worker)
        runs.run("all killed", *many, harm=kill_all)
    print(f"seed {options.seed}: {options.articles} articles, {size:.0f} MB")
    print(table(("", "exit status", "wall s", "corpus", ""), runs.rows))
    failed = any(row[1] or row[3] != "same bytes" or row[4] == NOBODY for row in runs.rows)
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
