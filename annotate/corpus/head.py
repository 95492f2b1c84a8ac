"""What an HTML page says about itself: meta tags, JSON-LD, the language of its root."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date, datetime
from typing import Any, NamedTuple

from annotate.corpus.articles import Metadata
from annotate.corpus.clean import clean_line
from annotate.corpus.language import code_of

_TITLES = (
    "og:title",
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "dcterms.title",
)
_OUTLETS = ("og:site_name", "dc.publisher", "dcterms.publisher", "application-name")
_URLS = ("og:url", "parsely-link", "twitter:url")
_DATES = (
    *("article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date"),
    *("sailthru.date", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date", "date"),
    *("dcterms.created", "pubdate", "publishdate", "publish-date", "publication_date"),
)
_AUTHORS = ("author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator")
_AUTHORS_TOO = ("article:author", "og:article:author", "byl")

_ABSOLUTE = re.compile(r"https?://[^\s/]+\S*\Z", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s+[-–—|·•:»›/]+\s+|\s*\|\s*")
_MAX_VALUE = 1_000  # characters of a name, title or address that is one
_MAX_AUTHORS = 8

Nodes = list[dict[str, Any]]


class Head(NamedTuple):
    """What a page says about itself; the names of its authors are joined by commas."""

    metadata: Metadata
    author: str | None


def read_head(tree: Any, articles: Nodes) -> Head:
    """Read the metadata of a parsed page; `articles` is what its JSON-LD says of articles.

    Nothing is taken from running text but a main heading and a marked date.
    """
    tags = _tags(tree)
    linked = articles[0] if articles else {}
    outlet = _first(
        (tags.get(_OUTLETS[0]), *_names(linked.get("publisher")), *map(tags.get, _OUTLETS[1:]))
    )
    values = {
        "title": _title(tree, tags, linked, outlet),
        "outlet": outlet,
        "url": _first(filter(_is_absolute, _urls(tree, tags, linked))),
        "published_at": _date(_first(_dates(tree, tags, linked))),
        "language": _first(map(code_of, _languages(tree, tags, linked))),
        "author": _authors(tree, tags, linked),
    }
    known = {field.name for field in fields(Metadata)}
    metadata = Metadata(**{name: value for name, value in values.items() if name in known})
    return Head(metadata, values["author"])


def _first(values: Iterable[Any]) -> str | None:
    """Give the first value that is a text, on one line."""
    return next(filter(None, map(_line, values)), None)


def _line(value: Any) -> str | None:
    if not isinstance(value, str) or len(value) > _MAX_VALUE:
        return None
    return clean_line(value) or None


def _tags(tree: Any) -> dict[str, str]:
    """Give the contents of the meta tags by lower-case name; of several, the first counts."""
    tags: dict[str, str] = {}
    for tag in tree.iter("meta"):
        content = (tag.get("content") or "").strip()
        if content:
            for key in ("property", "name", "itemprop", "http-equiv"):
                tags.setdefault((tag.get(key) or "").strip().lower(), content)
    return tags


def _names(value: Any) -> Iterator[Any]:
    """Give the names of a person or organisation, or of several."""
    for item in value if isinstance(value, list) else [value]:
        name = item.get("name") if isinstance(item, dict) else item
        yield from name if isinstance(name, list) else [name]


def _urls(tree: Any, tags: dict[str, str], linked: dict[str, Any]) -> Iterator[Any]:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            yield link.get("href")
    page = linked.get("mainEntityOfPage")
    yield from (tags.get(_URLS[0]), linked.get("url"))
    yield page.get("@id") if isinstance(page, dict) else page
    yield from map(tags.get, _URLS[1:])


def _is_absolute(value: Any) -> bool:
    return isinstance(value, str) and bool(_ABSOLUTE.match(value.strip()))


def _languages(tree: Any, tags: dict[str, str], linked: dict[str, Any]) -> Iterator[Any]:
    yield from (tree.get("lang"), tree.get("xml:lang"), tags.get("og:locale"))
    yield from (tags.get("content-language"), tags.get("dc.language"))
    yield from _names(linked.get("inLanguage"))


def _dates(tree: Any, tags: dict[str, str], linked: dict[str, Any]) -> Iterator[Any]:
    yield from (tags.get(_DATES[0]), linked.get("datePublished"))
    yield from map(tags.get, _DATES[1:])
    yield from _times(tree)


def _times(tree: Any) -> Iterator[Any]:
    """Give the dates that the page marks as its own; of those not named so, a lone one."""
    nodes = [node for node in tree.iter("time") if node.get("datetime")]
    for node in nodes:
        if node.get("pubdate") is not None or "datePublished" in (node.get("itemprop") or ""):
            yield node.get("datetime")
    own = [node for node in nodes if _encloses(node) == "article"] or nodes
    if len({node.get("datetime") for node in own}) == 1:
        yield own[0].get("datetime")


def _encloses(node: Any) -> str | None:
    """Name the nearest element around this one that says what part of a page it is."""
    return next((each.tag for each in node.iterancestors("article", "aside", "nav")), None)


def _date(value: str | None) -> str | None:
    """Bring an ISO date into one form; any other is kept as it is written."""
    if value is None:
        return None
    try:
        if len(value) <= len("2000-01-01"):
            return date.fromisoformat(value).isoformat()
        return datetime.fromisoformat(value).isoformat().replace("+00:00", "Z")
    except ValueError:
        return value


def _title(
    tree: Any, tags: dict[str, str], linked: dict[str, Any], outlet: str | None
) -> str | None:
    """Choose the title that most sources agree on; of several, the one that stands first here."""
    sources = (
        *(tags.get(_TITLES[0]), linked.get("headline"), _heading(tree)),
        *map(tags.get, _TITLES[1:]),
        _window(tree),
    )
    titles = [_without(title, outlet) for title in map(_line, sources) if title]
    titles = [title for title in titles if title and not _same(title, outlet)]
    votes = Counter(map(str.casefold, titles))
    return max(titles, key=lambda title: votes[title.casefold()], default=None)


def _same(left: str, right: str | None) -> bool:
    return right is not None and left.casefold() == right.casefold()


def _without(title: str, outlet: str | None) -> str:
    """Take the outlet off the end or the start of a title."""
    cuts = list(_SEPARATOR.finditer(title))
    for cut in cuts[::-1] if outlet else ():
        if _same(title[cut.end() :].strip(), outlet):
            return title[: cut.start()].strip()
    if cuts and _same(title[: cuts[0].start()].strip(), outlet):
        return title[cuts[0].end() :].strip()
    return title


def _heading(tree: Any) -> str | None:
    """Take the page's only main heading, or the one that is marked as the headline."""
    headings = list(tree.iter("h1"))
    marked = [node for node in headings if "headline" in (node.get("itemprop") or "")]
    chosen = marked or headings
    return chosen[0].text_content() if len(chosen) == 1 else None


def _window(tree: Any) -> str | None:
    """Take the name in the window; the titles of drawings are none."""
    node = tree.find(".//head/title")
    return node.text_content() if node is not None else None


def _authors(tree: Any, tags: dict[str, str], linked: dict[str, Any]) -> str | None:
    """Join the names of the authors; addresses of their pages are no names."""
    sources = (
        _names(linked.get("author")),
        *([tags.get(name)] for name in (*_AUTHORS, *_AUTHORS_TOO)),
        (node.text_content() for node in tree.xpath("//a[@rel='author']")),
    )
    for source in sources:
        lines = dict.fromkeys(filter(None, map(_line, source)))
        if names := [line for line in lines if not _ABSOLUTE.match(line)]:
            return ", ".join(names[:_MAX_AUTHORS])
    return None
