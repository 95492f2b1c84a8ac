"""Make HTML pages of the articles of bench_corpus, or read such pages with trafilatura alone.

python scripts/bench_pages.py make COUNT FILE.jsonl [SEED]
python scripts/bench_pages.py read FILE.jsonl
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from random import Random

from bench_corpus import Page, describe, write_jsonl, write_story

_STYLE = ".{name}{{margin:0 {width}px;padding:{width}px;color:#{width:06x};display:block}}"
_SCRIPT = "window.queue=window.queue||[];queue.push({{slot:'{name}',size:[{width},250]}});"


def page(index: int, seed: int) -> dict[str, str]:
    """Give an article as the source of its page, with all that stands around it there."""
    rng = Random(f"{seed}/{index}/html")  # noqa: S311 - reproducible, nothing secret
    story = write_story(index, seed)
    known = describe(index, story)
    around = Page(story, rng)
    parts = ("<!DOCTYPE html>", f'<html lang="{story.language.code}">')
    source = "\n".join(
        (*parts, *_head(known, rng), "<body>", *_body(around, rng), "</body></html>")
    )
    return {"id": known["id"], "html": source}


def _head(known: dict[str, str], rng: Random) -> Iterator[str]:
    linked = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": known["title"],
        "datePublished": known["published_at"],
        "publisher": {"@type": "Organization", "name": known["outlet"]},
    }
    yield f'<head><meta charset="utf-8"><title>{escape(known["title"])}</title>'
    yield f'<meta property="og:title" content="{escape(known["title"])}">'
    yield f'<meta property="og:site_name" content="{escape(known["outlet"])}">'
    yield f'<link rel="canonical" href="{known["url"]}">'
    linked_text = json.dumps(linked, ensure_ascii=False)
    yield f'<script type="application/ld+json">{linked_text}</script>'
    names = [(f"c{rng.randrange(9999)}", rng.randrange(99)) for _ in range(250)]
    rules = "\n".join(_STYLE.format(name=name, width=width) for name, width in names)
    yield f"<style>{rules}</style>"
    yield "".join(f"<script>{_SCRIPT.format(name=n, width=w)}</script>" for n, w in names[:40])
    yield "</head>"


def _body(around: Page, rng: Random) -> Iterator[str]:
    yield '<header class="site-header"><nav class="main-nav"><ul>'
    for text, _ in around.top():
        yield f'<li class="nav-item"><a href="/{rng.randrange(9999)}">{escape(text)}</a></li>'
    yield '</ul></nav></header><main><article class="story">'
    yield f'<h1 class="headline">{escape(around.story.title)}</h1><div class="share-tools">'
    yield "".join(f"<span>{escape(text)}</span>" for text, _ in around.some("buttons", 1, 4))
    yield '</div><div class="story-body">'
    for text, is_body in around.body():
        yield _paragraph(text, rng) if is_body else _aside(text)
    yield '</div></article></main><aside class="related"><ul>'
    for text, _ in around.bottom():
        yield f'<li class="teaser"><a href="/{rng.randrange(9999)}"><p>{escape(text)}</p></a></li>'
    yield '</ul></aside><footer class="site-footer">'
    yield "".join(f"<p>{escape(text)}</p>" for text, _ in around.some("footer", 2, 4))
    yield "</footer>"


def _paragraph(text: str, rng: Random) -> str:
    """Write a paragraph, every other one with a link in it."""
    words = [escape(word) for word in text.split(" ")]
    if rng.random() < 0.5:  # noqa: PLR2004 - every other one
        at = rng.randrange(len(words))
        words[at] = f'<a href="/topic/{rng.randrange(9999)}" class="in-text">{words[at]}</a>'
    return f'<p class="paragraph" data-id="{rng.randrange(99999)}">{" ".join(words)}</p>'


def _aside(text: str) -> str:
    caption = f"<figcaption>{escape(text)}</figcaption>"
    return f'<figure class="inline"><img src="/image.jpg" alt="">{caption}</figure>'


def read(file: Path) -> int:
    """Extract the text of every page with trafilatura, as fast as it can; count what it gives."""
    from trafilatura import extract

    characters = 0
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            found = extract(json.loads(line)["html"], fast=True, deduplicate=False)
            characters += len(found or "")
    return characters


def main() -> None:
    if sys.argv[1] == "make":
        count, seed = int(sys.argv[2]), int(sys.argv[4]) if len(sys.argv) > 4 else 1  # noqa: PLR2004
        write_jsonl(Path(sys.argv[3]), (page(index, seed) for index in range(count)))
    else:
        print(read(Path(sys.argv[2])))


if __name__ == "__main__":
    main()
