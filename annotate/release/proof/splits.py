"""Splits do not leak: nothing that belongs together stands in two of them, and nothing moved."""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from annotate.corpus.duplicates import Keys, find_twins
from annotate.corpus.sentences import sentences
from annotate.corpus.shingles import signature
from annotate.release.proof.opened import Findings, Json, Part, Release
from annotate.release.proof.texts import Texts

LEDGER = "splits.parquet"
LONG_SENTENCE = 12  # words; from here on a sentence that stands in two splits gives an answer away
_WORD = re.compile(r"\w+")


class SplitProof:
    """Remembers where everything stands; what it finds is told at the end."""

    def __init__(self, release: Release, texts: Texts, findings: Findings) -> None:
        self.release, self.texts, self.findings = release, texts, findings
        self.several = len({part.split for part in release.parts}) > 1
        self.article: dict[str, str] = {}
        self.places: dict[tuple[str, str], dict[str, str]] = {}
        self.said: dict[str, str] = {}

    def look(self, part: Part, row: Json, number: int) -> None:
        """Note in which split a row's article, event, group and sentences stand."""
        article = row.get("article_id")
        if article is None:
            return
        place = f"{part.name}, row {number}"
        if part.config == "articles":
            self.article[article] = part.split
            if row.get("split") != part.split:
                message = f"says {row.get('split')}, the file is of {part.split}"
                self.findings.add("split-differs", place, message)
        elif not self.several:
            return
        self._note("article", article, part.split, place)
        for kind in ("event", "group"):
            if row.get(kind) is not None:
                self._note(kind, str(row[kind]), part.split, place)
        if part.config == "spans" and self.several:
            self._sentences(row, part.split, place)

    def _note(self, kind: str, name: str, split: str, place: str) -> None:
        self.places.setdefault((kind, name), {}).setdefault(split, place)

    def _sentences(self, row: Json, split: str, place: str) -> None:
        whole = self.texts.get(row["article_id"])
        text = row.get("text") or (whole[row["start"] : row["end"]] if whole else "")
        for start, end in sentences(text, row.get("language")):
            words = _WORD.findall(text[start:end].casefold())
            if len(words) >= LONG_SENTENCE:
                digest = hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]
                self.said.setdefault(digest, text[start:end].strip())
                self._note("sentence", digest, split, place)

    def finish(self) -> None:
        """Tell what stands in two splits, and what the ledger or the last release says else."""
        for (kind, name), places in self.places.items():
            if len(places) > 1:
                what = self.said.get(name, name) if kind == "sentence" else name
                message = f"{kind} {_short(what)!r} stands in {' and '.join(sorted(places))}"
                self.findings.add(f"{kind}-in-two-splits", " and ".join(places.values()), message)
        if self.several:
            self._near_duplicates()
        self._ledger()
        self._parent()

    def _near_duplicates(self) -> None:
        known = [(name, self.texts.get(name)) for name in sorted(self.article)]
        pairs = [(name, text) for name, text in known if text]
        names = [name for name, _ in pairs]
        for members in _clusters([text for _, text in pairs]):
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
        for kind in ("group", "article"):
            key = "group" if kind == "group" else "article_id"
            for row in rows:
                told = str(row.get("split"))
                for split, place in self.places.get((kind, str(row.get(key))), {}).items():
                    if split != told:
                        message = f"{kind} {row[key]} stands in {split}, the ledger says {told}"
                        self.findings.add("split-ledger-differs", place, message)

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


def _clusters(texts: list[str]) -> list[list[int]]:
    """Put texts that repeat one another together; numbers of those that do."""
    signatures = [signature(text) for text in texts]
    twins = find_twins(
        Keys.of([each.sample for each in signatures]),
        np.array([each.exact for each in signatures], np.uint64),
        np.array([each.words for each in signatures], np.int64),
        np.array([-len(text) for text in texts], np.int64),
        texts.__getitem__,
        np.zeros(len(texts), bool),
    )
    found: dict[int, list[int]] = {}
    for number, twin in twins.items():
        found.setdefault(twin.of, [twin.of]).append(number)
    return [sorted(members) for members in found.values()]


def _read(path: Path, columns: Iterable[str] | None = None) -> list[Json]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        rows: list[Json] = file.read(columns=list(columns) if columns else None).to_pylist()
        return rows


def _short(text: str) -> str:
    return textwrap.shorten(text, 60, placeholder="…")
