"""Marked scrapes: noisy texts as received, in which every line says what it is.

`tests/data/scrapes/README.md` describes the files.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

SCRAPES = Path(__file__).parents[1] / "tests" / "data" / "scrapes"
BODY = frozenset("BH")
HALVES = ("tuning", "held", "fresh")

Row = tuple[str, str]  # mark and text of a line; both empty for an empty line
Range = tuple[int, int]


@dataclass(frozen=True)
class Scrape:
    """A text as received, and the ranges of its lines by their marks."""

    name: str
    text: str
    ranges: dict[str, tuple[Range, ...]]
    title: str | None = None
    layout: str = ""
    lang: str = ""

    @property
    def body(self) -> tuple[Range, ...]:
        """The ranges of the body, in order."""
        return tuple(sorted(each for mark in BODY for each in self.ranges.get(mark, ())))


@dataclass(frozen=True)
class Marked:
    """The rows of a file, and what its head says."""

    name: str
    rows: tuple[Row, ...]
    title: str | None
    layout: str
    lang: str
    wrap: int = 0

    @classmethod
    def read(cls, path: Path) -> Marked:
        """Read a file: a head of `#name: value` lines, then one mark before each line."""
        head, _, lines = path.read_text(encoding="utf-8").partition("#---\n")
        pairs = (line[1:].partition(":") for line in head.splitlines())
        known = {name.strip(): value.strip() for name, _, value in pairs}
        rows = tuple((line[:1], line[2:].replace("␣", "\xa0")) for line in lines.split("\n"))
        return cls(
            path.stem,
            rows,
            known.get("title") or None,
            known["layout"],
            known["lang"],
            int(known.get("wrap", "0")),
        )

    def with_rows(self, rows: Iterable[Row], wrap: int | None = None) -> Marked:
        """Give the same with other rows."""
        return replace(self, rows=tuple(rows), wrap=self.wrap if wrap is None else wrap)

    def scrape(self) -> Scrape:
        """Put the text together."""
        parts: list[str] = []
        ranges: dict[str, list[Range]] = {}
        at = 0
        for mark, line in self.rows:
            text = self._wrapped(line)
            if text and mark:
                ranges.setdefault(mark, []).append((at, at + len(text)))
            parts.append(text)
            at += len(text) + 1
        known = {mark: tuple(found) for mark, found in ranges.items()}
        return Scrape(self.name, "\n".join(parts), known, self.title, self.layout, self.lang)

    def _wrapped(self, line: str) -> str:
        if not self.wrap or not line.strip():
            return line
        return "\n".join(textwrap.wrap(line, self.wrap, break_long_words=False))


def read_half(half: str) -> list[Marked]:
    """Read all files of a folder."""
    return [Marked.read(path) for path in sorted((SCRAPES / half).glob("*.txt"))]


def read_gold(folder: Path) -> list[Scrape]:
    """Read the texts that a `body-gold.json` describes."""
    gold = json.loads((folder / "body-gold.json").read_text(encoding="utf-8"))
    return [
        Scrape(
            name,
            (folder / name).read_bytes().decode("utf-8"),
            {"B": tuple((start, end) for start, end in row["body_regions"])},
            row["title"],
        )
        for name, row in gold["articles"].items()
    ]
