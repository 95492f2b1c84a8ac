"""Semantic version numbers."""

from __future__ import annotations

import re
from typing import NamedTuple


class Version(NamedTuple):
    """A semantic version; compares as semver 2.0.0 says for versions without suffixes."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version | None:
        found = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", text)
        return cls(*map(int, found.groups())) if found else None

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"
