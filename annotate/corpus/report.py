"""What came of preparing, measured on the written records: nothing is taken on trust."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

from annotate.corpus.articles import Article, Chunk
from annotate.corpus.codes import LEFT_OUT
from annotate.corpus.parts import left_out
from annotate.corpus.quotes import find_quotes
from annotate.corpus.sentences import sentences


@dataclass(frozen=True)
class CorpusReport:
    """The figures of a corpus. What cannot be measured, having nothing to measure, is None.

    `coverage` is the share of the visible characters of ready articles that lie in exactly one
    chunk, `sentences_whole` that of the cuts that lie between two sentences; `quotes_too_long`
    are longer than a chunk may be and not among `quotes`. Sizes are code points.
    """

    articles: int
    chunks: int
    coverage: float | None
    overlap: int
    offset_failures: int
    quotes: int
    quotes_broken: int
    quotes_too_long: int
    sentences_whole: float | None
    chunk_size: dict[str, int] | None
    outlets: int
    statuses: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    flags: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)

    @property
    def quotes_broken_percent(self) -> float | None:
        return 100 * self.quotes_broken / self.quotes if self.quotes else None

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "quotes_broken_percent": self.quotes_broken_percent}

    def rows(self) -> list[tuple[str, str]]:
        """Give the figures as a reader of the terminal wants them: (name, value)."""
        size = self.chunk_size or {}
        return [
            ("articles", _listed(self.articles, self.statuses)),
            ("chunks", f"{self.chunks:,}"),
            ("coverage", _share(self.coverage)),
            ("overlap", f"{self.overlap:,} characters"),
            ("offset failures", f"{self.offset_failures:,}"),
            ("quotes broken", self._broken()),
            ("cuts between sentences", _share(self.sentences_whole)),
            ("chunk size", ", ".join(f"{key} {value:,}" for key, value in size.items()) or "–"),
            ("outlets", f"{self.outlets:,}"),
            ("languages", _listed(None, self.languages)),
            ("flags", _listed(None, self.flags)),
            ("characters dropped", _listed(None, self.dropped)),
        ]

    def _broken(self) -> str:
        if self.quotes_broken_percent is None:
            return "–"
        longer = f", {self.quotes_too_long:,} too long for a chunk" * bool(self.quotes_too_long)
        counted = f"{self.quotes_broken:,} of {self.quotes:,}{longer}"
        return f"{self.quotes_broken_percent:.2f} % ({counted})"


def measure(articles: Iterable[Article], chunks: Iterable[Chunk], limit: int) -> CorpusReport:
    """Measure a corpus while reading it; chunks come in the order of their articles.

    Chunks without an article in its place count as offset failures.
    """
    tally = _Tally()
    groups = _Groups(chunks)
    for article in articles:
        tally.add_article(article)
        own = groups.of(article.id)
        if article.status == "ready":
            tally.add_chunks(article, own, limit)
        else:
            tally.stray(own)
    tally.stray(groups.rest())
    return tally.report()


class _Groups:
    """The chunks of one article after the other, held only while they are asked for."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._groups = groupby(chunks, key=lambda chunk: chunk.article_id)
        self._waiting: tuple[str, list[Chunk]] | None = None

    def of(self, article_id: str) -> list[Chunk]:
        """Give an article's chunks if they come next, else none."""
        if self._waiting is None:
            found = next(self._groups, None)
            self._waiting = (found[0], list(found[1])) if found else None
        if self._waiting is None or self._waiting[0] != article_id:
            return []
        own, self._waiting = self._waiting[1], None
        return own

    def rest(self) -> list[Chunk]:
        waiting = self._waiting[1] if self._waiting else []
        return [*waiting, *(chunk for _, group in self._groups for chunk in group)]


