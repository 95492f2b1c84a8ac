"""Which version comes next: what the difference asks for, and what was asked for by hand."""

from __future__ import annotations

from annotate.errors import ConfigError, RefusedError
from annotate.release.diff import Difference
from annotate.release.version import Version

FIRST = Version(0, 1, 0)


def parse_asked(asked: str) -> Version:
    """Read a version that a person typed; raises `ConfigError` when it is none."""
    version = Version.parse(asked)
    if version is None:
        raise ConfigError(f"{asked!r} is no version", "a version is three numbers: 1.2.0")
    return version


def next_version(
    parent: Version | None, difference: Difference | None, asked: Version | None
) -> Version | None:
    """Choose the next version; None when nothing differs and nothing was asked for.

    Raises `RefusedError` when less was asked for than the difference is.
    """
    if parent is None or difference is None:
        return asked or FIRST
    least = parent.raised(difference.bump) if difference.bump else None
    if asked is None:
        return least
    if asked <= parent:
        raise RefusedError(
            f"{asked} is not above {parent}, the last release",
            f"the next one is {least}" if least else "nothing has changed since",
        )
    if least is not None and asked < least:
        words = "; ".join(
            reason.words for reason in difference.reasons if reason.bump == difference.bump
        )
        raise RefusedError(
            f"{asked} is too small a step from {parent}: {words}",
            f"this is a {difference.bump} change, so ask for {least} or more, or for nothing",
        )
    return asked
