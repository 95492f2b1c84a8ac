from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

FLOOD = b"word " * 20_000_000


def make(articles: Path) -> None:
    text = Path(__file__).with_name("text.txt").read_bytes()
    with gzip.open(articles / "flood.jsonl.gz", "wb", compresslevel=9) as file:
        file.write(FLOOD)
    with zipfile.ZipFile(articles / "flood.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.txt", text)
        file.writestr("b.txt", FLOOD)
