"""Why an article is what it is: its received text with what was kept, what was not, and why.

Nothing is prepared: the edits of the corpus are laid over the text as it was received.
All ranges are half-open and count code points of the raw text, but where said otherwise.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from shlex import quote
from typing import Literal

from annotate.corpus.article import Prepared
from annotate.corpus.articles import Article, Chunk, Decision, Flag, Metadata, Received, Rejected
from annotate.corpus.codes import FLAGS, LEFT_OUT, REJECTIONS, REVIEWS
from annotate.corpus.decided import removals, visible_text
from annotate.corpus.edits import Edit, EditedText
from annotate.corpus.inputs import plan_inputs
from annotate.corpus.metadata import MetadataTable
from annotate.corpus.overrides import read_decisions
from annotate.corpus.read import read_metadata
from annotate.workspace import Workspace

KEPT = "kept"
MEANINGS = {
    KEPT: "the text that is labelled",
    **LEFT_OUT,
    **REVIEWS,
    **FLAGS,
    **REJECTIONS,
}


def command(
    action: Literal["keep", "drop", "accept", "undo"], article_id: str, span: str = ""
) -> str:
    """Write the command by which a person decides; `span` is `start-end`, for keep and drop."""
    value = quote(f"{article_id}:{span}" if span else article_id)
    # What begins like an option must stand behind an equals sign.
    return f"annotate prepare --{action}{'=' if article_id.startswith('-') else ' '}{value}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line as a reader sees it; `marks` are flags, counted in `text`.

    `chunk` names the chunk that begins with the line.
    """

    start: int
    end: int
    text: str
    marks: tuple[Flag, ...] = ()
    chunk: str | None = None

    @property
    def span(self) -> str:
        return f"{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the raw text that was kept, or left out for one reason."""

    start: int
    end: int
    kind: str
    text: str
    rows: tuple[Row, ...]

    @property
    def span(self) -> str:
        """The range from the first visible character to the last."""
        return f"{self.rows[0].start}-{self.rows[-1].end}" if self.rows else "0-0"


