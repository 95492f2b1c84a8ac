"""What the libraries make of a page: its words about itself, and what they call its body."""

from __future__ import annotations

import logging
import re
from typing import Any, NamedTuple

from annotate.corpus.articles import Metadata
from annotate.corpus.head import read_head
from annotate.corpus.linked import linked_articles
from annotate.corpus.visible import dense

_CONTROLS = bytes.maketrans(bytes((*range(9), 11, 12, *range(14, 32), 127)), b" " * 30)
_CONTROL_ENTITY = re.compile(
    rb"&#(?:0*+(?:[0-8]|1[124-9]|2[0-9]|3[01])(?![0-9])"
    rb"|[xX]0*+(?:[0-8bBcCeEfF]|1[0-9a-fA-F])(?![0-9a-fA-F]));?"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_OWN_ELEMENT = re.compile(r"<[a-zA-Z]\w*-")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_ITEMS = frozenset(
    ("p", "head", "item", "cell", "quote", "code", "ab", "row", "list", "table", "fw", "lb")
)
_ASIDES = ("aside", "figure", "figcaption", "footer", "form", "header", "nav")
_ENOUGH = 3_000  # characters of a body behind which no larger one is looked for
_RUNNING_TEXT = 40  # characters around a time that make it a part of a sentence


class Extracted(NamedTuple):
    """What the page says about itself, the body found, and the body as the page marks it.

    Paragraphs are without white space; `marked` is read only where the body found is short.
    """

    metadata: Metadata
    author: str | None
    paragraphs: list[str]
    marked: list[str]


def extract(source: str) -> Extracted | None:
    """Read metadata and body with the libraries; None when one of them breaks on the page."""
    from lxml import html

    try:
        parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        tree = html.document_fromstring(_data(source), parser=parser)
        if parser.error_log.filter_from_fatals():
            return None
        articles = linked_articles(tree)
        head = read_head(tree, articles)
        _prepare(tree, own_elements=bool(_OWN_ELEMENT.search(source)))
        paragraphs = _extracted(tree)
        few = sum(map(len, paragraphs)) < _ENOUGH
        return Extracted(*head, paragraphs, _marked(tree, articles) if few else [])
    except Exception:  # noqa: BLE001  # foreign pages break foreign parsers: the text is kept
        return None


def _data(source: str) -> bytes:
    """Encode a page without the characters that no XML tree can hold."""
    try:
        data = source.encode()
    except UnicodeEncodeError:
        data = _SURROGATE.sub(" ", source).encode()
    data = data.translate(_CONTROLS).replace(b"\xef\xbf\xbe", b" ").replace(b"\xef\xbf\xbf", b" ")
    return _CONTROL_ENTITY.sub(b" ", data) if b"&#" in data else data


def _extracted(tree: Any) -> list[str]:
    import trafilatura

    # A page without a body is told of by its record, not on standard error.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    document = trafilatura.bare_extraction(
        tree,
        fast=True,
        deduplicate=False,
        include_comments=False,
        include_formatting=False,
        output_format="xml",
    )
    return _paragraphs(document.body) if document is not None else []


def _paragraphs(body: Any) -> list[str]:
    """Give the texts of the extracted body in order, one for each innermost block."""
    from lxml import etree

    texts: list[list[str]] = [[]]
    for event, node in etree.iterwalk(body, events=("start", "end")):
        if node.tag in _ITEMS:
            texts.append([])
        if text := node.text if event == "start" else node.tail:
            texts[-1].append(text)
    return [text for text in (dense("".join(parts)) for parts in texts) if text]


def _prepare(tree: Any, *, own_elements: bool) -> None:
    """Let the extractor keep the words of sentences, and no text that is never shown.

    It drops elements that it does not know, and times, together with what follows them.
    """
    from lxml import etree

    etree.strip_elements(tree, "template", with_tail=False)
    etree.strip_tags(tree, "wbr")
    for node in tree.xpath("//*[contains(name(), '-')]") if own_elements else ():
        if next(node.iterancestors("p", "li"), None) is not None:
            node.tag = "span"
    for node in list(tree.iter("time")):
        before = node.getprevious()
        parent = node.getparent()
        text = parent.text if before is None else before.tail
        around = (text or "").strip(), (node.tail or "").strip()
        if parent.tag in ("p", "li") and sum(map(len, around)) > _RUNNING_TEXT and all(around):
            node.tag = "span"


def _marked(tree: Any, articles: list[dict[str, Any]]) -> list[str]:
    """Give the body as the page marks it: its `articleBody`, or the paragraphs of its `article`."""
    for article in articles:
        if isinstance(text := article.get("articleBody"), str):
            return [part for part in map(dense, _TAG.sub("\n", text).splitlines()) if part]
    elements = tree.xpath("//article[not(ancestor::article)]")
    if len(elements) != 1:
        return []
    nodes = (node for node in elements[0].iter("p") if not _is_aside(node))
    return [text for text in (dense(node.text_content()) for node in nodes) if text]


def _is_aside(node: Any) -> bool:
    return next(node.iterancestors(*_ASIDES), None) is not None
