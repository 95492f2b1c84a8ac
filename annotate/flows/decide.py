"""A person made of code who decides on what others answered apart, by the hand-made labels."""

from __future__ import annotations

import random
from itertools import combinations
from typing import Any

from annotate.flows.gold import project_gold, read_gold
from annotate.flows.simulate import FAULTLESS, answer
from annotate.labels.entities import Gazetteer
from annotate.labels.read import open_passage
from annotate.labels.shelf import REVIEW
from annotate.quality.alignment import align
from annotate.quality.conflicts import Conflict, Version, find_conflicts
from annotate.schema import load_schema
from annotate.schema.controls import OBJECT, REVIEW_KIND, REVIEW_WHY
from annotate.studio.client import Studio
from annotate.studio.project import need_project
from annotate.workspace import Workspace

Json = dict[str, Any]


def decide(studio: Studio, workspace: Workspace, person: Studio, *, undecided: int = 0) -> int:
    """Have a person decide every task of the review but the last few; gives how many."""
    schema = load_schema(workspace.schema_file)
    gazetteer, tasks = Gazetteer.of(schema), tasks_of(studio, workspace)
    conflicts = find_conflicts(workspace)
    asked = [
        gold for gold in project_gold(workspace, schema, read_gold()) if gold.chunk.id in tasks
    ]
    chosen = asked[: max(0, len(asked) - undecided)]
    for gold in chosen:
        passage = open_passage(gold.chunk.text, gold.language, schema, gazetteer)
        decided = answer(gold, passage, schema, FAULTLESS, random.Random(1))  # noqa: S311
        kinds = kinds_of(conflicts[gold.chunk.id])
        decided["result"] += told(kinds, "as the guidelines have it")
        person.annotate(tasks[gold.chunk.id]["id"], decided)
    return len(chosen)


def tasks_of(studio: Studio, workspace: Workspace) -> dict[str, Json]:
    """Read the tasks of the review by chunk, as the page gets them, predictions too."""
    project_id = int(need_project(studio, workspace, REVIEW)["id"])
    found = [studio.task(task_id) for task_id in studio.task_ids(project_id)]
    return {task["data"]["chunk_id"]: task for task in found if task}


def told(kinds: list[str], why: str) -> list[Json]:
    """Give the answers to the two questions that a review asks besides, as the page writes them."""
    about = {"to_name": OBJECT}
    return [
        {"id": "rk", "from_name": REVIEW_KIND, "type": "choices", "value": {"choices": kinds}}
        | about,
        {"id": "rw", "from_name": REVIEW_WHY, "type": "textarea", "value": {"text": [why]}} | about,
    ]


def kinds_of(conflict: Conflict) -> list[str]:
    """Say what versions differ in, as a person would tick it."""
    pairs = [_differences(one, two) for one, two in combinations(conflict.versions, 2)]
    return [kind for kind in pairs[0] if any(pair[kind] for pair in pairs)] or ["relation"]


def _differences(one: Version, two: Version) -> dict[str, bool]:
    pairs = align(one.spans, two.spans)
    return {
        "missed": len(one.spans) + len(two.spans) > 2 * len(pairs),
        "boundary": any((a.start, a.end) != (b.start, b.end) for a, b in pairs),
        "label": any(a.label != b.label for a, b in pairs),
        "answer": any(a.attributes != b.attributes for a, b in pairs),
    }
