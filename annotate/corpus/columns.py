"""Which column of a table, or key of a record, is what: as the settings say, else by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import NamedTuple

from annotate.corpus.articles import Metadata
from annotate.workspace import ColumnSettings

# The first name that is there wins. Names are compared without case and punctuation.
_NAMES = {
    "text": (
        *("text", "body", "content", "article", "article_text", "full_text", "maintext"),
        *("main_text", "body_text", "article_body", "article_content", "plain_text", "raw_text"),
        *("clean_text", "text_content", "story", "story_text", "news", "document"),
    ),
    "html": ("html", "raw_html", "article_html", "body_html", "content_html", "page_html"),
    "id": ("id", "article_id", "doc_id", "document_id", "uuid", "guid", "_id"),
    "title": ("title", "headline", "heading", "article_title", "head_line"),
    "outlet": (
        *("outlet", "source", "publisher", "site", "publication", "source_name", "site_name"),
        *("newspaper", "domain", "source_domain", "media", "website"),
    ),
    "url": ("url", "link", "uri", "article_url", "source_url", "permalink", "href", "web_url"),
    "published_at": (
        *("published_at", "date", "published", "pub_date", "datetime", "publish_date"),
        *("publication_date", "date_published", "published_date", "date_publish", "timestamp"),
        *("date_time", "created_at", "time"),
    ),
    "language": ("language", "lang", "language_code", "locale"),
    "event": ("event", "event_id", "event_name"),
    "author": ("author", "authors", "byline", "by_line", "writer", "journalist", "creator"),
    "credit": ("credit", "credits"),
}
_ROLES = ("text", "html", "id", *(field.name for field in fields(Metadata)))
_PUNCTUATION = re.compile(r"[\W_]+")


class Columns(NamedTuple):
    """The key of each thing in rows of one shape; `further` hold a text where `text` has none."""

    text: str | None
    html: str | None
    id: str | None
    metadata: tuple[tuple[str, str], ...]
    further: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """All that can hold an article, in the order they are asked."""
        return tuple(key for key in (self.text, self.html, *self.further) if key is not None)

    @property
    def used(self) -> tuple[str, ...]:
        keys = (*self.texts, self.id, *(key for _, key in self.metadata))
        return tuple(dict.fromkeys(key for key in keys if key is not None))


class ColumnFinder:
    """Finds the columns of rows, once for each shape of rows."""

    def __init__(self, chosen: ColumnSettings) -> None:
        self._chosen = {role: key for role, key in chosen.model_dump().items() if key is not None}
        self._found: dict[tuple[str, ...], Columns] = {}

    def of(self, keys: tuple[str, ...]) -> Columns:
        """Tell which of these keys are what."""
        found = self._found.get(keys)
        if found is None:
            if len(self._found) >= _SHAPES:
                self._found.clear()
            found = self._found[keys] = find_columns(keys, self._chosen)
        return found


_SHAPES = 1000  # remembered; rows in which every key differs must not fill the memory


def find_columns(keys: Iterable[str], chosen: dict[str, str]) -> Columns:
    """Give every role the key that was chosen for it, else the first of its common names."""
    keys = tuple(keys)
    roles = {role: key for role, name in chosen.items() if (key := key_named(name, keys))}
    taken = {*roles.values(), *chosen.values()}
    free = _by_name(key for key in keys if key not in taken)
    texts = () if "text" in roles else tuple(_candidates("text", free))
    for role in _ROLES:
        if role not in roles and (found := next(_candidates(role, free), None)):
            roles[role] = found
    metadata = tuple((role, roles[role]) for role in _ROLES[3:] if role in roles)
    return Columns(roles.get("text"), roles.get("html"), roles.get("id"), metadata, texts[1:])


def key_named(name: str, keys: tuple[str, ...]) -> str | None:
    """Find a key by its exact name, else the only one that differs in case or punctuation."""
    if name in keys:
        return name
    plain = _plain(name)
    alike = [key for key in keys if plain and _plain(key) == plain]
    return alike[0] if len(alike) == 1 else None


def _candidates(role: str, free: dict[str, str]) -> Iterator[str]:
    names = dict.fromkeys(map(_plain, _NAMES.get(role, (role,))))
    return (free[name] for name in names if name in free)


def _by_name(keys: Iterable[str]) -> dict[str, str]:
    """Give each key by its bare name; of two with one name, the first."""
    named: dict[str, str] = {}
    for key in keys:
        named.setdefault(_plain(key), key)
    return named


def _plain(key: str) -> str:
    return _PUNCTUATION.sub("", key).casefold()
