"""Takes an article back: pushed no more, in no further release, and named as withdrawn.

What was decided stands in `articles/withdrawn.jsonl`, which is only ever appended to. A release
that is out stays as it is; a notice beside the releases says which ones hold the article.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotate.corpus.lookup import nearest
from annotate.corpus.store import each_header
from annotate.corpus.withdrawn import standing, withdrawals, withdrawn
from annotate.errors import InputError
from annotate.labels.pushed import PushedTask, tasks_left
from annotate.ledger import Ledger, now
from annotate.release.proof.people import EMAIL
from annotate.release.version import Version
from annotate.workspace import Workspace, lock, replacing, writing

Json = dict[str, Any]
NOTICE = "WITHDRAWN.md"


@dataclass(frozen=True)
class WithdrawReport:
    """`releases` are the versions that hold the article, `notice` the file that says so.

    `changed` is False when it had been withdrawn for the same reason before. `tasks` are those
    that Label Studio still has of it: nothing takes them, or what was answered in them, off.
    """

    article: str
    reason: str
    changed: bool
    releases: tuple[str, ...]
    notice: str | None
    tasks: tuple[PushedTask, ...] = ()


def tombstones(workspace: Workspace, last: str | None = None) -> list[Json]:
    """Make the public list of what was withdrawn: no text, no title, the reason as given.

    Only what a release has held is in it; `last` leaves out all releases after that version.
    """
    gone = standing(workspace)
    holders = _holders(workspace) if gone else {}
    until = Version.parse(last) if last else None
    rows = []
    for article, row in sorted(gone.items()):
        named = [name for name in holders.get(article, ()) if not until or _number(name) <= until]
        if named:
            told = {"article_id": article, "reason": row["reason"]}
            rows.append(told | {"withdrawn_at": row["at"][:10], "releases": named})
    return rows


def withdraw(
    workspace: Workspace, article: str, reason: str, *, undo: bool = False, dry_run: bool = False
) -> WithdrawReport:
    """Write down that an article is withdrawn, and make the notice for the releases that hold it.

    The reason will be public. Raises `InputError` for an article that no corpus, ledger or release
    knows, and for a reason of nothing but space or with an address in it.
    """
    reason = " ".join(reason.split())
    if EMAIL.search(reason):
        raise InputError(
            "the reason is public, and an e-mail address stands in it", "say it without the address"
        )
    holders = _holders(workspace)
    known = _known(workspace) | holders.keys()
    if article not in known:
        raise _unknown(article, known)
    if not reason and not undo:
        raise InputError(
            "an article is withdrawn for a reason", "say it with --reason; it is public"
        )
    before = withdrawn(workspace)
    changed = article in before if undo else before.get(article) != reason
    if changed and not dry_run:
        with lock(workspace, "withdraw"):
            event = "restored" if undo else "withdrawn"
            row = {"event": event, "article": article, "reason": reason, "at": now()}
            withdrawals(workspace).append([row])
            _write_notice(workspace)
    path = workspace.releases / NOTICE
    notice = workspace.relative(path) if path.exists() else None
    tasks = () if undo else tuple(tasks_left(workspace, articles={article}))
    return WithdrawReport(article, reason, changed, holders.get(article, ()), notice, tasks)


def _unknown(article: str, known: set[str]) -> InputError:
    near = nearest(article, sorted(known))
    ids = "the ids stand in corpus/articles.jsonl, and in the releases under `article_id`"
    return InputError(
        f"no article {article} in corpus, ledger or any release",
        f"did you mean {near}? {ids}" if near else ids,
    )


def _known(workspace: Workspace) -> set[str]:
    """Give the ids of all articles that were prepared or pushed."""
    pushed = {
        str(row["chunk"]["article_id"])
        for row in Ledger(workspace.labels / "tasks.jsonl")
        if isinstance(row.get("chunk"), dict)
    }
    if not (workspace.corpus / "articles.jsonl").exists():
        return pushed
    return pushed | {header.id for header in each_header(workspace)}


def _holders(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    """Tell for each published article which releases hold it, oldest first."""
    import pyarrow.parquet as pq

    found: dict[str, tuple[str, ...]] = {}
    versions = [(Version.parse(path.name), path) for path in _folders(workspace.releases)]
    for version, path in sorted((each, path) for each, path in versions if each is not None):
        for file in sorted(path.glob("articles/*.parquet")):
            with pq.ParquetFile(file) as table:
                ids = table.read(columns=["article_id"])["article_id"].to_pylist()
            for article in ids:
                found[article] = (*found.get(article, ()), str(version))
    return found


def _number(name: str) -> Version:
    version = Version.parse(name)
    assert version is not None, "a holder is named by its version"
    return version


def _folders(releases: Path) -> list[Path]:
    return [path for path in releases.iterdir() if path.is_dir()] if releases.is_dir() else []


def _write_notice(workspace: Workspace) -> None:
    """Write beside the releases which of them hold a withdrawn article."""
    rows = tombstones(workspace)
    path = workspace.releases / NOTICE
    with writing(workspace.relative(path)):
        if not rows:
            path.unlink(missing_ok=True)
            return
        with replacing(path) as draft:
            draft.write_text(_notice(rows), encoding="utf-8")


def _notice(rows: list[Json]) -> str:
    lines = [
        f"| {_cell(row['article_id'])} | {', '.join(row['releases'])} | {row['withdrawn_at']} "
        f"| {_cell(row['reason'])} |"
        for row in rows
    ]
    return (
        "# Withdrawn articles\n\nThese releases hold articles that were withdrawn since. Please "
        "use a later version, and delete your copies of these articles.\n\n"
        "| article | releases | withdrawn | reason |\n|---|---|---|---|\n" + "\n".join(lines) + "\n"
    )


def _cell(text: str) -> str:
    """Keep a text from breaking out of a table cell."""
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
