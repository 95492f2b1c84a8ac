"""Splits that do not leak and do not move: whole groups, and a ledger that is published."""

from __future__ import annotations

import hashlib
import marshal
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from annotate.labels.spill import Spill
from annotate.release.links import Link

TRAIN = "train"
SPLITS = (TRAIN, "validation", "test")
LEDGER = "splits.parquet"


class Policy(NamedTuple):
    """How new groups are dealt out: which share each split shall have; a seed for equal ones."""

    shares: Mapping[str, float]
    seed: int = 1


class Assigned(NamedTuple):
    """A line of the ledger: an article, the group it is in, and the split of both, for good."""

    group: str
    article_id: str
    split: str
    assigned_in_version: str = ""  # empty until the version is known


class LeftOut(NamedTuple):
    """An article that would tie two splits together, and what it is tied by."""

    article_id: str
    reason: str


class _Lines(Spill[Assigned]):
    """Lines of the ledger that wait on disk until they are written."""

    def _encoded(self, value: Assigned) -> bytes:
        return marshal.dumps(tuple(value))

    def _decoded(self, data: bytes) -> Assigned:
        return Assigned(*marshal.loads(data))  # noqa: S302 - our own


@dataclass(frozen=True)
class Assignment:
    """`ledger` holds all lines, old ones first; `why` says why there is one split only, if so."""

    ledger: Sequence[Assigned]
    left_out: tuple[LeftOut, ...] = ()
    why: str = ""

    @property
    def group_of(self) -> Mapping[str, str]:
        return _ByArticle(self.ledger, "group")

    @property
    def split_of(self) -> Mapping[str, str]:
        """Give the splits of the articles that are in the release or were in an earlier one."""
        without = {item.article_id for item in self.left_out}
        rows = (row for row in self.ledger if row.article_id not in without)
        return _ByArticle(rows, "split")

    def put_away(self) -> Assignment:
        """Put the ledger on disk, once rows have their splits: of a million, it is 40 MB."""
        return replace(self, ledger=_Lines.of(self.ledger))


class _ByArticle(Mapping[str, str]):
    """What lines of a ledger say of each article; a reference is held of each line."""

    def __init__(self, rows: Iterable[Assigned], column: str) -> None:
        self._rows = sorted(rows, key=_ARTICLE)
        self._value = attrgetter(column)

    def __getitem__(self, name: str) -> str:
        place = bisect_left(self._rows, name, key=_ARTICLE)
        if place == len(self._rows) or self._rows[place].article_id != name:
            raise KeyError(name)
        return str(self._value(self._rows[place]))

    def __iter__(self) -> Iterator[str]:
        return map(_ARTICLE, self._rows)

    def __len__(self) -> int:
        return len(self._rows)


_ARTICLE = attrgetter("article_id")


@dataclass
class _Ties:
    """Which articles are in which links, and which of them have a split."""

    links: Sequence[Link]
    split_of: dict[str, str]
    left_out: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.of_article: dict[str, list[Link]] = defaultdict(list)
        for link in self.links:
            for article in link.articles:
                self.of_article[article].append(link)

    def touched(self, article: str) -> dict[str, str]:
        """Give the splits that a new article is tied to, each with the reason."""
        return {
            self.split_of[other]: link.reason
            for link in self.of_article[article]
            for other in link.articles
            if other in self.split_of and other not in self.left_out
        }

    def drop(self, article: str, reason: str) -> None:
        self.left_out[article] = reason

    def components(self, articles: Iterable[str]) -> list[list[str]]:
        """Gather articles that hang together through links among themselves."""
        left, found = set(articles), []
        for first in sorted(left):
            if first not in left:
                continue
            component, open_ones = [], [first]
            left.discard(first)
            while open_ones:
                article = open_ones.pop()
                component.append(article)
                near = {
                    other for link in self.of_article[article] for other in link.articles
                } & left
                left -= near
                open_ones += sorted(near)
            found.append(sorted(component))
        return sorted(found)


def assign(
    articles: Mapping[str, Counter[str]],
    links: Sequence[Link],
    before: Sequence[Assigned],
    policy: Policy,
) -> Assignment:
    """Give every article a split: that of its group, which keeps it from version to version.

    `articles` counts for each article what the splits shall have their share of. An article that
    ties two splits is left out on the side of training, or of the lesser evaluation split.
    """
    known = {row.article_id: row for row in before}
    ties = _Ties(
        [Link(link.reason, _inside(link.articles, articles)) for link in links],
        {name: known[name].split for name in articles if name in known},
    )
    _part_old(ties)
    ledger, new_groups = list(before), []
    for component in _parted_new(ties, sorted(articles.keys() - known.keys())):
        touched = {split for name in component for split in ties.touched(name)}
        if touched:
            (split,) = touched
            ledger += _joined(component, split, ties, known)
        else:
            new_groups.append(component)
    placed, why = _placed(new_groups, articles, known, ties, policy)
    for group, split in placed:
        group_name = _group_name(group)
        ledger += [Assigned(group_name, name, split) for name in group]
    left_out = (LeftOut(name, reason) for name, reason in sorted(ties.left_out.items()))
    return Assignment(tuple(ledger), tuple(left_out), why)


def leaks(assignment: Assignment, links: Iterable[Link]) -> list[Link]:
    """List the links whose articles stand in more than one split: there must be none."""
    split_of = assignment.split_of
    return [
        link
        for link in links
        if len({split_of[name] for name in link.articles if name in split_of}) > 1
    ]


