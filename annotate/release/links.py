"""Which articles belong together, so that no two of them may stand in different splits."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


class Link(NamedTuple):
    """Articles that belong together, sorted, and why."""

    reason: str
    articles: tuple[str, ...]


def find_links(articles: Sequence[Article], chunks: Iterable[Chunk]) -> list[Link]:
    """Find every link: the same event, near-duplicates, shared quotes and sentences.

    `chunks` are those of these articles. The order of either does not matter.
    """
    known = {article.id: article for article in sorted(articles, key=lambda one: one.id)}
    found = [*_events(known.values()), *_duplicates(known), *_shared(known, chunks)]
    return sorted({link for link in found if len(link.articles) > 1})


def _events(articles: Iterable[Article]) -> Iterator[Link]:
    members: dict[str, list[str]] = defaultdict(list)
    for article in articles:
        if article.event:
            members[article.event].append(article.id)
    for event, names in members.items():
        yield Link(f"event {event}", tuple(names))


def _duplicates(articles: Mapping[str, Article]) -> Iterator[Link]:
    """Find texts that repeat one another, by what preparing said and by looking again.

    An article that was pushed once stays, so two of those that are left may be twins.
    """
    for article in articles.values():
        if article.duplicate_of in articles:
            yield Link("near-duplicate", tuple(sorted((article.id, str(article.duplicate_of)))))
    names = list(articles)
    texts = [articles[name].text for name in names]
    signatures = [signature(text) for text in texts]
    for one, two in _twins(texts, signatures) | set(_near(texts, signatures)):
        yield Link("near-duplicate", tuple(sorted((names[one], names[two]))))


def _twins(texts: Sequence[str], signatures: Sequence[Signature]) -> set[tuple[int, int]]:
    twins = find_twins(
        Keys.of([each.sample for each in signatures]),
        np.array([each.exact for each in signatures], np.uint64),
        np.array([each.words for each in signatures], np.int64),
        np.array([-len(text) for text in texts], np.int64),
        texts.__getitem__,
        np.zeros(len(texts), bool),
    )
    return {(min(number, twin.of), max(number, twin.of)) for number, twin in twins.items()}


def _near(texts: Sequence[str], signatures: Sequence[Signature]) -> Iterator[tuple[int, int]]:
    """Find the pairs that `find_twins` need not name: those of which one has another twin."""
    for (one, two), common in _candidates(signatures).items():
        least = min(len(signatures[one].sample), len(signatures[two].sample))
        if common < max(1, _PROMISING * least):
            continue
        jaccard, contained = resemblance(shingles(texts[one]), shingles(texts[two]))
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


def _shared(articles: Mapping[str, Article], chunks: Iterable[Chunk]) -> Iterator[Link]:
    """Find runs of words that two articles quote, and sentences that both have."""
    quoting: dict[int, set[str]] = defaultdict(set)
    saying: dict[int, set[str]] = defaultdict(set)
    for chunk in chunks:
        article = articles.get(chunk.article_id)
        if article is None:
            continue
        for run in _quoted_runs(chunk.text):
            quoting[run].add(article.id)
        for said in _long_sentences(chunk.text, article.language):
            saying[said].add(article.id)
    for reason, holders in (("shared quote", quoting), ("shared sentence", saying)):
        for names in holders.values():
            yield Link(reason, tuple(sorted(names)))


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
