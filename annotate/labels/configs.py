"""Which schema was in force when an answer was saved, and whether the answer outlived it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from xml.sax.saxutils import escape

from annotate.schema.model import Schema

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Config:
    """A labelling page that was applied; `page` is its XML, empty where it was not kept."""

    version: str
    page: str

    def had(self, word: str) -> bool:
        """Whether a label, question, choice or relation of this name stood on the page."""
        return f'"{escape(word, {chr(34): "&quot;"})}"' in self.page


class Configs:
    """The pages applied to each project, by time."""

    def __init__(self, rows: Iterable[Json]) -> None:
        found: dict[tuple[int, str], list[tuple[datetime, Config]]] = {}
        for row in rows:
            if "schema_version" in row:
                config = Config(str(row["schema_version"]), str(row.get("label_config") or ""))
                found.setdefault(_project(row), []).append((moment(row["at"]), config))
        self._applied = {
            project: sorted(configs, key=lambda item: item[0]) for project, configs in found.items()
        }

    def in_force(self, row: Json) -> Config | None:
        """Give the page on which an answer was last saved; None when none is known."""
        applied = self._applied.get(_project(row), [])
        saved = moment(row["annotation"]["updated_at"])
        number = bisect_right(applied, saved, key=lambda item: item[0])
        return applied[number - 1][1] if number else None


def staleness(config: Config, schema: Schema, unknown: Iterable[str]) -> str | None:
    """Say why an answer saved on `config` does not fit the schema of today, None if it does.

    `unknown` are the names in the answer that this schema does not have.
    """
    gone = sorted({word for word in unknown if config.had(word)})
    if gone:
        names = ", ".join(map(repr, gone))
        return f"it uses {names}, which schema {config.version} had and {schema.version} has not"
    if _major(config.version) < _major(schema.version):
        return (
            f"it was saved under schema {config.version}; in {schema.version} labels are gone "
            "or mean something else"
        )
    return None


def moment(text: str) -> datetime:
    """Parse a time from a record (ISO 8601, UTC if it names no zone) or a `Date` header."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = parsedate_to_datetime(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _major(version: str) -> int:
    number = version.partition(".")[0]
    return int(number) if number.isdecimal() else 0


def _project(row: Json) -> tuple[int, str]:
    return row["project_id"], row["project_created_at"]
