"""Make label_config/ and datasets/ from the sample: the schema, and the recorded ledger.

There are two releases, so that there is a change list to look at. The second is made of the
whole ledger. The first is made of the ledger without the articles of `wire.jsonl`, and for every
third chunk without the first annotator's answer and what was decided, so that the others' answers
stand meanwhile, or nothing does: in the second, articles are new and labels corrected. Its number
is that of the difference.

`scripts/generate.py` writes them, `scripts/generate.py --check` fails where they differ.
Rows are compared always; bytes only under the pyarrow that constraints.txt pins, because
another one may write the same rows as other bytes.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from annotate.corpus import prepare
from annotate.flows.init import init
from annotate.labels.shelf import MAIN
from annotate.ledger import Ledger
from annotate.release.build import publish
from annotate.release.files import read_parquet
from annotate.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
WAITING = 3  # of so many chunks one has no first answer in the first release
LEDGER = ROOT / "annotate" / "sample" / "labels"


def main() -> int:
    check = "--check" in sys.argv
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        workspace = sample_workspace(Path(scratch) / "sample")
        write_ledger(workspace, earlier=True)
        publish(workspace, version="1.0.0")
        write_ledger(workspace)
        publish(workspace)
        for name in ("label_config", workspace.relative(workspace.releases)):
            made, kept = workspace.root / name, ROOT / name
            if check:
                problems += differences(made, kept)
            else:
                shutil.rmtree(kept, ignore_errors=True)
                shutil.copytree(made, kept)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    if problems:
        print("hint: scripts/generate.py makes these files again", file=sys.stderr)
    else:
        print("generated files:", "all are what their sources give" if check else "written")
    return bool(problems)


def sample_workspace(folder: Path) -> Workspace:
    """Make the sample workspace, without a ledger."""
    init(folder, sample=True)
    workspace = Workspace.find(folder)
    prepare(workspace)
    return workspace


def write_ledger(workspace: Workspace, *, earlier: bool = False) -> None:
    """Put the recorded ledger into the workspace, or what of it the first release is made of."""
    shutil.rmtree(workspace.labels, ignore_errors=True)
    shutil.copytree(LEDGER, workspace.labels)
    if not earlier:
        return
    tasks, answers = (workspace.labels / f"{name}.jsonl" for name in ("tasks", "annotations"))
    article_of = {
        row["chunk_id"]: row["chunk"]["article_id"]
        for row in Ledger(tasks)
        if row["event"] == "present" and row["role"] == MAIN
    }
    pushed = [chunk for chunk, article in article_of.items() if article.startswith("articles/")]
    waiting = set(pushed[::WAITING])
    answered = (row for row in Ledger(answers) if row["role"] == MAIN)
    first = min(answered, key=lambda row: row["annotation_id"])["annotator"]

    def there(row: dict[str, Any]) -> bool:
        if row["chunk_id"] in waiting:
            return bool(row["role"] == MAIN and row.get("annotator") != first)
        return row["chunk_id"] in pushed

    keep(tasks, there)
    keep(answers, there)


def keep(path: Path, wanted: Callable[[dict[str, Any]], bool]) -> None:
    """Leave out the lines of a ledger that are not wanted; the others stay as they are."""
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if wanted(orjson.loads(line))))


def differences(made: Path, kept: Path) -> list[str]:
    names = {
        path.relative_to(base).as_posix()
        for base in (made, kept)
        for path in base.rglob("*")
        if path.is_file()
    }
    exact = version("pyarrow") == pinned("pyarrow")
    return [
        f"{kept.relative_to(ROOT)}/{name} is not what its source gives"
        for name in sorted(names)
        if not same(made / name, kept / name, exact=exact)
    ]


def same(made: Path, kept: Path, *, exact: bool) -> bool:
    """Compare two files; with another pyarrow, by what they hold instead of by their bytes."""
    if not made.exists() or not kept.exists():
        return False
    if made.read_bytes() == kept.read_bytes():
        return True
    return not exact and content(made) == content(kept)


def content(file: Path) -> object:
    """What a file of a release says, without the hashes and sizes that hang on its bytes."""
    if file.suffix == ".parquet":
        return read_parquet(file)
    if file.name == "MANIFEST.json":
        manifest = orjson.loads(file.read_bytes())
        rows = {name: entry["rows_sha256"] for name, entry in manifest["files"].items()}
        return manifest | {"files": rows, "tools": None}
    lines = file.read_text(encoding="utf-8").splitlines()
    if file.name == "SHA256SUMS":
        return [line.split()[1] for line in lines]
    return [line for line in lines if not re.search(r"sha256:|num_bytes:", line)]


def pinned(package: str) -> str:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return next(
        line.split("==")[1].split(";")[0].strip()
        for line in lines
        if line.startswith(f"{package}==")
    )


if __name__ == "__main__":
    sys.exit(main())
