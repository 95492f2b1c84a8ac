"""Says which tasks Label Studio still has of what is gone here, and how they get off."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from annotate.cli import output

if TYPE_CHECKING:
    from annotate.labels.pushed import PushedTask

SHOWN = 20  # tasks of a project that are named
_PROJECT = attrgetter("project_created_at", "project_id", "role")


def say_left(tasks: Sequence[PushedTask]) -> None:
    """Say which tasks stand in Label Studio; nothing where none does."""
    from annotate.labels.shelf import REVIEW

    for (_, number, role), group in groupby(sorted(tasks, key=_PROJECT), _PROJECT):
        own = list(group)
        ids = ", ".join(str(each.task_id) for each in own[:SHOWN])
        more = f" and {len(own) - SHOWN} more" if len(own) > SHOWN else ""
        place = f"project {number}" + (" (review)" if role == REVIEW else "")
        output.say(f"still in Label Studio, {place}: {len(own)} task{'s' * (len(own) > 1)}")
        output.say(f"task ids: {ids}{more}; chunks: {own[0].chunk_id}{' …' * (len(own) > 1)}")
    if tasks:
        numbers = {task.project_id for task in tasks}
        number = numbers.pop() if len(numbers) == 1 else "NUMBER"
        output.say(
            f"delete them in the project's data manager, at /projects/{number}/data on the server: "
            "tick them, then Actions, Delete Tasks; the next `annotate push`, or `annotate review "
            "push`, notes that they are gone"
        )