def _inside(names: Iterable[str], articles: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(name for name in names if name in articles)


def _part_old(ties: _Ties) -> None:
    """Where published articles turn out to belong together, leave out those in lesser splits."""
    for link in ties.links:
        held = [name for name in link.articles if name in ties.split_of]
        kept = [name for name in held if name not in ties.left_out]
        winner = max((ties.split_of[name] for name in kept), key=SPLITS.index, default=TRAIN)
        for name in kept:
            if ties.split_of[name] != winner:
                ties.drop(name, f"{link.reason} is in {winner} too")


def _parted_new(ties: _Ties, new: Sequence[str]) -> Iterator[list[str]]:
    """Give the new articles that hang together, each such group tied to one split at most."""
    waiting = ties.components(new)
    while waiting:
        component = waiting.pop()
        touched = {split for name in component for split in ties.touched(name)}
        if len(touched) < 2:  # noqa: PLR2004 -- two splits are what must not be tied
            yield component
            continue
        least = min(touched, key=SPLITS.index)
        for name in component:
            if least in (own := ties.touched(name)):
                ties.drop(name, f"{own[least]} ties it to {' and '.join(sorted(touched))}")
        waiting += ties.components(name for name in component if name not in ties.left_out)


def _joined(
    component: Sequence[str],
    split: str,
    ties: _Ties,
    known: Mapping[str, Assigned],
) -> Iterator[Assigned]:
    """Put new articles into the group that they are tied to; of several, the first by name."""
    groups = sorted(
        known[other].group
        for name in component
        for link in ties.of_article[name]
        for other in link.articles
        if other in known and other not in ties.left_out
    )
    for name in component:
        yield Assigned(groups[0], name, split)


def _group_name(members: Sequence[str]) -> str:
    return f"g-{hashlib.sha256(min(members).encode()).hexdigest()[:12]}"


def _placed(
    new: Sequence[Sequence[str]],
    articles: Mapping[str, Counter[str]],
    known: Mapping[str, Assigned],
    ties: _Ties,
    policy: Policy,
) -> tuple[list[tuple[Sequence[str], str]], str]:
    """Fill the splits up with new groups, the largest first: each goes where it is missed most.

    The last groups go to splits that would stay empty.
    """
    wanted = {split: share for split, share in policy.shares.items() if share > 0}
    count = len({row.group for row in known.values()}) + len(new)
    if count < len(wanted):
        why = f"there are fewer groups ({count}) than splits ({len(wanted)})"
        return [(group, TRAIN) for group in new], why

    def weight_of(group: Sequence[str]) -> Counter[str]:
        return _sum(articles[name] for name in group)

    have: dict[str, Counter[str]] = {split: Counter() for split in wanted}
    for name, split in ties.split_of.items():
        have.setdefault(split, Counter()).update(articles[name])
    total = _sum(chain(have.values(), map(weight_of, new)))
    placed = []
    ordered = sorted(new, key=lambda one: _rank(weight_of(one), one, policy.seed))
    for number, group in enumerate(ordered):
        weight = weight_of(group)
        empty = [split for split in wanted if not have[split]]
        last = len(ordered) - number <= len(empty)
        chosen = empty if last else _with_room(weight, have, total, wanted)
        needs = {split: _need(weight, have[split], total, wanted[split]) for split in chosen}
        split = max(needs, key=lambda one: needs[one])
        have[split].update(weight)
        placed.append((group, split))
    return placed, ""


def _rank(weight: Counter[str], group: Sequence[str], seed: int) -> tuple[int, str]:
    drawn = hashlib.sha256(f"{seed} {_group_name(group)}".encode()).hexdigest()
    return -weight.total(), drawn


def _need(weight: Counter[str], have: Counter[str], total: Counter[str], share: float) -> float:
    """Measure how far a split is below its share, in parts of it, in what the group would bring."""
    missed = (count * (share - have[name] / total[name]) for name, count in weight.items())
    return sum(missed) / share


def _with_room(
    weight: Counter[str],
    have: Mapping[str, Counter[str]],
    total: Counter[str],
    wanted: Mapping[str, float],
) -> list[str]:
    """Name the splits that a group does not lift above their share; else the largest split."""
    rooms = {split: share * total.total() - have[split].total() for split, share in wanted.items()}
    found = [split for split, room in rooms.items() if weight.total() <= room]
    return found or [max(wanted, key=lambda split: wanted[split])]


def _sum(counters: Iterable[Counter[str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for counter in counters:
        found.update(counter)
    return found


def read_ledger(folder: Path | None) -> tuple[Assigned, ...]:
    """Read the ledger of a release; raises `InputError` for one that is not there or damaged."""
    if folder is None:
        return ()
    from annotate.release.files import each_row
    from annotate.release.opened import whole_file

    kept: dict[str, str] = {}  # names of groups, splits and versions, one time each
    found = []
    with whole_file(folder / LEDGER):
        for row in each_row(folder / LEDGER):
            group, split, version = (
                kept.setdefault(row[name], row[name])
                for name in ("group", "split", "assigned_in_version")
            )
            found.append(Assigned(group, row["article_id"], split, version))
    return tuple(found)


def ledger_rows(ledger: Iterable[Assigned], version: str) -> Iterator[dict[str, str]]:
    """Give the lines as they are published; those without a version yet get this one."""
    for row in ledger:
        yield row._asdict() | {"assigned_in_version": row.assigned_in_version or version}
