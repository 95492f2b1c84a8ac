"""Each annotator alone: pace, labels by week, control chunks, and what proposals do.

Names are the ledger's pseudonyms. The time that an answer was open is no effort, so a person is
compared with nobody but themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, log
from statistics import median
from typing import Any, Literal, NamedTuple

from annotate.labels.annotation import Annotation
from annotate.labels.pseudonyms import UNKNOWN
from annotate.labels.read import ChunkOf
from annotate.quality.acceptance import Acceptance, Proposed
from annotate.quality.controls import Controls, Score, read_controls, score
from annotate.quality.ledgers import adjudicated, each_annotation, pushed_chunks
from annotate.schema import load_schema
from annotate.workspace import Workspace

Json = dict[str, Any]
FAST, SLOW = 1 / 3, 5.0  # times the own median
FEW = 0.5  # times the own median of spans per 100 words
FEWEST_TIMED = 5  # answers with a time, for a median to mean something
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is kept of one answer. `density` is spans per 100 words."""

    annotator: str
    chunk_id: str
    project_id: int
    task_id: int
    moment: tuple[str, int]
    words: int
    seconds: float | None
    labels: Counter[str]
    control: Score | None
    proposed: tuple[bool, Acceptance] | None

    @property
    def pace(self) -> float | None:
        """Seconds per 100 words; None where no time is known."""
        return self.seconds * _HUNDRED / self.words if self.seconds and self.words else None

    @property
    def density(self) -> float:
        return self.labels.total() * _HUNDRED / self.words if self.words else 0.0


class Unusual(NamedTuple):
    """An answer far off the own pace; `times` is how many times the own median it took."""

    kind: Literal["fast", "slow"]
    chunk_id: str
    project_id: int
    task_id: int
    times: float
    spans: int


@dataclass(frozen=True)
class Annotator:
    """One person. `pace` is the median of seconds per 100 words, None for too few times.

    `weeks` counts labels by the Monday of a week. `shown` and `unshown` tell what became of
    regions that rules propose, where the task began with them and where it did not.
    """

    name: str
    answers: int
    timed: int
    pace: float | None
    unusual: tuple[Unusual, ...]
    weeks: dict[date, dict[str, int]]
    controls: Score
    shown: Acceptance
    unshown: Acceptance

    def to_json(self) -> Json:
        return {
            "annotator": self.name,
            "answers": self.answers,
            "timed": self.timed,
            "seconds_per_100_words": self.pace,
            "unusual": [each._asdict() for each in self.unusual],
            "weeks": {str(monday): counts for monday, counts in self.weeks.items()},
            "controls": {**self.controls._asdict(), "f1": self.controls.f1},
            "proposals": {
                name: {**each._asdict(), "share": each.share}
                for name, each in (("shown", self.shown), ("not_shown", self.unshown))
            },
        }


def annotators(workspace: Workspace) -> list[Annotator]:
    """Look at every annotator by the answers in the ledger, in order of their pseudonyms.

    Raises `InputError` for control chunks that cannot be used.
    """
    schema, chunk_of = load_schema(workspace.schema_file), pushed_chunks(workspace)
    controls = read_controls(workspace, schema, chunk_of, adjudicated(workspace))
    proposed = Proposed(workspace, schema, chunk_of)
    sheets = _standing(_sheets(each_annotation(workspace, chunk_of), chunk_of, controls, proposed))
    by_name: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        by_name.setdefault(sheet.annotator, []).append(sheet)
    names = [label.name for label in schema.labels]
    return [_annotator(name, by_name[name], names) for name in sorted(by_name)]


def _sheets(
    answers: Iterable[Annotation], chunk_of: ChunkOf, controls: Controls, proposed: Proposed
) -> Iterator[Sheet]:
    for answer in answers:
        chunk = chunk_of(answer.chunk_id)
        if chunk is None or not answer.says_something or answer.annotator == UNKNOWN:
            continue
        known = controls.get(answer.chunk_id)
        yield Sheet(
            answer.annotator,
            answer.chunk_id,
            answer.project_id,
            answer.task_id,
            (answer.updated_at, answer.annotation_id),
            len(chunk["text"].split()),
            answer.lead_time,
            Counter(span.label for span in answer.spans),
            None if known is None else score(known, answer.spans),
            proposed.measure(answer),
        )


def _standing(sheets: Iterable[Sheet]) -> Iterable[Sheet]:
    """Keep the last of several answers of one person to a chunk."""
    last: dict[tuple[str, str], Sheet] = {}
    for sheet in sheets:
        key = (sheet.annotator, sheet.chunk_id)
        if key not in last or last[key].moment < sheet.moment:
            last[key] = sheet
    return last.values()


def _annotator(name: str, sheets: Sequence[Sheet], labels: Sequence[str]) -> Annotator:
    paces = [sheet.pace for sheet in sheets if sheet.pace]
    middle = exp(median(map(log, paces))) if len(paces) >= FEWEST_TIMED else None
    measured = [sheet.proposed for sheet in sheets if sheet.proposed]
    return Annotator(
        name,
        len(sheets),
        len(paces),
        middle,
        tuple(unusual(sheets, middle)) if middle else (),
        dict(_weeks(sheets, labels)),
        sum((sheet.control for sheet in sheets if sheet.control), start=Score()),
        sum((each for shown, each in measured if shown), start=Acceptance()),
        sum((each for shown, each in measured if not shown), start=Acceptance()),
    )


def unusual(sheets: Sequence[Sheet], middle: float) -> Iterator[Unusual]:
    """Find answers much faster than the own pace that mark little, and those much slower."""
    density = median(sheet.density for sheet in sheets)
    for sheet in sorted(sheets, key=lambda each: each.moment):
        times = sheet.pace / middle if sheet.pace else 1.0
        place = (sheet.chunk_id, sheet.project_id, sheet.task_id)
        if times < FAST and sheet.density < FEW * density:
            yield Unusual("fast", *place, times, sheet.labels.total())
        elif times > SLOW:
            yield Unusual("slow", *place, times, sheet.labels.total())


def _weeks(sheets: Sequence[Sheet], labels: Sequence[str]) -> Iterator[tuple[date, dict[str, int]]]:
    counts: dict[date, Counter[str]] = {}
    for sheet in sheets:
        day = date.fromisoformat(sheet.moment[0][:10])
        counts.setdefault(day - timedelta(day.weekday()), Counter()).update(sheet.labels)
    for monday in sorted(counts):
        yield monday, {label: counts[monday][label] for label in labels}
