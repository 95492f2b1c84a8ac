"""What became of the spans and relations of one chunk between two releases."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from annotate.schema.controls import OTHER

Json = dict[str, Any]


class Change(NamedTuple):
    """One difference. `key` names the row; `before` and `after` are words, empty for nothing."""

    kind: str
    config: str
    split: str
    key: str
    article_id: str
    before: str = ""
    after: str = ""
    label_before: str = ""
    label_after: str = ""


class Pair(NamedTuple):
    """A span as it was and as it is; None where there is none."""

    before: Json | None
    after: Json | None


def span_changes(
    before: Json, after: Json, split: str, free: Collection[str] = ()
) -> Iterator[Change]:
    """List what differs in a row of `spans` that is in both releases.

    What was answered before to a question out of `free`, in one's own words, is not repeated: it
    may have been taken back for what it said.
    """
    pairs = paired(before["spans"], after["spans"])
    place = ("spans", split, after["id"], after["article_id"])
    text = after.get("text")
    for old, new in pairs:
        for kind in _kinds(old, new):
            words = [
                _words(span, text, kind, hidden) if span else ""
                for span, hidden in ((old, free), (new, None))
            ]
            labels = [span["label"] if span else "" for span in (old, new)]
            yield Change(kind, *place, *words, *labels)
    yield from _relation_changes(before, after, pairs, place)


def paired(before: Sequence[Json], after: Sequence[Json]) -> list[Pair]:
    """Find for each span the one it became: at its place, else of its id, else overlapping it.

    An overlap pairs two spans of one label, the nearest first.
    """
    pairs = [Pair(one, two) for one, two in zip(before, after, strict=False) if one == two]
    kept = {id(span) for pair in pairs for span in pair}
    left, right = ([span for span in side if id(span) not in kept] for side in (before, after))
    for same in (_same_span, _same_place, _same_id, _overlap_of_label):
        for old in list(left):
            candidates = [new for new in right if same(old, new)]
            if candidates:
                new = min(candidates, key=lambda item: _distance(old, item))
                pairs.append(Pair(old, new))
                left.remove(old)
                right.remove(new)
    return [*pairs, *(Pair(old, None) for old in left), *(Pair(None, new) for new in right)]


def _same_span(old: Json, new: Json) -> bool:
    return _same_place(old, new) and bool(old["label"] == new["label"])


def _same_place(old: Json, new: Json) -> bool:
    return _place(old) == _place(new)


def _same_id(old: Json, new: Json) -> bool:
    return bool(old["id"] == new["id"] and old["layer"] == new["layer"])


def _overlap_of_label(old: Json, new: Json) -> bool:
    return bool(
        old["label"] == new["label"] and old["start"] < new["end"] and new["start"] < old["end"]
    )


def _place(span: Json) -> tuple[int, int, str]:
    return span["start"], span["end"], span["layer"]


def _distance(old: Json, new: Json) -> tuple[int, int]:
    return abs(old["start"] - new["start"]) + abs(old["end"] - new["end"]), new["start"]


def _kinds(old: Json | None, new: Json | None) -> list[str]:
    if old is None:
        return ["span added"]
    if new is None:
        return ["span removed"]
    kinds = ["span relabelled"] if old["label"] != new["label"] else []
    if _place(old)[:2] != _place(new)[:2]:
        kinds.append("span moved")
    if _attributes(old) != _attributes(new):
        kinds.append("attribute changed")
    return kinds


def _attributes(span: Json) -> dict[str, str]:
    return {item["key"]: item["value"] for item in span["attributes"]}


def _words(span: Json, text: str | None, kind: str, hidden: Collection[str] | None) -> str:
    """Describe a span; its words are those of the later release's text, if that has one.

    `hidden` names the questions whose answers are not told; None for none.
    """
    place = f"[{span['start']}:{span['end']})"
    surface = f" “{text[span['start'] : span['end']]}”" if text is not None else ""
    if kind == "attribute changed":
        for key, value in sorted(_attributes(span).items()):
            own = hidden is not None and (key in hidden or is_own_words(value))
            surface += f" {key}={'…' if own else value}"
    return f"{span['label']} {place}{surface}"


def is_own_words(value: str) -> bool:
    """Whether an annotator wrote whom they mean, alone or beside ids of the schema."""
    return any(part.startswith(f"{OTHER}:") for part in value.split("+"))


def _relation_changes(
    before: Json, after: Json, pairs: Sequence[Pair], place: tuple[str, str, str, str]
) -> Iterator[Change]:
    """Compare arrows by the spans they join, whatever ids these have on each side."""
    became = {old["id"]: new["id"] for old, new in pairs if old and new}
    old = {
        (item["type"], became.get(item["head"], ""), became.get(item["tail"], "")): item
        for item in before["relations"]
    }
    new = {(item["type"], item["head"], item["tail"]): item for item in after["relations"]}
    for key in sorted(old.keys() - new.keys()):
        yield Change("relation removed", *place, before=_arrow(old[key], before))
    for key in sorted(new.keys() - old.keys()):
        yield Change("relation added", *place, after=_arrow(new[key], after))


def _arrow(relation: Json, row: Json) -> str:
    labels = {span["id"]: span["label"] for span in row["spans"]}
    head, tail = (labels.get(relation[end], "?") for end in ("head", "tail"))
    return f"{head} {relation['type']} {tail}"
