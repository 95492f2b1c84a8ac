"""The proof of a corpus: every text made again from what was received, every offset tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from annotate.corpus.articles import Article, Chunk, Received, Rejected, Source, chunk_id
from annotate.corpus.chunk import context_after, context_before
from annotate.corpus.clean import clean
from annotate.corpus.edits import EditedText
from annotate.corpus.inputs import plan_inputs
from annotate.corpus.pieces import Piece
from annotate.corpus.read import read_piece
from annotate.corpus.store import each_article, each_chunk, manifest, read_rejected
from annotate.findings import Finding
from annotate.workspace import Workspace

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class VerifyReport:
    """What was checked, and everything that was wrong. `proved` means nothing was."""

    articles: int
    chunks: int
    rejected: int
    characters: int
    findings: tuple[Finding, ...]

    @property
    def proved(self) -> bool:
        return not self.findings


def verify_corpus(workspace: Workspace, progress: Progress | None = None) -> VerifyReport:
    """Derive the corpus again from the received bytes and its own edits, and check every offset.

    Nothing is prepared again: what is proved is that the texts are what the edits make of the
    articles, and the chunks what their offsets say. `progress` hears how many articles are done.
    Raises `InputError` when there is no corpus.
    """
    check = _Check(Counter(_place(each.source) for each in read_rejected(workspace)))
    total = manifest(workspace).get("counts", {}).get("inputs", 0)
    chunks = groupby(each_chunk(workspace), key=lambda chunk: chunk.article_id)
    articles = each_article(workspace)
    article, group = next(articles, None), next(chunks, None)
    for number, received in enumerate(_received(workspace), 1):
        if article is None or isinstance(received, Rejected) or not check.gave(article, received):
            check.is_rejected(received.source)
            continue
        own: tuple[Chunk, ...] = ()
        if group and group[0] == article.id:
            own, group = tuple(group[1]), next(chunks, None)
        check.article(article, received, own)
        article = next(articles, None)
        if progress:
            progress(number, total)
    check.rest(article, group[0] if group else None)
    return check.report()


def _received(workspace: Workspace) -> Iterator[Received | Rejected]:
    for item in plan_inputs(workspace).inputs:
        yield from read_piece(Piece(item), workspace.settings.prepare)


def _place(source: Source) -> str:
    record = "" if source.record is None else f", record {source.record}"
    return f"{source.path}{record}"


class _Check:
    """Everything found so far. Articles come in the order of their inputs."""

    def __init__(self, rejected: Counter[str]) -> None:
        self.rejected = rejected
        self.all_rejected = rejected.total()
        self.findings: list[Finding] = []
        self.articles = self.chunks = self.characters = 0
        self.duplicates: dict[str, str] = {}
        self.standing: set[str] = set()

    def find(self, code: str, place: str, message: str) -> None:
        self.findings.append(Finding(code, "error", place, message))

    def is_rejected(self, source: Source) -> None:
        """Look for an input that is no article among the rejected."""
        place = _place(source)
        if self.rejected[place] > 0:
            self.rejected[place] -= 1
        else:
            self.find("input-unaccounted", place, "is neither an article nor rejected")

    def gave(self, article: Article, received: Received) -> bool:
        """Tell whether an article is made of an input; one that was rejected holds no id."""
        same = received.source.sha256 == article.source.sha256
        listed = self.rejected[_place(received.source)] > 0
        return received.id == article.id and (same or not listed)

    def article(self, article: Article, received: Received, chunks: tuple[Chunk, ...]) -> None:
        self.articles += 1
        self.characters += len(received.raw)
        if article.id in self.standing or article.id in self.duplicates:
            self.find("id-twice", article.id, "is the id of an earlier article")
        if article.duplicate_of is None:
            self.standing.add(article.id)
        else:
            self.duplicates[article.id] = article.duplicate_of
        if article.source.sha256 != received.source.sha256:
            self.find("source-changed", article.id, "is not the text that was prepared")
            return
        edited = self._derived(article, received.raw)
        self._flags(article)
        if article.status == "ready":
            self._chunks(article, chunks, edited)
        elif chunks:
            self.find("chunk-unexpected", article.id, f"is {article.status}, but has chunks")

    def _derived(self, article: Article, raw: str) -> EditedText | None:
        """Make the clean text of the raw one by the edits, and compare."""
        try:
            edited = EditedText(raw, article.edits)
        except ValueError as error:
            self.find("edits-broken", article.id, str(error))
            return None
        if edited.clean != article.text:
            at = _first_difference(edited.clean, article.text)
            self.find("text-differs", article.id, f"the edits give another text from {at} on")
            return None
        if clean(EditedText(article.text)).edits:
            self.find("text-not-clean", article.id, "holds characters that no clean text has")
        return edited

    def _flags(self, article: Article) -> None:
        for flag in article.flags:
            if not 0 <= flag.start < flag.end <= len(article.text):
                self.find("flag-outside", article.id, f"{flag.code} lies outside the text")

    def _chunks(
        self, article: Article, chunks: tuple[Chunk, ...], edited: EditedText | None
    ) -> None:
        """Check that chunks are slices in order, with nothing but white space between."""
        self.chunks += len(chunks)
        position = 0
        for number, chunk in enumerate(chunks):
            self._chunk(article, chunk, number, edited)
            if chunk.start < position:
                self.find("chunk-overlap", chunk.id, f"begins before {position}, where text is")
            elif article.text[position : chunk.start].strip():
                self.find("text-not-covered", article.id, f"[{position}, {chunk.start})")
            position = max(position, chunk.end)
        if article.text[position:].strip():
            self.find("text-not-covered", article.id, f"[{position}, {len(article.text)})")

    def _chunk(
        self, article: Article, chunk: Chunk, number: int, edited: EditedText | None
    ) -> None:
        text = article.text
        if not 0 <= chunk.start < chunk.end <= len(text):
            self.find("offset-outside", chunk.id, f"[{chunk.start}, {chunk.end})")
            return
        if text[chunk.start : chunk.end] != chunk.text or chunk.index != number:
            self.find("offset-mismatch", chunk.id, "is not the text at its offsets")
        if chunk.id != chunk_id(article.id, chunk.start, chunk.end, chunk.text):
            self.find("id-mismatch", chunk.id, "is not the name of its text")
        if chunk.context_before != context_before(text, chunk.start):
            self.find("context-mismatch", chunk.id, "says something else stands before it")
        if chunk.context_after != context_after(text, chunk.end):
            self.find("context-mismatch", chunk.id, "says something else stands after it")
        if edited and not _comes_back(edited, chunk):
            self.find("offset-astray", chunk.id, "is not found again from its raw characters")

    def rest(self, article: Article | None, group: str | None) -> None:
        """Report what is left over when all inputs are read."""
        if article is not None:
            self.find("article-unaccounted", article.id, "comes from no input, or out of order")
        if group is not None:
            self.find("chunk-unaccounted", group, "chunks belong to no article, or out of order")
        for place in sorted(self.rejected.keys()):
            if self.rejected[place] > 0:
                self.find("rejected-unaccounted", place, "is rejected, but no input")
        for article_id, of in self.duplicates.items():
            if of not in self.standing:
                self.find("duplicate-astray", article_id, f"repeats {of}, which does not stand")

    def report(self) -> VerifyReport:
        findings = tuple(self.findings)
        return VerifyReport(
            self.articles, self.chunks, self.all_rejected, self.characters, findings
        )


def _comes_back(edited: EditedText, chunk: Chunk) -> bool:
    """Whether the way to the raw text and back ends at the chunk or around it."""
    back = edited.to_clean(*edited.to_raw(chunk.start, chunk.end))
    return back is not None and back[0] <= chunk.start and chunk.end <= back[1]


def _first_difference(left: str, right: str) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(left), len(right)))
