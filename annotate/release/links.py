"""Which articles belong together, so that no two of them may stand in different splits."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotate.corpus import Article, Chunk
from annotate.corpus.duplicates import CONTAINMENT, JACCARD, Keys, find_twins, resemblance
from annotate.corpus.quotes import find_quotes
from annotate.corpus.sentences import sentences
from annotate.corpus.shingles import Signature, shingles, signature

RUN = 12  # words; a quote or sentence of so many that stands in two articles ties them
_WORD = re.compile(r"\w+")
_HOLDERS = 32  # a sample that more articles share is a phrase of the trade; twins share rarer ones
_PROMISING = 0.2  # of the smaller sample
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
    and their hashes are held.
    """
    ordered = sorted(names)
    found = [
        *_events(map(articles.__getitem__, ordered)),
        *_duplicates(articles, ordered),
        *_shared(articles, ordered, chunks),
    ]
    return sorted({link for link in found if len(link.articles) > 1})


def _events(articles: Iterable[Article]) -> Iterator[Link]:
    members: dict[str, list[str]] = defaultdict(list)
    for article in articles:
        if article.event:
            members[article.event].append(article.id)
    for event, names in members.items():
        yield Link(f"event {event}", tuple(names))


def _duplicates(articles: Mapping[str, Article], names: Sequence[str]) -> Iterator[Link]:
    """Find texts that repeat one another, by what preparing said and by looking again.

    An article that was pushed once stays, so two of those that are left may be twins.
    """
    known = set(names)
    signatures: list[Signature] = []
    lengths = array("q")
    for article in map(articles.__getitem__, names):
        signatures.append(signature(article.text))
        lengths.append(len(article.text))
        if article.duplicate_of in known:
            yield Link("near-duplicate", tuple(sorted((article.id, str(article.duplicate_of)))))

    def text_of(number: int) -> str:
        return articles[names[number]].text

    near = _near(text_of, signatures)
    for one, two in _twins(text_of, np.array(lengths), signatures) | set(near):
        yield Link("near-duplicate", tuple(sorted((names[one], names[two]))))


def _twins(
    text_of: TextOf, lengths: NDArray[np.int64], signatures: Sequence[Signature]
) -> set[tuple[int, int]]:
    twins = find_twins(
        Keys.of([each.sample for each in signatures]),
        np.array([each.exact for each in signatures], np.uint64),
        np.array([each.words for each in signatures], np.int64),
        -lengths,
        text_of,
        np.zeros(len(lengths), bool),
    )
    return {(min(number, twin.of), max(number, twin.of)) for number, twin in twins.items()}


def _near(text_of: TextOf, signatures: Sequence[Signature]) -> Iterator[tuple[int, int]]:
    """Find the pairs that `find_twins` need not name: those of which one has another twin."""
    for (one, two), common in _candidates(signatures).items():
        least = min(len(signatures[one].sample), len(signatures[two].sample))
        if common < max(1, _PROMISING * least):
            continue
        jaccard, contained = resemblance(shingles(text_of(one)), shingles(text_of(two)))
        if jaccard >= JACCARD or contained >= CONTAINMENT:
            yield one, two


def _candidates(signatures: Sequence[Signature]) -> dict[tuple[int, int], int]:
    """Count the samples that each pair of articles has in common."""
    if not signatures:
        return {}
    keys = np.concatenate([each.sample for each in signatures])
    owners = np.repeat(np.arange(len(signatures)), [len(each.sample) for each in signatures])
    order = np.argsort(keys, kind="stable")
    counts: dict[tuple[int, int], int] = defaultdict(int)
    for members in _groups(keys[order], owners[order]):
        for place, one in enumerate(members):
            for two in members[place + 1 :]:
                counts[one, two] += 1
    return counts


def _groups(keys: NDArray[np.uint64], owners: NDArray[np.int64]) -> Iterator[list[int]]:
    """Give the owners of every key that a few articles share; keys are sorted."""
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
    sizes = np.diff(np.append(starts, len(keys)))
    for place in np.flatnonzero((sizes > 1) & (sizes <= _HOLDERS)):
        yield owners[starts[place] : starts[place] + sizes[place]].tolist()


def _shared(
    articles: Mapping[str, Article], names: Sequence[str], chunks: Iterable[Chunk]
) -> Iterator[Link]:
    """Find runs of words that two articles quote, and sentences that both have."""
    numbers = {name: number for number, name in enumerate(names)}
    quoted, said = _Holders(), _Holders()
    for chunk in chunks:
        number = numbers.get(chunk.article_id)
        if number is None:
            continue
        for run in _quoted_runs(chunk.text):
            quoted.add(run, number)
        for sentence in _long_sentences(chunk.text, articles[chunk.article_id].language):
            said.add(sentence, number)
    for reason, holders in (("shared quote", quoted), ("shared sentence", said)):
        for members in holders.several():
            yield Link(reason, tuple(names[number] for number in members))


class _Holders:
    """Hashes of words, and the number of the article that each is in: 16 bytes a pair."""

    def __init__(self) -> None:
        self.hashes, self.owners = array("q"), array("q")

    def add(self, words: int, owner: int) -> None:
        self.hashes.append(words)
        self.owners.append(owner)

    def several(self) -> Iterator[list[int]]:
        """Give the articles of each hash that more than one has."""
        hashes, owners = np.array(self.hashes, np.int64), np.array(self.owners, np.int64)
        order = np.lexsort((owners, hashes))
        hashes, owners = hashes[order], owners[order]
        starts = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1])[: len(hashes)])
        ends = np.append(starts[1:], len(hashes))
        for place in np.flatnonzero(ends - starts > 1):
            members = np.unique(owners[starts[place] : ends[place]]).tolist()
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
