"""One gold out of two to four answers: a weighted majority of spans.

A candidate stands if more than half of the weight of all answers is behind it. Its borders are
the weighted medians of its members' and its label is voted on by them.
"""

from __future__ import annotations

from collections.abc import Sequence

from annotate.labels.annotation import Span
from annotate.labels.tokens import snap
from annotate.quality.candidates import Ballot, Candidate, Conflict, Kept, candidates
from annotate.quality.elections import elect, equal, more_than_half, weighted_median

Places = Sequence[tuple[int, int]]


def vote_on_spans(ballots: Sequence[Ballot], places: Places) -> tuple[list[Kept], list[Conflict]]:
    """Decide which spans stand; `places` are the tokens of the text, in their order."""
    conflicts: list[Conflict] = []
    kept: list[Kept] = []
    whole = sum(ballot.weight for ballot in ballots)
    for candidate in candidates([ballot.answer for ballot in ballots]):
        stands = more_than_half(_weight(candidate, ballots), whole)
        if stands.tied:
            conflicts.append(Conflict("missed", named(candidate, ballots)))
        elif stands.value:
            found, tied = _kept(candidate, ballots, places)
            kept.append(found)
            conflicts += tied
    return _apart(kept, ballots, conflicts), conflicts


def named(candidate: Candidate | Kept, ballots: Sequence[Ballot]) -> tuple[tuple[str, str], ...]:
    """Name the spans of a candidate by annotator and id."""
    return tuple(
        (ballots[number].answer.annotator, span.id)
        for number, span in sorted(candidate.members.items())
    )


def _weight(candidate: Candidate | Kept, ballots: Sequence[Ballot]) -> float:
    return sum(ballots[number].weight for number in sorted(candidate.members))


def _kept(
    candidate: Candidate, ballots: Sequence[Ballot], places: Places
) -> tuple[Kept, list[Conflict]]:
    votes = [(span, ballots[number].weight) for number, span in sorted(candidate.members.items())]
    label = elect((span.label, weight) for span, weight in votes)
    borders = [(_snapped(span, candidate, places), weight) for span, weight in votes]
    start, end = (
        weighted_median((border[side], weight) for border, weight in borders) for side in (0, 1)
    )
    spans = named(candidate, ballots)
    conflicts = [Conflict("label", spans)] if label.tied else []
    conflicts += [Conflict("boundary", spans)] if start.tied or end.tied else []
    layer = votes[0][0].layer
    return Kept(start.value, end.value, layer, label.value, candidate.members), conflicts


def _snapped(span: Span, candidate: Candidate, places: Places) -> tuple[int, int]:
    """Bring the borders to whole tokens, unless everybody put them where they are."""
    borders = {(each.start, each.end) for each in candidate.members.values()}
    return (span.start, span.end) if len(borders) == 1 else snap(span.start, span.end, places)


def _apart(kept: list[Kept], ballots: Sequence[Ballot], conflicts: list[Conflict]) -> list[Kept]:
    """Drop the lighter of two spans of a layer that overlap, unless somebody has both so.

    Of two that weigh the same neither goes: it is a conflict.
    """
    standing = sorted(kept, key=lambda one: -_weight(one, ballots))
    found: list[Kept] = []
    for one in standing:
        heavier = [other for other in found if _clash(one, other)]
        tied = [o for o in heavier if equal(_weight(one, ballots), _weight(o, ballots))]
        if len(tied) == len(heavier):
            found.append(one)
            conflicts += [
                Conflict("boundary", named(one, ballots) + named(other, ballots)) for other in tied
            ]
    return found


def _clash(one: Kept, two: Kept) -> bool:
    """Whether two spans overlap in a way that no annotator meant."""
    if one.layer != two.layer or one.start >= two.end or two.start >= one.end:
        return False
    both = one.members.keys() & two.members.keys()
    return not any(_overlap(one.members[number], two.members[number]) for number in both)


def _overlap(one: Span, two: Span) -> bool:
    return one.start < two.end and two.start < one.end
