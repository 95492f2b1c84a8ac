"""Every failure a user can meet, with the exit status it ends in.

An error stops the run. A problem in the data does not: it is a finding.
"""

from __future__ import annotations


class AnnotateError(Exception):
    """A failure with a remedy: printed as `error:` and `hint:`, never as a traceback.

    `problems` holds what is to be told one by one, a line each.
    """

    exit_code = 2

    def __init__(
        self, message: str, hint: str | None = None, problems: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.problems = problems


class ConfigError(AnnotateError):
    """Settings or schema cannot be used; all problems are told at once."""


class NoWorkspaceError(ConfigError):
    """There is no workspace here."""


class InputError(AnnotateError):
    """A file or folder that was named cannot be read or written."""


class RemoteError(AnnotateError):
    """Label Studio or the Hub could not be reached, or refused. Safe to run again."""

    exit_code = 3

    def __init__(self, message: str, hint: str | None = None, *, status: int | None = None) -> None:
        super().__init__(message, hint)
        self.status = status


class RefusedError(AnnotateError):
    """Not done, because doing it could lose or expose data."""

    exit_code = 4
