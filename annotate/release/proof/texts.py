"""The articles' texts while a release is proved: from the release, or from the user's copies."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Protocol

from annotate.labels.names import Numbers
from annotate.labels.spill import Pile
from annotate.release.proof.opened import Release


class Texts(Protocol):
    """Gives an article's text by its id; None for an article that is not there.

    Also numbers articles, those of a release first, so that others hold columns about them.
    """

    @property
    def numbers(self) -> Numbers: ...

    def __contains__(self, article_id: object) -> bool: ...

    def __iter__(self) -> Iterator[str]: ...

    def get(self, article_id: str) -> str | None: ...


class NoTexts:
    """Article ids alone, with the texts of those that the user has copies of."""

    def __init__(self, release: Release, known: Mapping[str, str]) -> None:
        self.known, self.numbers = known, Numbers()
        for part in release.of("articles"):
            for row in release.rows(part, ["article_id"]):
                _ = self.numbers[str(row["article_id"])]
        self._there = len(self.numbers)

    def __contains__(self, article_id: object) -> bool:
        return self.numbers.get(article_id, self._there) < self._there

    def __iter__(self) -> Iterator[str]:
        return islice(self.numbers, self._there)

    def get(self, article_id: str) -> str | None:
        return self.known.get(article_id)


class OwnTexts(NoTexts):
    """The texts in a release's `articles`, on disk where each is found; `known` for the others."""

    def __init__(self, release: Release, known: Mapping[str, str]) -> None:
        self.known, self.numbers = known, Numbers()
        self._texts, self._rows = Pile(), array("I")
        self._last: tuple[str, str | None] = "", None
        for part in release.of("articles"):
            for row in release.rows(part, ["article_id", "text"]):
                self._add(row["article_id"], row["text"])
        self._there = len(self.numbers)

    def _add(self, article_id: str | None, text: str | None) -> None:
        """Take in a text; of articles that stand there twice the later counts."""
        if article_id is None:
            return
        number = self.numbers[article_id]
        if number == len(self._rows):
            self._rows.append(0)
        self._rows[number] = len(self._texts)
        self._texts.append(_NONE if text is None else _SOME + text.encode())

    def get(self, article_id: str) -> str | None:
        if self._last[0] != article_id or self._last[1] is None:
            self._last = article_id, self._read(article_id)
        return self._last[1]

    def _read(self, article_id: str) -> str | None:
        if article_id not in self:
            return None
        data = self._texts[self._rows[self.numbers[article_id]]]
        return self.known.get(article_id) if data == _NONE else data[len(_SOME) :].decode()


_NONE, _SOME = b"", b"t"
