"""The articles' texts while a release is proved: from the release, or from the user's copies."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Protocol

from annotate.release.proof.opened import Release

_GROUPS_HELD = 2


class Texts(Protocol):
    """Gives an article's text by its id; None for an article that is not there."""

    def __contains__(self, article_id: object) -> bool: ...

    def __iter__(self) -> Iterator[str]: ...

    def get(self, article_id: str) -> str | None: ...


class OwnTexts:
    """The texts in a release's `articles`, a few row groups at a time; `known` for the others."""

    def __init__(self, release: Release, known: Mapping[str, str]) -> None:
        self.release, self.known = release, known
        self.places: dict[str, tuple[int, int, int]] = {}
        self._held: OrderedDict[tuple[int, int], list[str | None]] = OrderedDict()
        for number in range(len(release.of("articles"))):
            for group, ids in enumerate(_groups(release, number, "article_id")):
                for row, article_id in enumerate(ids):
                    if article_id is not None:
                        self.places[article_id] = (number, group, row)

    def __contains__(self, article_id: object) -> bool:
        return article_id in self.places

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def get(self, article_id: str) -> str | None:
        if article_id not in self.places:
            return None
        number, group, row = self.places[article_id]
        own = self._group(number, group)[row]
        return self.known.get(article_id) if own is None else own

    def _group(self, number: int, group: int) -> list[str | None]:
        key = (number, group)
        if key not in self._held:
            self._held[key] = _group(self.release, number, group, "text")
            if len(self._held) > _GROUPS_HELD:
                self._held.popitem(last=False)
        self._held.move_to_end(key)
        return self._held[key]


class NoTexts:
    """Article ids alone, with the texts of those that the user has copies of."""

    def __init__(self, release: Release, known: Mapping[str, str]) -> None:
        self.known = known
        self.ids = {
            str(row["article_id"])
            for part in release.of("articles")
            for row in release.rows(part, ["article_id"])
        }

    def __contains__(self, article_id: object) -> bool:
        return article_id in self.ids

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)

    def get(self, article_id: str) -> str | None:
        return self.known.get(article_id)


def _groups(release: Release, number: int, column: str) -> Iterator[list[str | None]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(release.of("articles")[number].path) as file:
        for group in range(file.metadata.num_row_groups):
            yield file.read_row_group(group, columns=[column])[column].to_pylist()


def _group(release: Release, number: int, group: int, column: str) -> list[str | None]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(release.of("articles")[number].path) as file:
        found: list[str | None] = file.read_row_group(group, columns=[column])[column].to_pylist()
        return found
