"""What stands for a chunk is decided again, from the answers in `annotations`."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from annotate.labels.annotation import Annotation
from annotate.quality.gold import Gold, Judge, free_questions, judge, standing
from annotate.release.agreed import DIGITS
from annotate.release.proof.agreed import Answered, check_agreement
from annotate.release.proof.answers import annotation_of
from annotate.release.proof.opened import MANIFEST, Findings, Json, Manifest, Part, Release
from annotate.release.proof.texts import Texts
from annotate.release.row_spill import RowSpill
from annotate.release.rows import ADJUDICATOR
from annotate.release.standing import GOLD, SINGLE, decide, gold_columns


class _Chunk:
    """What is held of a chunk; small, for there may be a million."""

    __slots__ = ("answers", "decision", "labels", "support", "told")

    def __init__(self) -> None:
        self.told: int | None = None  # how many answers `spans` tells of; None without a row there
        self.labels = self.support = 0  # hashes of what stands, and of how it was decided
        self.answers = array("q")  # places of those that count
        self.decision: int | None = None


class _Decisions(Mapping[str, Annotation]):
    """What people decided, by chunk; read when it is asked for."""

    def __init__(self, rows: RowSpill, chunks: Mapping[str, _Chunk]) -> None:
        self._rows, self._chunks = rows, chunks

    def __getitem__(self, chunk_id: str) -> Annotation:
        place = self._chunks[chunk_id].decision
        if place is None:
            raise KeyError(chunk_id)
        return annotation_of(self._rows[place])

    def __iter__(self) -> Iterator[str]:
        return (name for name, chunk in self._chunks.items() if chunk.decision is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class StandingProof:
    """Takes in `spans` and `annotations`, then decides on every chunk."""

    def __init__(self, release: Release, texts: Texts, findings: Findings) -> None:
        self.release, self.texts, self.findings = release, texts, findings
        self.whole = True  # no span lacks what it is compared by
        self.chunks: dict[str, _Chunk] = {}
        self.rows = RowSpill()  # what people answered, on disk

    def look(self, part: Part, row: Json) -> None:
        """Hold what `spans` says of a chunk, and where its answers are."""
        for span in row["spans"] if part.config in {"spans", "annotations"} else ():
            self.whole &= None not in (span["start"], span["end"], span["layer"], span["label"])
        if part.config == "spans":
            chunk = self.chunks.setdefault(row["id"], _Chunk())
            chunk.told = row["answers"]
            chunk.labels, chunk.support = _hashes(row)
        elif part.config == "annotations" and (row["counts"] or row["role"] == ADJUDICATOR):
            chunk = self.chunks.setdefault(row["id"], _Chunk())
            if row["counts"]:
                chunk.answers.append(len(self.rows))
            else:
                chunk.decision = len(self.rows)
            self.rows.append(row)

    def finish(self) -> None:
        """Decide again, and tell where something else stands."""
        manifest = self.release.manifest
        if manifest is None or not self.whole:
            return
        rule, known = manifest.publish.aggregation, self._judge(manifest)
        in_conflict = 0
        for name, chunk in self.chunks.items():
            in_conflict += chunk.told is None
            place = f"spans, chunk {name}"
            if chunk.told in {None, len(chunk.answers)}:
                self._prove(chunk, list(self._golds(rule, known, name, chunk)), place)
            else:
                message = (
                    f"tells of {chunk.told} answers, {len(chunk.answers)} count in annotations"
                )
                self.findings.add("answers-differ", place, message)
        if manifest.chunks_in_conflict != in_conflict:
            message = f"chunks_in_conflict is {manifest.chunks_in_conflict}, it is {in_conflict}"
            self.findings.add("undecided-differ", MANIFEST, message)
        if not any(each.place.startswith("annotations/") for each in self.findings.errors()):
            check_agreement(self.release, self._compared(), self.findings)

    def _compared(self) -> Iterator[Answered]:
        """Give the chunks that several people answered, as they were compared at first."""
        articles = self.rows.articles
        several = [
            (articles[chunk.answers[0]], name)
            for name, chunk in self.chunks.items()
            if len(chunk.answers) > 1
        ]
        for article_id, name in sorted(several):
            rows = [self.rows[place] for place in self.chunks[name].answers]
            rows.sort(key=lambda row: str(row["annotator"]))
            length = rows[0]["end"] - rows[0]["start"]
            text = self._text(self.chunks[name])
            yield Answered(article_id, length, text, [annotation_of(row) for row in rows])

    def _prove(self, chunk: _Chunk, golds: list[Gold | None], place: str) -> None:
        if not golds:  # without the text it cannot be decided
            return
        if chunk.told is None:
            if None not in golds:
                self.findings.add("answer-missing", place, "its answers agree, and it is not there")
            return
        made = [_hashes(gold_columns(gold, None)) for gold in golds if gold is not None]
        if chunk.labels not in {labels for labels, _ in made}:
            message = "has labels that the answers in annotations do not give"
            self.findings.add("answer-unknown", place, message)
        elif (chunk.labels, chunk.support) not in made:
            message = "support or origin is not what the answers in annotations give"
            self.findings.add("support-differs", place, message)

    def _golds(self, rule: str, known: Judge, name: str, chunk: _Chunk) -> Iterator[Gold | None]:
        """Give what may stand for a chunk; of the rule `first` it is not known who was."""
        answers = [annotation_of(self.rows[place]) for place in chunk.answers]
        if chunk.decision is None and rule not in {GOLD, SINGLE} and answers:
            for answer in answers:
                yield standing(answer, answers, "first")
            return
        text = self._text(chunk)
        by_vote = rule == GOLD and chunk.decision is None and len(answers) > 1
        if text is not None or not by_vote:  # votes are on whole tokens
            yield decide(rule, known, name, answers, text or "").gold

    def _judge(self, manifest: Manifest) -> Judge:
        """Weigh the annotators again."""
        known = judge(
            self._several() if manifest.publish.aggregation == GOLD else (),
            adjudicated=_Decisions(self.rows, self.chunks),
            free=free_questions(manifest.schema_.attributes),
        )
        if manifest.weights != {who: round(one, DIGITS) for who, one in known.weights.items()}:
            message = "weights are not those that the answers in annotations give"
            self.findings.add("weights-differ", MANIFEST, message)
        return known

    def _several(self) -> Iterator[tuple[list[Annotation], str]]:
        for chunk in self.chunks.values():
            if len(chunk.answers) > 1:
                answers = [annotation_of(self.rows[place]) for place in chunk.answers]
                yield answers, self._text(chunk) or ""

    def _text(self, chunk: _Chunk) -> str | None:
        row = self.rows[chunk.answers[0]] if chunk.answers else None
        whole = self.texts.get(row["article_id"]) if row else None
        return None if row is None or whole is None else whole[row["start"] : row["end"]]


def _hashes(row: Json) -> tuple[int, int]:
    """Hash what stands, and apart from it how it was decided."""
    spans = row["spans"]
    beside = {"text", "support", "origin"}
    labels = [{key: span[key] for key in sorted(span.keys() - beside)} for span in spans]
    decided = [[span["support"], span["origin"]] for span in spans]
    return (
        _hash([labels, row["relations"], row["document"]]),
        _hash([decided, row["support"], row["origin"]]),
    )


def _hash(value: Any) -> int:
    data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest())
