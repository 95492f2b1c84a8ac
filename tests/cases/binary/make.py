from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def make(articles: Path) -> None:
    noise = random.Random(5).randbytes(4000)
    start = {
        "picture.txt": b"\x89PNG\r\n\x1a\n",
        "document.txt": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        "packed.txt": b"\x1f\x8b\x08\x00",
        "random.html": b"",
        "noise.jsonl": b"",
    }
    for name, beginning in start.items():
        (articles / name).write_bytes(beginning + noise)
