"""HTML source to visible text, as edits: what is a tag, what is an entity, where lines break.

Tags end where the HTML standard lets them end. Where the standard would swallow the rest of a
broken page, only the broken tag goes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cache

from annotate.corpus.edits import Edit

BLOCKS = frozenset(
    re.findall(
        r"\w+",
        """address article aside blockquote body button caption center dd details dialog div dl dt
        fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav
        ol optgroup option p pre section select summary table tbody td tfoot th thead tr ul""",
    )
)
UNSEEN = frozenset(
    re.findall(
        r"\w+",
        """iframe noembed noframes noscript object script style svg template textarea title xmp""",
    )
)

_TOKEN = re.compile(
    r"<(?P<name>/?[a-zA-Z][^\s/<>]*+)"
    r"""(?P<rest>(?:[^<>"'=]++|=(?:\s*+(?:"[^"<]*+"|'[^'<]*+'))?+)*+>)?+"""
    r"|<(?P<comment>!--)|<(?P<other>[!?/])"
    r"|(?P<entity>&(?:#[0-9]{1,8};?|#[xX][0-9a-fA-F]{1,8};?|[a-zA-Z][a-zA-Z0-9]{1,31};?))"
)
_ATTRIBUTE = re.compile(r"""[^>=]*+(?:>|=\s*+(?P<quote>["'])?)""")
_BARE = re.compile(r"[^<>]*+>?")
_COMMENT_END = re.compile(r"--!?>")
_FIRST = re.compile(
    r"(?is)(?:\s++|<\?xml\b[^>]*+>|<!--.*?-->)*+<(?:!doctype\s++)?+(?P<name>[a-z]\w*+)(?=[\s/>])"
)
_VERBATIM = {"pre": 1, "/pre": -1}
_BREAK = re.compile(r"[ \t\r\n\f]*[\t\r\n\f][ \t\r\n\f]*")


def first_element(source: str) -> str:
    """Name the element that a source begins with, behind declarations and comments; else empty."""
    match = _FIRST.match(source)
    return match["name"].lower() if match else ""


def is_marked_up(text: str) -> bool:
    """Whether a text begins as a page does, or with a block that is closed again."""
    name = first_element(text)
    return name == "html" or (name in BLOCKS and _closing(name).search(text) is not None)


def tokens(source: str, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, int, str]]:
    """Give start, end and name of all that is not text, unseen elements as a whole.

    The name is that of the tag in lower case, with its slash; `&` for an entity, `!` for others.
    """
    stop = len(source) if stop is None else stop
    ends = _Ends(source, start, stop)
    position = start
    while position < stop:
        for match in _TOKEN.finditer(source, position, stop):
            first, position = match.span()
            kind = match.lastgroup
            if kind == "rest" and (name := match[1].lower()) not in UNSEEN:
                yield first, position, name
                continue
            if kind == "entity":
                yield first, position, "&"
                continue
            name = (match["name"] or "!").lower()
            position = ends.of(first, position, name, kind or "")
            yield first, position, name
            break
        else:
            return


class _Ends:
    """Where the tokens end that one pattern cannot see the end of; all searches add up to O(n)."""

    def __init__(self, source: str, start: int, stop: int) -> None:
        self._source = source
        self._stop = stop
        self._last = source.rfind(">", start, stop)
        self._unclosed: set[str] = set()

    def of(self, first: int, position: int, name: str, kind: str) -> int:
        """Give the end of the token that starts at `first`, of which `position` is known."""
        if kind == "comment":
            found = _COMMENT_END.search(self._source, first + 2, self._stop)
            return found.end() if found else self._stop
        if kind == "other":
            if self._last < position:
                return position
            return max(position, self._source.find(">", position, self._stop) + 1)
        end = position if kind == "rest" else self._of_tag(position)
        closed = self._source.startswith("/>", end - 2)
        return end if closed or name not in UNSEEN else self._of_element(name, end)

    def _of_tag(self, position: int) -> int:
        """Read attributes up to the `>` that is none of them."""
        at = position
        while at <= self._last and (step := _ATTRIBUTE.match(self._source, at, self._stop)):
            at = step.end()
            if quote := step["quote"]:
                at = max(at, self._source.find(quote, at, self._stop) + 1)
            elif self._source[at - 1] == ">":
                return at
        self._last = -1  # the rest of the page holds no whole tag: nobody shall look again
        bare = _BARE.match(self._source, position, self._stop)
        return bare.end() if bare else position

    def _of_element(self, name: str, end: int) -> int:
        """Give the end of the element; unclosed, only its tag is gone."""
        if name in self._unclosed:
            return end
        if closed := _closing(name).search(self._source, end, self._stop):
            return closed.end()
        self._unclosed.add(name)
        return end


@cache
def _closing(name: str) -> re.Pattern[str]:
    return re.compile(rf"</(?i:{name})(?:\Z|(?=[\s/>])[^>]*+>?)")


def markup(source: str, start: int = 0, stop: int | None = None) -> Iterator[Edit]:
    """Take tags, comments and unseen elements out; decode entities; break lines at blocks.

    Edits that touch become one, but an entity stays one of its own.
    """
    last: Edit | None = None
    for edit in _pieces(source, start, len(source) if stop is None else stop):
        if last and last.end == edit.start and "entity" not in (last.reason, edit.reason):
            last = Edit(last.start, edit.end, _joined(last, edit), "markup")
            continue
        if last and last.replacement != source[last.start : last.end]:
            yield last
        last = edit
    if last and last.replacement != source[last.start : last.end]:
        yield last


def _pieces(source: str, start: int, stop: int) -> Iterator[Edit]:
    """Give an edit for each token, and for each break of a line of the source."""
    verbatim = 0
    for first, end, name in tokens(source, start, stop):
        if start < first and not verbatim:
            yield from _spaces(source, start, first)
        start = end
        if name == "&":
            yield Edit(first, end, html.unescape(source[first:end]), "entity")
            continue
        yield Edit(first, end, _replacement(name), "markup")
        if name in _VERBATIM:
            verbatim = max(0, verbatim + _VERBATIM[name])
    if not verbatim:
        yield from _spaces(source, start, stop)


def _spaces(source: str, start: int, stop: int) -> Iterator[Edit]:
    for match in _BREAK.finditer(source, start, stop):
        yield Edit(match.start(), match.end(), " ", "space")


def _joined(last: Edit, edit: Edit) -> str:
    text = last.replacement + edit.replacement
    return "\n" * min(2, text.count("\n")) or text[:1]


def _replacement(name: str) -> str:
    if name.lstrip("/") in BLOCKS:
        return "\n\n"
    return "\n" if name == "br" else ""
