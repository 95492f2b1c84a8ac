"""The articles' texts while a release is proved: from the release, or from the user's copies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Protocol

from annotate.corpus.names import NameIndex, Numbers
from annotate.labels.spill import Pile
from annotate.release.proof.opened import Release


class Texts(Protocol):
    """Gives an article's text by its id; None for an article that is not there.

    Also numbers the articles of a release, so that others hold columns about them.
    """

    def __contains__(self, article_id: object) -> bool: ...

    def __iter__(self) -> Iterator[str]: ...

    def get(self, article_id: str) -> str | None: ...

    def number(self, article_id: str) -> int:
        """Give an article its number; those that are not there come behind those that are."""

    def names(self) -> Iterator[str]:
        """Give the ids of all articles that have a number, in the order of these."""


class NoTexts:
    """Article ids alone, with the texts of those that the user has copies of."""

    def __init__(self, release: Release, known: Mapping[str, str]) -> None:
        self.release, self.known = release, known
        self._index, self._others = NameIndex(), Numbers()
        self._last: tuple[object, int] = None, -1
        self._take_in()

    def _take_in(self) -> None:
        for name in self:
            self._index.add(name)

    def _place(self, article_id: object) -> int:
        """Give the number of an article of the release, the later of two; -1 for others."""
        if self._last[0] != article_id:
            found = self._index.at(str(article_id))
            self._last = article_id, found[-1] if found else -1
        return self._last[1]

    def number(self, article_id: str) -> int:
        place = self._place(article_id)
        return place if place >= 0 else len(self._index) + self._others[article_id]

    def names(self) -> Iterator[str]:
        return chain(self, self._others)

    def __contains__(self, article_id: object) -> bool:
        return self._place(article_id) >= 0

    def __iter__(self) -> Iterator[str]:
        for part in self.release.of("articles"):
            for row in self.release.rows(part, ["article_id"]):
                yield str(row["article_id"])

    def get(self, article_id: str) -> str | None:
        return self.known.get(article_id)


class OwnTexts(NoTexts):
    """The texts in a release's `articles`, on disk where each is found; `known` for the others."""

    def _take_in(self) -> None:
        self._texts = Pile()
        self._read: tuple[str, str | None] = "", None
        for part in self.release.of("articles"):
            for row in self.release.rows(part, ["article_id", "text"]):
                self._index.add(str(row["article_id"]))
                self._texts.append(_NONE if row["text"] is None else _SOME + row["text"].encode())

    def get(self, article_id: str) -> str | None:
        if self._read[0] != article_id:
            self._read = article_id, self._text(article_id)
        return self._read[1]

    def _text(self, article_id: str) -> str | None:
        place = self._place(article_id)
        data = _NONE if place < 0 else self._texts[place]
        if data == _NONE:
            return self.known.get(article_id) if place >= 0 else None
        return data[len(_SOME) :].decode()


_NONE, _SOME = b"", b"t"
