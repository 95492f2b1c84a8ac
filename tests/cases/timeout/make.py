from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def make(articles: Path) -> None:
    (articles / "a.txt").write_text("The “harbour” said. " * 100_000, encoding="utf-8")
