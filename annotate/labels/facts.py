"""One version of an answer taken apart into facts, and what differs between two versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
QUOTED = 80  # code points of the words that a sentence shows


@dataclass(frozen=True, slots=True)
class Mark:
    """A region as it was drawn. `number` tells regions apart that share an id.

    `words` are to be shown: two marks with the same borders are the same.
    """

    region: str
    start: Any
    end: Any
    labels: tuple[str, ...]
    words: str = field(compare=False)
    number: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered to a question, about a region or the chunk."""

    region: str
    question: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A relation as it was drawn; most have no name."""

    head: str
    tail: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Skip:
    """The annotator pressed Skip."""


Fact = Mark | Reply | Arrow | Skip
FactKey = tuple[Any, ...]
Facts = dict[FactKey, Fact]


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that came, went (`after` None) or became another."""

    kind: str
    sentence: str
    before: Fact | None
    after: Fact | None


def facts_of(record: Json, text: str | None) -> Facts:
    """Take one version of an answer apart; what several results say of one thing is joined."""
    found: Facts = {SKIP: Skip()} if record.get("was_cancelled") else {}
    results = record.get("result") or []
    for item in results:
        if item.get("type") == "labels":
            _add_mark(item, text, found)
    for item in results:
        value = item.get("value") or {}
        if item.get("type") == "relation":
            _add_arrow(item, found)
        elif item.get("type") != "labels":
            values = _listed(value.get(str(item.get("type")), value.get("text")))
            _add_reply(Reply(str(item.get("id")), str(item.get("from_name")), values), found)
    return found


def _add_mark(item: Json, text: str | None, found: Facts) -> None:
    value, region = item.get("value") or {}, str(item.get("id"))
    start, end, labels = value.get("start"), value.get("end"), _listed(value.get("labels"))
    number = 0
    while (key := ("mark", region, number)) in found:
        old = found[key]
        if isinstance(old, Mark) and (old.start, old.end) == (start, end):
            labels = (*old.labels, *(label for label in labels if label not in old.labels))
            break
        number += 1
    words = _words(value, text)
    found[key] = Mark(region, start, end, labels, words, number)


def _words(value: Json, text: str | None) -> str:
    start: Any = value.get("start")
    end: Any = value.get("end")
    borders = isinstance(start, int) and isinstance(end, int) and 0 <= start < end
    if text is not None and borders and end <= len(text):
        return text[start:end]
    return str(value.get("text") or "").replace("\\n", "\n")


def _add_arrow(item: Json, found: Facts) -> None:
    ends = [str(item.get("from_id")), str(item.get("to_id"))]
    if item.get("direction") == "left":
        ends.reverse()
    arrow = Arrow(ends[0], ends[1], _listed(item.get("labels")))
    found[key_of(arrow)] = arrow


def _add_reply(reply: Reply, found: Facts) -> None:
    key = key_of(reply)
    old = found.get(key)
    values = (*old.values, *reply.values) if isinstance(old, Reply) else reply.values
    if values:
        found[key] = Reply(reply.region, reply.question, values)


def _listed(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(str(one) for one in values if one is not None and str(one).strip())


def key_of(fact: Fact) -> FactKey:
    """Name what a fact is about, so that two versions of it can be compared."""
    match fact:
        case Mark():
            return "mark", fact.region, fact.number
        case Reply():
            return "reply", fact.region, fact.question
        case Arrow():
            return "arrow", fact.head, fact.tail, fact.labels
        case Skip():
            return ("skip",)


SKIP = key_of(Skip())


def diff(before: Facts, after: Facts) -> Iterator[Change]:
    """Give what differs between two versions: first what went, then what came or became."""
    for key, fact in before.items():
        if key not in after:
            yield change_of(fact, None, before, after)
    for key, fact in after.items():
        if before.get(key) != fact:
            yield change_of(before.get(key), fact, before, after)


def change_of(old: Fact | None, new: Fact | None, before: Facts, after: Facts) -> Change:
    """Tell one fact that went (`new` None), came (`old` None) or became another."""
    match new or old:
        case Mark():
            kind, sentence = _mark_sentence(old, new)
        case Reply() as reply:
            kind, sentence = _reply_sentence(old, new, _about(reply, {**before, **after}))
        case Arrow() as arrow:
            kind, sentence = _arrow_sentence(arrow, {**before, **after}, drawn=new is not None)
        case _:
            kind, sentence = ("skipped", "skipped") if new else ("skip-taken-back", "no skip now")
    return Change(kind, sentence, old, new)


def _mark_sentence(old: Fact | None, new: Fact | None) -> tuple[str, str]:
    if not isinstance(old, Mark):
        return "span-added", f"marked {_named(new)}"
    if not isinstance(new, Mark):
        return "span-removed", f"removed {_named(old)}"
    moved = (old.start, old.end) != (new.start, new.end)
    if old.labels == new.labels:
        return "span-moved", f"moved {_named(old)} to {_quoted(new)}"
    to = f" and moved it to {_quoted(new)}" if moved else ""
    labels = f"from {_joined(old.labels)} to {_joined(new.labels)}"
    return "span-relabelled", f"relabelled {_quoted(old)} {labels}{to}"


def _reply_sentence(old: Fact | None, new: Fact | None, about: str) -> tuple[str, str]:
    if not isinstance(old, Reply):
        reply = new if isinstance(new, Reply) else Reply("", "", ())
        return "reply-given", f"answered {reply.question} of {about}: {_joined(reply.values)}"
    if not isinstance(new, Reply):
        return "reply-removed", f"took back {old.question} of {about}: {_joined(old.values)}"
    values = f"from {_joined(old.values)} to {_joined(new.values)}"
    return "reply-changed", f"changed {new.question} of {about} {values}"


def _arrow_sentence(arrow: Arrow, facts: Mapping[FactKey, Fact], *, drawn: bool) -> tuple[str, str]:
    head, tail = (_named(facts.get(("mark", end, 0)), end) for end in (arrow.head, arrow.tail))
    name = f" ({_joined(arrow.labels)})" if arrow.labels else ""
    if drawn:
        return "arrow-added", f"drew an arrow{name} from {head} to {tail}"
    return "arrow-removed", f"removed the arrow{name} from {head} to {tail}"


def _about(reply: Reply, facts: Mapping[FactKey, Fact]) -> str:
    mark = facts.get(("mark", reply.region, 0))
    return _named(mark) if mark else "the chunk"


def _named(fact: Fact | None, region: str = "") -> str:
    if not isinstance(fact, Mark):
        return f"region {region}"
    return f"{_joined(fact.labels) or 'a region without label'} {_quoted(fact)}"


def _quoted(mark: Mark) -> str:
    words = " ".join(mark.words.split())
    words = words if len(words) <= QUOTED else f"{words[: QUOTED - 1]}…"
    return f"“{words}” ({mark.start}–{mark.end})"


def _joined(values: Iterable[str]) -> str:
    return ", ".join(values)
