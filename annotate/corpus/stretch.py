"""The most likely stretches of a body among the lines of a page (a Viterbi search)."""

from __future__ import annotations

from collections.abc import Sequence

_LEAVE = 0.8  # what it costs to leave the body, and again to come back


def best_stretches(gains: Sequence[float], losses: Sequence[float]) -> list[bool]:
    """Choose which lines are body.

    A line of the body gains `gains`, one in a gap between two parts of it loses `losses`, lines
    before and after cost nothing. Linear in the number of lines.
    """
    useful = [index for index, gain in enumerate(gains) if gain > 0]
    chosen = [False] * len(gains)
    if not useful:
        return chosen
    start, stop = useful[0], useful[-1] + 1
    body = gap = best = float("-inf")
    last = -1
    began: list[bool] = []  # the body may begin at this line
    returned: list[bool] = []  # the body comes back from a gap at this line
    left: list[bool] = []  # the gap comes from the body at this line
    for index, (gain, loss) in enumerate(zip(gains[start:stop], losses[start:stop], strict=True)):
        back, leave = gap - _LEAVE, body - _LEAVE
        left.append(leave > gap)
        gap = max(leave, gap) - loss
        returned.append(back > body)
        body = max(back, body)
        began.append(body < 0)
        body = (0.0 if body < 0 else body) + gain
        if body > best:
            best, last = body, index
    inside = True
    while last >= 0 and best > 0:
        chosen[start + last] = inside
        if inside:
            if began[last]:
                break
            inside = not returned[last]
        else:
            inside = left[last]
        last -= 1
    return chosen
