from __future__ import annotations

import json
from pathlib import Path


def make(articles: Path) -> None:
    text = Path(__file__).with_name("text.txt").read_text(encoding="utf-8")
    line = "word " * 400_000
    (articles / "b.txt").write_text(line, encoding="utf-8")
    (articles / "d.json").write_text(json.dumps([{"text": line}]), encoding="utf-8")
    (articles / "c.csv").write_text(f"title,text\nLong,{line}\n", encoding="utf-8")
    records = "".join(json.dumps({"text": each}) + "\n" for each in (line, text))
    (articles / "a.jsonl").write_text(records, encoding="utf-8")
