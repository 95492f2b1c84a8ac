from __future__ import annotations

import itertools
from pathlib import Path

TEXTS = Path(__file__).with_name("text.txt").read_text(encoding="utf-8").split("\n\n\n")
DEEP = 20_000


def make(articles: Path) -> None:
    nested, unclosed, entities = (
        [f"<p>{each}" for each in text.strip().split("\n\n")] for text in TEXTS
    )
    pages = {
        "nested": "<div>" * DEEP + "</p>".join(nested) + "</p>" + "</div>" * DEEP,
        "unclosed": "<html><body><div><b><i><table><tr><td>" + "".join(unclosed) + "<a href='",
        "entities": f"<!DOCTYPE html [{_bomb()}]><html><body>&j;" + "</p>".join(entities),
        "only-tags": "<b>" * DEEP,
    }
    for name, page in pages.items():
        (articles / f"{name}.html").write_text(page, encoding="utf-8")


def _bomb() -> str:
    """Ten entities, each ten times the one before it."""
    names = "abcdefghij"
    pairs = itertools.pairwise(names)
    return '<!ENTITY a "lol">' + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairs)
