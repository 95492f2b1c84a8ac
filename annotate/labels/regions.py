"""Translates between Label Studio's results and our spans and relations, both ways.

Reading sets aside what does not fit the text or the schema, with a finding for each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from annotate.findings import Finding, Severity
from annotate.labels.annotation import Attribute, Origin, Relation, Span
from annotate.labels.entities import entity_parts
from annotate.labels.lexicon import Lexicon, lexicon_of
from annotate.schema.controls import ASKS_CONTROL, OBJECT, OTHER, SPAN_CONTROL, Control, controls
from annotate.schema.model import Schema

Json = dict[str, Any]
TEXT_ATTRIBUTE = "text"  # what a label with `asks: text` is answered with
ORIGINS: dict[str, Origin] = {"prediction": "predicted"}


@dataclass
class Reading:
    """What one annotation record says, and what had to be set aside.

    `regions` names the Label Studio region behind each span: one region can carry two labels.
    `dangling` are arrows of which one end alone stands; `lost` gives the labels of the regions
    that do not. `unknown` are the labels, questions, choices and relations that the schema does
    not have.
    """

    spans: list[Span] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    dangling: list[Relation] = field(default_factory=list)
    document: list[tuple[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    regions: dict[str, str] = field(default_factory=dict)
    lost: dict[str, list[str]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    def set_aside(self, code: str, severity: Severity, place: str, message: str) -> None:
        self.findings.append(Finding(code, severity, place, message))

    def halves(self) -> dict[str, list[Span]]:
        """Give the spans that each region stands for."""
        found: dict[str, list[Span]] = {}
        for span in self.spans:
            found.setdefault(self.regions[span.id], []).append(span)
        return found


def read_results(results: Sequence[Json], text: str, schema: Schema, place: str) -> Reading:
    """Turn the results of one annotation into spans over `text`; `place` names it in findings."""
    reading, lexicon = Reading(), lexicon_of(schema)
    results = _well_formed(results, place, reading)
    for item in results:
        if item.get("type") == "labels":
            _read_region(item, text, lexicon, place, reading)
    _name_spans(reading)
    answers = _answers(results, lexicon.page, place, reading)
    halves = reading.halves()
    _check_asked(answers, halves, lexicon.page, place, reading)
    reading.spans = [
        _answered(span, answers.get(reading.regions[span.id], {}), lexicon.page)
        for span in reading.spans
    ]
    halves = reading.halves()
    for item in results:
        if item.get("type") == "relation":
            _read_relation(item, halves, lexicon, place, reading)
    return reading


def _well_formed(results: Any, place: str, reading: Reading) -> list[Json]:
    """Pass on what a labelling page may have written; servers take anything."""
    items = results if isinstance(results, list | tuple) else [results]
    good: list[Json] = []
    for item in items:
        if _is_result(item):
            good.append(item)
        else:
            message = f"no labelling page writes {str(item)[:80]!r}; it is left out"
            reading.set_aside("result-malformed", "error", place, message)
    return good


def _is_result(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    value, links = item.get("value") or {}, item.get("labels") or []
    if not (isinstance(value, dict) and isinstance(links, list)):
        return False
    return all(isinstance(value.get(key) or [], list) for key in ("labels", "choices"))


def _check_asked(
    answers: Mapping[str, Mapping[str, list[str]]],
    halves: Mapping[str, list[Span]],
    page: Mapping[str, Control],
    place: str,
    reading: Reading,
) -> None:
    """Say which answers are to a question that is not asked about what the region is."""
    for region, given in answers.items():
        labels = {span.label for span in halves.get(region, ())}
        for name, values in given.items():
            if labels and values and not labels & set(page[name].labels):
                message = f"the schema does not ask {name!r} about {' or '.join(sorted(labels))}"
                where = f"{place} region {region}"
                reading.set_aside("answer-unknown", "warning", where, message)


def _read_region(item: Json, text: str, lexicon: Lexicon, place: str, reading: Reading) -> None:
    value = item.get("value") or {}
    region, labels = str(item.get("id")), [str(label) for label in value.get("labels") or ()]
    start: Any = value.get("start")
    end: Any = value.get("end")
    where = f"{place} region {region}"
    code, message = _misplaced(value, text)
    if code:
        reading.lost[region] = labels
        reading.set_aside(code, "error", where, message)
        return
    if not labels:
        reading.set_aside("label-unknown", "error", where, "the region has no label")
    origin = ORIGINS.get(str(item.get("origin")), "human")
    for label in labels:
        # The schema's own string, so that a hundred thousand spans share it.
        name = lexicon.names.get(label)
        if name is not None:
            layer = lexicon.layers[name]
            span = Span(region, start, end, layer, name, (), origin, start, end)
            reading.spans.append(span)
        else:
            reading.unknown.append(label)
            message = f"the schema has no label {label!r}"
            reading.set_aside("label-unknown", "error", where, message)


def _misplaced(value: Json, text: str) -> tuple[str, str]:
    """Say why a region cannot lie where it says; two empty texts where it can."""
    start, end = value.get("start"), value.get("end")
    # To Python, true is a number too.
    if not (type(start) is int and type(end) is int and 0 <= start < end <= len(text)):
        message = f"offsets {start}–{end} lie outside the text of {len(text)} characters"
        return "offset-range", message
    if not _same_surface(value.get("text"), text[start:end]):
        message = f"the server holds {value.get('text')!r}, the text has {text[start:end]!r}"
        return "surface-mismatch", message
    return "", ""


def _same_surface(stored: Any, surface: str) -> bool:
    """Compare loosely: Label Studio writes a newline as a backslash and an n."""
    if not isinstance(stored, str):
        return stored is None
    if stored == surface:
        return True
    plain, other = ("".join(text.replace("\\n", " ").split()) for text in (stored, surface))
    return plain == other


def _name_spans(reading: Reading) -> None:
    """Give every span an id of its own: that of its region, with the layer where there are two."""
    regions = Counter(span.id for span in reading.spans)
    named: list[Span] = []
    for span in reading.spans:
        name = span.id if regions[span.id] == 1 else f"{span.id}:{span.layer}"
        while name in reading.regions:
            name += f":{span.label}"
        reading.regions[name] = span.id
        named.append(span if name == span.id else replace(span, id=name))
    reading.spans = named


def _answers(
    results: Sequence[Json], page: Mapping[str, Control], place: str, reading: Reading
) -> dict[str, dict[str, list[str]]]:
    """Per region the values of each control; answers about the whole chunk go to `reading`."""
    found: dict[str, dict[str, list[str]]] = {}
    document: dict[str, list[str]] = {}
    regions = {str(item.get("id")) for item in results if item.get("type") == "labels"}
    for item in results:
        if item.get("type") in {"labels", "relation"}:
            continue
        region = str(item.get("id"))
        name = str(item.get("from_name"))
        control = page.get(name)
        values = _listed((item.get("value") or {}).get(control.kind)) if control else []
        strange = [value for value in values if control and _is_strange(value, control)]
        if control is None or strange:
            reading.unknown += strange if control else [name]
            message = f"the schema has no question {name!r} with the answer {strange}"
            reading.set_aside("answer-unknown", "warning", place, message)
        elif control.labels and region not in regions:
            message = f"an answer to {name!r} is about region {region}, which is not there"
            reading.set_aside("answer-unknown", "warning", place, message)
        elif control.labels:
            found.setdefault(region, {}).setdefault(name, []).extend(values)
        elif values:
            document.setdefault(name, []).extend(values)
    regional = {f"{place} region {region}": given for region, given in found.items()}
    for where, given in {place: document, **regional}.items():
        _drop_contradictions(given, page, where, reading)
    reading.document = [(page[name].answers, _joined(values)) for name, values in document.items()]
    return found


def _drop_contradictions(
    given: dict[str, list[str]], page: Mapping[str, Control], where: str, reading: Reading
) -> None:
    """Leave out two answers to a question that takes one: which was meant is not to be seen."""
    for name, values in list(given.items()):
        control = page[name]
        if control.kind == "choices" and not control.several and len(set(values)) > 1:
            message = f"{name!r} takes one answer, and there are {sorted(set(values))}"
            reading.set_aside("answer-unknown", "warning", where, message)
            del given[name]


def _is_strange(value: str, control: Control) -> bool:
    return control.kind == "choices" and value not in control.values


def _listed(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(one).strip() for one in values if one is not None and str(one).strip()]


def _answered(span: Span, given: Mapping[str, list[str]], page: Mapping[str, Control]) -> Span:
    """Give a span the answers to the questions that are asked about its label."""
    if not given:
        return span
    values: dict[str, list[str]] = {}
    for name, answer in given.items():
        control = page[name]
        if span.label in control.labels and answer:
            values.setdefault(control.answers, []).extend(_spelled(control, answer))
    attributes = tuple(
        Attribute(TEXT_ATTRIBUTE if name == ASKS_CONTROL else name, _joined(items))
        for name, items in sorted(values.items())
    )
    return replace(span, attributes=attributes)


def _spelled(control: Control, answer: list[str]) -> list[str]:
    if control.kind == "text" and control.name != control.answers:
        return [f"{OTHER}:{' '.join(text.split())}" for text in answer]
    return answer


def _joined(values: list[str]) -> str:
    """Canonical form; `other` is only the door to its text field, which says what it is."""
    spelled = any(value.startswith(f"{OTHER}:") for value in values)
    return "+".join(sorted({value for value in values if not (spelled and value == OTHER)}))


def _read_relation(
    item: Json, halves: Mapping[str, list[Span]], lexicon: Lexicon, place: str, reading: Reading
) -> None:
    ends = [str(item.get("from_id")), str(item.get("to_id"))]
    if item.get("direction") == "left":
        ends.reverse()
    named = {str(name) for name in item.get("labels") or ()}
    gone = [end for end in ends if end not in halves]
    heads, tails = (halves.get(end) or _stand_ins(end, named, lexicon, reading) for end in ends)
    relation = _relation(heads, tails, named, lexicon)
    if gone:
        message = f"a relation points to region {gone[0]}, which is not there"
        reading.set_aside("relation-end", "warning", place, message)
        reading.dangling += [relation] if relation else []
    elif relation is None:
        reading.unknown += sorted(named)
        message = f"no relation of the schema joins {heads[0].label} and {tails[0].label}"
        reading.set_aside("relation-unknown", "warning", place, message)
    elif relation not in reading.relations:  # drawn both ways, it is still one
        reading.relations.append(relation)


def _stand_ins(region: str, named: set[str], lexicon: Lexicon, reading: Reading) -> list[Span]:
    """Give what a region that is not there may have been: what it said, else what a name allows."""
    said = [label for label in reading.lost.get(region, ()) if label in lexicon.layers]
    allowed = lexicon.layers if named else ()
    return [Span(region, 0, 0, lexicon.layers[label], label) for label in said or allowed]


def _relation(
    heads: list[Span], tails: list[Span], named: set[str], lexicon: Lexicon
) -> Relation | None:
    for head, tail in [*_pairs(heads, tails), *_pairs(tails, heads)]:
        name = _fitting(lexicon, head.label, tail.label, named)
        if name is not None:
            return Relation(name, head.id, tail.id)
    return None


def _pairs(heads: list[Span], tails: list[Span]) -> list[tuple[Span, Span]]:
    return [(head, tail) for head in heads for tail in tails]


def _fitting(lexicon: Lexicon, head: str, tail: str, named: set[str]) -> str | None:
    """Name the relation that these labels allow; the page draws most of them without a name."""
    for relation in lexicon.schema.relations:
        if named and relation.name not in named:
            continue
        if head in lexicon.resolve(relation.from_) and tail in lexicon.resolve(relation.to):
            return relation.name
    return None


def write_results(
    spans: Iterable[Span], relations: Iterable[Relation], text: str, schema: Schema
) -> list[Json]:
    """Spell spans and what a person said about them as Label Studio's results."""
    results: list[Json] = []
    for span in spans:
        place = {"start": span.start, "end": span.end, "text": text[span.start : span.end]}
        results.append(_result(span.id, SPAN_CONTROL, "labels", place | {"labels": [span.label]}))
        for attribute in span.attributes:
            if attribute.origin == "human":
                results += _write_attribute(span, attribute, place, schema)
    results += [
        {
            "type": "relation",
            "from_id": relation.head,
            "to_id": relation.tail,
            "direction": "right",
            "labels": [relation.type],
        }
        for relation in relations
        if relation.origin == "human"
    ]
    return results