@dataclass(frozen=True, slots=True)
class Known:
    """A piece of metadata, and where it came from."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many places there are of a kind, and how many characters a reader sees there."""

    kind: str
    places: int
    characters: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything there is to say about one input. The segments join to the raw text.

    `cleaned` counts the changes that leave nothing visible out, by reason. Of a rejected input
    there is no segment, and `message` says why.
    """

    id: str
    path: str
    status: str
    sha256: str | None = None
    reasons: tuple[str, ...] = ()
    message: str | None = None
    duplicate_of: str | None = None
    similarity: float | None = None
    known: tuple[Known, ...] = ()
    decisions: tuple[Decision, ...] = ()
    segments: tuple[Segment, ...] = ()
    flags: tuple[Flag, ...] = ()
    chunks: tuple[tuple[str, int, int], ...] = ()
    counts: tuple[Count, ...] = ()
    cleaned: tuple[tuple[str, int], ...] = ()


def explain(workspace: Workspace, article_id: str) -> Explanation:
    """Explain one article of the corpus, or one rejected input, named by its path.

    Raises `InputError` when there is none, or its file has changed since it was prepared.
    """
    from annotate.corpus.lookup import find_article, find_rejected, read_again, unknown_article

    prepared = find_article(workspace, article_id)
    if prepared is None:
        rejected = find_rejected(workspace, article_id)
        if rejected is None:
            raise unknown_article(workspace, article_id)
        return _of_rejected(article_id, rejected)
    inputs = plan_inputs(workspace)
    received = read_again(inputs, prepared.article, workspace.settings.prepare)
    decisions = read_decisions(workspace, inputs).get(article_id, ())
    return lay_out(prepared, received, read_metadata(inputs.tables), decisions)


def _of_rejected(name: str, rejected: Rejected) -> Explanation:
    return Explanation(
        id=name,
        path=rejected.source.path,
        status="rejected",
        reasons=(rejected.code,),
        message=rejected.message,
    )


def lay_out(
    prepared: Prepared,
    received: Received,
    table: MetadataTable,
    decisions: tuple[Decision, ...] = (),
) -> Explanation:
    """Lay an article over the text that it was prepared from."""
    article, chunks = prepared
    chunks = chunks if article.status == "ready" else ()
    edited, visible = article.edited(received.raw), visible_text(received)
    cuts = removals(edited, visible)
    segments = tuple(_segments(edited, visible, cuts, _Layer(article, chunks)))
    return Explanation(
        id=article.id,
        path=article.source.path,
        status=article.status,
        sha256=article.source.sha256,
        reasons=article.reasons,
        duplicate_of=article.duplicate_of,
        similarity=article.similarity,
        known=tuple(_known(article.metadata, received, table)),
        decisions=decisions,
        segments=segments,
        flags=tuple(
            Flag(flag.code, *edited.to_raw(flag.start, flag.end)) for flag in article.flags
        ),
        chunks=tuple((chunk.id, *edited.to_raw(chunk.start, chunk.end)) for chunk in chunks),
        counts=_counts(segments),
        cleaned=_cleaned(edited, cuts),
    )


def _counts(segments: tuple[Segment, ...]) -> tuple[Count, ...]:
    """Count by kind; what was kept comes first, then the others in the order of their places."""
    kinds = dict.fromkeys((KEPT, *(segment.kind for segment in segments)))
    return tuple(
        Count(kind, len(own), sum(len(row.text) for segment in own for row in segment.rows))
        for kind in kinds
        for own in ([each for each in segments if each.kind == kind and each.rows],)
    )


def _cleaned(edited: EditedText, cuts: list[Edit]) -> tuple[tuple[str, int], ...]:
    left_out = set(cuts)
    reasons = Counter(edit.reason for edit in edited.edits if edit not in left_out)
    return tuple(reasons.most_common())


def _known(known: Metadata, received: Received, table: MetadataTable) -> Iterator[Known]:
    """Say of each piece of metadata where it is found first."""
    by_hand = table.of(received.id, received.source.path)
    record = "the file" if received.source.record is None else "the record"
    found = "the page" if received.form == "html" else "the text"
    for name, value in asdict(known).items():
        if value is None:
            continue
        in_table = getattr(by_hand, name) == value
        origin = record if getattr(received.metadata, name) == value else found
        yield Known(name, value, "metadata.csv" if in_table else origin)


class _Layer:
    """What lies upon the clean text of an article: its flags, and where its chunks begin."""

    def __init__(self, article: Article, chunks: tuple[Chunk, ...]) -> None:
        self.chunks = {chunk.start: chunk.id for chunk in chunks}
        self._borders = sorted(self.chunks)
        whole = (0, len(article.text))
        placed = (flag for flag in article.flags if flag[1:] != whole)
        self._ahead = sorted(placed, key=lambda flag: flag.start, reverse=True)
        self._here: list[Flag] = []

    def borders(self, start: int, end: int) -> list[int]:
        """Find where chunks begin inside a range."""
        first = bisect_right(self._borders, start)
        return self._borders[first : bisect_left(self._borders, end)]

    def row(self, edited: EditedText, start: int, end: int) -> Row:
        """Make the row of a clean range; rows are asked for in their order."""
        while self._ahead and self._ahead[-1].start < end:
            self._here.append(self._ahead.pop())
        self._here = [flag for flag in self._here if flag.end > start]
        marks = tuple(
            Flag(flag.code, max(flag.start, start) - start, min(flag.end, end) - start)
            for flag in self._here
        )
        text, chunk = edited.clean[start:end], self.chunks.get(start)
        return Row(*edited.to_raw(start, end), text, marks, chunk)


def _segments(
    edited: EditedText, visible: EditedText, cuts: list[Edit], layer: _Layer
) -> Iterator[Segment]:

    position = 0
    raw = edited.raw
    for cut in cuts:
        if position < cut.start:
            rows = tuple(_kept_rows(edited, layer, position, cut.start))
            yield Segment(position, cut.start, KEPT, raw[position : cut.start], rows)
        shown = visible.to_clean(cut.start, cut.end) or (0, 0)
        hidden = tuple(_row(visible, *span, cut) for span in _lines(visible.clean, *shown))
        kind = cut.reason if cut.reason in LEFT_OUT else "boilerplate"
        yield Segment(cut.start, cut.end, kind, raw[cut.start : cut.end], hidden)
        position = cut.end
    if position < len(raw):
        rows = tuple(_kept_rows(edited, layer, position, len(raw)))
        yield Segment(position, len(raw), KEPT, raw[position:], rows)


def _row(edited: EditedText, start: int, end: int, cut: Edit) -> Row:
    """Make the row of what a cut hides; a replaced part at its rim may reach beyond it."""
    first, last = edited.to_raw(start, end)
    return Row(max(first, cut.start), min(last, cut.end), edited.clean[start:end])


def _kept_rows(edited: EditedText, layer: _Layer, start: int, end: int) -> Iterator[Row]:
    """Give the lines of a kept range, parted where a chunk begins."""
    shown = edited.to_clean(start, end)
    if shown is None:
        return
    for first, last in pairwise((shown[0], *layer.borders(*shown), shown[1])):
        for span in _lines(edited.clean, first, last):
            yield layer.row(edited, *span)


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give the ranges of the lines that hold anything, without the space around them."""
    for line in text[start:end].split("\n"):
        bare = line.strip()
        if bare:
            first = start + line.index(bare)
            yield first, first + len(bare)
        start += len(line) + 1
