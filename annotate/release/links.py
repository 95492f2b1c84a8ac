"""Which articles belong together, so that no two of them may stand in different splits."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotate.corpus import Article, Chunk
from annotate.corpus.duplicates import CONTAINMENT, JACCARD, Keys, resemblance, shared_keys
from annotate.corpus.names import place_of
from annotate.corpus.quotes import find_quotes
from annotate.corpus.samples import Samples
from annotate.corpus.sentences import sentences
from annotate.corpus.shingles import shingles
from annotate.release.memory import give_back
from annotate.workspace import TEMPORARY, temporary_file, writing

RUN = 12  # words; a quote or sentence of so many that stands in two articles ties them
_WORD = re.compile(r"\w+")
_HOLDERS = 32  # a sample that more articles share is a phrase of the trade; twins share rarer ones
_PROMISING = 0.2  # of the smaller sample
_SHARES = 32  # of the hashes, each sorted alone
_WAITING = 1 << 16  # hashes that are held before they are put away
TextOf = Callable[[int], str]


class Link(NamedTuple):
    """Articles that belong together, sorted, and why."""

    reason: str
    articles: tuple[str, ...]


def find_links(
    articles: Mapping[str, Article], names: Iterable[str], chunks: Iterable[Chunk]
) -> list[Link]:
    """Find every link among the named: the same event, near-duplicates, shared words.

    `chunks` may be of other articles, too; no order matters. Articles are asked for one at a time,
    and their hashes wait on disk.
    """
    ordered = sorted(names)
    found = [*_events(articles, ordered), *_duplicates(articles, ordered)]
    give_back()
    found += _shared(articles, ordered, chunks)
    return sorted({link for link in found if len(link.articles) > 1})


def _events(articles: Mapping[str, Article], names: Sequence[str]) -> Iterator[Link]:
    members: dict[str, list[str]] = defaultdict(list)
    for name in names:
        if event := articles[name].event:
            members[event].append(name)
    for event, several in members.items():
        yield Link(f"event {event}", tuple(several))


def _duplicates(articles: Mapping[str, Article], names: Sequence[str]) -> Iterator[Link]:
    """Find texts that repeat one another, by what preparing said and by looking again.

    An article that was pushed once stays, so two of those that are left may be twins.
    """
    samples = Samples()
    for article in map(articles.__getitem__, names):
        samples.add(article.text)
        if article.duplicate_of is not None and place_of(names, article.duplicate_of) >= 0:
            yield Link("near-duplicate", tuple(sorted((article.id, article.duplicate_of))))

    def text_of(number: int) -> str:
        return articles[names[number]].text

    twins = {
        (min(number, twin.of), max(number, twin.of))
        for number, twin in samples.twins(text_of).items()
    }
    for one, two in twins | set(_near(text_of, samples.keys())):
        yield Link("near-duplicate", tuple(sorted((names[one], names[two]))))


def _near(text_of: TextOf, keys: Keys) -> Iterator[tuple[int, int]]:
    """Find the pairs that `find_twins` need not name: those of which one has another twin."""
    sizes = np.diff(keys.offsets)
    for later, earlier, common in shared_keys(keys, _HOLDERS):
        least = np.minimum(sizes[later], sizes[earlier])
        promising = common >= np.maximum(1, _PROMISING * least)
        pairs = zip(earlier[promising].tolist(), later[promising].tolist(), strict=True)
        for one, two in pairs:
            jaccard, contained = resemblance(shingles(text_of(one)), shingles(text_of(two)))
            if jaccard >= JACCARD or contained >= CONTAINMENT:
                yield one, two


def _shared(
    articles: Mapping[str, Article], names: Sequence[str], chunks: Iterable[Chunk]
) -> Iterator[Link]:
    """Find runs of words that two articles quote, and sentences that both have."""
    quoted, said = _Holders(), _Holders()
    for chunk in chunks:
        number = place_of(names, chunk.article_id)
        if number < 0:
            continue
        for run in _quoted_runs(chunk.text):
            quoted.add(run, number)
        for sentence in _long_sentences(chunk.text, articles[chunk.article_id].language):
            said.add(sentence, number)
    for reason, holders in (("shared quote", quoted), ("shared sentence", said)):
        for members in holders.several():
            yield Link(reason, tuple(names[number] for number in members))


class _Holders:
    """Hashes of words, each with the number of an article that it is in; on disk, in shares."""

    def __init__(self) -> None:
        self._files: list[IO[bytes]] = []
        self._hashes, self._owners = array("q"), array("q")

    def add(self, words: int, owner: int) -> None:
        self._hashes.append(words)
        self._owners.append(owner)
        if len(self._hashes) >= _WAITING:
            self._put_away()

    def _put_away(self) -> None:
        self._files = self._files or [temporary_file() for _ in range(_SHARES)]
        pairs = np.column_stack((np.array(self._hashes, np.int64), np.array(self._owners)))
        shares = pairs[:, 0] % _SHARES
        with writing(TEMPORARY):
            for share, file in enumerate(self._files):
                file.write(pairs[shares == share].tobytes())
        self._hashes, self._owners = array("q"), array("q")

    def several(self) -> Iterator[list[int]]:
        """Give the articles of each hash that more than one has; sorts one share at a time."""
        if self._hashes:
            self._put_away()
        for file in self._files:
            with writing(TEMPORARY):
                file.seek(0)
            yield from _several(np.frombuffer(file.read(), np.int64).reshape(-1, 2))


def _several(pairs: NDArray[np.int64]) -> Iterator[list[int]]:
    order = np.argsort(pairs[:, 0], kind="stable")
    hashes, owners = pairs[order, 0], pairs[order, 1]
    again = hashes[1:] == hashes[:-1]
    starts = np.flatnonzero(again & ~np.append(False, again[:-1])[: len(again)])
    for start in starts.tolist():
        end = int(np.searchsorted(hashes, hashes[start], side="right"))
        members = np.unique(owners[start:end]).tolist()
        if len(members) > 1:
            yield members


def _quoted_runs(text: str) -> Iterator[int]:
    for start, end in find_quotes(text).pairs:
        words = _words(text[start:end])
        for place in range(len(words) - RUN + 1):
            yield hash(tuple(words[place : place + RUN]))


def _long_sentences(text: str, language: str | None) -> Iterator[int]:
    for start, end in sentences(text, language):
        words = _words(text[start:end])
        if len(words) >= RUN:
            yield hash(tuple(words))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
