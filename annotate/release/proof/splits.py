"""Splits do not leak: nothing that belongs together stands in two of them, and nothing moved."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from annotate.corpus.samples import Samples
from annotate.corpus.sentences import sentences
from annotate.release.proof.opened import Findings, Json, Part, Release
from annotate.release.proof.sightings import Sighting, Sightings
from annotate.release.proof.texts import Texts

LEDGER = "splits.parquet"
KINDS = ("article", "event", "group", "sentence")
COLUMNS = ("article_id", "event", "group")  # that name the kinds but sentences
ARTICLE, _, GROUP, SENTENCE = range(len(KINDS))
LONG_SENTENCE = 12  # words; from here on a sentence that stands in two splits gives an answer away
_WORD = re.compile(r"\w+")


class SplitProof:
    """Remembers where everything stands; what it finds is told at the end."""

    def __init__(self, release: Release, texts: Texts, findings: Findings) -> None:
        self.release, self.texts, self.findings = release, texts, findings
        self.several = len({part.split for part in release.parts}) > 1
        self.article: dict[str, str] = {}
        self.seen = Sightings()

    def look(self, part: Part, row: Json, number: int) -> None:
        """Note in which split a row's article, event, group and sentences stand."""
        article = row.get("article_id")
        if article is None:
            return
        if part.config == "articles":
            self.article[article] = part.split
            if row.get("split") != part.split:
                message = f"says {row.get('split')}, the file is of {part.split}"
                self.findings.add("split-differs", f"{part.name}, row {number}", message)
        elif not self.several:
            return
        for kind, column in enumerate(COLUMNS):
            if row.get(column) is not None:
                self.seen.note(kind, str(row[column]), part, number)
        if part.config == "spans" and self.several:
            for words, _ in self._sentences(row):
                self.seen.note(SENTENCE, words, part, number)

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
        for places in self.seen.apart():
            kind = KINDS[places[0].kind]
            splits = " and ".join(sorted(each.part.split for each in places))
            message = f"{kind} {_short(self._name(*places[:2]))!r} stands in {splits}"
            where = " and ".join(each.place for each in places)
            self.findings.add(f"{kind}-in-two-splits", where, message)
        if self.several:
            self._near_duplicates()
        self._ledger()
        self._parent()

    def _name(self, one: Sighting, other: Sighting) -> str:
        """Read again what two rows have in common."""
        first, second = (self._row(each) for each in (one, other))
        if one.kind != SENTENCE:
            return str(first[COLUMNS[one.kind]])
        shared = {words for words, _ in self._sentences(second)}
        return next((said for words, said in self._sentences(first) if words in shared), "")

    def _row(self, sighting: Sighting) -> Json:
        rows = self.release.rows(sighting.part)
        return next(row for number, row in enumerate(rows) if number == sighting.row)

    def _near_duplicates(self) -> None:
        names = [name for name in self.texts if name in self.article and self.texts.get(name)]
        for members in _clusters(self.texts, names):
            splits = {self.article[names[number]] for number in members}
            if len(splits) > 1:
                place = ", ".join(names[number] for number in members)
                message = f"say nearly the same, in {' and '.join(sorted(splits))}"
                self.findings.add("near-duplicate-in-two-splits", place, message)

    def _ledger(self) -> None:
        """Compare with the public ledger, which gives each group its split."""
        path = self.release.path / LEDGER
        if not path.is_file():
            if self.several:
                self.findings.add("split-ledger-missing", LEDGER, "is not there")
            return
        try:
            rows = _read(path)
        except Exception as error:  # noqa: BLE001 - pyarrow raises whatever a broken file asks for
            name = type(error).__name__
            self.findings.add("split-ledger-broken", LEDGER, f"cannot be read: {name}")
            return
        for kind in (GROUP, ARTICLE):
            for row in rows:
                name, told = str(row.get(COLUMNS[kind])), str(row.get("split"))
                for place in self.seen.of(kind, name):
                    split = place.part.split
                    if split != told:
                        what = f"{KINDS[kind]} {name} stands in {split}"
                        message = f"{what}, the ledger says {told}"
                        self.findings.add("split-ledger-differs", place.place, message)

    def _parent(self) -> None:
        """Compare with the release before, when it lies beside this one."""
        manifest = self.release.manifest
        if manifest is None or manifest.parent is None:
            return
        before = self.release.path.parent / manifest.parent
        for path in sorted(before.glob("articles/*.parquet")):
            for row in _read(path, ["article_id", "split"]):
                now = self.article.get(row["article_id"], row["split"])
                if now != row["split"]:
                    message = f"was in {row['split']} in {manifest.parent}, now it is in {now}"
                    self.findings.add("split-moved", f"article {row['article_id']}", message)


def _clusters(texts: Texts, names: list[str]) -> list[list[int]]:
    """Put articles that repeat one another together; numbers of those that do."""

    def text_of(number: int) -> str:
        return texts.get(names[number]) or ""

    samples = Samples()
    for number in range(len(names)):
        samples.add(text_of(number))
    found: dict[int, list[int]] = {}
    for number, twin in samples.twins(text_of).items():
        found.setdefault(twin.of, [twin.of]).append(number)
    return [sorted(members) for members in found.values()]


def _read(path: Path, columns: Iterable[str] | None = None) -> list[Json]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        rows: list[Json] = file.read(columns=list(columns) if columns else None).to_pylist()
        return rows


def _short(text: str) -> str:
    return textwrap.shorten(text, 60, placeholder="…")
