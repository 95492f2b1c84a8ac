"""From many answers to one gold, with how many are behind each span and how it was decided.

One answer stands as it is; two to four are voted on (`span_votes`), five or more are read by token
(`dawid_skene`). A tie decides nothing: a person does, and what that person says replaces the vote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, Protocol

from annotate.labels.annotation import Annotation, Attribute, Origin, Relation, Span
from annotate.labels.tokens import token_places
from annotate.quality.candidates import Ballot, Conflict, Kept, aligned
from annotate.quality.dawid_skene import Patterns, Truth, read_spans
from annotate.quality.elections import elect, more_than_half
from annotate.quality.span_votes import named, vote_on_spans
from annotate.quality.weights import Weights

BY_TOKEN = 5  # answers; from here on skills can be told from the answers to one chunk
ALIKE = 2  # answers; so few count alike, or the better annotator would always win

OTHER = "text"  # what an annotator writes where a label asks for more

Decided = Literal["unanimous", "majority", "adjudicated", "single", "first"]


@dataclass(frozen=True)
class Gold:
    """What stands for a chunk.

    `support` says by span id how many of `answers` have that span with that label, `whole` how
    many say all that stands. `origin` is of the chunk, `origins` by span.
    """

    annotation: Annotation
    answers: int
    support: Mapping[str, int]
    whole: int
    origin: Decided
    origins: Mapping[str, Decided]


class Outcome(NamedTuple):
    """The decision about a chunk, None while there is none; conflicts say why."""

    gold: Gold | None
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True)
class Judge:
    """What is known of the annotators from all their answers; decides chunk by chunk.

    `free` names the questions that are answered in one's own words: those are not voted on.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    truths: Mapping[str, Truth] = field(default_factory=dict)
    adjudicated: Mapping[str, Annotation] = field(default_factory=dict)
    free: frozenset[str] = frozenset()

    def decide(self, chunk_id: str, answers: Sequence[Annotation], text: str) -> Outcome:
        """Decide on the answers that count: one of each annotator (`counted`)."""
        decision = self.adjudicated.get(chunk_id)
        if decision is not None:
            return Outcome(standing(decision, answers, "adjudicated"))
        if len(answers) <= 1:
            return Outcome(standing(answers[0], answers, "single") if answers else None)
        return self._vote(self._ballots(answers), text)

    def _ballots(self, answers: Sequence[Annotation]) -> list[Ballot]:
        ordered = sorted(answers, key=lambda answer: answer.annotator)
        alike = len(ordered) <= ALIKE
        return [
            Ballot(each, 1.0 if alike else self.weights.get(each.annotator, 1.0))
            for each in ordered
        ]

    def _vote(self, ballots: Sequence[Ballot], text: str) -> Outcome:
        places = token_places(text)
        if len(ballots) >= BY_TOKEN:
            kept, conflicts = read_spans(ballots, places, self.truths)
        else:
            kept, conflicts = vote_on_spans(ballots, places)
        voted = _Voted(ballots, _numbered(kept), self.free, conflicts)
        annotation = voted.annotation()
        if conflicts:
            return Outcome(None, tuple(conflicts))
        return Outcome(standing(annotation, [ballot.answer for ballot in ballots], "majority"))


class Question(Protocol):
    """A question about a span."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...


def free_questions(questions: Iterable[Question]) -> frozenset[str]:
    """Name the questions that are answered in one's own words."""
    return frozenset(one.name for one in questions if one.type == "text") | {OTHER}


def counted(answers: Iterable[Annotation]) -> list[Annotation]:
    """Give the answers to one chunk that say something, and of each annotator the last."""
    last: dict[str, Annotation] = {}
    for answer in sorted(answers, key=lambda each: (each.updated_at, each.annotation_id)):
        if answer.says_something:
            last[answer.annotator] = answer
    return [last[name] for name in sorted(last)]


def judge(
    chunks: Iterable[tuple[Sequence[Annotation], str]],
    *,
    adjudicated: Mapping[str, Annotation] | None = None,
    free: frozenset[str] = frozenset(),
) -> Judge:
    """Learn from all chunks with several answers that count, each with its text.

    Known answers to control chunks have no say: a release could not prove the weights without
    giving them away.
    """
    weights, patterns = Weights(), Patterns()
    for answers, text in chunks:
        weights.add(answers)
        if len(answers) >= BY_TOKEN:
            patterns.add(answers, token_places(text))
    return Judge(weights.done(), patterns.truths(), adjudicated or {}, free)


def standing(stands: Annotation, answers: Sequence[Annotation], rule: Decided) -> Gold:
    """Count who says what stands."""
    if len(answers) == 1 and answers[0] is stands:
        names = [span.id for span in stands.spans]
        return Gold(stands, 1, dict.fromkeys(names, 1), 1, "single", dict.fromkeys(names, "single"))
    support = dict.fromkeys((span.id for span in stands.spans), 0)
    for answer in answers:
        for mine, theirs in aligned(stands.spans, answer.spans):
            support[mine.id] += mine.label == theirs.label
    whole = sum(_content(answer) == _content(stands) for answer in answers)
    origins = {name: _origin(rule, behind, len(answers)) for name, behind in support.items()}
    origin = _origin(rule, whole, len(answers))
    return Gold(stands, len(answers), support, whole, origin, origins)


