"""All figures of some pairings: what two people, or all of them, agree on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from annotate.quality import unitizing
from annotate.quality.answers import Answers
from annotate.quality.figures import (
    Figure,
    Sums,
    alpha_of,
    compute,
    draw,
    f1_of,
    nominal_of,
    share_of,
)
from annotate.quality.overlaps import Floats, Ints
from annotate.quality.pairings import Pairings
from annotate.quality.positions import compare_sets, masi_alpha
from annotate.quality.tallies import (
    LayerTally,
    LinkTally,
    ValueTally,
    joined,
    tally_attribute,
    tally_layer,
    tally_links,
)
from annotate.workspace import AgreementSettings

KINDS = ("missed", "boundary", "label", "answer", "relation")


@dataclass(frozen=True)
class Tallies:
    """Everything that is counted once for all pairings, by layer and attribute."""

    layers: Mapping[str, LayerTally]
    attributes: Mapping[str, ValueTally]
    links: LinkTally


@dataclass(frozen=True)
class Measured:
    """The figures of some pairings, by where they belong: a layer, `layer/label`, and so on.

    `disagreements` counts by kind; `chunks` and `articles` are those that several people labelled.
    """

    chunks: int
    articles: int
    figures: Mapping[str, tuple[Figure, ...]]
    disagreements: Mapping[str, int]

    def figure(self, place: str, name: str) -> Figure:
        return next(each for each in self.figures[place] if each.name == name)

    @property
    def largest(self) -> str | None:
        """Name the kind of disagreement that is most frequent."""
        most = max(self.disagreements, key=lambda kind: self.disagreements[kind])
        return most if self.disagreements[most] else None


def tally(answers: Answers, pairings: Pairings) -> Tallies:
    layers = {
        layer.name: tally_layer(answers, pairings, number)
        for number, layer in enumerate(answers.schema.layers)
    }
    aligned = joined(each.aligned for each in layers.values())
    names = [item.name for item in answers.schema.attributes if item.type != "text"]
    attributes = {
        name: tally_attribute(answers, aligned, number) for number, name in enumerate(names)
    }
    return Tallies(layers, attributes, tally_links(answers, pairings, aligned))


@dataclass(frozen=True)
class Scope:
    """Some of the pairings. `rows` are theirs among all; articles are numbered anew."""

    rows: Ints
    pairings: Pairings
    articles: int
    gather: csr_array
    of_all: int

    @classmethod
    def of(cls, pairings: Pairings, rows: Ints) -> Scope:
        some = pairings.take(rows)
        articles, article = np.unique(some.article, return_inverse=True)
        group = np.unique(some.group, return_inverse=True)[1]
        some = some._replace(article=article, group=group)
        gather = csr_array(
            (np.ones(len(rows)), (article, np.arange(len(rows)))), shape=(len(articles), len(rows))
        )
        return cls(rows, some, len(articles), gather, len(pairings.one))

    def columns(self, *counts: Floats) -> Floats:
        """Add up by article what is counted for all pairings."""
        table = np.column_stack([count[self.rows] for count in counts])
        return np.asarray(self.gather @ table)


def measure(
    answers: Answers, tallies: Tallies, scope: Scope, settings: AgreementSettings
) -> Measured:
    """Compute every figure, with an interval of as many draws of articles as are set."""
    drawn = draw(scope.articles, settings.draws, settings.seed)
    placed = [
        (place, each) for place, found in _all_sums(answers, tallies, scope) for each in found
    ]
    figures: dict[str, list[Figure]] = {}
    for (place, _), figure in zip(
        placed, compute([each for _, each in placed], drawn), strict=True
    ):
        figures.setdefault(place, []).append(figure)
    figures["triples"].append(masi_alpha(answers, scope.pairings, drawn))
    return Measured(
        len(np.unique(scope.pairings.chunk)),
        scope.articles,
        {place: tuple(found) for place, found in figures.items()},
        disagreements(tallies, scope),
    )


def _all_sums(
    answers: Answers, tallies: Tallies, scope: Scope
) -> Iterator[tuple[str, Iterable[Sums]]]:
    yield "triples", [_triple_sums(answers, scope)]
    for layer in answers.schema.layers:
        found = tallies.layers[layer.name]
        yield layer.name, _layer_sums(found, scope)
        labels = [label.name for label in layer.labels]
        for number, label in enumerate(labels):
            yield f"{layer.name}/{label}", _label_sums(found, scope, number)
    for name, values in tallies.attributes.items():
        yield f"answer {name}", [_nominal("alpha", "pairs of answers", values, scope)]
    yield "relations", _link_sums(tallies.links, scope)
    for number, kind in enumerate(answers.schema.relations):
        given = tallies.links.given[:, :, number].sum(axis=0)
        columns = scope.columns(tallies.links.whole[:, number], given, given)
        yield f"relation {kind.name}", [Sums("f1", "relations", columns, f1_of)]


def _triple_sums(answers: Answers, scope: Scope) -> Sums:
    """F1 of the triples of an article: the headline, for it is what a dataset is read for."""
    found = compare_sets(answers, scope.pairings, whole=True)
    both = found.one + found.two
    table = np.column_stack([found.common, both, both])
    rows = np.arange(len(both))
    gather = csr_array(
        (np.ones(len(both)), (found.article, rows)), shape=(scope.articles, len(both))
    )
    return Sums("f1", "triples", np.asarray(gather @ table), f1_of)


def _layer_sums(found: LayerTally, scope: Scope) -> Iterator[Sums]:
    coincidences = found.coincidences.take(scope.rows)
    groups = int(scope.pairings.group.max(initial=-1)) + 1
    whole = coincidences.summed(scope.pairings.group, groups, scope.pairings.weight)
    article = np.zeros(groups, dtype=np.int64)
    article[scope.pairings.group] = scope.pairings.article
    spans = found.spans.sum(axis=(0, 2))
    units = _units(spans, scope)
    for name, of in (
        ("u_alpha", unitizing.all_labels),
        ("binary_alpha", unitizing.units_or_gaps),
        ("coded_alpha", unitizing.shared_units),
    ):
        yield Sums(name, "spans", _by_article(of(whole), article, units), alpha_of)
    share = unitizing.Disagreement(whole.valued.sum(axis=1), whole.length)
    yield Sums("coverage", "spans", _by_article(share, article, units), share_of)
    yield _f1("f1_exact", found.exact.sum(axis=1), spans, scope)
    yield _f1("f1_iou", found.near, spans, scope)
    yield _f1("f1_overlap", found.touching, spans, scope)
    yield _count_ratio(found.spans.sum(axis=2), scope)
    yield _nominal("label_alpha", "aligned pairs", found.labels, scope)


def _label_sums(found: LayerTally, scope: Scope, label: int) -> Iterator[Sums]:
    coincidences = found.coincidences.take(scope.rows)
    groups = int(scope.pairings.group.max(initial=-1)) + 1
    whole = coincidences.summed(scope.pairings.group, groups, scope.pairings.weight)
    article = np.zeros(groups, dtype=np.int64)
    article[scope.pairings.group] = scope.pairings.article
    spans = found.spans[:, :, label].sum(axis=0)
    single = unitizing.single_label(whole)
    one = unitizing.Disagreement(single.observed[:, label], single.expected[:, label])
    yield Sums("k_alpha", "spans", _by_article(one, article, _units(spans, scope)), alpha_of)
    yield _f1("f1_exact", found.exact[:, label], spans, scope)
    yield _f1("f1_iou", found.alike[:, label], spans, scope)


def _units(spans: Floats, scope: Scope) -> Floats:
    """Count spans by article, each once however many people labelled with its annotator."""
    weighted = spans[scope.rows] * scope.pairings.weight
    return np.asarray(scope.gather @ weighted)


def _by_article(of: unitizing.Disagreement, article: Ints, units: Floats) -> Floats:
    sums = [np.bincount(article, part, minlength=len(units)) for part in of]
    return np.column_stack([*sums, units])


def _f1(name: str, common: Floats, spans: Floats, scope: Scope) -> Sums:
    return Sums(name, "spans", scope.columns(common, spans, spans), f1_of)


def _count_ratio(spans: Floats, scope: Scope) -> Sums:
    """Divide the count of whoever marks less by that of whoever marks more, over all."""
    one, two = spans[0, scope.rows], spans[1, scope.rows]
    people = scope.pairings.people
    fewer = np.bincount(people, one - two)[people] > 0
    table = np.column_stack([np.where(fewer, two, one), np.where(fewer, one, two), one + two])
    return Sums("count_ratio", "spans", np.asarray(scope.gather @ table), share_of)


def _nominal(name: str, unit: str, values: ValueTally, scope: Scope) -> Sums:
    """Sum values by article; a value counts once for each side."""
    place = np.full(scope.of_all, -1)
    place[scope.rows] = scope.pairings.article
    article = place[values.pairing]
    kept = article >= 0
    article, one, two = article[kept], values.one[kept], values.two[kept]
    last = np.full(len(one), values.values + 1)
    cells = (
        (article, np.where(one == two, 0, last + 1)),  # the column behind the last is cut off
        (article, one + 1),
        (article, two + 1),
        (article, last),
    )
    rows, columns = (np.concatenate(part) for part in zip(*cells, strict=True))
    shape = (scope.articles, values.values + 3)
    table = csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
    return Sums(name, unit, csr_array(table[:, :-1]), nominal_of)


def _link_sums(links: LinkTally, scope: Scope) -> Iterator[Sums]:
    given, reachable = links.joined.sum(axis=0), links.reachable.sum(axis=0)
    yield Sums("ends_f1", "arrows", scope.columns(links.ends, given, given), f1_of)
    columns = scope.columns(links.ends, reachable, reachable)
    yield Sums("ends_f1_aligned", "arrows between aligned spans", columns, f1_of)
    yield _nominal("type_alpha", "arrows with both ends in common", links.types, scope)


def disagreements(tallies: Tallies, scope: Scope) -> dict[str, int]:
    """Count what two people do not have in common, by kind, over all layers."""
    inside = np.zeros(scope.of_all, dtype=bool)
    inside[scope.rows] = True
    layers = tallies.layers.values()
    counts = {
        "missed": sum(inside[each.alone.pairing].sum() for each in layers),
        "boundary": sum(each.shifted[scope.rows].sum() for each in layers),
        "label": sum(_differing(each.labels, inside) for each in layers),
        "answer": sum(_differing(each, inside) for each in tallies.attributes.values()),
        "relation": sum(inside[pairing].sum() for pairing, _ in tallies.links.apart),
    }
    return {kind: int(counts[kind]) for kind in KINDS}


def _differing(values: ValueTally, inside: NDArray[np.bool_]) -> int:
    return int((inside[values.pairing] & (values.one != values.two)).sum())
