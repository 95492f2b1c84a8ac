"""Run the loop of a review on the sample, against a real Label Studio, and print what happens.

    python -m scripts.review_loop [--write]

`--write` puts it into docs/quality.md too.

Two simulated annotators label, a third person, simulated too, decides by the sample's own labels.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pyarrow.parquet import read_table

from annotate.corpus import prepare
from annotate.errors import RefusedError
from annotate.flows.decide import decide, tasks_of
from annotate.flows.demo import signed_up, simulate
from annotate.flows.init import init
from annotate.quality.cases import standings
from annotate.quality.conflicts import find_conflicts
from annotate.quality.ledgers import adjudicated, decisions
from annotate.release.build import publish
from annotate.studio.client import Studio
from annotate.studio.pull import pull
from annotate.studio.push import push
from annotate.studio.review import review_pull, review_push
from annotate.workspace import Workspace
from scripts.servers import sqlite_studio

DOCUMENT = Path(__file__).parents[1] / "docs" / "quality.md"
BEGIN, END = "<!-- review begin -->\n", "<!-- review end -->"


def states(workspace: Workspace) -> str:
    """Count where the chunks stand that several people answered."""
    counts = Counter(each.state for each in standings(workspace, decisions(workspace)))
    return ", ".join(f"{state} {n}" for state, n in counts.most_common())


def refused(workspace: Workspace) -> str:
    """Publish strictly, while nobody has decided."""
    try:
        publish(workspace, strict=True, dry_run=True)
    except RefusedError as error:
        return f"--strict is refused: {error.message}"
    raise AssertionError("--strict leaves conflicts out")


def loop(folder: Path, studio: Studio) -> Iterator[str]:
    """Give a line for every step."""
    init(folder, sample=True)
    workspace = Workspace.find(folder)
    prepare(workspace)
    yield f"push            {push(workspace, studio=studio).created} chunks"
    sent = simulate(workspace, studio, lambda _: None)
    yield f"label           {sent} answers of two simulated annotators"
    yield f"pull            {pull(workspace, studio=studio).new} answers"
    conflicts = find_conflicts(workspace)
    shared = sum(len(each.agreed.spans) for each in conflicts.values())
    yield f"conflicts       {len(conflicts)} chunks; {shared} spans in them are agreed on"
    yield f"publish         {refused(workspace)}"
    first, second = (review_push(workspace, studio=studio) for _ in range(2))
    yield f"review push     {first.created} sent to project {first.project_id}"
    yield f"review push     {second.created} the second time, {second.present} already there"
    yield f"review list     {states(workspace)}"
    names = Counter(
        prediction["model_version"]
        for task in tasks_of(studio, workspace).values()
        for prediction in task["predictions"]
    )
    yield "page            " + ", ".join(f"{n} × {name}" for name, n in sorted(names.items()))
    person = signed_up(studio, workspace, "decider")
    yield f"decide          {decide(studio, workspace, person)} chunks"
    yield f"review pull     {review_pull(workspace, studio=studio).new} decisions"
    found = decisions(workspace)
    kinds = Counter(kind for each in found.values() for kind in each.kinds)
    yield "differ in       " + ", ".join(f"{kind} {n}" for kind, n in kinds.most_common())
    yield f"adjudicated     {len(adjudicated(workspace))} chunks"
    yield f"review list     {states(workspace)}"
    again = pull(workspace, studio=studio)
    yield f"pull            {again.new} new, {again.unchanged} unchanged: decisions are apart"
    release = workspace.root / str(publish(workspace).path)
    origins = Counter(
        row["origin"]
        for part in sorted(release.glob("spans/*"))
        for row in read_table(part, columns=["origin"]).to_pylist()
    )
    yield "publish         " + ", ".join(f"{n} chunks {name}" for name, n in origins.most_common())


def write(lines: Sequence[str]) -> None:
    """Put the log into its section of the document."""
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    log = "\n".join(lines)
    DOCUMENT.write_text(f"{before}{BEGIN}```\n{log}\n```\n{END}{after}", encoding="utf-8")


def main() -> int:
    lines: list[str] = []
    with (
        tempfile.TemporaryDirectory() as scratch,
        sqlite_studio(Path(scratch) / "host") as server,
    ):
        for line in loop(Path(scratch) / "news", Studio(server.url, server.token)):
            print(line, flush=True)
            lines.append(line)
    if "--write" in sys.argv[1:]:
        write(lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
