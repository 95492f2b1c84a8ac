"""Write answers with the server's own models: runs in Label Studio's Django, not in ours.

    python scripts/bench_studio_server.py PROJECT < FILE.jsonl

Started in the environment of the running server. A line holds a task's id and the result of its
answer; the answers are the first user's, and an hour old.
"""

from __future__ import annotations

import itertools
import json
import sys
from datetime import timedelta
from importlib.util import find_spec
from typing import Any

BATCH = 500
AGE = timedelta(hours=1)


def set_up() -> None:
    """Make Label Studio's packages and its database known."""
    found = find_spec("label_studio")
    assert found is not None, "the environment holds Label Studio"
    sys.path[:0] = found.submodule_search_locations or []
    import django

    django.setup()


def write(project_id: int, rows: list[dict[str, Any]]) -> None:
    """Write one answer to each task, and what the server keeps up to date along with it."""
    from django.utils.timezone import now
    from projects.models import Project
    from tasks.models import Annotation, Task
    from users.models import User

    project, user, then = (
        Project.objects.get(id=project_id),
        User.objects.earliest("id"),
        now() - AGE,
    )
    made = Annotation.objects.bulk_create(
        Annotation(
            task_id=row["task"],
            project=project,
            completed_by=user,
            result=row["result"],
            result_count=len(row["result"]),
            lead_time=60.0,
        )
        for row in rows
    )
    tasks = Task.objects.filter(id__in=[row["task"] for row in rows])
    # The database's own update: `save` would put the present time in.
    Annotation.objects.filter(task__in=tasks).update(created_at=then, updated_at=then)
    tasks.update(updated_at=then, updated_by=user, total_annotations=1, is_labeled=True)
    project.summary.update_created_annotations_and_labels(made)


def main() -> None:
    set_up()
    rows = map(json.loads, sys.stdin)
    while batch := list(itertools.islice(rows, BATCH)):
        write(int(sys.argv[1]), batch)


if __name__ == "__main__":
    main()
