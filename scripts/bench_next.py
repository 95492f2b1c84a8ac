"""Measures the next release of a dataset: one answer in 50 relabelled, one in 100 new.

    scripts/bench next [--articles N]

Publishes a quarter of the articles and all of them, each twice: the first release, and after the
ledger has grown the next one, which is compared with the first. An article has four chunks, nearly
all with one answer. Exit status 1 when a limit is not kept.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench_publish import STAGES, measured
from bench_publish_rows import answers_to, make_workspace
from bench_report import Limit, table

from annotate.ledger import Ledger
from annotate.workspace import Workspace

Json = dict[str, Any]
RELABELLED, NEW = 50, 100  # one answer in so many
LATER = "2031-05-01T08:00:00.000000Z"
OTHER = {"Support": "Oppose", "Oppose": "Neutral", "Neutral": "Support"}
HEADS = ("answers", "release", *(stage for stage, _, _ in STAGES), "other", "all", "peak MB")


def held_back(workspace: Workspace) -> list[bytes]:
    """Take the last answers off the ledger, and give them."""
    path = workspace.labels / "annotations.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    count = len(lines) // NEW
    path.write_bytes(b"".join(lines[:-count]))
    return lines[-count:]


def grow(workspace: Workspace, held: list[bytes]) -> None:
    """Add the answers that were held back, and some of the others as they were changed since."""
    ledger = Ledger(workspace.labels / "annotations.jsonl")
    changed = [_changed(row) for number, row in enumerate(ledger) if number % RELABELLED == 0]
    ledger.append(changed)
    with ledger.path.open("ab") as file:
        file.writelines(held)


def _changed(row: Json) -> Json:
    for result in row["annotation"]["result"]:
        labels = result["value"]["labels"]
        result["value"]["labels"] = [OTHER.get(label, label) for label in labels]
    row["annotation"]["updated_at"] = LATER
    return row | {"pulled_at": LATER}


def both(folder: Path, count: int) -> tuple[Json, Json]:
    """Publish the first release of so many articles, and the next."""
    workspace = make_workspace(folder, count)
    held = held_back(workspace)
    first = measured("whole", workspace.root)
    grow(workspace, held)
    following = measured("whole", workspace.root)
    assert Path(following["path"]).name != Path(first["path"]).name
    return first, following


def line(count: int, run: Json) -> tuple[object, ...]:
    stages = list(run["stages"].values())
    told = (*stages, run["seconds"] - sum(stages), run["seconds"])
    figures = (f"{one:.1f}" for one in told)
    return count, Path(run["path"]).name, *figures, f"{run['peak']:.0f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--articles", type=int, default=4000)
    options = parser.parse_args()
    lines, runs = [], []
    for count in (options.articles // 4, options.articles):
        with tempfile.TemporaryDirectory() as folder:
            found = both(Path(folder), count)
        runs.append(found)
        lines += [line(answers_to(count), run) for run in found]
    print("CPU s by stage; comparing with the last release is in `other`\n")
    print(table(HEADS, lines), end="\n\n")
    (_, small), (first, large) = runs
    answers = answers_to(options.articles)
    ratio = large["seconds"] / first["seconds"]
    growth = large["seconds"] / small["seconds"]
    limits = [
        Limit("CPU seconds of the next release, by those of the first", ratio, 1.5),
        Limit("CPU seconds of the next release for four times the answers", growth, 4.8),
        Limit(f"peak of the next release, of {answers} answers", large["peak"], 400, "MB"),
    ]
    print(table(("", "what", "figure", "", "limit", ""), [limit.row() for limit in limits]))
    return 0 if all(limit.holds for limit in limits) else 1


if __name__ == "__main__":
    sys.exit(main())