class _Tally:
    """Counters that one pass over the corpus fills."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.sizes: Counter[int] = Counter()
        self.statuses: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.flags: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.outlets: set[str] = set()

    def add_article(self, article: Article) -> None:
        self.counts["articles"] += 1
        self.statuses[article.status] += 1
        self.languages[article.language or "unknown"] += 1
        self.flags.update(flag.code for flag in article.flags)
        if article.outlet:
            self.outlets.add(article.outlet)
        for reason, count in zip(LEFT_OUT, left_out(article.edits), strict=True):
            self.dropped[reason] += count

    def add_chunks(self, article: Article, chunks: list[Chunk], limit: int) -> None:
        text = article.text
        self.counts["chunks"] += len(chunks)
        self.sizes.update(chunk.end - chunk.start for chunk in chunks)
        self.counts["failures"] += sum(
            text[chunk.start : chunk.end] != chunk.text for chunk in chunks
        )
        self._add_coverage(text, sorted((chunk.start, chunk.end) for chunk in chunks))
        cuts = [chunk.end for chunk in chunks[:-1]]
        self._add_quotes(text, cuts, limit)
        self.counts["cuts"] += len(cuts)
        self.counts["whole"] += sum(_between_sentences(text, cut) for cut in cuts)

    def _add_coverage(self, text: str, ranges: list[tuple[int, int]]) -> None:
        self.counts["visible"] += _visible(text)
        behind = 0
        for start, end in ranges:
            self.counts["overlap"] += max(0, min(end, behind) - start)
            behind = max(behind, end)
        self.counts["covered"] += sum(_visible(text[a:b]) for a, b in _once(ranges))

    def _add_quotes(self, text: str, cuts: list[int], limit: int) -> None:
        for start, end in find_quotes(text).pairs:
            if end - start > limit:
                self.counts["too long"] += 1
                continue
            self.counts["quotes"] += 1
            following = bisect_right(cuts, start)
            self.counts["broken"] += following < len(cuts) and cuts[following] < end

    def stray(self, chunks: list[Chunk]) -> None:
        self.counts["chunks"] += len(chunks)
        self.counts["failures"] += len(chunks)

    def report(self) -> CorpusReport:
        count = self.counts
        return CorpusReport(
            articles=count["articles"],
            chunks=count["chunks"],
            coverage=count["covered"] / count["visible"] if count["visible"] else None,
            overlap=count["overlap"],
            offset_failures=count["failures"],
            quotes=count["quotes"],
            quotes_broken=count["broken"],
            quotes_too_long=count["too long"],
            sentences_whole=count["whole"] / count["cuts"] if count["cuts"] else None,
            chunk_size=_percentiles(self.sizes),
            outlets=len(self.outlets),
            statuses=dict(self.statuses.most_common()),
            languages=dict(self.languages.most_common()),
            flags=dict(self.flags.most_common()),
            dropped={reason: self.dropped[reason] for reason in LEFT_OUT if self.dropped[reason]},
        )


def _visible(text: str) -> int:
    return len("".join(text.split()))


def _once(ranges: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Give the stretches that lie in exactly one of the sorted ranges."""
    edges = sorted([(start, 1) for start, _ in ranges] + [(end, -1) for _, end in ranges])
    depth, position = 0, 0
    for edge, step in edges:
        if depth == 1 and position < edge:
            yield position, edge
        depth += step
        position = edge


def _between_sentences(text: str, cut: int, reach: int = 1000) -> bool:
    """Tell whether a sentence ends at a cut, judged by its line within `reach` code points."""
    if "\n" in text[cut : cut + 2]:
        return True
    start = max(text.rfind("\n", 0, cut) + 1, cut - reach)
    window = text[start : cut + reach].split("\n", 1)[0]
    return any(start + end == cut for _, end in sentences(window))


def _percentiles(sizes: Counter[int]) -> dict[str, int] | None:
    """Give the sizes below which 5, 50 and 95 % of the chunks lie, and the largest."""
    if not sizes:
        return None
    ranked = sorted(sizes.elements())
    named = {"p5": 0.05, "p50": 0.5, "p95": 0.95, "max": 1.0}
    return {key: ranked[round(share * (len(ranked) - 1))] for key, share in named.items()}


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f} %"


def _listed(total: int | None, parts: dict[str, int]) -> str:
    listed = ", ".join(f"{name} {count:,}" for name, count in parts.items())
    if total is None:
        return listed or "–"
    return f"{total:,} ({listed})" if listed else f"{total:,}"
