"""Semantic version numbers, and the step from one release to the next."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Bump = Literal["major", "minor", "patch"]
BUMPS: tuple[Bump, ...] = ("patch", "minor", "major")  # the smallest first


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

    def raised(self, bump: Bump) -> Version:
        """Take a step. Below 1.0.0 a major one raises the minor number (semver 2.0.0, point 4)."""
        if bump == "patch":
            return Version(self.major, self.minor, self.patch + 1)
        if bump == "minor" or self.major == 0:
            return Version(self.major, self.minor + 1, 0)
        return Version(self.major + 1, 0, 0)
