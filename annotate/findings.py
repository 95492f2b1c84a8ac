"""A problem in the data: collected, reported, and what it concerns set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is stable; `place` names what it is about: article, chunk, annotation, region.

    `project_id` and `task_id` lead to the page where a person can mend it, if there is one.
    """

    code: str
    severity: Severity
    place: str
    message: str
    project_id: int | None = None
    task_id: int | None = None
