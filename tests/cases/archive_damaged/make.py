from __future__ import annotations

import gzip
import json
import random
import zipfile
from pathlib import Path


def make(articles: Path) -> None:
    text = Path(__file__).with_name("text.txt").read_text(encoding="utf-8")
    noise = random.Random(3).randbytes(400_000).hex()
    lines = json.dumps({"text": text}) + "\n" + json.dumps({"text": noise})
    packed = gzip.compress(lines.encode(), mtime=0)
    (articles / "cut.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    with zipfile.ZipFile(articles / "flipped.zip", "w", zipfile.ZIP_STORED) as file:
        file.writestr("a.txt", text)
    whole = (articles / "flipped.zip").read_bytes()
    (articles / "cut.zip").write_bytes(whole[:-30])
    (articles / "flipped.zip").write_bytes(whole.replace(b"library", b"librXry", 1))
