from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def make(articles: Path) -> None:
    (articles / "lost.txt").symlink_to("nowhere.txt")
