"""What sets one release apart from another: rows, spans, articles, people, splits and schema."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from annotate.labels.triples import without_surface
from annotate.release.agreed import Agreed, agreement_changes
from annotate.release.compare import Matched, match
from annotate.release.opened import Places, Rows, Side, find_release
from annotate.release.span_changes import Change, is_own_words, span_changes
from annotate.release.terms import Reason, changed_terms
from annotate.release.version import BUMPS, Bump
from annotate.schema.controls import OTHER
from annotate.workspace import Workspace

Json = dict[str, Any]
EXAMPLES = 5
_HASHED = re.compile(r"\?[0-9a-f]{12}")
KEYS = {
    "spans": ("id",),
    "annotations": ("annotation_id",),
    "triples": ("article_id", "entity", "polarity", "topic"),
    "stance": ("id", "span_id", "speaker", "topic"),
    "bio": ("id",),
    "articles": ("article_id",),
}
MARKS = ("id", "article_id", "spans", "relations")
VERSION_COLUMNS = frozenset({"first_version", "last_changed_version"})


@dataclass(frozen=True)
class Difference:
    """From `before` to `after`. `rows` is by config and split, `changes` holds every single one."""

    before: str
    after: str
    rows: Mapping[str, Mapping[str, Mapping[str, int]]]
    changes: Sequence[Change]
    reasons: Sequence[Reason] = ()
    withdrawn: Mapping[str, str] = field(default_factory=dict)
    agreement: Sequence[Agreed] = ()

    @property
    def bump(self) -> Bump | None:
        """The step that this difference asks for; None when there is none."""
        found = {reason.bump for reason in self.reasons}
        return max(found, key=BUMPS.index, default=None)

    @property
    def counts(self) -> dict[str, int]:
        """How often each kind of change occurs, by name."""
        return dict(sorted(Counter(change.kind for change in self.changes).items()))

    @property
    def flow(self) -> list[tuple[str, str, int]]:
        """Which label became which, how often, the most frequent first."""
        found = Counter(
            (change.label_before, change.label_after)
            for change in self.changes
            if change.kind == "span relabelled"
        )
        ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return [(before, after, count) for (before, after), count in ordered]

    def of_kind(self, kind: str) -> list[Change]:
        return [change for change in self.changes if change.kind == kind]

    def to_json(self) -> Json:
        """Give everything but the single changes, of which there are five of a kind."""
        return {
            "before": self.before,
            "after": self.after,
            "bump": self.bump,
            "reasons": [reason._asdict() for reason in self.reasons],
            "rows": self.rows,
            "counts": self.counts,
            "label_flow": [
                {"before": before, "after": after, "spans": count}
                for before, after, count in self.flow
            ],
            "articles": {
                "added": [change.key for change in self.of_kind("article added")],
                "withdrawn": [
                    {"article_id": change.key, "reason": change.after}
                    for change in self.of_kind("article withdrawn")
                ],
                "removed": [change.key for change in self.of_kind("article removed")],
            },
            "annotators": {
                "added": [change.key for change in self.of_kind("annotator added")],
                "removed": [change.key for change in self.of_kind("annotator removed")],
            },
            "agreement": [figure._asdict() for figure in self.agreement],
            "split_moves": len(self.of_kind("split moved")),
            "examples": {
                kind: [change._asdict() for change in self.of_kind(kind)[:EXAMPLES]]
                for kind in self.counts
            },
        }


def diff(before: str, after: str, workspace: Workspace | None = None) -> Difference:
    """Compare two releases, each named by its version in a workspace or by its folder."""
    releases = workspace.releases if workspace else Path()
    one, two = (find_release(releases, name) for name in (before, after))
    return compare_releases(one, two)


def compare_releases(before: Side, after: Side) -> Difference:
    """Compare all configs; with equal rows and terms there are no reasons and no changes."""
    rows: dict[str, dict[str, dict[str, int]]] = {}
    changes: list[Change] = []
    hidden = any(side.manifest["publish"]["rights"] != "full" for side in (before, after))
    questions = before.manifest["schema"]["attributes"]
    free = frozenset(one["name"] for one in questions if one["type"] == "text")
    for config in sorted(before.configs.keys() & after.configs.keys(), key=list(KEYS).index):
        compared = _Compared.of(config, before.configs[config], after.configs[config], hidden, free)
        rows[config] = compared.by_split()
        changes += compared.changes()
    withdrawn = {row["article_id"]: row["reason"] for row in after.manifest.get("withdrawn", ())}
    changes += _new_and_lost_configs(before, after, rows)
    changes += _articles(changes, withdrawn)
    changes += _annotators(before, after)
    terms = changed_terms(before, after)
    changes += [
        Change("schema changed", "", "", reason.words, "", after=reason.words) for reason in terms
    ]
    return Difference(
        before=str(before.manifest["version"]),
        after=str(after.manifest["version"]),
        rows=rows,
        changes=changes,
        reasons=sorted([*terms, *_weighed(changes)], key=_largest_first),
        withdrawn=withdrawn,
        agreement=agreement_changes(*(side.manifest.get("agreement") for side in (before, after))),
    )


def _largest_first(reason: Reason) -> int:
    return -BUMPS.index(reason.bump)


@dataclass(frozen=True)
class _Compared:
    """One config of both sides; `hidden` keeps words of texts out of the names of rows."""

    config: str
    before: Rows
    after: Rows
    matched: Matched
    splits_before: Sequence[str]
    splits_after: Sequence[str]
    hidden: bool
    free: frozenset[str]  # questions that were answered in one's own words

    @classmethod
    def of(
        cls, config: str, before: Rows, after: Rows, hidden: bool, free: frozenset[str]
    ) -> _Compared:
        ignored = {*VERSION_COLUMNS, "split"}
        if not hidden and "text_sha256" in {*before.schema.names} & {*after.schema.names}:
            ignored.add("text")  # its hash is there to be compared, and is much shorter
        matched = match(before, after, KEYS[config], ignored)
        return cls(config, before, after, matched, before.splits(), after.splits(), hidden, free)

    def by_split(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        changed = self.matched.new[self.matched.changed]
        for name, splits, places in (
            ("added", self.splits_after, self.matched.added),
            ("removed", self.splits_before, self.matched.removed),
            ("changed", self.splits_after, changed),
        ):
            for split, count in sorted(Counter(splits[place] for place in places).items()):
                found.setdefault(split, {"added": 0, "removed": 0, "changed": 0})[name] = count
        return dict(sorted(found.items()))

    def changes(self) -> Iterator[Change]:
        matched = self.matched
        yield from self._rows("row added", self.after, self.splits_after, matched.added)
        yield from self._rows("row removed", self.before, self.splits_before, matched.removed)
        changed = matched.new[matched.changed]
        yield from self._rows("row changed", self.after, self.splits_after, changed)
        if self.config == "articles":
            yield from self._moves()
        if self.config == "spans":
            yield from self._spans_of_rows()
            yield from self._cut_anew()

    def _rows(
        self, kind: str, rows: Rows, splits: Sequence[str], places: Places
    ) -> Iterator[Change]:
        gone = kind == "row removed"  # maybe because it had to go
        for place, parts, article in _named(self.config, rows, places):
            named = [_hidden(part, gone=gone) for part in parts] if self.hidden or gone else parts
            yield Change(kind, self.config, splits[place], " ".join(named), article)

    def _moves(self) -> Iterator[Change]:
        """List the articles that are in another split than before: there must be none."""
        for old, new in zip(self.matched.old, self.matched.new, strict=True):
            one, two = self.splits_before[old], self.splits_after[new]
            if one != two:
                name = self.after.column("article_id")[int(new)].as_py()
                yield Change("split moved", self.config, two, name, name, one, two)

    def _spans_of_rows(self) -> Iterator[Change]:
        matched = self.matched
        changed = np.flatnonzero(matched.changed)
        order = np.argsort(matched.old[changed])
        old = self.before.rows(matched.old[changed][order].tolist(), MARKS)
        before = {row["id"]: row for row in old}
        places = matched.new[changed]
        for place, row in zip(
            places, self.after.rows(places.tolist(), (*MARKS, "text")), strict=True
        ):
            yield from span_changes(before[row["id"]], row, self.splits_after[place], self.free)

    def _cut_anew(self) -> Iterator[Change]:
        """List chunks that overlap one that is gone: their article was cut another way."""
        gone: dict[str, list[tuple[int, int]]] = {}
        for article, start, end, _ in _stretches(self.before, self.matched.removed):
            gone.setdefault(article, []).append((start, end))
        come = _stretches(self.after, self.matched.added) if gone else ()
        for article, start, end, place in come:
            for one, two in gone.get(article, ()):
                if start < two and one < end:
                    words = f"[{one}:{two})", f"[{start}:{end})"
                    split = self.splits_after[place]
                    yield Change("chunk cut anew", "spans", split, article, article, *words)


def _hidden(part: str, *, gone: bool) -> str:
    """Hide words of a text, unless the release has hidden them already; of what is gone, all."""
    if gone and is_own_words(part):
        return f"{OTHER}:…"
    return part if _HASHED.fullmatch(part) else without_surface(part)


def _named(config: str, rows: Rows, places: Places) -> Iterator[tuple[int, list[str], str]]:
    """Give the parts of the key and the article of some rows."""
    if len(places) == 0:
        return
    names = [*KEYS[config], "article_id"]
    columns = [rows.column(name).take(places).to_pylist() for name in names]
    for place, *key, article in zip(places.tolist(), *columns, strict=True):
        yield place, ["" if part is None else str(part) for part in key], article


def _stretches(rows: Rows, places: Places) -> list[tuple[str, int, int, int]]:
    names = ("article_id", "start", "end")
    if len(places) == 0:
        return []
    columns = [rows.column(name).take(places).to_pylist() for name in names]
    return list(zip(*columns, places.tolist(), strict=True))


def _new_and_lost_configs(
    before: Side, after: Side, rows: dict[str, dict[str, dict[str, int]]]
) -> Iterator[Change]:
    """Count the rows of a config that only one side has."""
    for side, other, kind in ((before, after, "removed"), (after, before, "added")):
        for config in sorted(side.configs.keys() - other.configs.keys()):
            splits = Counter(side.configs[config].splits())
            rows[config] = {
                split: {"added": 0, "removed": 0, "changed": 0, kind: count}
                for split, count in sorted(splits.items())
            }
            yield Change(f"config {kind}", config, "", config, "")


def _articles(changes: Sequence[Change], withdrawn: Mapping[str, str]) -> list[Change]:
    found: list[Change] = []
    for change in changes:
        if change.config == "articles" and change.kind == "row added":
            found.append(change._replace(kind="article added"))
        elif change.config == "articles" and change.kind == "row removed":
            reason = withdrawn.get(change.key)
            kind = "article removed" if reason is None else "article withdrawn"
            found.append(change._replace(kind=kind, after=reason or ""))
    return found


def _annotators(before: Side, after: Side) -> Iterator[Change]:
    old, new = (_people(side) for side in (before, after))
    for kind, names in (("annotator added", new - old), ("annotator removed", old - new)):
        for name in sorted(names):
            yield Change(kind, "annotations", "", name, "")


def _people(side: Side) -> set[str]:
    rows = side.configs.get("annotations")
    return set(rows.column("annotator").unique().to_pylist()) if rows else set()


# The most telling first.
WEIGHTS: Mapping[str, tuple[Bump, str]] = {
    "chunk cut anew": ("major", "chunks cut anew"),
    "split moved": ("major", "articles moved to another split"),
    "article added": ("minor", "articles added"),
    "article withdrawn": ("minor", "articles withdrawn"),
    "article removed": ("minor", "articles removed"),
    "annotator added": ("minor", "annotators added"),
    "annotator removed": ("minor", "annotators removed"),
    "row added": ("minor", "labelled chunks added"),
    "row removed": ("minor", "labelled chunks removed"),
    "span relabelled": ("patch", "spans relabelled"),
    "span added": ("patch", "spans added to chunks"),
    "span removed": ("patch", "spans removed from chunks"),
    "span moved": ("patch", "spans moved"),
    "attribute changed": ("patch", "spans with another answer"),
    "relation added": ("patch", "relations added"),
    "relation removed": ("patch", "relations removed"),
}


def _weighed(changes: Sequence[Change]) -> Iterator[Reason]:
    """Say what kind of step the changed rows ask for."""
    counts = Counter(change.kind for change in changes if _counts(change))
    for kind, (bump, words) in WEIGHTS.items():
        if counts[kind]:
            yield Reason(bump, f"{words}: {counts[kind]}")
    others = Counter(
        change.config
        for change in changes
        if change.kind.startswith("row ") and not _counts(change)
    )
    for config, count in sorted(others.items()):
        yield Reason("patch", f"rows of {config} that differ: {count}")


def _counts(change: Change) -> bool:
    """Whether a change has a weight of its own; of rows, only a chunk that comes or goes."""
    if change.kind in {"row added", "row removed"}:
        return change.config == "spans"
    return change.kind in WEIGHTS