def write_document(document: Iterable[tuple[str, str]]) -> list[Json]:
    """Spell answers about the whole chunk as Label Studio's results."""
    return [
        {"id": f"doc-{name}", "from_name": name, "to_name": OBJECT, "type": "choices"}
        | {"value": {"choices": value.split("+")}}
        for name, value in document
    ]


def _write_attribute(span: Span, attribute: Attribute, place: Json, schema: Schema) -> list[Json]:
    page = controls(schema)
    name = ASKS_CONTROL if attribute.name == TEXT_ATTRIBUTE else attribute.name
    if page[name].kind == "text":
        return [_result(span.id, name, "textarea", place | {"text": [attribute.value]})]
    if not page[name].several:
        return [_result(span.id, name, "choices", place | {"choices": [attribute.value]})]
    values = entity_parts(attribute.value, schema)
    listed = sorted({value.partition(":")[0] for value in values})
    results = [_result(span.id, name, "choices", place | {"choices": listed})]
    texts = [value.partition(":")[2] for value in values if value.startswith(f"{OTHER}:")]
    field_name = f"{name}_{OTHER}"
    if texts and field_name in page:
        results.append(_result(span.id, field_name, "textarea", place | {"text": texts}))
    return results


def _result(region: str, control: str, kind: str, value: Json) -> Json:
    return {"id": region, "from_name": control, "to_name": OBJECT, "type": kind, "value": value}
