"""The articles that a page describes in JSON-LD."""

from __future__ import annotations

import json
import re
from typing import Any

_ARTICLE = re.compile(r"(?:\A|[/:#])(?:\w*Article|\w*BlogPosting|Report|Reportage)\Z")
_NESTED = ("@graph", "mainEntity", "mainEntityOfPage")
_WRAPPED = re.compile(r"<!--|-->|(?://\s*)?<!\[CDATA\[|(?://\s*)?\]\]>|/\*[^*]*+\*/")
_TRAILING_COMMA = re.compile(r",(?=\s*+[}\]])")
_MAX_NODES = 10_000


def linked_articles(tree: Any) -> list[dict[str, Any]]:
    """Give the descriptions of articles, outermost first."""
    return [node for node in linked_nodes(tree) if _is_article(node)]


def linked_nodes(tree: Any) -> list[dict[str, Any]]:
    """Give all that JSON-LD describes at its top, in graphs and as main entity."""
    queue = [_parse(text) for text in tree.xpath(_SCRIPTS)]
    nodes: list[dict[str, Any]] = []
    for value in queue:
        if len(queue) > _MAX_NODES:
            break
        if isinstance(value, list):
            queue += value
        elif isinstance(value, dict):
            nodes.append(value)
            queue += [value[key] for key in _NESTED if key in value]
    return nodes


_SCRIPTS = "//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]/text()"


def _parse(text: str) -> Any:
    """Read JSON; comments around it and commas too many are passed over."""
    for repair in (_same, _repaired):
        try:
            return json.loads(repair(text), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _same(text: str) -> str:
    return text


def _repaired(text: str) -> str:
    return _TRAILING_COMMA.sub("", _WRAPPED.sub("", text)).strip().rstrip(";")


def _is_article(node: dict[str, Any]) -> bool:
    types = node.get("@type")
    return any(
        isinstance(name, str) and _ARTICLE.search(name)
        for name in (types if isinstance(types, list) else [types])
    )
