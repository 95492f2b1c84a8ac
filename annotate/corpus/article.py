"""Received articles through all stages: clean, body, flags, chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from annotate.corpus.articles import Article, Chunk, Flag, Metadata, Received, Rejected
from annotate.corpus.chunk import chunk_article, hard_splits
from annotate.corpus.clean import clean, clean_line
from annotate.corpus.deadline import TimeLimit, one_handler, time_limit
from annotate.corpus.decided import decided, visible_text
from annotate.corpus.edits import EditedText
from annotate.corpus.flags import flags_of
from annotate.corpus.html import read_page
from annotate.corpus.language import code_of, language_of
from annotate.corpus.mojibake import mojibake, repaired
from annotate.workspace import PrepareSettings

if TYPE_CHECKING:
    from annotate.corpus.body import Selection

PREP_VERSION = "1"
_T = TypeVar("_T")
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


PANIC = "PanicException"  # what a library in Rust ends with; it is no Exception


class _StageError(Exception):
    def __init__(self, stage: str, cause: str) -> None:
        super().__init__(cause)
        self.stage = stage


class _Opened(NamedTuple):
    """An article whose encoding is repaired and whose visible text is known.

    `decoded` holds the repairs; `body` what is kept, at first before the body of a plain text is
    chosen, at last as an edit of the received text.
    """

    received: Received
    decoded: EditedText
    body: _Body
    chosen: bool
    flags: tuple[Flag, ...] = ()


def prepare_article(received: Received, settings: PrepareSettings) -> Prepared | Rejected:
    """Prepare one article."""
    return prepare_articles([received], settings)[0]


def prepare_articles(
    batch: Sequence[Received], settings: PrepareSettings
) -> list[Prepared | Rejected]:
    """Prepare articles, each as if it stood alone; bodies are chosen for all of them at once.

    Whatever goes wrong with an article ends here, as its rejection.
    """
    guarded = _Guard(settings.seconds_per_article)
    select = settings.body == "select"
    with one_handler():
        opened = [guarded(each, partial(_opened, each, select=select)) for each in batch]
        settled = guarded.every(_selected(opened, guarded), _settled)
        # A stage that reads large tables is done for all in a row, while they are at hand.
        told = guarded.every(settled, _with_language)
        return guarded.every(told, partial(_prepared, settings=settings))


class _Guard:
    """Does the work on an article within its time; what goes wrong becomes its rejection."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self, received: Received, work: Callable[[], _T]) -> _T | Rejected:
        try:
            with time_limit(self.seconds):
                return work()
        except TimeLimit:
            message = (
                f"{received.id} took more than {self.seconds:g} seconds; "
                "raise seconds_per_article in annotate.toml to give it more"
            )
            return Rejected(received.source, "timeout", message, "prepare")
        except _StageError as error:
            message = f"{received.id} broke the {error.stage} stage: {error}"
            return Rejected(received.source, "failed", message, error.stage)

    def every(
        self, opened: Iterable[_Opened | Rejected], work: Callable[[_Opened], _T | Rejected]
    ) -> list[_T | Rejected]:
        """Do the next work on the articles that are left."""
        return [
            each if isinstance(each, Rejected) else self(each.received, partial(work, each))
            for each in opened
        ]


def _opened(received: Received, *, select: bool) -> _Opened:
    """Repair the encoding first, so that every later stage reads what was written."""
    with _Stage("body"):
        decoded = EditedText(received.raw).through(mojibake)
        if received.form == "text":
            body = _Body(clean(EditedText(decoded.clean)), received.metadata)
            return _Opened(received, decoded, body, chosen=not select)
        page = read_page(decoded.clean)
        metadata = received.metadata.or_else(page.metadata)
        if not page.found:
            body = _Body(page.edited, metadata, page.doubt)
            return _Opened(received, decoded, body, chosen=not select)
        doubt = "thin_body" if page.share < THIN else None
        body = _Body(page.edited, metadata, doubt, page.approximate)
        return _Opened(received, decoded, body, chosen=True)


