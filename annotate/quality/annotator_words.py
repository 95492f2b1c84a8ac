"""How annotators are told of, on the terminal and on the page alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from annotate.quality.acceptance import Acceptance
from annotate.quality.annotators import Annotator
from annotate.schema.model import Schema

HEAD = (
    "annotator",
    "answers",
    "seconds per 100 words",
    "much too fast",
    "much too slow",
    "control chunks",
    "F1 on them",
    "proposals kept",
    "marked unproposed",
)


def rows(found: Sequence[Annotator]) -> Iterator[tuple[str, ...]]:
    for each in found:
        kinds = [one.kind for one in each.unusual]
        f1 = each.controls.f1
        yield (
            each.name,
            f"{each.answers:,}",
            "too few times" if each.pace is None else f"{each.pace:.0f}",
            f"{kinds.count('fast'):,}",
            f"{kinds.count('slow'):,}",
            f"{each.controls.chunks:,}",
            "" if f1 is None else f"{f1:.2f}",
            _kept(each.shown),
            _kept(each.unshown),
        )


def _kept(found: Acceptance) -> str:
    if found.share is None:
        return "none"
    return f"{100 * found.share:.0f} % of {found.proposed:,}"


def week_head(schema: Schema) -> tuple[str, ...]:
    return ("annotator", "week", "spans", *(label.name for label in schema.labels))


def week_rows(found: Sequence[Annotator], schema: Schema) -> Iterator[tuple[str, ...]]:
    """Give for every person and week the share that each label has of its layer."""
    for each in found:
        for monday, counts in each.weeks.items():
            of_layer = {
                layer.name: sum(counts[label.name] for label in layer.labels)
                for layer in schema.layers
            }
            shares = (
                _share(counts[label.name], of_layer[layer.name])
                for layer in schema.layers
                for label in layer.labels
            )
            yield each.name, f"{monday}", f"{sum(counts.values()):,}", *shares


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.0f} %" if of else ""
