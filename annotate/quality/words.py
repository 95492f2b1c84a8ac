"""How figures are named and written for people, on the terminal and on the page alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from annotate.schema.model import Schema

if TYPE_CHECKING:  # to tell figures nothing need be able to compute them
    from annotate.quality.figures import Figure
    from annotate.quality.gates import Gate
    from annotate.quality.measure import Measured

NAMES = {
    "u_alpha": "uα",
    "binary_alpha": "|uα",
    "coded_alpha": "cuα",
    "k_alpha": "(k)uα",
    "coverage": "coverage",
    "f1_exact": "F1 exact",
    "f1_iou": "F1 IoU ≥ .5",
    "f1_overlap": "F1 overlap",
    "count_ratio": "span-count ratio",
    "label_alpha": "α of labels",
    "alpha": "α of answers",
    "f1": "F1",
    "masi_alpha": "α, MASI",
    "ends_f1": "F1 of ends",
    "ends_f1_aligned": "F1 of ends, both spans aligned",
    "type_alpha": "α of types",
}
MEANINGS = {
    "missed": "a span that the other did not mark",
    "boundary": "the same span with other borders",
    "label": "the same span with another label",
    "answer": "another answer about the same span",
    "relation": "another arrow between the same spans",
}


def value(figure: Figure) -> str:
    if figure.value is None:
        return f"undefined ({figure.why})"
    return f"{figure.value:.2f}"


def interval(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f"{figure.low:.2f} to {figure.high:.2f}"


def with_interval(figure: Figure) -> str:
    between = interval(figure)
    return f"{value(figure)} ({between})" if between else value(figure)


def places(schema: Schema) -> list[str]:
    """List what has figures of its own, but for single labels; the headline comes first."""
    answers = (f"answer {item.name}" for item in schema.attributes if item.type != "text")
    relations = [f"relation {kind.name}" for kind in schema.relations]
    return [
        "triples",
        *(layer.name for layer in schema.layers),
        *answers,
        *(["relations", *relations] if relations else []),
    ]


def figure_rows(measured: Measured, schema: Schema) -> Iterator[tuple[str, ...]]:
    for place in places(schema):
        for figure in measured.figures[place]:
            compared = f"{figure.n:,} {figure.unit}"
            yield place, NAMES[figure.name], value(figure), interval(figure), compared


def label_rows(measured: Measured, schema: Schema) -> Iterator[tuple[str, ...]]:
    for layer in schema.layers:
        for label in layer.labels:
            found = measured.figures[f"{layer.name}/{label.name}"]
            yield layer.name, label.name, *map(with_interval, found), f"{found[0].n:,}"


LABEL_HEAD = ("layer", "label", NAMES["k_alpha"], NAMES["f1_exact"], NAMES["f1_iou"], "spans")


def gate_row(gate: Gate) -> tuple[str, ...]:
    if gate.figure == "articles":
        return gate.stage, "articles", f"{gate.bound:g}", f"{gate.value:g}", gate.outcome
    place, _, name = gate.figure.rpartition(".")
    found = "" if gate.value is None else f"{gate.value:.3f}"
    outcome = f"{gate.outcome} ({gate.why})" if gate.why else gate.outcome
    return gate.stage, f"{place} {NAMES[name]}", f"{gate.bound:.3g}", found, outcome
