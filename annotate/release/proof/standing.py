"""What stands for a chunk is decided again, from the answers in `annotations`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import orjson

from annotate.labels.annotation import Annotation
from annotate.quality.gold import Gold, Judge, free_questions, judge, standing
from annotate.release.agreed import DIGITS
from annotate.release.proof.agreed import Answered, check_agreement
from annotate.release.proof.answers import GivenAnswers, annotation_of
from annotate.release.proof.opened import MANIFEST, Findings, Json, Manifest, Part, Release
from annotate.release.proof.texts import Texts
from annotate.release.standing import GOLD, SINGLE, decide, gold_columns


class StandingProof:
    """Takes in `annotations`, then decides on every chunk as `spans` comes to it."""

    def __init__(
        self, release: Release, texts: Texts, given: GivenAnswers, findings: Findings
    ) -> None:
        self.release, self.texts, self.given, self.findings = release, texts, given, findings
        self.whole = True  # no span lacks what it is compared by
        self._own = Findings()  # they are told only if every span is whole
        self._decided: set[str] = set()  # chunks of `spans` that a person decided on

    def look(self, part: Part, row: Json) -> None:
        """Decide again on a chunk of `spans`, and compare."""
        for span in row["spans"] if part.config in {"spans", "annotations"} else ():
            self.whole &= None not in (span["start"], span["end"], span["layer"], span["label"])
        if part.config == "spans" and self.whole and self.release.manifest is not None:
            self._chunk(row)

    def _chunk(self, row: Json) -> None:
        name = row["id"]
        place = f"spans, chunk {name}"
        for number in self.given.by_chunk.at(name):
            self._seen[number] = 1
        if name in self._judge.adjudicated:
            self._decided.add(name)
        count = len(self.given.to(name))
        if row["answers"] != count:
            message = f"tells of {row['answers']} answers, {count} count in annotations"
            self._own.add("answers-differ", place, message)
        else:
            self._prove(_spelt(row), list(self._golds(name)), place)

    @cached_property
    def _seen(self) -> bytearray:
        """Which answers are to chunks that stand in `spans`."""
        return bytearray(len(self.given.by_chunk))

    def finish(self) -> None:
        """Tell where something else stands."""
        manifest = self.release.manifest
        if manifest is None or not self.whole:
            return
        self._check_weights(manifest)
        self.findings.found += self._own.found
        in_conflict = 0
        for name in self._undecided():
            in_conflict += 1
            golds = list(self._golds(name))
            if golds and None not in golds:
                message = "its answers agree, and it is not there"
                self.findings.add("answer-missing", f"spans, chunk {name}", message)
        if manifest.chunks_in_conflict != in_conflict:
            message = f"chunks_in_conflict is {manifest.chunks_in_conflict}, it is {in_conflict}"
            self.findings.add("undecided-differ", MANIFEST, message)
        if not any(each.place.startswith("annotations/") for each in self.findings.errors()):
            check_agreement(self.release, self._compared(), self.findings)

    def _compared(self) -> Iterator[Answered]:
        """Give the chunks that several people answered, as they were compared at first."""
        several = []
        for numbers in self.given.by_chunk.groups():
            if len(numbers) > 1:
                row = self.given[numbers[0]]
                several.append((row["article_id"], row["id"]))
        for article_id, name in sorted(several):
            rows = sorted(self.given.to(name), key=lambda row: str(row["annotator"]))
            length = rows[0]["end"] - rows[0]["start"]
            answers = list(map(annotation_of, rows))
            yield Answered(article_id, length, self._text(rows), answers)

    def _undecided(self) -> Iterator[str]:
        """Name the chunks with answers or a decision that do not stand in `spans`."""
        decided = self._judge.adjudicated.keys() - self._decided
        for numbers in self.given.by_chunk.groups():
            if not self._seen[numbers[0]]:
                name = str(self.given[numbers[0]]["id"])
                decided.discard(name)
                yield name
        yield from sorted(decided)

    def _prove(self, told: tuple[bytes, bytes], golds: list[Gold | None], place: str) -> None:
        if not golds:  # without the text it cannot be decided
            return
        made = [_spelt(gold_columns(gold, None)) for gold in golds if gold is not None]
        if told[0] not in {labels for labels, _ in made}:
            message = "has labels that the answers in annotations do not give"
            self._own.add("answer-unknown", place, message)
        elif told not in made:
            message = "support or origin is not what the answers in annotations give"
            self._own.add("support-differs", place, message)

    def _golds(self, name: str) -> Iterator[Gold | None]:
        """Give what may stand for a chunk; of the rule `first` it is not known who was."""
        rows = self.given.to(name)
        answers = list(map(annotation_of, rows))
        decided = name in self._judge.adjudicated
        if not decided and self._rule not in {GOLD, SINGLE} and answers:
            for answer in answers:
                yield standing(answer, answers, "first")
            return
        text = self._text(rows)
        by_vote = self._rule == GOLD and not decided and len(answers) > 1
        if text is not None or not by_vote:  # votes are on whole tokens
            yield decide(self._rule, self._judge, name, answers, text or "").gold

    @cached_property
    def _rule(self) -> str:
        manifest = self.release.manifest
        return manifest.publish.aggregation if manifest else SINGLE

    @cached_property
    def _judge(self) -> Judge:
        """Weigh the annotators again."""
        manifest = self.release.manifest
        return judge(
            self._several() if self._rule == GOLD else (),
            adjudicated=self.given.decisions,
            free=free_questions(manifest.schema_.attributes if manifest else ()),
        )

    def _check_weights(self, manifest: Manifest) -> None:
        found = self._judge.weights
        if manifest.weights != {who: round(one, DIGITS) for who, one in found.items()}:
            message = "weights are not those that the answers in annotations give"
            self.findings.add("weights-differ", MANIFEST, message)

    def _several(self) -> Iterator[tuple[list[Annotation], str]]:
        for numbers in self.given.by_chunk.groups():
            if len(numbers) > 1:
                rows = [self.given[number] for number in numbers]
                yield list(map(annotation_of, rows)), self._text(rows) or ""

    def _text(self, rows: Sequence[Json]) -> str | None:
        """Give the text of the chunk that these answers are to."""
        whole = self.texts.get(rows[0]["article_id"]) if rows else None
        return None if whole is None else whole[rows[0]["start"] : rows[0]["end"]]


def _spelt(row: Json) -> tuple[bytes, bytes]:
    """Spell what stands, and apart from it how it was decided."""
    spans = row["spans"]
    beside = {"text", "support", "origin"}
    labels = [{key: span[key] for key in span if key not in beside} for span in spans]
    decided = [[span["support"], span["origin"]] for span in spans]
    return (
        _spelled([labels, row["relations"], row["document"]]),
        _spelled([decided, row["support"], row["origin"]]),
    )


def _spelled(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
