"""What sets one release apart from another: rows, spans, articles, people, splits and schema."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from annotate.labels.triples import without_surface
from annotate.release.agreed import Agreed, agreement_changes
from annotate.release.arrays import values_of
from annotate.release.changes import Changes
from annotate.release.compare import Matched, match
from annotate.release.memory import give_back
from annotate.release.opened import Places, Rows, RowSplits, Side, find_release
from annotate.release.span_changes import Change, is_own_words, span_changes
from annotate.release.terms import Reason, changed_terms
from annotate.release.version import BUMPS, Bump
from annotate.schema.controls import OTHER
from annotate.workspace import Workspace

Json = dict[str, Any]
BLOCK = 2_000  # rows that are read at a time
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
    changes: Changes
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
        return self.changes.counts

    @property
    def flow(self) -> list[tuple[str, str, int]]:
        """Which label became which, how often, the most frequent first."""
        ordered = sorted(self.changes.flow.items(), key=lambda item: (-item[1], item[0]))
        return [(before, after, count) for (before, after), count in ordered]

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
                "added": [change.key for change in self.changes.of_kind("article added")],
                "withdrawn": [
                    {"article_id": change.key, "reason": change.after}
                    for change in self.changes.of_kind("article withdrawn")
                ],
                "removed": [change.key for change in self.changes.of_kind("article removed")],
            },
            "annotators": {
                "added": [change.key for change in self.changes.of_kind("annotator added")],
                "removed": [change.key for change in self.changes.of_kind("annotator removed")],
            },
            "agreement": [figure._asdict() for figure in self.agreement],
            "split_moves": self.counts.get("split moved", 0),
            "examples": {
                kind: [change._asdict() for change in self.changes.examples[kind]]
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
    withdrawn = {row["article_id"]: row["reason"] for row in after.manifest.get("withdrawn", ())}
    changes = Changes()
    hidden = any(side.manifest["publish"]["rights"] != "full" for side in (before, after))
    questions = before.manifest["schema"]["attributes"]
    free = frozenset(one["name"] for one in questions if one["type"] == "text")
    for config in sorted(before.configs.keys() & after.configs.keys(), key=list(KEYS).index):
        compared = _Compared.of(config, before.configs[config], after.configs[config], hidden, free)
        rows[config] = compared.by_split()
        changes.extend(compared.changes(withdrawn))
        for side in (before, after):
            side.configs[config].let_go()
        give_back()
    changes.extend(_new_and_lost_configs(before, after, rows))
    changes.extend(_annotators(before, after))
    terms = changed_terms(before, after)
    changes.extend(
        Change("schema changed", "", "", reason.words, "", after=reason.words) for reason in terms
    )
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
    splits_before: RowSplits
    splits_after: RowSplits
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
            for split, count in splits.counts(places).items():
                found.setdefault(split, {"added": 0, "removed": 0, "changed": 0})[name] = count
        return dict(sorted(found.items()))

    def changes(self, withdrawn: Mapping[str, str]) -> Iterator[Change]:
        """List everything; `withdrawn` gives the reason for each article that was taken back."""
        matched = self.matched
        yield from self._rows("row added", self.after, self.splits_after, matched.added)
        yield from self._rows("row removed", self.before, self.splits_before, matched.removed)
        changed = matched.new[matched.changed]
        yield from self._rows("row changed", self.after, self.splits_after, changed)
        if self.config == "articles":
            yield from self._articles(withdrawn)
            yield from self._moves()
        if self.config == "spans":
            yield from self._spans_of_rows()
            yield from self._cut_anew()

    def _rows(self, kind: str, rows: Rows, splits: RowSplits, places: Places) -> Iterator[Change]:
        gone = kind == "row removed"  # maybe because it had to go
        for place, parts, article in _named(self.config, rows, places):
            named = [_hidden(part, gone=gone) for part in parts] if self.hidden or gone else parts
            yield Change(kind, self.config, splits.of(place), " ".join(named), article)

    def _articles(self, withdrawn: Mapping[str, str]) -> Iterator[Change]:
        """Say of the articles that came or went what that means."""
        for change in self._rows("row added", self.after, self.splits_after, self.matched.added):
            yield change._replace(kind="article added")
        gone = self._rows("row removed", self.before, self.splits_before, self.matched.removed)
        for change in gone:
            reason = withdrawn.get(change.key)
            kind = "article removed" if reason is None else "article withdrawn"
            yield change._replace(kind=kind, after=reason or "")

    def _moves(self) -> Iterator[Change]:
        """List the articles that are in another split than before: there must be none."""
        matched, names = self.matched, np.array(self.splits_after.names)
        ours = names[self.splits_after.numbers[matched.new]]
        theirs = np.array(self.splits_before.names)[self.splits_before.numbers[matched.old]]
        moved = np.flatnonzero(ours != theirs)
        for at, (_, (name, *_), _) in zip(
            moved, _named(self.config, self.after, matched.new[moved]), strict=True
        ):
            one, two = str(theirs[at]), str(ours[at])
            yield Change("split moved", self.config, two, name, name, one, two)

    def _spans_of_rows(self) -> Iterator[Change]:
        matched = self.matched
        changed = np.flatnonzero(matched.changed)
        with ThreadPoolExecutor(1) as other:  # reads one side while the other is read
            for some in _blocks(changed):
                old, new = np.sort(matched.old[some]).tolist(), matched.new[some].tolist()
                reading = other.submit(self.before.rows, old, MARKS)
                after = self.after.rows(new, (*MARKS, "text"))
                before = {row["id"]: row for row in reading.result()}
                for place, row in zip(new, after, strict=True):
                    split = self.splits_after.of(place)
                    yield from span_changes(before[row["id"]], row, split, self.free)

    def _cut_anew(self) -> Iterator[Change]:
        """List chunks that overlap one that is gone: their article was cut another way."""
        gone: dict[str, list[tuple[int, int]]] = {}
        names = ("article_id", "start", "end")
        for _, article, start, end in _cells(self.before, names, self.matched.removed):
            gone.setdefault(article, []).append((start, end))
        come = _cells(self.after, names, self.matched.added) if gone else ()
        for place, article, start, end in come:
            for one, two in gone.get(article, ()):
                if start < two and one < end:
                    words = f"[{one}:{two})", f"[{start}:{end})"
                    split = self.splits_after.of(place)
                    yield Change("chunk cut anew", "spans", split, article, article, *words)


def _hidden(part: str, *, gone: bool) -> str:
    """Hide words of a text, unless the release has hidden them already; of what is gone, all."""
    if gone and is_own_words(part):
        return f"{OTHER}:…"
    return part if _HASHED.fullmatch(part) else without_surface(part)


def _named(config: str, rows: Rows, places: Places) -> Iterator[tuple[int, list[str], str]]:
    """Give the parts of the key and the article of some rows."""
    for place, *key, article in _cells(rows, (*KEYS[config], "article_id"), places):
        yield place, ["" if part is None else str(part) for part in key], article


def _cells(rows: Rows, names: Sequence[str], places: Places) -> Iterator[tuple[Any, ...]]:
    """Give the place of each of some rows, and its cells in these columns."""
    for some in _blocks(places):
        columns = (values_of(rows.taken(name, some)) for name in names)
        yield from zip(some.tolist(), *columns, strict=True)


def _blocks(places: Places) -> Iterator[Places]:
    """Cut places into pieces of which the rows may be held."""
    for begin in range(0, len(places), BLOCK):
        yield places[begin : begin + BLOCK]


def _new_and_lost_configs(
    before: Side, after: Side, rows: dict[str, dict[str, dict[str, int]]]
) -> Iterator[Change]:
    """Count the rows of a config that only one side has."""
    for side, other, kind in ((before, after, "removed"), (after, before, "added")):
        for config in sorted(side.configs.keys() - other.configs.keys()):
            rows[config] = {
                split: {"added": 0, "removed": 0, "changed": 0, kind: count}
                for split, count in side.configs[config].splits().counts().items()
            }
            yield Change(f"config {kind}", config, "", config, "")


def _annotators(before: Side, after: Side) -> Iterator[Change]:
    old, new = (_people(side) for side in (before, after))
    for kind, names in (("annotator added", new - old), ("annotator removed", old - new)):
        for name in sorted(names):
            yield Change(kind, "annotations", "", name, "")


def _people(side: Side) -> set[str]:
    rows = side.configs.get("annotations")
    return {name for (name,) in rows.values(["annotator"])} if rows is not None else set()


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


def _weighed(changes: Changes) -> Iterator[Reason]:
    """Say what kind of step the changed rows ask for."""
    counts, others = Counter[str](), Counter[str]()
    for (kind, config), count in changes.by_config.items():
        if _counts(kind, config):
            counts[kind] += count
        elif kind.startswith("row "):
            others[config] += count
    for kind, (bump, words) in WEIGHTS.items():
        if counts[kind]:
            yield Reason(bump, f"{words}: {counts[kind]}")
    for config, count in sorted(others.items()):
        yield Reason("patch", f"rows of {config} that differ: {count}")


def _counts(kind: str, config: str) -> bool:
    """Whether a change has a weight of its own; of rows, only a chunk that comes or goes."""
    if kind in {"row added", "row removed"}:
        return config == "spans"
    return kind in WEIGHTS
