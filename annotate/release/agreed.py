"""How well annotators agree, as a release tells it: measured once, in manifest and card alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from annotate.quality.answers import Answers
from annotate.quality.words import MEANINGS, NAMES, interval, places, value, with_interval
from annotate.workspace import AgreementSettings

if TYPE_CHECKING:
    from annotate.quality.figures import Figure

Json = dict[str, Any]
DIGITS = 6
HEAD = "## Agreement\n\n"


def agreement_of(answers: Answers | None, settings: AgreementSettings) -> Json | None:
    """Measure the agreement on all chunks that several people answered; None if there are none."""
    if answers is None or not answers.given:
        return None
    from annotate.quality.agreement import overall

    measured = overall(answers, settings)
    if measured is None:
        return None
    return {
        "chunks": measured.chunks,
        "articles": measured.articles,
        "draws": settings.draws,
        "seed": settings.seed,
        "largest_disagreement": measured.largest,
        "disagreements": dict(measured.disagreements),
        "figures": [
            {"of": place} | _rounded(figure)
            for place in places(answers.schema)
            for figure in measured.figures[place]
        ],
    }


def _rounded(figure: Figure) -> Json:
    told = asdict(figure) | {
        key: None if number is None else round(number, DIGITS)
        for key, number in (("value", figure.value), ("low", figure.low), ("high", figure.high))
    }
    return dict(sorted(told.items()))


class Agreed(NamedTuple):
    """A figure of agreement before and after, each as it is told; empty where it is not there."""

    of: str
    figure: str
    before: str
    after: str


def agreement_changes(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[Agreed]:
    """List the figures that differ between two releases, in the order of the later one."""
    old, new = (
        {(told["of"], told["name"]): told for told in (found or {}).get("figures", ())}
        for found in (before, after)
    )
    changed = [key for key in {**new, **old} if old.get(key) != new.get(key)]
    return [
        Agreed(of, NAMES[name], _said(old.get((of, name))), _said(new.get((of, name))))
        for of, name in changed
    ]


def _said(told: Json | None) -> str:
    return "" if told is None else f"{with_interval(_figure(told))}, n = {told['n']:,}"


def agreement_told(found: Mapping[str, Any] | None) -> str:
    """Write the section of the card out of what the manifest says."""
    if found is None:
        return HEAD + "No chunk of this release has the answers of two people."
    kinds = ", ".join(
        f"{kind} ({MEANINGS[kind]}): {count}"
        for kind, count in sorted(
            found["disagreements"].items(), key=lambda item: (-item[1], item[0])
        )
    )
    return (
        f"{HEAD}On the chunks that several people answered: {found['chunks']}, of "
        f"{found['articles']} articles. Intervals of 95 % come from drawing articles "
        f"{found['draws']:,} times. What each figure says: docs/quality.md of `annotate`. "
        f"Disagreements: {kinds}.\n\n"
        "| of | figure | value | 95 % interval | compared |\n|---|---|---|---|---|\n"
        + "\n".join(_lines(found["figures"]))
    )


def _figure(told: Json) -> Figure:
    from annotate.quality.figures import Figure

    return Figure(**{key: told[key] for key in told if key != "of"})


def _lines(figures: list[Json]) -> Iterator[str]:
    for told in figures:
        figure = _figure(told)
        name = NAMES[figure.name].replace("|", "\\|")
        compared = f"{figure.n:,} {figure.unit}"
        yield f"| {told['of']} | {name} | {value(figure)} | {interval(figure)} | {compared} |"
