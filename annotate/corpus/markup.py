"""HTML source to visible text, as edits: what is a tag, what is an entity, where lines break."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from annotate.corpus.edits import Edit

_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        """address article aside blockquote body button caption center dd details dialog div dl dt
        fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav
        ol optgroup option p pre section select summary table tbody td tfoot th thead tr ul""",
    )
)
_UNSEEN = frozenset(
    ("script", "style", "template", "title", "textarea", "svg", "iframe", "object", "noscript")
)

# Every branch stops at the next "<", so that unclosed quotes and tags cannot cost quadratic time.
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*)"
    r"""(?:(?>[^<>"']|"[^"<]*"|'[^'<]*')*+>|[^<>]*>?)"""
    r"|<[!?/][^<>]*>?"
    r"|&(?:#[0-9]{1,8};?|#[xX][0-9a-fA-F]{1,8};?|[a-zA-Z][a-zA-Z0-9]{1,31};?)"
    r"|[ \t\r\n\f]*[\t\r\n\f][ \t\r\n\f]*",
    re.DOTALL,
)


def markup(source: str) -> Iterator[Edit]:
    """Take tags, comments and unseen elements out; decode entities; break lines at blocks."""
    resume = 0
    for token in _TOKEN.finditer(source):
        if token.start() < resume:
            continue
        end = token.end()
        name = (token["name"] or "").lower()
        if name in _UNSEEN and not token["close"]:
            end = _end_of(source, name, end)
            resume = end
        replacement = _replacement(token.group(), name)
        if replacement != source[token.start() : end]:
            yield Edit(token.start(), end, replacement, _reason(token.group()))


def _replacement(token: str, name: str) -> str:
    if token[0] == "&":
        return html.unescape(token)
    if token[0] != "<":
        return " "
    if name in _BLOCKS:
        return "\n\n"
    return "\n" if name == "br" else ""


def _reason(token: str) -> str:
    return {"&": "entity", "<": "markup"}.get(token[0], "space")


def _end_of(source: str, name: str, start: int) -> int:
    """Where the element that was opened before `start` ends; unclosed, only its tag is gone."""
    closed = re.compile(rf"</{re.escape(name)}[^<>]*>?", re.IGNORECASE).search(source, start)
    return closed.end() if closed else start