def _origin(rule: Decided, behind: int, answers: int) -> Decided:
    if rule == "adjudicated":
        return rule
    if answers == 1:
        return "single"
    return "unanimous" if behind == answers else rule


def _content(answer: Annotation) -> tuple[frozenset[object], ...]:
    """Give what an answer says, whatever it calls its spans."""
    places = {span.id: (span.layer, span.start, span.end, span.label) for span in answer.spans}
    return (
        frozenset(
            (places[span.id], frozenset((item.name, item.value) for item in span.attributes))
            for span in answer.spans
        ),
        frozenset(
            (one.type, places.get(one.head), places.get(one.tail)) for one in answer.relations
        ),
        frozenset(answer.document),
    )


def _numbered(kept: Iterable[Kept]) -> dict[str, Kept]:
    """Name spans after one of those behind them, in the order of the text; no name stands twice."""
    found: dict[str, Kept] = {}
    for one in sorted(kept, key=lambda each: (each.start, -each.end, each.layer, each.label)):
        names = sorted(span.id for span in one.members.values())
        free = [name for name in names if name not in found]
        number = 2
        while not free:
            free = [name] if (name := f"{names[0]}-{number}") not in found else []
            number += 1
        found[free[0]] = one
    return found


@dataclass(frozen=True)
class _Voted:
    """The spans that stand, by id, while the rest is voted on; ties are added to `conflicts`."""

    ballots: Sequence[Ballot]
    kept: Mapping[str, Kept]
    free: frozenset[str]
    conflicts: list[Conflict]

    def annotation(self) -> Annotation:
        spans = tuple(self._span(name, one) for name, one in self.kept.items())
        first = self.ballots[0].answer
        return replace(
            first,
            annotator="",
            spans=spans,
            relations=tuple(self._relations()),
            document=tuple(self._document()),
            missing=(),
        )

    def _span(self, name: str, one: Kept) -> Span:
        behind = {number: span for number, span in one.members.items() if span.label == one.label}
        names = sorted({item.name for span in behind.values() for item in span.attributes})
        found = (self._attribute(each, one, behind) for each in names)
        attributes = tuple(item for item in found if item is not None)
        origin = _of_people(span.origin for span in behind.values())
        return Span(name, one.start, one.end, one.layer, one.label, attributes, origin)

    def _attribute(self, name: str, one: Kept, behind: Mapping[int, Span]) -> Attribute | None:
        """Vote on an answer about a span; having none is a vote, too."""
        numbers = sorted(behind)
        given = [
            next((item for item in behind[number].attributes if item.name == name), None)
            for number in numbers
        ]
        votes = [
            (item.value if item else None, self.ballots[number].weight)
            for number, item in zip(numbers, given, strict=True)
        ]
        if name in self.free:
            votes = [vote for vote in votes if vote[0] is not None]
        chosen = elect(votes)
        if chosen.tied and name not in self.free:
            self.conflicts.append(Conflict("answer", named(one, self.ballots)))
        if chosen.value is None:
            return None
        same = (item.origin for item in given if item and item.value == chosen.value)
        return Attribute(name, chosen.value, _of_people(same))

    def _relations(self) -> Iterator[Relation]:
        """Vote on every arrow among those who have both its ends."""
        of = {
            (number, span.id): name
            for name, one in self.kept.items()
            for number, span in one.members.items()
        }
        drawn: dict[tuple[str, str, str], dict[int, Origin]] = {}
        for number, ballot in enumerate(self.ballots):
            for each in ballot.answer.relations:
                ends = of.get((number, each.head)), of.get((number, each.tail))
                if ends[0] and ends[1] and ends[0] != ends[1]:
                    behind = drawn.setdefault((each.type, ends[0], ends[1]), {})
                    behind[number] = each.origin
        for (kind, head, tail), behind in sorted(drawn.items()):
            if self._stands(head, tail, behind):
                yield Relation(kind, head, tail, _of_people(behind.values()))

    def _stands(self, head: str, tail: str, behind: Mapping[int, Origin]) -> bool:
        ends = self.kept[head], self.kept[tail]
        asked = sorted(ends[0].members.keys() & ends[1].members.keys())
        weights = {number: self.ballots[number].weight for number in asked}
        for_it = sum(weights[number] for number in asked if number in behind)
        found = more_than_half(for_it, sum(weights.values()))
        if found.tied:
            spans = named(ends[0], self.ballots) + named(ends[1], self.ballots)
            self.conflicts.append(Conflict("relation", spans))
        return found.value

    def _document(self) -> Iterator[tuple[str, str]]:
        """Vote on the answers about the whole chunk."""
        given = [dict(ballot.answer.document) for ballot in self.ballots]
        for name in sorted({name for answers in given for name in answers}):
            votes = [
                (answers.get(name), ballot.weight)
                for answers, ballot in zip(given, self.ballots, strict=True)
            ]
            chosen = elect(votes)
            if chosen.tied and name not in self.free:
                self.conflicts.append(Conflict("answer", ()))
            if chosen.value is not None:
                yield name, chosen.value


def _of_people(origins: Iterable[Origin]) -> Origin:
    """Say where something is from that several have: from a person, if it is from any."""
    found = sorted(set(origins))
    return "human" if "human" in found else found[0]
