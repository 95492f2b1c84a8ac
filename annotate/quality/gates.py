"""What agreement must reach, and whether it does."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from annotate.errors import ConfigError
from annotate.quality.measure import Measured
from annotate.schema.model import Schema
from annotate.workspace import AgreementSettings

Outcome = Literal["passed", "not passed", "undefined"]


class Gate(NamedTuple):
    """A bound for one figure. `value` is None where the figure is undefined; `why` tells why."""

    stage: str
    figure: str
    bound: float
    value: float | None
    outcome: Outcome
    why: str = ""


def check_gates(
    measured: Measured, settings: AgreementSettings, schema: Schema
) -> tuple[Gate, ...]:
    """Compare with every bound; raises `ConfigError` for one that no figure has.

    A bound that stands in no annotate.toml is left out where the schema has no such layer.
    """
    layers = {layer.name for layer in schema.layers}
    gates: list[Gate] = []
    problems: list[str] = []
    for stage in ("pilot", "production"):
        bounds: Mapping[str, float] = getattr(settings, stage)
        usable = {
            name: bound
            for name, bound in bounds.items()
            if stage in settings.model_fields_set or name.partition(".")[0] in layers | {"triples"}
        }
        problems += _unknown(stage, usable, measured)
        gates.append(_enough(stage, measured.articles, settings.fewest_articles))
        gates += [] if problems else [_gate(stage, *item, measured) for item in usable.items()]
    if problems:
        raise ConfigError(
            f"annotate.toml bounds {len(problems)} figures that there are not",
            "`annotate agreement --json` lists all of them",
            tuple(problems),
        )
    return tuple(gates)


def _enough(stage: str, articles: int, fewest: int) -> Gate:
    outcome: Outcome = "passed" if articles >= fewest else "not passed"
    return Gate(stage, "articles", fewest, articles, outcome)


def _gate(stage: str, name: str, bound: float, measured: Measured) -> Gate:
    place, _, what = name.rpartition(".")
    figure = measured.figure(place, what)
    if figure.value is None:
        return Gate(stage, name, bound, None, "undefined", figure.why)
    outcome: Outcome = "passed" if figure.value >= bound else "not passed"
    return Gate(stage, name, bound, figure.value, outcome)


def _unknown(stage: str, bounds: Mapping[str, float], measured: Measured) -> Iterator[str]:
    known = {
        f"{place}.{figure.name}" for place, found in measured.figures.items() for figure in found
    }
    for name in bounds:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            yield f"agreement.{stage}: {name}" + (f"; did you mean {near[0]}?" if near else "")
