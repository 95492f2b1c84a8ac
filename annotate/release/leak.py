"""A release without texts must not hold the texts all the same: runs of words are looked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from annotate.corpus import Article
from annotate.labels.annotation import Annotation

RUN = 8  # words; so many in a row are no accident
_WORD = re.compile(r"\w+")
# A title names an article as its address does; the design keeps both.
NAMES_OF_ARTICLES = frozenset({"title", "url"})
TEXT_COLUMNS = frozenset({"text", "tokens", "surface", "target"})


class Runs:
    """All runs of `RUN` words of some texts, by hash."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._known = {run for text in texts for run, _ in _runs(text)}

    def __len__(self) -> int:
        return len(self._known)

    def without(self, texts: Iterable[str]) -> None:
        """Take out the runs that other texts have too."""
        for text in texts:
            self._known.difference_update(run for run, _ in _runs(text))

    def first_in(self, text: str) -> str | None:
        """Give the first run of words that one of the texts has too."""
        return next((words for run, words in _runs(text) if run in self._known), None)


def _runs(text: str) -> Iterator[tuple[int, str]]:
    words = _WORD.findall(text.casefold())
    for start in range(len(words) - RUN + 1):
        run = " ".join(words[start : start + RUN])
        yield hash(run), run


def quoting(
    answers: Iterable[Annotation], articles: Mapping[str, Article], article_id: str
) -> Iterator[str]:
    """Name who repeats a run of words of an article, which is read only where an answer is long."""
    said = [(each.annotator, words) for each in answers for words in _said(each)]
    if long := [(who, words) for who, words in said if words.count(" ") >= RUN - 1]:
        runs = _runs_of(articles[article_id].text)
        yield from dict.fromkeys(who for who, words in long if runs.first_in(words))


@lru_cache(maxsize=1)
def _runs_of(text: str) -> Runs:
    """Gather the runs of an article once for all its chunks, which follow one another."""
    return Runs([text])


def _said(answer: Annotation) -> Iterator[str]:
    """Give what an annotator chose or wrote."""
    for span in answer.spans:
        yield from (item.value for item in span.attributes)
    yield from (value for _, value in answer.document)


def leaks(folder: Path, runs: Runs) -> Iterator[tuple[str, int]]:
    """Find every place in a release's files where a run of a text stands, and how often.

    Every column of every Parquet file is looked at but those that name an article, and the
    whole of every other file.
    """
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".parquet":
            try:
                yield from _in_parquet(path, name, runs)
            except (OSError, ValueError):  # it cannot be read, so nothing can be read off it
                continue
        elif path.is_file() and runs.first_in(path.read_text(encoding="utf-8", errors="replace")):
            yield name, 1


def _in_parquet(path: Path, name: str, runs: Runs) -> Iterator[tuple[str, int]]:
    import pyarrow.parquet as pq

    counts: dict[str, int] = {}
    with pq.ParquetFile(path) as file:
        for group in range(file.metadata.num_row_groups):
            for row in file.read_row_group(group).to_pylist():
                for column, text in _cells(row):
                    if column not in NAMES_OF_ARTICLES and runs.first_in(text):
                        counts[column] = counts.get(column, 0) + 1
    for column, count in counts.items():
        yield f"{name}, {column}", count


def _cells(value: Any, column: str = "") -> Iterator[tuple[str, str]]:
    """Give the strings of a row by column; those of a list follow one another in its text."""
    if isinstance(value, str):
        yield column, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _cells(item, f"{column}.{name}" if column else name)
    elif isinstance(value, list):
        joined: dict[str, list[str]] = {}
        for item in value:
            for inner, text in _cells(item, column):
                joined.setdefault(inner, []).append(text)
        for inner, texts in joined.items():
            yield inner, " ".join(texts)