def _selected(
    opened: Sequence[_Opened | Rejected], guarded: _Guard
) -> Iterator[_Opened | Rejected]:
    """Choose the bodies of plain texts together; if that fails, one by one."""
    pending = [each for each in opened if isinstance(each, _Opened) and not each.chosen]
    if not pending:
        yield from opened
        return
    chosen: Iterator[_Opened | Rejected]
    try:
        with time_limit(guarded.seconds):
            chosen = iter(_with_bodies(pending))
    except (Exception, TimeLimit):  # noqa: BLE001 - whose fault it is shows when each stands alone
        chosen = (guarded(each.received, partial(_with_body, each)) for each in pending)
    for each in opened:
        waits = isinstance(each, _Opened) and not each.chosen
        yield next(chosen) if waits else each


def _with_body(opened: _Opened) -> _Opened:
    with _Stage("body"):
        return _with_bodies([opened])[0]


def _with_bodies(pending: Sequence[_Opened]) -> list[_Opened]:
    from annotate.corpus.body import select_bodies

    texts = [each.body.edited.clean for each in pending]
    titles = [each.body.metadata.title for each in pending]
    found = select_bodies(texts, titles)
    return [_chosen(*each) for each in zip(pending, found, strict=True)]


def _chosen(opened: _Opened, selection: Selection) -> _Opened:
    body = opened.body
    title = clean_line(selection.title or "") or None
    found = Metadata(title=title, author=selection.author, credit=selection.credit)
    kept = body._replace(
        edited=body.edited.then(selection.edits),
        metadata=body.metadata.or_else(found),
        doubt=body.doubt or _doubt(selection),
    )
    return opened._replace(body=kept, chosen=True)


def _settled(opened: _Opened) -> _Opened | Rejected:
    """Lay what is kept over the received text, as people decided; reject what keeps nothing."""
    received = opened.received
    with _Stage("body"):
        body = _decided(received, _on_raw(opened))
        if not body.edited.clean:
            return Rejected(received.source, "empty", _why_empty(received), "body")
    with _Stage("flags"):
        return opened._replace(body=body, flags=_flags(received, body))


def _with_language(opened: _Opened) -> _Opened:
    """Say the language by its code: as it was told, where that is one, else as the text has it."""
    body = opened.body
    with _Stage("language"):
        language = code_of(body.metadata.language) or language_of(body.edited.clean)
    metadata = replace(body.metadata, language=language)
    return opened._replace(body=body._replace(metadata=metadata))


def _prepared(opened: _Opened, settings: PrepareSettings) -> Prepared:
    received, _, body, _, flags = opened
    text = body.edited.clean
    with _Stage("chunk"):
        limit, target = settings.chunk_limit, settings.chunk_target
        chunks = chunk_article(received.id, text, flags, limit=limit, target=target)
    article = Article(
        id=received.id,
        source=received.source,
        text=text,
        edits=body.edited.edits,
        metadata=body.metadata,
        status="needs_review" if body.doubts else "ready",
        flags=(*flags, *hard_splits(chunks)),
        reasons=body.doubts,
        prep_version=PREP_VERSION,
    )
    return Prepared(article, chunks)


class _Stage(NamedTuple):
    """Names the stage in which foreign text broke our code or a library."""

    name: str

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        kind = type(error).__name__
        if isinstance(error, Exception) or kind == PANIC:
            raise _StageError(self.name, kind) from error


def _on_raw(opened: _Opened) -> _Body:
    """Lay the edits of the repaired text over the received one."""
    decoded, body = opened.decoded, opened.body
    if not decoded.edits:
        return body
    places = tuple(decoded.to_raw(at, at + 1)[0] for at in body.approximate)
    return body._replace(edited=decoded.then(body.edited.edits), approximate=places)


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
        undo = f"`annotate prepare --undo {received.id}` brings it back"
        return f"nothing of {received.id} is left; {undo}"
    return f"{received.id} holds no visible text"


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
