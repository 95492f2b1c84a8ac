"""What an HTML page says about itself: meta tags, JSON-LD, the language of its root."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from annotate.corpus.articles import Metadata
from annotate.corpus.clean import clean_line

_ARTICLES = ("Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "BlogPosting")
_DATES = ("article:published_time", "datepublished", "date", "dc.date", "pubdate", "publishdate")


def read_head(tree: Any) -> Metadata:
    """Read the metadata of a parsed page; nothing is taken from its running text but a lone h1."""
    tags = _tags(tree)
    linked = next(_linked(tree), {})
    values = {
        "title": (tags.get("og:title"), tags.get("twitter:title"), linked.get("headline")),
        "outlet": (tags.get("og:site_name"), _name(linked.get("publisher"))),
        "url": (*tree.xpath("//link[@rel='canonical']/@href"), tags.get("og:url")),
        "published_at": (*map(tags.get, _DATES), linked.get("datePublished")),
        "language": (_code(tree.get("lang")), _code(tags.get("og:locale"))),
    }
    found = {name: next(filter(None, map(_line, each)), None) for name, each in values.items()}
    return Metadata(**found).or_else(Metadata(title=_heading(tree)))


def _tags(tree: Any) -> dict[str, str]:
    """Give the contents of the meta tags by lower-case name; of several, the first counts."""
    tags: dict[str, str] = {}
    for tag in tree.iter("meta"):
        name = tag.get("property") or tag.get("name") or tag.get("itemprop")
        if name and tag.get("content"):
            tags.setdefault(name.lower(), tag.get("content"))
    return tags


def _linked(tree: Any) -> Iterator[dict[str, Any]]:
    """Find the articles that JSON-LD describes."""
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            data = json.loads(script)
        except (ValueError, RecursionError):
            continue
        graph = data.get("@graph", data) if isinstance(data, dict) else data
        for item in graph if isinstance(graph, list) else [graph]:
            if isinstance(item, dict) and item.get("@type") in _ARTICLES:
                yield item


def _name(publisher: Any) -> Any:
    return publisher.get("name") if isinstance(publisher, dict) else publisher


def _code(value: str | None) -> str | None:
    """Shorten `en-GB` or `en_GB` to `en`."""
    return value.replace("_", "-").partition("-")[0].strip().lower() if value else None


def _heading(tree: Any) -> str | None:
    """Take the page's only main heading, else the name in its window."""
    headings = tree.xpath("//h1")
    node = headings[0] if len(headings) == 1 else tree.find(".//title")
    return _line(node.text_content()) if node is not None else None


def _line(value: Any) -> str | None:
    return clean_line(value) or None if isinstance(value, str) else None
