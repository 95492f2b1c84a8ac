"""Prepare: from received articles to chunks, planned first and then written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from annotate.corpus.article import Prepared, prepare_article
from annotate.corpus.articles import Article, Chunk, Received, Rejected
from annotate.corpus.inputs import Input, InputPlan, copy_inputs, plan_inputs
from annotate.corpus.read import read_inputs, read_metadata
from annotate.corpus.store import let_go, pushed_chunks, write_corpus
from annotate.errors import RefusedError
from annotate.ledger import now
from annotate.workspace import PrepareSettings, Workspace, lock, writing

Progress = Callable[[int, int], None]
LEAVES_OUT = ("boilerplate", "repeat", "title", "caption", "credit")


@dataclass(frozen=True)
class PreparePlan:
    """What prepare will write. `orphans` are pushed chunks that it would no longer hold."""

    articles: tuple[Article, ...]
    chunks: tuple[Chunk, ...]
    rejected: tuple[Rejected, ...]
    orphans: tuple[str, ...]


@dataclass(frozen=True)
class PrepareReport:
    """What came of the inputs. `inputs == ready + duplicate + needs_review + rejected`."""

    plan: PreparePlan
    copied: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """The numbers that `--json` prints."""
        by_status = Counter(article.status for article in self.plan.articles)
        return {
            "inputs": len(self.plan.articles) + len(self.plan.rejected),
            "ready": by_status["ready"],
            "duplicate": by_status["duplicate"],
            "needs_review": by_status["needs_review"],
            "rejected": len(self.plan.rejected),
            "chunks": len(self.plan.chunks),
        }

    @property
    def left_out(self) -> dict[str, int]:
        """How many characters of the received texts were dropped, by reason."""
        dropped: Counter[str] = Counter()
        for article in self.plan.articles:
            for edit in article.edits:
                if edit.reason in LEAVES_OUT:
                    dropped[edit.reason] += edit.end - edit.start - len(edit.replacement)
        return {reason: dropped[reason] for reason in LEAVES_OUT if dropped[reason]}


def prepare(
    workspace: Workspace,
    paths: Sequence[Path] = (),
    *,
    dry_run: bool = False,
    allow_orphans: bool = False,
    progress: Progress | None = None,
) -> PrepareReport:
    """Prepare the whole articles folder, into which new `paths` are copied first.

    `progress` hears how many of the inputs' bytes are read, and how many there are.
    Raises `InputError` when there is nothing to read or no room to write, `RefusedError`
    when a pushed chunk would vanish or a new file would overwrite another.
    """
    with nullcontext() if dry_run else lock(workspace, "prepare"):
        inputs = plan_inputs(workspace, paths)
        table = read_metadata(inputs.tables)
        megabytes = workspace.settings.prepare.max_megabytes
        received = read_inputs(_counted(inputs, progress), table, megabytes)
        plan = plan_prepare(received, workspace.settings.prepare, pushed_chunks(workspace))
        if plan.orphans and not allow_orphans:
            raise _orphans_refused(plan)
        unused = table.unused(
            {name for each in plan.articles for name in (each.id, each.source.path)}
        )
        if not dry_run:
            _apply(workspace, inputs, plan)
    copied = tuple(item.name for item in inputs.copies)
    return PrepareReport(plan, copied, tuple(_warnings(inputs, unused)))


def _apply(workspace: Workspace, inputs: InputPlan, plan: PreparePlan) -> None:
    with writing("articles/"):
        copy_inputs(workspace, inputs.copies)
    write_corpus(workspace, plan.articles, plan.chunks, plan.rejected)
    let_go(workspace).append(
        {"action": "let_go", "chunk_id": chunk_id, "at": now()} for chunk_id in plan.orphans
    )


def plan_prepare(
    received: Iterable[Received | Rejected],
    settings: PrepareSettings,
    pushed: frozenset[str] = frozenset(),
) -> PreparePlan:
    """Prepare articles in the order they come; `pushed` are the ids of chunks people work on."""
    results = [
        each if isinstance(each, Rejected) else prepare_article(each, settings) for each in received
    ]
    prepared = [result for result in results if isinstance(result, Prepared)]
    rejected = tuple(result for result in results if isinstance(result, Rejected))
    twins = _duplicates(prepared, pushed)
    articles = tuple(_marked(each.article, twins) for each in prepared)
    ready = {article.id for article in articles if article.status == "ready"}
    chunks = tuple(chunk for each in prepared if each.article.id in ready for chunk in each.chunks)
    orphans = tuple(sorted(pushed - {chunk.id for chunk in chunks}))
    return PreparePlan(articles, chunks, rejected, orphans)


def _duplicates(prepared: list[Prepared], pushed: frozenset[str]) -> dict[str, str]:
    """For each article with the text of another, the id of the one that stands for both.

    A pushed article stands for itself; else a ready one goes before one to be reviewed.
    """
    groups: dict[str, list[Prepared]] = {}
    for each in prepared:
        groups.setdefault(each.article.text, []).append(each)
    twins: dict[str, str] = {}
    for group in groups.values():
        own = {each.article.id for each in group if any(c.id in pushed for c in each.chunks)}
        ranked = sorted(group, key=lambda each: _rank(each.article, own))
        best = ranked[0].article.id
        twins |= {each.article.id: best for each in ranked[1:] if each.article.id not in own}
    return twins


def _rank(article: Article, pushed: set[str]) -> int:
    return 0 if article.id in pushed else 1 if article.status == "ready" else 2


def _marked(article: Article, twins: dict[str, str]) -> Article:
    if article.id not in twins:
        return article
    return replace(article, status="duplicate", duplicate_of=twins[article.id])


def _counted(inputs: InputPlan, progress: Progress | None) -> Iterator[Input]:
    """Hand the inputs on, and tell how many bytes lie behind."""
    sizes = [_size(item) for item in inputs.inputs]
    done = 0
    for item, size in zip(inputs.inputs, sizes, strict=True):
        yield item
        done += size
        if progress:
            progress(done, sum(sizes))


def _size(item: Input) -> int:
    try:
        return item.path.stat().st_size
    except OSError:
        return 0


def _orphans_refused(plan: PreparePlan) -> RefusedError:
    count = len(plan.orphans)
    shown = ", ".join(plan.orphans[:3]) + (", …" if count > 3 else "")  # noqa: PLR2004
    return RefusedError(
        f"{count} pushed chunk{'s' * (count > 1)} would change or disappear: {shown}",
        "bring the article and the settings back as they were, or run it with --allow-orphans",
    )


def _warnings(inputs: InputPlan, unused: tuple[str, ...]) -> Iterator[str]:
    if inputs.skipped:
        yield f"not copied, being no articles: {', '.join(inputs.skipped)}"
    if unused:
        yield f"metadata.csv names no article: {', '.join(unused)}"
