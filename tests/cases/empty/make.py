from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def make(articles: Path) -> None:
    zipfile.ZipFile(articles / "no-files.zip", "w").close()
