from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def make(articles: Path) -> None:
    (articles / "a.txt").write_text("harbour " * 50_000, encoding="utf-8")
