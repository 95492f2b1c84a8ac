"""What people decided about the cleaning: written down once, followed on every run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple, get_args

from annotate.corpus.articles import Decision
from annotate.corpus.inputs import InputPlan, plan_inputs
from annotate.corpus.store import let_go
from annotate.errors import InputError
from annotate.ledger import now
from annotate.workspace import Workspace

Action = Literal["accept", "keep", "drop", "undo"]
Row = dict[str, Any]
_SHOWN = 3  # articles in a hint
Decisions = dict[str, tuple[Decision, ...]]


class Wish(NamedTuple):
    """What a person wants done about an article; `[start, end)` counts in its raw text."""

    action: Action
    article: str
    start: int = 0
    end: int = 0


def read_decisions(workspace: Workspace, more: Iterable[Row] = ()) -> Decisions:
    """Read what holds for each article, oldest first; `more` rows come behind the written ones.

    Raises `InputError` when a row was changed by hand.
    """
    found: dict[str, list[Decision]] = {}
    for number, row in enumerate((*let_go(workspace), *more), 1):
        if row.get("action") not in get_args(Action):
            continue
        try:
            _follow(row, found)
        except (KeyError, TypeError, ValueError):
            raise InputError(
                f"articles/overrides.jsonl, line {number}: not a decision about an article",
                "mend or delete that line; `annotate prepare --keep` and --drop write new ones",
            ) from None
    return {article: tuple(own) for article, own in found.items()}


def decided(workspace: Workspace, more: Iterable[Row] = ()) -> int:
    """Count the decisions ever written down; chunks let go are none."""
    return sum(row.get("action") in get_args(Action) for row in (*let_go(workspace), *more))


def _follow(row: Row, found: dict[str, list[Decision]]) -> None:
    if row["action"] == "undo":
        found.pop(row["article"], None)
        return
    decision = Decision(row["action"], row["sha256"], row.get("start", 0), row.get("end", 0))
    if not 0 <= decision.start <= decision.end:
        raise ValueError("a range ends before it starts")
    found.setdefault(row["article"], []).append(decision)


def plan_decisions(workspace: Workspace, wishes: Sequence[Wish]) -> tuple[Row, ...]:
    """Make the rows that will be written for what a person wants.

    Raises `InputError` when an article is not in the corpus, has changed since it was prepared,
    or does not reach as far as a range.
    """
    if not wishes:
        return ()
    known, inputs = read_decisions(workspace), plan_inputs(workspace)
    return tuple(_row(workspace, wish, known, inputs) for wish in wishes)


def _row(workspace: Workspace, wish: Wish, known: Decisions, inputs: InputPlan) -> Row:
    from annotate.corpus.lookup import find_article, read_again, unknown_article

    if wish.action == "undo" and wish.article in known:
        return {"action": "undo", "article": wish.article, "at": now()}
    prepared = find_article(workspace, wish.article)
    if prepared is None:
        raise unknown_article(workspace, wish.article)
    if wish.action == "undo":
        raise _nothing_to_undo(wish.article, known)
    article = prepared.article
    received = read_again(inputs, article, workspace.settings.prepare)
    row: Row = {"action": wish.action, "article": wish.article, "sha256": article.source.sha256}
    if wish.action != "accept":
        _check_range(wish, len(received.raw))
        row |= {"start": wish.start, "end": wish.end}
    return {**row, "at": now()}


def _nothing_to_undo(article: str, known: Decisions) -> InputError:
    """Say that no decision stands about an article, and about which ones some do."""
    shown = ", ".join(list(known)[-_SHOWN:])
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return InputError(
        f"there is nothing to undo: no decision stands about {article}",
        f"decisions stand about {shown}{more}" if known else "no decision stands about any article",
    )


def _check_range(wish: Wish, size: int) -> None:
    if not 0 <= wish.start < wish.end <= size:
        raise InputError(
            f"{wish.start}-{wish.end} is no range of {wish.article}, which has {size} characters",
            "`annotate prepare --explain ARTICLE` prints the ranges",
        )


def record_decisions(workspace: Workspace, rows: Sequence[Row]) -> None:
    """Write rows down, at the end of what was decided before."""
    let_go(workspace).append(rows)


def decide(workspace: Workspace, *wishes: Wish) -> None:
    """Write down what a person wants; the next run of prepare follows it. Raises `InputError`."""
    record_decisions(workspace, plan_decisions(workspace, wishes))
