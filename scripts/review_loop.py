"""Run the loop of a review on the sample, against a real Label Studio, and print what happens.

    python -m scripts.review_loop [--write]

`--write` puts it into docs/quality.md too.

Two simulated annotators label, a third person, simulated too, decides by the sample's own labels.
"""

from __future__ import annotations

import random
import secrets
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pyarrow.parquet import read_table

from annotate.corpus import prepare
from annotate.flows.demo import simulate
from annotate.flows.gold import project_gold, read_gold
from annotate.flows.init import init
from annotate.flows.simulate import Slips, answer
from annotate.labels.entities import Gazetteer
from annotate.labels.read import open_passage
from annotate.labels.shelf import REVIEW
from annotate.quality.alignment import align
from annotate.quality.conflicts import Conflict, find_conflicts
from annotate.quality.ledgers import adjudicated, decisions
from annotate.release.build import publish
from annotate.schema import load_schema
from annotate.schema.controls import OBJECT, REVIEW_KIND, REVIEW_WHY
from annotate.studio.client import Studio
from annotate.studio.invite import sign_up
from annotate.studio.project import need_project
from annotate.studio.pull import pull
from annotate.studio.push import push
from annotate.studio.review import review_pull, review_push
from annotate.workspace import Workspace
from scripts.servers import sqlite_studio

Json = dict[str, Any]
DOCUMENT = Path(__file__).parents[1] / "docs" / "quality.md"
BEGIN, END = "<!-- review begin -->\n", "<!-- review end -->"
FAULTLESS = Slips(missed=0, moved=0, relabelled=0, skipped=0)


def third_person(studio: Studio, workspace: Workspace) -> Studio:
    """Sign somebody up who has not labelled."""
    email = f"third.{workspace.settings.workspace_id}@annotate.example"
    return Studio(studio.url, sign_up(studio.invite_link(), email, secrets.token_urlsafe(12)))


def told(kinds: list[str], why: str) -> list[Json]:
    """Give the answers to the two questions that a review asks besides, as the page writes them."""
    about = {"to_name": OBJECT}
    return [
        {"id": "rk", "from_name": REVIEW_KIND, "type": "choices", "value": {"choices": kinds}}
        | about,
        {"id": "rw", "from_name": REVIEW_WHY, "type": "textarea", "value": {"text": [why]}} | about,
    ]


def tasks_of(studio: Studio, workspace: Workspace) -> dict[str, Json]:
    """Read the tasks of the review by chunk, as the page gets them, predictions too."""
    project_id = int(need_project(studio, workspace, REVIEW)["id"])
    found = [studio.task(task_id) for task_id in studio.task_ids(project_id)]
    return {task["data"]["chunk_id"]: task for task in found if task}


def kinds_of(conflict: Conflict) -> list[str]:
    """Say what two versions differ in, as a person would tick it."""
    one, two = conflict.versions[0], conflict.versions[1]
    pairs = align(one.spans, two.spans)
    found = {
        "missed": len(one.spans) + len(two.spans) > 2 * len(pairs),
        "boundary": any((a.start, a.end) != (b.start, b.end) for a, b in pairs),
        "label": any(a.label != b.label for a, b in pairs),
        "answer": any(a.attributes != b.attributes for a, b in pairs),
    }
    return [kind for kind, differs in found.items() if differs] or ["relation"]


def decide(studio: Studio, workspace: Workspace, person: Studio) -> int:
    """Have a person decide every task by the sample's own labels; gives how many."""
    schema = load_schema(workspace.schema_file)
    gazetteer, tasks = Gazetteer.of(schema), tasks_of(studio, workspace)
    conflicts = find_conflicts(workspace)
    for gold in project_gold(workspace, schema, read_gold()):
        if gold.chunk.id not in tasks:
            continue
        passage = open_passage(gold.chunk.text, gold.language, schema, gazetteer)
        decided = answer(gold, passage, schema, FAULTLESS, random.Random(1))  # noqa: S311
        kinds = kinds_of(conflicts[gold.chunk.id])
        decided["result"] += told(kinds, "as the guidelines have it")
        person.annotate(tasks.pop(gold.chunk.id)["id"], decided)
    return len(studio.task_ids(int(need_project(studio, workspace, REVIEW)["id"]))) - len(tasks)


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
    first, second = (review_push(workspace, studio=studio) for _ in range(2))
    yield f"review push     {first.created} sent to project {first.project_id}"
    yield f"review push     {second.created} the second time, {second.present} already there"
    names = Counter(
        prediction["model_version"]
        for task in tasks_of(studio, workspace).values()
        for prediction in task["predictions"]
    )
    yield "page            " + ", ".join(f"{n} × {name}" for name, n in sorted(names.items()))
    yield f"decide          {decide(studio, workspace, third_person(studio, workspace))} chunks"
    yield f"review pull     {review_pull(workspace, studio=studio).new} decisions"
    found = decisions(workspace)
    kinds = Counter(kind for each in found.values() for kind in each.kinds)
    yield "differ in       " + ", ".join(f"{kind} {n}" for kind, n in kinds.most_common())
    yield f"adjudicated     {len(adjudicated(workspace))} chunks"
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
