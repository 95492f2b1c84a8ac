"""Builds the next release: in a draft folder first, checked, then moved into its place."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from annotate.corpus.store import each_header
from annotate.errors import ConfigError, InputError, RefusedError
from annotate.release.agreed import agreement_of
from annotate.release.built import Built
from annotate.release.diff import Difference, compare_releases
from annotate.release.draft import Draft, removed_if_broken
from annotate.release.leak import RUN
from annotate.release.links import find_links
from annotate.release.memory import give_back
from annotate.release.opened import Release, all_releases
from annotate.release.proof.opened import Findings
from annotate.release.proof.people import PeopleProof
from annotate.release.rows import build_rows
from annotate.release.source import Source, day_of_last_pull, read_source
from annotate.release.splits import Assignment, LeftOut, Policy, assign, read_ledger
from annotate.release.standing import SINGLE
from annotate.release.step import next_version, parse_asked
from annotate.release.tallies import Tallies
from annotate.release.version import Version
from annotate.schema import Schema
from annotate.workspace import PublishSettings, Workspace, lock

Json = dict[str, Any]
SHOWN = 8  # outlets in a hint


@dataclass(frozen=True)
class PublishReport:
    """`version` None: nothing differs from the last release. `changes` is by config and split.

    `reasons` say in words why the version is what it is. `set_aside` counts findings by code,
    `errors` those of severity error among them. `undecided` chunks have no decision, those
    `in_conflict` of them because answers differ. `left_out` are articles that would tie two splits
    together. `rights` is `full`, `standoff`, or `mixed`. `rebuilt` says that the release was there
    already, with the same bytes.
    """

    version: str | None
    path: str | None
    manifest_sha256: str | None
    changes: Json
    undecided: int
    set_aside: Mapping[str, int]
    errors: int
    reasons: tuple[str, ...] = ()
    in_conflict: int = 0
    left_out: tuple[LeftOut, ...] = ()
    rights: str = "full"
    rebuilt: bool = False
    change_list: str = field(default="", repr=False)


def publish(
    workspace: Workspace,
    *,
    dry_run: bool = False,
    version: str | None = None,
    strict: bool = False,
) -> PublishReport:
    """Build the next release from the ledgers, unless nothing has changed.

    `version` asks for a number; that of a release which is there already builds it again.
    Raises `RefusedError` when texts would be published without rights, when less is asked for
    than the difference is, when a release that is built again would not be the same, and with
    `strict` when a finding sets anything aside or answers differ undecided. Raises `InputError`
    when there is nothing to publish or it cannot be written.
    """
    asked = parse_asked(version) if version else None
    _require_public(workspace.settings.publish)
    with lock(workspace, "publish"):
        parent = _parent(workspace, asked)
        made = _made(workspace, parent, strict=strict)
        give_back()
        draft, compared, difference = _plan(workspace, made, parent, asked)
        report = _report(draft, compared, difference, made.errors)
        if draft is None or dry_run:
            return report
        with removed_if_broken(draft.folder):
            written = draft.written()
            del made, draft, compared, difference  # proving needs the room
            give_back()
            new = written.place()
    sealed = written.manifest_sha256
    return replace(report, path=written.name, manifest_sha256=sealed, rebuilt=not new)


class _Made(NamedTuple):
    """Rows with their splits; `errors` counts the findings of that severity."""

    schema: Schema
    built: Built
    assignment: Assignment
    errors: int


def _made(workspace: Workspace, parent: Release | None, *, strict: bool) -> _Made:
    """Read the source and build the rows; what they come from is not held after that."""
    source = read_source(workspace)
    give_back()
    source = replace(source, standoff=_standoff(workspace, source))
    if strict:
        _require_whole(source)
    made = _with_rows(source, workspace, parent)
    if strict:
        _require_decided(made.built.in_conflict, source.aggregation)
        _require_placed(made.assignment.left_out)
    return made


def _with_rows(source: Source, workspace: Workspace, parent: Release | None) -> _Made:
    """Build the rows.

    Raises `InputError` when no chunk has a decision, `RefusedError` when answers quote at length
    what is not published.
    """
    source, assignment = _split(source, workspace, parent)
    built = build_rows(source)
    if not built.rows["spans"]:
        raise InputError(
            "no chunk has a decision yet, so there is nothing to publish",
            "`annotate findings` lists what is set aside; else answers were skipped, or differ "
            'where only two people answered: aggregation = "first" publishes the earliest',
        )
    if built.leaked:
        raise RefusedError(
            f"answers repeat {RUN} or more words in a row of texts that the release leaves out",
            "shorten them in Label Studio and pull; or publish the text: rights of the outlet",
            tuple(built.leaked),
        )
    errors = sum(1 for item in source.labels.findings if item.severity == "error")
    return _Made(source.schema, built, assignment.put_away(), errors)


def _require_public(settings: PublishSettings) -> None:
    """Refuse settings, which a release repeats, with an address or a path; `contact` may be one."""
    findings = Findings()
    PeopleProof((), findings).settings(settings.model_dump(mode="json"), "annotate.toml")
    if wrong := list(findings.errors()):
        raise RefusedError(
            "annotate.toml says what must not be public, and a release repeats it",
            "say it without; an address to write to stands in `contact`",
            tuple(f"{item.code}: {item.place}: {item.message}" for item in wrong),
        )


def _parent(workspace: Workspace, asked: Version | None) -> Release | None:
    """Open the last release; the one before it was made after, when a release is built again."""
    folders = all_releases(workspace.releases)
    if asked is None or str(asked) not in {folder.name for folder in folders}:
        return Release.open(folders[-1]) if folders else None
    before = Release.open(workspace.releases / str(asked)).manifest["parent"]
    return Release.open(workspace.releases / before) if before else None


def _plan(
    workspace: Workspace, made: _Made, parent: Release | None, asked: Version | None
) -> tuple[Draft | None, Draft, Difference | None]:
    """Measure agreement, whose answers are not held after that, and decide the version.

    Gives the draft to write, None when nothing differs, and the draft as it was compared.
    """
    built = made.built
    agreement = agreement_of(built.compared, workspace.settings.agreement)
    built.compared = None
    give_back()
    day = day_of_last_pull(workspace)
    draft = Draft(workspace, made.schema, built, made.assignment, day, parent, agreement)
    difference = compare_releases(parent, draft.side) if parent else None
    last = Version.parse(parent.version) if parent else None
    version = next_version(last, difference, asked)
    if version is None:
        return None, draft, difference
    return draft.numbered(str(version), difference), draft, difference


def _split(
    source: Source, workspace: Workspace, parent: Release | None
) -> tuple[Source, Assignment]:
    """Give every article its split, and take those out that would tie two splits together."""
    settings = workspace.settings.publish
    assignment = assign(
        _weights(source),
        find_links(source.articles, source.answered, source.chunks),
        read_ledger(parent.folder if parent else None),
        Policy(settings.splits.model_dump(), settings.split_seed),
    )
    give_back()
    left_out = {item.article_id for item in assignment.left_out}
    chunks = source.placed
    if left_out:
        kept = np.array([name not in left_out for name in chunks.articles], bool)
        chunks = chunks.chosen(np.flatnonzero(kept[np.array(chunks.of_article)]))
    split_of, group_of = assignment.split_of, assignment.group_of
    return replace(source, chunks=chunks, split_of=split_of, group_of=group_of), assignment


def _weights(source: Source) -> Tallies:
    """Count by article what every split shall have its share of: chunks, and each label."""
    chunks, found = source.placed, Tallies(source.answered)
    row_of = np.array([found.row(name) for name in chunks.articles], np.int64)
    for row, count in zip(row_of.tolist(), chunks.counts().tolist(), strict=True):
        if row >= 0:
            found.add(row, "chunks", count)
    chunk_of = chunks.by_id.last_of(np.array(source.given.by_chunk.hashes))
    owners = np.where(chunk_of >= 0, row_of[np.array(chunks.of_article)[chunk_of]], -1)
    for row, answer in zip(owners, source.given, strict=True):
        if row >= 0:
            for span in answer.spans:
                found.add(row, f"label {span.label}")
    return found


def _report(
    draft: Draft | None, compared: Draft, difference: Difference | None, errors: int
) -> PublishReport:
    counted = difference.rows if difference else compared.counts
    changes = {config: splits for config, splits in counted.items() if splits}
    return PublishReport(
        version=draft.version if draft else None,
        path=None,
        manifest_sha256=None,
        changes=changes,
        undecided=compared.built.undecided,
        set_aside=dict(compared.built.set_aside),
        errors=errors,
        reasons=tuple(f"{one.bump}: {one.words}" for one in difference.reasons)
        if difference
        else (),
        in_conflict=compared.built.in_conflict,
        left_out=compared.assignment.left_out,
        rights=compared.rights,
        change_list=draft.section if draft else "",
    )


def _standoff(workspace: Workspace, source: Source) -> frozenset[str]:
    """Name the articles whose words stay out: those of outlets without rights to publish them.

    Raises `RefusedError` when texts are to be published under a licence that reserves all rights,
    `ConfigError` when rights are stated for an outlet that has no article.
    """
    settings = workspace.settings.publish
    outlets, standoff, full = set[str](), set[str](), False
    for article in source.articles.values():
        outlets |= {article.outlet} if article.outlet else set()
        if settings.outlets.get(article.outlet or "", settings.rights) == "standoff":
            standoff.add(article.id)
        else:
            full = True
    if not outlets.issuperset(settings.outlets):  # those of withdrawn articles are known, too
        _require_known(
            settings, {header.metadata.outlet or "" for header in each_header(workspace)}
        )
    if full and settings.text_license == PublishSettings().text_license:
        raise RefusedError(
            "the release would hold articles' text, and annotate.toml says of the texts: "
            f"{settings.text_license}",
            "state under text_license by what right you publish them, or leave them out with "
            'rights = "standoff"',
        )
    return frozenset(standoff)


def _require_known(settings: PublishSettings, outlets: Collection[str]) -> None:
    for name in settings.outlets:
        if name not in outlets:
            near = difflib.get_close_matches(name, outlets, n=1)
            raise ConfigError(
                f"annotate.toml states rights for {name!r}, and no article is of that outlet"
                + (f"; did you mean {near[0]!r}?" if near else ""),
                f"spell it as the articles have it: {_some(outlets)}",
            )


def _some(outlets: Collection[str]) -> str:
    """Name a few outlets."""
    names = sorted(filter(None, outlets))
    more = len(names) - SHOWN
    shown = ", ".join(names[:SHOWN]) or "none has an outlet"
    return shown + (f" and {more} more" if more > 0 else "")


def _require_whole(source: Source) -> None:
    """Refuse to leave anything out that a finding sets aside; a withdrawal was decided."""
    findings = [item for item in source.labels.findings if item.code != "article-withdrawn"]
    if findings:
        raise RefusedError(
            f"{len(findings)} findings set something aside, and --strict leaves nothing out",
            "`annotate findings` lists them all, with the task where each can be mended",
            tuple(f"{item.code}: {item.place}: {item.message}" for item in findings[:10]),
        )


def _require_placed(left_out: Sequence[LeftOut]) -> None:
    """Refuse to leave articles out because they would tie two splits together."""
    if left_out:
        articles = f"{len(left_out)} article{'s' * (len(left_out) > 1)}"
        raise RefusedError(
            f"{articles} would tie two splits together, and --strict leaves nothing out",
            "without --strict they stay out of the release, which lists them",
            tuple(f"{one.article_id}: {one.reason}" for one in left_out[:10]),
        )


def _require_decided(in_conflict: int, rule: str) -> None:
    """Refuse to leave chunks out whose answers differ; those that nobody answered may wait."""
    if in_conflict:
        chunks = f"{in_conflict} chunk{'s' * (in_conflict > 1)}"
        raise RefusedError(
            f"in {chunks} answers differ and nobody has decided, and --strict leaves nothing out"
            if rule != SINGLE
            else f"{chunks} have several answers, and --strict leaves nothing out",
            "`annotate review push` sends them to a person, `annotate review list` names them"
            if rule != SINGLE
            else 'aggregation = "gold" in annotate.toml has people agree, vote, or decide',
        )
