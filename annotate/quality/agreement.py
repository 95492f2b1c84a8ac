"""How well the annotators of a workspace agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from annotate.errors import InputError
from annotate.quality.answers import Answers, collect, standing
from annotate.quality.figures import Figure
from annotate.quality.gates import Gate, check_gates
from annotate.quality.ledgers import each_annotation, pushed_chunks
from annotate.quality.measure import Measured, Scope, Tallies, measure, tally
from annotate.quality.overlaps import Floats, Ints
from annotate.quality.pairings import Pairings, Pairs, pair_up
from annotate.schema import load_schema
from annotate.schema.model import Schema
from annotate.workspace import AgreementSettings, Workspace

Json = dict[str, Any]


class Couple(NamedTuple):
    """Two annotators, and what they agree on."""

    one: str
    two: str
    measured: Measured


class Week(NamedTuple):
    """What was labelled by several people in one week, named by its Monday."""

    monday: date
    measured: Measured


class Profile(NamedTuple):
    """One annotator. `seconds` is the median time that an answer was open, None if unknown.

    `f1` is that of spans with everybody else (half of the union is enough), `alone` the share of
    own spans that a partner lacks, `missing` that of the partners' spans that are not here.
    """

    annotator: str
    answers: int
    shared: int
    spans: int
    seconds: float | None
    f1: float | None
    alone: float | None
    missing: float | None
    labels: dict[str, int]


@dataclass(frozen=True)
class Compared:
    """What figures are computed from; the page shows the disagreements out of it."""

    answers: Answers
    pairs: Pairs
    tallies: Tallies


@dataclass(frozen=True)
class Agreement:
    """Agreement over everything that several people labelled, by pair, week and annotator."""

    schema: Schema
    draws: int
    overall: Measured
    couples: tuple[Couple, ...]
    weeks: tuple[Week, ...]
    profiles: tuple[Profile, ...]
    gates: tuple[Gate, ...]
    compared: Compared

    def to_json(self) -> Json:
        return {
            "schema_version": self.schema.version,
            "draws": self.draws,
            **_json(self.overall),
            "gates": [gate._asdict() for gate in self.gates],
            "pairs": [
                {"annotators": [one, two], **_json(measured)} for one, two, measured in self.couples
            ],
            "weeks": [{"week": str(each.monday), **_json(each.measured)} for each in self.weeks],
            "annotators": [profile._asdict() for profile in self.profiles],
        }


def _json(measured: Measured) -> Json:
    return {
        "chunks": measured.chunks,
        "articles": measured.articles,
        "largest_disagreement": measured.largest,
        "disagreements": dict(measured.disagreements),
        "figures": {
            place: {figure.name: _without_name(figure) for figure in found}
            for place, found in measured.figures.items()
        },
    }


def _without_name(figure: Figure) -> Json:
    return {key: value for key, value in asdict(figure).items() if key != "name"}


def agreement(workspace: Workspace) -> Agreement:
    """Measure the agreement of all answers in the ledger.

    Raises `InputError` when no chunk has the answers of two people, and `ConfigError` for a gate
    whose figure there is not.
    """
    schema = load_schema(workspace.schema_file)
    chunk_of = pushed_chunks(workspace)
    answers = collect(each_annotation(workspace, chunk_of), schema, chunk_of)
    return compare(answers, workspace.settings.agreement)


def compare(answers: Answers, settings: AgreementSettings) -> Agreement:
    """Measure the agreement of answers in columns."""
    pairs = pair_up(answers)
    if not len(pairs.rows.one):
        raise InputError(
            "no chunk has the answers of two people, so there is nothing to compare",
            "`overlap_share` in annotate.toml says for how many articles there are several",
        )
    tallies = tally(answers, pairs.rows)

    def measured(pairings: Pairings, rows: Ints) -> Measured:
        return measure(answers, tallies, Scope.of(pairings, rows), settings)

    overall = measured(pairs.rows, np.arange(len(pairs.rows.one)))
    apart = pairs.rows.apart()
    couples = [
        Couple(one, two, overall if len(pairs.people) == 1 else measured(apart, rows))
        for (one, two), rows in zip(pairs.people, _each_row(apart.people), strict=True)
    ]
    weeks = _weeks_of(answers, pairs)
    by_week = [
        Week(monday, overall if len(weeks) == 1 else measured(pairs.rows, rows))
        for monday, rows in weeks
    ]
    return Agreement(
        answers.schema,
        settings.draws,
        overall,
        tuple(sorted(couples, key=lambda couple: couple[:2])),
        tuple(by_week),
        tuple(_profiles(answers, pairs, tallies)),
        check_gates(overall, settings, answers.schema),
        Compared(answers, pairs, tallies),
    )


def overall(answers: Answers, settings: AgreementSettings) -> Measured | None:
    """Measure the agreement of all pairs together; None where no chunk has two answers."""
    rows = pair_up(answers).rows
    if not len(rows.one):
        return None
    scope = Scope.of(rows, np.arange(len(rows.one)))
    return measure(answers, tally(answers, rows), scope, settings)


def _each_row(numbers: Ints) -> list[Ints]:
    """Give the rows with number 0, with number 1, and so on."""
    order = np.argsort(numbers, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1)


def _weeks_of(answers: Answers, pairs: Pairs) -> list[tuple[date, Ints]]:
    """Put a pairing into the week of the later of its answers."""
    mondays = np.array([_monday(each.updated_at) for each in answers.given])
    week = np.maximum(mondays[pairs.rows.one], mondays[pairs.rows.two])
    known, number = np.unique(week, return_inverse=True)
    return [
        (date.fromordinal(int(day)), rows)
        for day, rows in zip(known, _each_row(number), strict=True)
    ]


def _monday(moment: str) -> int:
    day = date.fromisoformat(moment[:10])
    return day.toordinal() - day.weekday()


def _profiles(answers: Answers, pairs: Pairs, tallies: Tallies) -> Iterator[Profile]:
    """Look at every annotator who labelled something that others did, too."""
    spans, near, alone = _counts(tallies, len(pairs.rows.one))
    sides = np.array(pairs.people)[pairs.rows.people].T
    labels, own = _labels_by_annotator(answers), _answers_by_annotator(answers)
    for name in sorted(set(sides.ravel().tolist())):
        mine = sides == name
        here, there = float(spans[mine].sum()), float(spans[::-1][mine].sum())
        times = (answers.given[number].lead_time for number in own[name])
        seconds = [each for each in times if each is not None]
        yield Profile(
            name,
            len(own[name]),
            len(np.unique(pairs.rows.chunk[mine.any(axis=0)])),
            sum(labels[name].values()),
            median(seconds) if seconds else None,
            2 * float(near[mine.any(axis=0)].sum()) / (here + there) if here + there else None,
            float(alone[mine].sum()) / here if here else None,
            float(alone[::-1][mine].sum()) / there if there else None,
            {label.name: labels[name][label.name] for label in answers.schema.labels},
        )


def _counts(tallies: Tallies, pairings: int) -> tuple[Floats, Floats, Floats]:
    """Count for both sides of every pairing the spans, for both together those aligned.

    The last are the spans that have no partner, by side again.
    """
    spans, near, alone = np.zeros((2, pairings)), np.zeros(pairings), np.zeros((2, pairings))
    for each in tallies.layers.values():
        spans += each.spans.sum(axis=2)
        near += each.near
        for side, rows in enumerate((each.alone.one, each.alone.two)):
            alone[side] += np.bincount(each.alone.pairing[rows >= 0], minlength=pairings)
    return spans, near, alone


def _answers_by_annotator(answers: Answers) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for people in standing(answers.given).values():
        for name, number in people.items():
            found.setdefault(name, []).append(number)
    return found


def _labels_by_annotator(answers: Answers) -> dict[str, Counter[str]]:
    names = [[label.name for label in layer.labels] for layer in answers.schema.layers]
    width = max(map(len, names))
    counts = np.zeros((len(answers.given), len(names) * width), dtype=np.int64)
    np.add.at(counts, (answers.spans[:, 0], answers.spans[:, 1] * width + answers.spans[:, 2]), 1)
    return {
        name: Counter(
            {
                label: int(counts[numbers, layer * width + place].sum())
                for layer, labels in enumerate(names)
                for place, label in enumerate(labels)
            }
        )
        for name, numbers in _answers_by_annotator(answers).items()
    }


def confusion(compared: Compared, layer: str) -> Floats:
    """Count labels of aligned spans against each other; the last row and column: not marked.

    Which of two people said what is left out, so that the table is symmetric; pairs with equal
    labels count once. A span that only touches another one is marked by both.
    """
    found = compared.tallies.layers[layer]
    label, none = compared.answers.spans[:, 2], found.labels.values
    one, two = (
        np.concatenate([rows, label[loose], np.where(alone < 0, none, label[alone])])
        for rows, loose, alone in (
            (found.labels.one, found.loose.one, found.alone.one),
            (found.labels.two, found.loose.two, found.alone.two),
        )
    )
    table = np.zeros((none + 1, none + 1))
    np.add.at(table, (one, two), 1)
    mixed = table + table.T
    np.fill_diagonal(mixed, table.diagonal())
    return mixed
