"""Takes an article back: pushed no more, in no further release, and named as withdrawn.

What was decided stands in `articles/withdrawn.jsonl`, which is only ever appended to. A release
that is out stays as it is; a notice beside the releases says which ones hold the article.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from annotate.corpus.lookup import nearest
from annotate.corpus.store import each_header
from annotate.corpus.withdrawn import standing, withdrawals, withdrawn
from annotate.errors import InputError
from annotate.labels.pushed import PushedTask, tasks_left
from annotate.ledger import Ledger, now
from annotate.release.markdown import cell
from annotate.release.opened import MANIFEST, all_releases
from annotate.release.proof.people import EMAIL, LOCAL_PATH
from annotate.release.version import Version
from annotate.workspace import Workspace, lock, replacing, writing

Json = dict[str, Any]
NOTICE = "WITHDRAWN.md"


@dataclass(frozen=True)
class WithdrawReport:
    """`releases` are the versions that hold the article, `notice` the file that says so.

    `changed` is False when it had been withdrawn for the same reason before. `tasks` are those
    that Label Studio still has of it: nothing takes them, or what was answered in them, off.
    Of the releases `unread`, which are damaged, it is not known whether they hold it.
    """

    article: str
    reason: str
    changed: bool
    releases: tuple[str, ...]
    notice: str | None
    tasks: tuple[PushedTask, ...] = ()
    unread: tuple[str, ...] = ()


def tombstones(workspace: Workspace, last: str | None = None) -> list[Json]:
    """Make the public list of what was withdrawn: no text, no title, the reason as given.

    Only what a release has held is in it, `last` or one before it. Raises `InputError` for a
    release that cannot be read.
    """
    gone = standing(workspace)
    if not gone:
        return []
    holders = _holders(workspace)
    for name in holders.unread:
        raise InputError(
            f"release {name} is damaged, so whether it holds a withdrawn article is not known",
            f"`annotate verify {name}` says what is wrong; restore it, or move its folder away",
        )
    return _rows(gone, holders, _number(last) if last else None)


def _rows(gone: Mapping[str, Json], holders: _Holders, until: Version | None = None) -> list[Json]:
    rows = []
    for article, row in sorted(gone.items()):
        named = [name for name in holders.of(article) if not until or _number(name) <= until]
        if named:
            told = {"article_id": article, "reason": row["reason"]}
            rows.append(told | {"withdrawn_at": row["at"][:10], "releases": named})
    return rows


def withdraw(
    workspace: Workspace, article: str, reason: str, *, undo: bool = False, dry_run: bool = False
) -> WithdrawReport:
    """Write down that an article is withdrawn, and make the notice for the releases that hold it.

    The reason will be public. Raises `InputError` for an article that no corpus, ledger or release
    knows, and for a reason of nothing but space, or with an address or a local path in it.
    """
    reason = " ".join(reason.split())
    _require_public(reason)
    holders = _holders(workspace)
    known = _known(workspace) | holders.versions.keys()
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
            _write_notice(workspace, holders)
    path = workspace.releases / NOTICE
    notice = workspace.relative(path) if path.exists() else None
    tasks = () if undo else tuple(tasks_left(workspace, articles={article}))
    held = holders.of(article)
    return WithdrawReport(article, reason, changed, held, notice, tasks, holders.unread)


def _require_public(reason: str) -> None:
    for pattern, what in ((EMAIL, "an e-mail address"), (LOCAL_PATH, "a path of this machine")):
        if pattern.search(reason):
            raise InputError(f"the reason is public, and {what} stands in it", "say it without")


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


class _Holders(NamedTuple):
    """Which releases hold, or say that they held, which articles; `unread` are damaged."""

    versions: dict[str, set[Version]]
    unread: tuple[str, ...]

    def of(self, article: str) -> tuple[str, ...]:
        """Name the releases with an article, oldest first."""
        return tuple(map(str, sorted(self.versions.get(article, ()))))


def _holders(workspace: Workspace) -> _Holders:
    """Look into every release, and into its list of what older ones held: those may be gone."""
    versions: dict[str, set[Version]] = {}
    unread = []
    for path in all_releases(workspace.releases):
        try:
            found = list(_held(path))
        except Exception:  # noqa: BLE001 - pyarrow raises whatever a broken file asks for
            unread.append(path.name)
            continue
        for article, version in found:
            versions.setdefault(article, set()).add(version)
    return _Holders(versions, tuple(unread))


def _held(path: Path) -> Iterator[tuple[str, Version]]:
    import pyarrow.parquet as pq

    told = orjson.loads((path / MANIFEST).read_bytes()).get("withdrawn", ())
    for row in told:
        yield from ((str(row["article_id"]), _number(name)) for name in row["releases"])
    for file in sorted(path.glob("articles/*.parquet")):
        with pq.ParquetFile(file) as table:
            ids = table.read(columns=["article_id"])["article_id"].to_pylist()
        yield from ((article, _number(path.name)) for article in ids)


def _number(name: str) -> Version:
    version = Version.parse(name)
    if version is None:
        raise ValueError(f"{name} is no version")
    return version


def _write_notice(workspace: Workspace, holders: _Holders) -> None:
    """Write beside the releases which of them hold a withdrawn article."""
    rows = _rows(standing(workspace), holders)
    path = workspace.releases / NOTICE
    with writing(workspace.relative(path)):
        if not rows:
            path.unlink(missing_ok=True)
            return
        with replacing(path) as draft:
            draft.write_text(_notice(rows), encoding="utf-8")


def _notice(rows: list[Json]) -> str:
    lines = [
        f"| {cell(row['article_id'])} | {', '.join(row['releases'])} | {row['withdrawn_at']} "
        f"| {cell(row['reason'])} |"
        for row in rows
    ]
    return (
        "# Withdrawn articles\n\nThese releases hold articles that were withdrawn since. Please "
        "use a later version, and delete your copies of these articles.\n\n"
        "| article | releases | withdrawn | reason |\n|---|---|---|---|\n" + "\n".join(lines) + "\n"
    )
