"""A problem in the data: collected, reported, and what it concerns set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is stable; `place` names what it is about: article, chunk, annotation, region."""

    code: str
    severity: Severity
    place: str
    message: str
