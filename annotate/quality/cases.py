"""Every chunk that several people answered: what the vote says of it, and where its review stands.

The vote goes by the rules of `annotate publish` with `aggregation = "gold"`, whatever the setting,
over all that was pushed: what it leaves open is for a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from annotate.labels.annotation import Annotation
from annotate.labels.decisions import Decided
from annotate.labels.pushed import LastEvent, last_events
from annotate.labels.read import ChunkOf
from annotate.labels.shelf import REVIEW, answers_on
from annotate.labels.spill import AnswerSpill
from annotate.quality.gold import Gold, Outcome, counted, free_questions, judge
from annotate.quality.ledgers import each_annotation, pushed_chunks
from annotate.schema import load_schema
from annotate.workspace import ReviewSettings, Workspace

State = Literal["decided", "in review", "taken out", "to send", "by vote", "unanimous"]


class Case(NamedTuple):
    """A chunk, the answers to it that count, and what the vote on them gives."""

    chunk_id: str
    answers: tuple[Annotation, ...]
    outcome: Outcome

    @property
    def kinds(self) -> tuple[str, ...]:
        """Name what is tied, each kind once."""
        return tuple(sorted({conflict.kind for conflict in self.outcome.conflicts}))

    def is_for_review(self, settings: ReviewSettings) -> bool:
        """Whether a person is to decide: on what is tied, or on everything that differs."""
        gold = self.outcome.gold
        return gold is None or (settings.chunks == "differing" and gold.origin != "unanimous")


class Standing(NamedTuple):
    """Where a chunk stands, and why.

    `newer` counts the answers that came after its task was sent, which whoever decides does not
    see; `party` says that who decided is one of those who answered.
    """

    chunk_id: str
    answers: int
    state: State
    why: str
    newer: int = 0
    party: bool = False


def each_case(workspace: Workspace) -> Iterator[Case]:
    """Vote on every chunk that several people answered; articles that were withdrawn are left out.

    Answers wait on disk. What was decided in review has no say here.
    """
    schema, chunk_of = load_schema(workspace.schema_file), pushed_chunks(workspace)
    answers = AnswerSpill()
    for answer in each_annotation(workspace, chunk_of):
        if answer.says_something:
            answers.append(answer)
    known = judge(_several(answers, chunk_of), free=free_questions(schema.attributes))
    for own, text in _several(answers, chunk_of):
        name = own[0].chunk_id
        yield Case(name, tuple(own), known.decide(name, own, text))


def _several(answers: AnswerSpill, chunk_of: ChunkOf) -> Iterator[tuple[list[Annotation], str]]:
    """Give the answers that count to each chunk that has several, and its text."""
    for numbers in answers.by_chunk.groups():
        own = counted(answers[number] for number in numbers) if len(numbers) > 1 else []
        chunk = chunk_of(own[0].chunk_id) if len(own) > 1 else None
        if chunk is not None:
            yield own, chunk["text"]


def standings(workspace: Workspace, decisions: Mapping[str, Decided]) -> Iterator[Standing]:
    """Say of every chunk that several people answered why it is in the review, or is not."""
    settings, tasks = workspace.settings.review, last_events(workspace)[REVIEW]
    newer = _newer(workspace, tasks)
    for case in each_case(workspace):
        task, decided = tasks.get(case.chunk_id), decisions.get(case.chunk_id)
        yield Standing(
            case.chunk_id,
            len(case.answers),
            _state(case, settings, task.event if task else None, decided=decided is not None),
            _why(case) if decided is None else decided.why,
            newer[case.chunk_id],
            decided is not None and _is_party(decided, case),
        )


def _is_party(decided: Decided, case: Case) -> bool:
    """Whether somebody decided between versions of which one is their own."""
    annotation = decided.answer.annotation
    return annotation is not None and annotation.annotator in {
        answer.annotator for answer in case.answers
    }


def _state(case: Case, settings: ReviewSettings, task: str | None, *, decided: bool) -> State:
    if decided:
        return "decided"
    if task == "present":
        return "in review"
    if case.is_for_review(settings):
        return "taken out" if task else "to send"
    gold = case.outcome.gold
    return "unanimous" if gold is not None and gold.origin == "unanimous" else "by vote"


def _why(case: Case) -> str:
    gold = case.outcome.gold
    return f"tied: {', '.join(case.kinds)}" if gold is None else _voted(gold)


def _voted(gold: Gold) -> str:
    if gold.origin == "unanimous":
        return "all say the same"
    return f"a majority decides; {gold.whole} of {gold.answers} say all of it"


def _newer(workspace: Workspace, tasks: Mapping[str, LastEvent]) -> Counter[str]:
    """Count by chunk the answers that were pulled after its task was sent.

    Both times are of this machine: the clock of the server has no part in it.
    """
    if not tasks:
        return Counter()
    return Counter(
        row["chunk_id"]
        for row in answers_on(workspace.labels / "annotations.jsonl").rows()
        if (task := tasks.get(row["chunk_id"])) is not None
        and task.event == "present"
        and row["pulled_at"] > task.at
        and not row["annotation"].get("was_cancelled")
    )
