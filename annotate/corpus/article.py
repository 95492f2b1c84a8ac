"""One received article through all stages: clean, body, flags, chunks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from annotate.corpus.articles import Article, Chunk, Flag, Metadata, Received, Rejected
from annotate.corpus.body import select_body, trim_body
from annotate.corpus.chunk import chunk_article
from annotate.corpus.clean import clean, clean_line
from annotate.corpus.edits import EditedText
from annotate.corpus.flags import flags_of
from annotate.corpus.html import read_page
from annotate.workspace import PrepareSettings

PREP_VERSION = "1"
THIN = 0.15  # a kept share of the visible text below this is for a person to judge


class Prepared(NamedTuple):
    """An article with its chunks."""

    article: Article
    chunks: tuple[Chunk, ...]


class _Body(NamedTuple):
    """The kept text, and why a person should look at it, if one should."""

    edited: EditedText
    metadata: Metadata
    doubt: str | None = None
    approximate: tuple[int, ...] = ()


class _StageError(Exception):
    def __init__(self, stage: str, cause: str) -> None:
        super().__init__(cause)
        self.stage = stage


def prepare_article(received: Received, settings: PrepareSettings) -> Prepared | Rejected:
    """Prepare one article; whatever goes wrong with it ends here, as a rejection."""
    try:
        return _prepare(received, settings)
    except _StageError as error:
        message = f"{received.id} broke the {error.stage} stage: {error}"
        return Rejected(received.source, "failed", message, error.stage)


def _prepare(received: Received, settings: PrepareSettings) -> Prepared | Rejected:
    with _stage("body"):
        body = _body(received, select=settings.body == "select")
        text = body.edited.clean
    if not text:
        return Rejected(received.source, "empty", f"{received.id} holds no visible text", "body")
    with _stage("flags"):
        flags = _flags(received, body)
    with _stage("chunk"):
        limit, target = settings.chunk_limit, settings.chunk_target
        chunks = chunk_article(received.id, text, flags, limit=limit, target=target)
    article = Article(
        id=received.id,
        source=received.source,
        text=text,
        edits=body.edited.edits,
        metadata=body.metadata,
        status="needs_review" if body.doubt else "ready",
        flags=flags,
        reasons=(body.doubt,) if body.doubt else (),
        prep_version=PREP_VERSION,
    )
    return Prepared(article, chunks)


@contextmanager
def _stage(name: str) -> Iterator[None]:
    """Name the stage in which foreign text broke our code or a library."""
    try:
        yield
    except Exception as error:
        raise _StageError(name, type(error).__name__) from error


def _body(received: Received, *, select: bool) -> _Body:
    if received.form == "text":
        return _body_of_text(clean(EditedText(received.raw)), received.metadata, select=select)
    page = read_page(received.raw)
    metadata = received.metadata.or_else(page.metadata)
    if not page.found:
        return _body_of_text(page.edited, metadata, select=select)
    edited = (
        page.edited.then(trim_body(page.edited.clean, metadata.title, metadata.outlet))
        if select
        else page.edited
    )
    doubt = "thin_body" if page.share < THIN else None
    return _Body(edited, metadata, doubt, page.approximate)


def _body_of_text(edited: EditedText, metadata: Metadata, *, select: bool) -> _Body:
    if not select:
        return _Body(edited, metadata)
    selection = select_body(edited.clean, metadata.title, metadata.outlet)
    title = clean_line(selection.title or "") or None
    doubt = None if selection.found else "no_body"
    if selection.share < THIN:
        doubt = "thin_body"
    return _Body(edited.then(selection.edits), metadata.or_else(Metadata(title=title)), doubt)


def _flags(received: Received, body: _Body) -> tuple[Flag, ...]:
    text = body.edited.clean
    whole = (Flag(code, 0, len(text)) for code in received.flags)
    missing = (Flag("offset_approximate", *_near(body.edited, raw)) for raw in body.approximate)
    return (*whole, *missing, *flags_of(text))


def _near(edited: EditedText, raw: int) -> tuple[int, int]:
    """Find the first clean character at or behind a raw position, else the last one."""
    found = edited.to_clean(raw, len(edited.raw))
    start = found[0] if found else len(edited.clean) - 1
    return start, start + 1
