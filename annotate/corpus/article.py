"""One received article through all stages: clean, body, flags, chunks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from annotate.corpus.articles import Article, Chunk, Flag, Metadata, Received, Rejected
from annotate.corpus.chunk import chunk_article, hard_splits
from annotate.corpus.clean import clean, clean_line
from annotate.corpus.deadline import TimeLimit, time_limit
from annotate.corpus.decided import decided, visible_text
from annotate.corpus.edits import EditedText
from annotate.corpus.flags import flags_of
from annotate.corpus.html import read_page
from annotate.corpus.language import language_of
from annotate.corpus.mojibake import mojibake, repaired
from annotate.workspace import PrepareSettings

if TYPE_CHECKING:
    from annotate.corpus.body import Selection

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
    stale: bool = False

    @property
    def doubts(self) -> tuple[str, ...]:
        known = (self.doubt, "override_stale" if self.stale else None)
        return tuple(doubt for doubt in known if doubt)


class _StageError(Exception):
    def __init__(self, stage: str, cause: str) -> None:
        super().__init__(cause)
        self.stage = stage


def prepare_article(received: Received, settings: PrepareSettings) -> Prepared | Rejected:
    """Prepare one article; whatever goes wrong with it ends here, as a rejection."""
    try:
        with time_limit(settings.seconds_per_article):
            return _prepare(received, settings)
    except TimeLimit:
        message = (
            f"{received.id} took more than {settings.seconds_per_article:g} seconds; "
            "raise seconds_per_article in annotate.toml to give it more"
        )
        return Rejected(received.source, "timeout", message, "prepare")
    except _StageError as error:
        message = f"{received.id} broke the {error.stage} stage: {error}"
        return Rejected(received.source, "failed", message, error.stage)


def _prepare(received: Received, settings: PrepareSettings) -> Prepared | Rejected:
    with _stage("body"):
        body = _decided(received, _body(received, select=settings.body == "select"))
        text = body.edited.clean
    if not text:
        return Rejected(received.source, "empty", _why_empty(received), "body")
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
        metadata=_with_language(body.metadata, text),
        status="needs_review" if body.doubts else "ready",
        flags=(*flags, *hard_splits(chunks)),
        reasons=body.doubts,
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
    """Repair the encoding first, so that every later stage reads what was written."""
    decoded = EditedText(received.raw).through(mojibake)
    body = _body_of(received, decoded.clean, select=select)
    if not decoded.edits:
        return body
    places = tuple(decoded.to_raw(at, at + 1)[0] for at in body.approximate)
    return body._replace(edited=decoded.then(body.edited.edits), approximate=places)


def _body_of(received: Received, raw: str, *, select: bool) -> _Body:
    if received.form == "text":
        return _body_of_text(clean(EditedText(raw)), received.metadata, select=select)
    page = read_page(raw)
    metadata = received.metadata.or_else(page.metadata)
    if not page.found:
        body = _body_of_text(page.edited, metadata, select=select)
        return body._replace(doubt=page.doubt or body.doubt)
    doubt = "thin_body" if page.share < THIN else None
    return _Body(page.edited, metadata, doubt, page.approximate)


def _body_of_text(edited: EditedText, metadata: Metadata, *, select: bool) -> _Body:
    if not select:
        return _Body(edited, metadata)
    from annotate.corpus.body import select_body

    selection = select_body(edited.clean, metadata.title, metadata.outlet)
    title = clean_line(selection.title or "") or None
    found = Metadata(title=title, author=selection.author, credit=selection.credit)
    return _Body(edited.then(selection.edits), metadata.or_else(found), _doubt(selection))


def _doubt(selection: Selection) -> str | None:
    if not selection.found:
        return "no_body"
    if selection.share < THIN:
        return "thin_body"
    return "thin_margin" if selection.doubtful else None


def _decided(received: Received, body: _Body) -> _Body:
    """Do as a person decided about this very text; then nothing about it is in doubt."""
    if not received.decisions:
        return body
    own = [each for each in received.decisions if each.sha256 == received.source.sha256]
    if not own:
        return body._replace(stale=True)
    edited = decided(body.edited, visible_text(received), own)
    return body._replace(edited=edited, doubt=None)


def _why_empty(received: Received) -> str:
    if received.decisions:
        return f"nothing of {received.id} is left; `annotate prepare --undo` brings it back"
    return f"{received.id} holds no visible text"


def _with_language(metadata: Metadata, text: str) -> Metadata:
    return metadata if metadata.language else replace(metadata, language=language_of(text))


def _flags(received: Received, body: _Body) -> tuple[Flag, ...]:
    text = body.edited.clean
    whole = (Flag(code, 0, len(text)) for code in received.flags)
    missing = (Flag("offset_approximate", *_near(body.edited, raw)) for raw in body.approximate)
    fixed = (Flag("mojibake", *place) for place in repaired(body.edited))
    return (*whole, *missing, *fixed, *flags_of(text))


def _near(edited: EditedText, raw: int) -> tuple[int, int]:
    """Find the first clean character at or behind a raw position, else the last one."""
    found = edited.to_clean(raw, len(edited.raw))
    start = found[0] if found else len(edited.clean) - 1
    return start, start + 1
