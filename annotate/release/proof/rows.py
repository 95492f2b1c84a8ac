"""Every row: its text at its offsets, its labels out of the lists, its ids one time each."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Callable

import numpy as np

from annotate.corpus.names import Column, Known
from annotate.release.leak import TEXT_COLUMNS
from annotate.release.proof.declared import FIELDS, NEEDED
from annotate.release.proof.opened import MANIFEST, Findings, Json, Part, Release
from annotate.release.proof.texts import Texts
from annotate.release.version import Version


def missing_in(part: Part, row: Json) -> list[str]:
    """Name the values that a row lacks and without which nothing can be said about it."""
    needed = NEEDED.get(part.config, {})
    missing = [name for name in needed if row[name] is None and name != "lead_time"]
    return missing + [name for name in FIELDS if name in needed and None in (row[name] or ())]


ABOUT = ("outlet", "published_at", "url", "language", "event")
UNKNOWN = "unknown"  # the name of no outlet
_ALL_BITS = (1 << 64) - 1
IDS = {
    "spans": ("id",),
    "annotations": ("annotation_id",),
    "triples": ("article_id", "entity", "polarity", "topic"),
    "articles": ("article_id",),
}


def id_of(config: str, row: Json) -> str:
    """Give what a row is told by in its config."""
    return " | ".join(str(row[name]) for name in IDS[config])


class RowProof:
    """Looks at rows one by one, `spans` before `triples`, and counts them."""

    def __init__(self, release: Release, texts: Texts, findings: Findings) -> None:
        manifest = release.manifest
        lists = manifest.schema_.class_labels if manifest else {}
        self.release, self.texts, self.findings = release, texts, findings
        self.names = {key: frozenset(names) for key, names in lists.items()}
        self.layer_of = (
            {item.name: item.layer for item in manifest.schema_.labels} if manifest else {}
        )
        self.version = Version.parse(manifest.version) if manifest else None
        self.configs: Counter[str] = Counter()
        self.labels: Counter[str] = Counter()
        self._ids = array("q")  # hashes of those of the config that is looked at
        self._parts: list[Part] = []  # of that config
        self._chunks, self._told = Column(), Column()  # by the numbers of articles
        self._about = Column()  # what is known of an article, by a hash
        self._last: tuple[str, int, int] = "", 0, 0  # article, start and number of a chunk
        self._counts: dict[str, Counter[str]] = {"articles": Counter(), "spans": Counter()}
        self._outlets: Counter[str | None] = Counter()
        self._found_rights: set[str] = set()
        self._groups: dict[str, array[int]] = {}  # hashes of their names, by split
        self._stances = Known()
        self.hidden: set[str] = set()
        self.checks: dict[str, Callable[[Json, str], None]] = {
            "spans": self._spans,
            "annotations": self._annotation,
            "triples": self._triple,
            "articles": self._article,
            "bio": self._tokens,
        }

    def whole(self, part: Part, row: Json, number: int) -> bool:
        """Whether a row has all the values without which nothing can be said about it."""
        missing = missing_in(part, row)
        for name in missing:
            self.findings.add("value-missing", f"{part.name}, row {number}, {name}", "is null")
        return not missing

    def look(self, part: Part, row: Json, number: int) -> None:
        """Check one row."""
        if not self._parts or self._parts[-1] != part:
            self._begin(part)
        self.configs[part.config] += 1
        place = f"{part.name}, row {number}"
        if part.config in self._counts:
            self._counts[part.config][part.split] += 1
        if part.config == "articles":
            self._groups.setdefault(part.split, array("q")).append(hash(row.get("group")))
            self._outlets[row.get("outlet") or None] += 1
        if part.config == "articles" and row.get("rights") == "standoff":
            self.hidden.add(row["article_id"])
        if row.get("article_id") in self.hidden:
            self._no_text(row, place)
        if check := self.checks.get(part.config):
            check(row, place)
        else:
            self._own_article(row, place)
            self._classes(row, place)

    def _begin(self, part: Part) -> None:
        if self._parts and self._parts[-1].config != part.config:
            self._check_ids()
        self._parts.append(part)

    def _check_ids(self) -> None:
        """Expect every id of a config one time, whatever the split."""
        hashes = np.frombuffer(self._ids, np.int64) if self._ids else np.empty(0, np.int64)
        hashes.sort()
        again = set(hashes[1:][hashes[1:] == hashes[:-1]].tolist())
        if again:
            self._name_repeats(again)
        self._ids, self._parts = array("q"), []

    def _name_repeats(self, hashes: set[int]) -> None:
        """Read a config again, in which some ids are repeated."""
        seen: set[str] = set()
        for part in self._parts:
            for number, row in enumerate(self.release.rows(part)):
                if missing_in(part, row) or hash(key := id_of(part.config, row)) not in hashes:
                    continue
                if key in seen:
                    place = f"{part.name}, row {number}"
                    self.findings.add("id-repeated", place, f"{key} stands in an earlier row")
                seen.add(key)

    def _once(self, config: str, row: Json) -> None:
        self._ids.append(hash(id_of(config, row)))

    def _no_text(self, row: Json, place: str) -> None:
        """Expect no words of an article whose text is left out, by the rights of its outlet."""
        found = [name for name in sorted(TEXT_COLUMNS) if row.get(name)]
        found += ["spans.text"] * any(span.get("text") for span in row.get("spans", ()))
        for column in found:
            message = f"{row['article_id']} is published without text"
            self.findings.add("text-in-standoff", f"{place}, {column}", message)

    def _own_article(self, row: Json, place: str) -> None:
        article = row.get("article_id")
        if article is not None and article not in self.texts:
            self.findings.add("article-unknown", place, f"{article} is not in articles")

    def _class(self, kind: str, value: object, place: str) -> bool:
        if kind in self.names and value not in self.names[kind]:
            self.findings.add("label-unknown", place, f"{value!r} is no {kind} of the schema")
            return False
        return True

    def _classes(self, row: Json, place: str) -> None:
        for column, kind in (("stance", "polarity"), ("polarity", "polarity"), ("topic", "topic")):
            if row.get(column) is not None:
                self._class(kind, row[column], f"{place}, {column}")

    def _spans(self, row: Json, place: str) -> None:
        self._once("spans", row)
        self._chunks.add(self.texts.number(row["article_id"]), 1)
        self._slice(row, place)
        self._history(row, place)
        self._same_article(row, place)
        for span in row["spans"]:
            self.labels[str(span["label"])] += 1
            if span["layer"] == "stance":
                self._stances.add(row["id"], span["id"], str(span["label"]))

    def _same_article(self, row: Json, place: str) -> None:
        """Expect of a chunk what its article says, and chunks to be numbered as they follow."""
        number = self.texts.number(row["article_id"])
        if row["article_id"] in self.texts and self._about[number] != _about(row):
            message = f"{', '.join(ABOUT)}: one of them is not that of the article"
            self.findings.add("article-differs", place, message)
        article, start, index = self._last
        now = row["article_id"], row["start"], row.get("chunk_index") or 0
        if now[0] == article and (now[1] > start) != (now[2] > index):
            message = f"is chunk {now[2]} at {now[1]}, behind chunk {index} at {start}"
            self.findings.add("chunk-index-wrong", place, message)
        self._last = now

    def _annotation(self, row: Json, place: str) -> None:
        self._once("annotations", row)
        self._slice(row, place)

    def _slice(self, row: Json, place: str) -> None:
        """Compare a chunk with the article, and its spans with the chunk."""
        self._own_article(row, place)
        whole = self.texts.get(row["article_id"])
        start, end = row["start"], row["end"]
        if (
            start is None
            or end is None
            or not 0 <= start < end <= (end if whole is None else len(whole))
        ):
            self.findings.add(
                "offset-outside", place, f"no text of the article at [{start}, {end})"
            )
            return
        text = row.get("text") if whole is None else whole[start:end]
        told = row["article_id"] not in self.hidden
        if told and "text" in row and row["text"] != text:
            self.findings.add("chunk-mismatch", place, "is not the article's text at its offsets")
        self._chunk_hash(row, text, place)
        self._span_cells(row, end - start, place)
        if told and text is not None:
            self._surfaces(row, text, place)
        self._relations(row, place)

    def _chunk_hash(self, row: Json, text: str | None, place: str) -> None:
        told = row.get("text_sha256")
        if told and text is not None and told != hashlib.sha256(text.encode()).hexdigest():
            self.findings.add("chunk-mismatch", place, "is not the text that its hash is of")

    def _span_cells(self, row: Json, length: int, place: str) -> None:
        seen: set[str] = set()
        for span in row["spans"]:
            where = f"{place}, span {span['id']}"
            start, end = span["start"], span["end"]
            if span["id"] in seen:
                self.findings.add("id-repeated", where, "stands twice in its row")
            seen.add(span["id"])
            if start is None or end is None or not 0 <= start < end <= length:
                self.findings.add(
                    "offset-outside", where, f"[{start}, {end}) of {length} characters"
                )
            known = self._class("label", span["label"], where)
            if known and self.layer_of.get(span["label"], span["layer"]) != span["layer"]:
                message = f"{span['label']} is no label of layer {span['layer']}"
                self.findings.add("layer-mismatch", where, message)

    def _surfaces(self, row: Json, text: str, place: str) -> None:
        for span in row["spans"]:
            start, end = span["start"], span["end"]
            if start is None or end is None or "text" not in span:
                continue
            if text[start:end] != span["text"]:
                message = f"[{start}, {end}) is {text[start:end]!r}, not {span['text']!r}"
                where = f"{place}, span {span['id']}"
                self.findings.add("offset-mismatch", where, message)

    def _relations(self, row: Json, place: str) -> None:
        spans = {span["id"] for span in row["spans"]}
        for relation in row["relations"]:
            ends = (relation["head"], relation["tail"])
            self._class("relation", relation["type"], f"{place}, relation {ends[0]} → {ends[1]}")
            for end in ends:
                if end not in spans:
                    self.findings.add("relation-astray", place, f"{end} is no span of the row")

    def _history(self, row: Json, place: str) -> None:
        """Expect a row not to be younger than its last change, nor that than the release."""
        first, last = (
            Version.parse(str(row[key])) for key in ("first_version", "last_changed_version")
        )
        if first is None or last is None or first > last or (self.version and last > self.version):
            said = f"{row['first_version']}, {row['last_changed_version']}"
            self.findings.add("row-version-wrong", place, f"first and last changed in {said}")

    def _triple(self, row: Json, place: str) -> None:
        self._once("triples", row)
        self._own_article(row, place)
        self._class("polarity", row["polarity"], place)
        self._class("topic", row["topic"], place)
        if not row["evidence"]:
            self.findings.add("evidence-astray", place, "has no evidence")
        for cell in row["evidence"]:
            stance = (cell["id"], cell["span"])
            if (*stance, row["polarity"]) in self._stances:
                continue
            others = (name for name in self.layer_of if (*stance, name) in self._stances)
            label = next(others, None)
            message = (
                f"{cell['span']} of {cell['id']} is no stance in spans"
                if label is None
                else f"{cell['span']} of {cell['id']} is {label}, not {row['polarity']}"
            )
            self.findings.add("evidence-astray", place, message)

    def _article(self, row: Json, place: str) -> None:
        article = row["article_id"]
        self._once("articles", row)
        self._about[self.texts.number(article)] = _about(row)
        self._rights(row, place)
        if not _is_sha256(row["sha256"]):
            self.findings.add("hash-malformed", place, f"{row['sha256']!r} is no SHA-256")
        self._told[self.texts.number(article)] = max(0, row.get("chunks") or 0) + 1
        told, text = row.get("text_sha256"), self.texts.get(article)
        if told and text is not None and told != hashlib.sha256(text.encode()).hexdigest():
            self.findings.add("article-text-differs", place, "is not the text its hash is of")

    def _rights(self, row: Json, place: str) -> None:
        """Expect the rights and the licence that the manifest states, and a text where one is."""
        terms, rights = self.release.manifest, row.get("rights")
        if terms is None or rights is None:
            return
        self._found_rights.add(rights)
        stated = terms.publish.outlets.get(row.get("outlet") or "", rights)
        if rights != stated or terms.publish.rights not in {rights, "mixed"}:
            message = (
                f"says {rights}, the manifest says {stated}, and of all {terms.publish.rights}"
            )
            self.findings.add("rights-differ", place, message)
        elif rights == "full" and row.get("text") is None:
            self.findings.add("rights-differ", place, "says full, and there is no text")
        licence = terms.publish.text_license
        if licence is not None and row["licence"] != licence:
            message = f"licence is {row['licence']!r}, in the manifest {licence!r}"
            self.findings.add("rights-differ", place, message)

    def _tokens(self, row: Json, place: str) -> None:
        """Expect lists as long as the tokens, and the tokens at their offsets."""
        self._own_article(row, place)
        tokens, text = row.get("tokens"), row.get("text")
        if tokens is None:
            return
        beside = ("starts", "ends", *(name for name in row if name.endswith("tags")))
        for name in beside:
            if isinstance(row.get(name), list) and len(row[name]) != len(tokens):
                message = f"{name} has {len(row[name])} items for {len(tokens)} tokens"
                self.findings.add("tokens-uneven", place, message)
                return
        starts, ends = row.get("starts"), row.get("ends")
        if text is None or starts is None or ends is None:
            return
        for token, start, end in zip(tokens, starts, ends, strict=True):
            if text[start:end] != token:
                message = f"[{start}, {end}) is {text[start:end]!r}, not {token!r}"
                self.findings.add("offset-mismatch", place, message)

    def finish(self) -> None:
        """Compare what was counted over all rows."""
        self._check_ids()
        terms = self.release.manifest
        if terms and terms.publish.rights == "mixed" and len(self._found_rights) == 1:
            message = f"says mixed, all articles say {self._found_rights.pop()}"
            self.findings.add("rights-differ", f"{MANIFEST}, publish.rights", message)
        for number, article in enumerate(self.texts.names()):
            told, chunks = self._told[number] - 1, self._chunks[number]
            if 0 <= told < chunks:
                message = f"says {told} chunks, spans has {chunks}"
                self.findings.add("chunk-count-differs", f"article {article}", message)

    def figures(self) -> Json:
        """Give the figures that the card's tables and its first lines repeat."""
        outlets: Counter[str] = Counter()
        for name, count in self._outlets.items():
            outlets[name or UNKNOWN] += count
        return {
            "configs": {name: (count,) for name, count in self.configs.items()},
            "labels": {name: (self.labels[name],) for name in self.layer_of},
            "outlets": {name: (count,) for name, count in outlets.items()},
            "splits": {split: self._of_split(split) for split in self._counts["articles"]},
            "opening": {
                "articles": self.configs["articles"],
                "outlets": len(self._outlets.keys() - {None}),
                "labelled chunks": self.configs["spans"],
                "spans": self.labels.total(),
                "positions": self.configs["triples"],
            },
        }

    def _of_split(self, split: str) -> tuple[int, int, int]:
        """Count the groups, articles and labelled chunks of a split."""
        groups = len(np.unique(np.frombuffer(self._groups[split], np.int64)))
        return groups, self._counts["articles"][split], self._counts["spans"][split]


def _about(row: Json) -> int:
    return hash(tuple(row.get(name) for name in ABOUT)) & _ALL_BITS


def _is_sha256(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value) is not None
