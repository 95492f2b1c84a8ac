"""Splits do not leak: nothing that belongs together stands in two of them, and nothing moved."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from annotate.corpus.names import Column, Known
from annotate.corpus.samples import Samples
from annotate.corpus.sentences import sentences
from annotate.release.proof.opened import BATCH, Findings, Json, Manifest, Part, Release
from annotate.release.proof.rows import missing_in
from annotate.release.proof.sightings import Sightings, Thing, key_of
from annotate.release.proof.texts import Texts

LEDGER = "splits.parquet"
LINE = ("article_id", "group", "split")
KINDS = ("article", "event", "group", "sentence")
COLUMNS = ("article_id", "event", "group")  # that name the kinds but sentences
ARTICLE, _, GROUP, SENTENCE = range(len(KINDS))
LONG_SENTENCE = 12  # words; from here on a sentence that stands in two splits gives an answer away
_WORD = re.compile(r"\w+")


class Sight(NamedTuple):
    """A row in which a thing stands, and how it is spelt there."""

    place: str
    spelt: str


class SplitProof:
    """Remembers where everything stands, to tell at the end what stands where it must not.

    `near_duplicates` is told apart from the rest, once the articles were looked at.
    """

    def __init__(self, release: Release, texts: Texts, findings: Findings) -> None:
        self.release, self.texts, self.findings = release, texts, findings
        self.splits = sorted({part.split for part in release.parts})
        self.several = len(self.splits) > 1
        self.seen = Sightings()
        self._parts: list[Part] = []  # that were looked at
        self._split_of = Column()  # of articles by their numbers; from 1, 0 is for none

    def look(self, part: Part, row: Json, number: int) -> None:
        """Note in which split a row's article, event, group and sentences stand."""
        article = row.get("article_id")
        if article is None:
            return
        if not self._parts or self._parts[-1] != part:
            self._parts.append(part)
        if part.config == "articles":
            self._split_of[self.texts.number(article)] = self.splits.index(part.split) + 1
            if row.get("split") != part.split:
                message = f"says {row.get('split')}, the file is of {part.split}"
                self.findings.add("split-differs", f"{part.name}, row {number}", message)
        for thing, _ in self._things(part, row):
            self.seen.note(thing, part.split)

    def _things(self, part: Part, row: Json) -> Iterator[tuple[Thing, str]]:
        """Give what stands in a row, as it is compared and as it is spelt there."""
        if not self.several and part.config != "articles":
            return
        for kind, column in enumerate(COLUMNS):
            if row.get(column) is not None:
                yield Thing(kind, str(row[column])), str(row[column])
        if part.config == "spans" and self.several:
            for words, said in self._sentences(row):
                yield Thing(SENTENCE, words), said

    def _split(self, article: str) -> str | None:
        split = self._split_of[self.texts.number(article)]
        return self.splits[split - 1] if split else None

    def _sentences(self, row: Json) -> Iterator[tuple[str, str]]:
        """Give the words of each long sentence of a row, and the sentence."""
        whole = self.texts.get(row["article_id"])
        text = row.get("text") or (whole[row["start"] : row["end"]] if whole else "")
        for start, end in sentences(text, row.get("language")):
            words = _WORD.findall(text[start:end].casefold())
            if len(words) >= LONG_SENTENCE:
                yield " ".join(words), text[start:end].strip()

    def finish(self) -> None:
        """Tell what stands in two splits, and what the ledger or the last release says else."""
        for thing, sights in self._sights(self.seen.apart()).items():
            if len(sights) > 1:
                kind, first = KINDS[thing.kind], next(iter(sights.values()))
                message = f"{kind} {_short(first.spelt)!r} stands in {' and '.join(sorted(sights))}"
                where = " and ".join(sight.place for sight in sights.values())
                self.findings.add(f"{kind}-in-two-splits", where, message)
        self._ledger()
        self._before()

    def _sights(self, keys: set[int]) -> dict[Thing, dict[str, Sight]]:
        """Read again, and give the first row in each split of the things that have these keys."""
        found: dict[Thing, dict[str, Sight]] = {}
        for part in self._parts if keys else ():
            for number, row in enumerate(self.release.rows(part)):
                if row.get("article_id") is None or missing_in(part, row):
                    continue
                for thing, spelt in self._things(part, row):
                    if key_of(thing) in keys:
                        sight = Sight(f"{part.name}, row {number}", spelt)
                        found.setdefault(thing, {}).setdefault(part.split, sight)
        return found

    def near_duplicates(self) -> None:
        """Tell which articles repeat one another in two splits, of all that were looked at."""
        for names in _clusters(self.texts) if self.several else ():
            found = {split for name in names if (split := self._split(name))}
            if len(found) > 1:
                message = f"say nearly the same, in {' and '.join(sorted(found))}"
                self.findings.add("near-duplicate-in-two-splits", ", ".join(names), message)

    def _ledger(self) -> None:
        """Compare with the public ledger, which gives each group its split."""
        path = self.release.path / LEDGER
        if not path.is_file():
            self.findings.add("split-ledger-missing", LEDGER, "is not there")
            return
        try:
            wrong = {kind: dict(self._not_as_told(path, kind)) for kind in (GROUP, ARTICLE)}
        except Exception as error:  # noqa: BLE001 - pyarrow raises whatever a broken file asks for
            name = type(error).__name__
            self.findings.add("split-ledger-broken", LEDGER, f"cannot be read: {name}")
            return
        self._unlisted(path)
        sights = self._sights({key_of(thing) for each in wrong.values() for thing in each})
        for thing, told in (item for each in wrong.values() for item in each.items()):
            for split, sight in sights.get(thing, {}).items():
                if split != told:
                    what = f"{KINDS[thing.kind]} {thing.name} stands in {split}"
                    message = f"{what}, the ledger says {told}"
                    self.findings.add("split-ledger-differs", sight.place, message)

    def _not_as_told(self, path: Path, kind: int) -> Iterator[tuple[Thing, str]]:
        """Give what may stand in another split than the ledger tells, and what that tells."""
        for row in _read(path):
            thing, told = Thing(kind, str(row.get(COLUMNS[kind]))), str(row.get("split"))
            if any(split != told for split in self.seen.splits_of(thing)):
                yield thing, told

    def _unlisted(self, path: Path) -> None:
        """Expect of every article one line in the ledger, which names its group."""
        listed, grouped = Known(), Known()
        for row in _read(path):
            listed.add(str(row.get("article_id")))
            grouped.add(str(row.get("article_id")), str(row.get("group")))
        if twice := listed.repeats():
            message = f"{twice} lines are about an article that an earlier one is about"
            self.findings.add("split-ledger-differs", LEDGER, message)
        for part in self.release.of("articles"):
            for number, row in enumerate(self.release.rows(part, ["article_id", "group"])):
                name, group = str(row["article_id"]), str(row["group"])
                if (name, group) not in grouped:
                    what = f"{name} in group {group}" if (name,) in listed else name
                    message = f"the ledger has no line for {what}"
                    self.findings.add("split-ledger-lacks", f"{part.name}, row {number}", message)

    def _before(self) -> None:
        """Compare with the release before, when it lies beside this one and can be read."""
        manifest = self.release.manifest
        if manifest is None or manifest.parent is None:
            return
        try:
            self._parent(manifest, self.release.path.parent / manifest.parent)
        except Exception as error:  # noqa: BLE001 - pyarrow raises whatever a broken file asks for
            message = f"cannot be read ({type(error).__name__}): what moved since is not known"
            self.findings.add("parent-broken", f"release {manifest.parent}", message, "warning")

    def _parent(self, manifest: Manifest, before: Path) -> None:
        """Expect the ledger to hold what it held, and no article to be in another split."""
        if (before / LEDGER).is_file() and (self.release.path / LEDGER).is_file():
            own = Known()
            for row in _read(self.release.path / LEDGER, LINE):
                own.add(*map(str, row.values()))
            lines = (tuple(map(str, row.values())) for row in _read(before / LEDGER, LINE))
            if lost := sum(line not in own for line in lines):
                message = f"lines of {manifest.parent} that are not in it as they were: {lost}"
                self.findings.add("split-ledger-differs", LEDGER, message)
        for path in sorted(before.glob("articles/*.parquet")):
            for row in _read(path, ["article_id", "split"]):
                now = self._split(row["article_id"]) or row["split"]
                if now != row["split"]:
                    message = f"was in {row['split']} in {manifest.parent}, now it is in {now}"
                    self.findings.add("split-moved", f"article {row['article_id']}", message)


def _clusters(texts: Texts) -> Iterator[list[str]]:
    """Name the articles that repeat one another, those that do together."""
    names: list[str] = []
    samples = Samples()
    for name in texts:
        if text := texts.get(name):
            names.append(name)
            samples.add(text)

    def text_of(number: int) -> str:
        return texts.get(names[number]) or ""

    found: dict[int, list[int]] = {}
    for number, twin in samples.twins(text_of).items():
        found.setdefault(twin.of, [twin.of]).append(number)
    for members in found.values():
        yield [names[number] for number in sorted(members)]


def _read(path: Path, columns: Iterable[str] | None = None) -> Iterator[Json]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH, columns=list(columns) if columns else None):
            yield from batch.to_pylist()


def _short(text: str) -> str:
    return textwrap.shorten(text, 60, placeholder="…")
