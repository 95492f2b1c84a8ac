"""What people decided about the cleaning: written down once, followed on every run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple, get_args

from annotate.corpus.articles import Article, Decision
from annotate.corpus.inputs import InputPlan, plan_inputs
from annotate.corpus.numbered import Decided, Numbers
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


def read_decisions(workspace: Workspace, inputs: InputPlan, more: Iterable[Row] = ()) -> Decisions:
    """Read what holds for each article, oldest first; `more` rows come behind the written ones.

    Articles are named as they are today: a record without an id may have another number.
    Raises `InputError` when a row was changed by hand.
    """
    standing = _standing(workspace, more)
    numbers = Numbers(standing, inputs.inputs, workspace.settings.prepare)
    return _by_article((numbers.name(*each), each[1]) for each in standing)


def _by_article(standing: Iterable[Decided]) -> Decisions:
    found: dict[str, list[Decision]] = {}
    for article, decision in standing:
        found.setdefault(article, []).append(decision)
    return {article: tuple(own) for article, own in found.items()}


def _standing(workspace: Workspace, more: Iterable[Row] = ()) -> list[Decided]:
    """Read what was decided and not undone, oldest first."""
    standing: dict[str, list[tuple[int, Decision]]] = {}
    for number, row in enumerate((*let_go(workspace), *more), 1):
        if row.get("action") not in get_args(Action):
            continue
        try:
            _follow(row, number, standing)
        except (KeyError, TypeError, ValueError):
            raise InputError(
                f"articles/overrides.jsonl, line {number}: not a decision about an article",
                "mend or delete that line; `annotate prepare --keep` and --drop write new ones",
            ) from None
    found = sorted((at, name, each) for name, own in standing.items() for at, each in own)
    return [(name, each) for _, name, each in found]


def decided(workspace: Workspace, more: Iterable[Row] = ()) -> int:
    """Count the decisions ever written down; chunks let go are none."""
    return sum(row.get("action") in get_args(Action) for row in (*let_go(workspace), *more))


def _follow(row: Row, number: int, standing: dict[str, list[tuple[int, Decision]]]) -> None:
    """Add a decision, or take back those about an article, or about one text of it."""
    own = standing.setdefault(row["article"], [])
    if row["action"] == "undo":
        sha256 = row.get("sha256")
        own[:] = [each for each in own if sha256 not in {None, each[1].sha256}]
        return
    decision = Decision(row["action"], row["sha256"], row.get("start", 0), row.get("end", 0))
    if not 0 <= decision.start <= decision.end:
        raise ValueError("a range ends before it starts")
    own.append((number, decision))


def plan_decisions(workspace: Workspace, wishes: Sequence[Wish]) -> tuple[Row, ...]:
    """Make the rows that will be written for what a person wants.

    Raises `InputError` when an article is not in the corpus, has changed since it was prepared,
    or does not reach as far as a range.
    """
    if not wishes:
        return ()
    inputs, standing = plan_inputs(workspace), _standing(workspace)
    numbers = Numbers(standing, inputs.inputs, workspace.settings.prepare)
    named = [(numbers.name(*each), *each) for each in standing]
    return tuple(row for wish in wishes for row in _rows(workspace, wish, inputs, named))


def _rows(
    workspace: Workspace, wish: Wish, inputs: InputPlan, named: Sequence[tuple[str, str, Decision]]
) -> Iterator[Row]:
    """Make the rows for a wish; `named` has every decision by the name of today, and of then."""
    from annotate.corpus.lookup import find_article, unknown_article

    if wish.action == "undo" and (undone := tuple(_undone(wish.article, named))):
        yield from undone
        return
    prepared = find_article(workspace, wish.article)
    if prepared is None:
        raise unknown_article(workspace, wish.article)
    if wish.action == "undo":
        raise _nothing_to_undo(wish.article, _by_article((today, each) for today, _, each in named))
    yield _row(workspace, wish, prepared.article, inputs)


def _undone(article: str, named: Sequence[tuple[str, str, Decision]]) -> Iterator[Row]:
    """Take back what was decided about an article under each name it had.

    Where another article was decided about under that name, too, only one text is meant.
    """
    others = {then for today, then, _ in named if today != article}
    about = ((then, each) for today, then, each in named if today == article)
    for name, sha256 in dict.fromkeys(
        (name, each.sha256 if name in others else None) for name, each in about
    ):
        text = {"sha256": sha256} if sha256 else {}
        yield {"action": "undo", "article": name, **text, "at": now()}


def _row(workspace: Workspace, wish: Wish, article: Article, inputs: InputPlan) -> Row:
    from annotate.corpus.lookup import read_again

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
