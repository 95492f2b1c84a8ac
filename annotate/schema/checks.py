"""What a well-formed schema can still get wrong: one function per kind of mistake."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import combinations

from annotate.schema import colors
from annotate.schema.controls import DATA_FIELDS, OTHER, RESERVED, other_control
from annotate.schema.example import parse_example
from annotate.schema.keys import KEY, LABEL_STUDIO_KEYS, choice_keys
from annotate.schema.model import (
    ATTRIBUTE_RULES,
    RELATION_RULES,
    VERSION,
    Attribute,
    DocumentQuestion,
    Schema,
)
from annotate.schema.problem import Path, Problem, did_you_mean, listed

QUOTE_VALUES = ("direct", "mixed", "indirect")

MIN_CONTRAST = 4.5
MIN_DIFFERENCE = 10  # four times what is just noticeable: spans are small and far apart

_SEMVER = re.compile(VERSION)
_SCHEMA_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CONTROL_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ENTITY_ID = re.compile(r"[a-z0-9_]+")
_VALUE = re.compile(r"\w([\w .&/()'’-]*[\w)])?")
_WIKIDATA = re.compile(r"Q[1-9]\d*")
_FIELD = re.compile(r"\$(\w+)")
_TAKEN_FOR_FIELD = re.compile(r"\$[\w[\].{}]")  # as Label Studio looks for one in any value

Check = Callable[[Schema], Iterator[Problem]]
Placed = list[tuple[Path, str]]


def problems_of(schema: Schema) -> list[Problem]:
    """Run every check; the order is that of `CHECKS`."""
    return [problem for check in CHECKS for problem in check(schema)]


def check_name_and_version(schema: Schema) -> Iterator[Problem]:
    if not _SCHEMA_NAME.fullmatch(schema.name):
        message = f"schema name `{schema.name}` must be small letters, digits and hyphens"
        yield Problem(("schema",), message)
    if not _SEMVER.fullmatch(schema.version):
        message = f"version `{schema.version}` must be three numbers like 1.0.0"
        yield Problem(("version",), message)


def check_label_names(schema: Schema) -> Iterator[Problem]:
    named = _labels(schema)
    yield from _twice("label", named)
    yield from _twice("layer", _layers(schema))
    layers = {name for _, name in _layers(schema)}
    for path, name in named:
        if name in layers:
            yield Problem(path, f"`{name}` is both a label and a layer; rename one of them")


def check_spelling(schema: Schema) -> Iterator[Problem]:
    """Names and values stand in lists that Label Studio splits at commas."""
    for path, text in (*_layers(schema), *_labels(schema), *_values(schema)):
        if not _VALUE.fullmatch(_without_marks(text)):
            allowed = "letters, digits, and between them spaces _ - . / & ( ) '"
            yield Problem(path, f"`{text}` may hold {allowed} only")


def _without_marks(text: str) -> str:
    """Drop vowel signs and accents: they belong to their letters."""
    return "".join(sign for sign in text if not unicodedata.category(sign).startswith("M"))


def check_control_names(schema: Schema) -> Iterator[Problem]:
    named = _question_names(schema)
    yield from _twice("question", named)
    lists = {item.name for item in schema.attributes if item.type == "entities"}
    reserved = RESERVED | {other_control(name) for name in lists}
    for path, name in named:
        if name in reserved:
            yield Problem(path, f"`{name}` is a name the labelling page uses itself")
        elif not _CONTROL_NAME.fullmatch(name):
            yield Problem(path, f"`{name}` must be small letters, digits and _")


def check_relation_names(schema: Schema) -> Iterator[Problem]:
    named: Placed = [
        (("relations", at, "name"), item.name) for at, item in enumerate(schema.relations)
    ]
    yield from _twice("relation", named)
    for path, name in named:
        if not _CONTROL_NAME.fullmatch(name):
            yield Problem(path, f"`{name}` must be small letters, digits and _")


def check_label_keys(schema: Schema) -> Iterator[Problem]:
    holders: dict[str, str] = {}
    for (*place, _), name in _labels(schema):
        key, path = schema.layers[int(place[1])].labels[int(place[3])].key, (*place, "key")
        if key in LABEL_STUDIO_KEYS:
            use = LABEL_STUDIO_KEYS[key]
            yield Problem(path, f"key `{key}` of `{name}` is Label Studio's own ({use})")
        elif not KEY.fullmatch(key):
            yield Problem(path, f"key `{key}` of `{name}` must be a-z or 0-9, or shift+ and one")
        elif key in holders:
            yield Problem(path, f"key `{key}` of `{name}` is taken by `{holders[key]}`")
        holders.setdefault(key, name)


def check_choice_keys(schema: Schema) -> Iterator[Problem]:
    if any(_unresolved(schema, item.applies_to) for item in schema.attributes):
        return
    keys = choice_keys(schema)
    for path, question in _questions(schema):
        short = [value for value in question.values if keys.get((question.name, value)) is None]
        if short and question.type in {"choice", "choices"}:
            message = f"no keys are left for {listed(short)} of `{question.name}`"
            advice = "offer fewer, or give labels other keys"
            yield Problem((*path, "values"), f"{message}; {advice}")


def check_targets(schema: Schema) -> Iterator[Problem]:
    """Look up what `from`, `to` and `applies_to` name: labels or layers."""
    ends: list[tuple[Path, tuple[str, ...]]] = [
        (("attributes", at, "applies_to"), item.applies_to)
        for at, item in enumerate(schema.attributes)
    ]
    for at, relation in enumerate(schema.relations):
        ends += [(("relations", at, "from"), relation.from_)]
        ends += [(("relations", at, "to"), relation.to)]
    for path, names in ends:
        if not names:
            yield Problem(path, f"`{path[-1]}` must name at least one label or layer")
        for name in _unresolved(schema, names):
            hint = did_you_mean(name, _label_and_layer_names(schema))
            yield Problem(path, f"`{path[-1]}` names `{name}`, which is no label or layer{hint}")


def check_choices(schema: Schema) -> Iterator[Problem]:
    for path, question in _questions(schema):
        chosen = question.type in {"choice", "choices"}
        if chosen and not question.values:
            yield Problem(path, f"`{question.name}` has no `values` to choose from")
        if not chosen and question.values:
            message = f"`{question.name}` is of type {question.type} and takes no `values`"
            yield Problem((*path, "values"), message)
        values: Placed = [((*path, "values", at), item) for at, item in enumerate(question.values)]
        yield from _twice("value", values)


def check_defaults(schema: Schema) -> Iterator[Problem]:
    for at, item in enumerate(schema.attributes):
        if item.default is not None and item.default not in item.values:
            hint = did_you_mean(item.default, item.values)
            message = f"default `{item.default}` is no value of `{item.name}`{hint}"
            yield Problem(("attributes", at, "default"), message)


def check_rules_of_derivation(schema: Schema) -> Iterator[Problem]:
    for at, item in enumerate(schema.attributes):
        yield from _known_rule(("attributes", at, "derive"), item.derive, ATTRIBUTE_RULES)
    for at, relation in enumerate(schema.relations):
        yield from _known_rule(("relations", at, "derive"), relation.derive, RELATION_RULES)


def check_needs_of_derivation(schema: Schema) -> Iterator[Problem]:
    has_entities = any(item.type == "entities" for item in schema.attributes)
    for at, item in enumerate(schema.attributes):
        path: Path = ("attributes", at, "derive")
        if item.derive == "from_name" and item.type != "entities":
            yield Problem(path, f"`from_name` needs `type: entities`; `{item.name}` is {item.type}")
        if item.derive == "from_entity" and not has_entities:
            yield Problem(path, "`from_entity` needs an attribute of type entities")
        missing = [value for value in QUOTE_VALUES if value not in item.values]
        if item.derive == "quote_share" and missing:
            yield Problem(path, f"`quote_share` needs the values {listed(missing)}")


def check_overlap_layers(schema: Schema) -> Iterator[Problem]:
    layers = [layer.name for layer in schema.layers]
    for name in schema.overlap:
        if name not in layers:
            message = f"overlap names `{name}`, which is no layer{did_you_mean(name, layers)}"
            yield Problem(("overlap", name), message)


def check_entity_ids(schema: Schema) -> Iterator[Problem]:
    ids: Placed = [(("entities", at, "id"), item.id) for at, item in enumerate(schema.entities)]
    yield from _twice("entity", ids)
    for path, name in ids:
        if name == OTHER:
            yield Problem(path, f"entity id `{OTHER}` is kept for whoever is not in the list")
        elif not _ENTITY_ID.fullmatch(name):
            yield Problem(path, f"entity id `{name}` must be small letters, digits and _")


def check_entity_names(schema: Schema) -> Iterator[Problem]:
    """Compare without regard to case, as names are looked up: each must lead to one entity."""
    holders: dict[str, str] = {}
    for at, item in enumerate(schema.entities):
        for place, name in enumerate(item.names):
            folded = " ".join(name.casefold().split())
            path: Path = ("entities", at, "names", place)
            if not folded:
                yield Problem(path, f"a name of `{item.id}` is empty")
            elif holders.setdefault(folded, item.id) != item.id:
                message = f"name `{name}` of `{item.id}` is also a name of `{holders[folded]}`"
                yield Problem(path, message)


def check_entity_shown(schema: Schema) -> Iterator[Problem]:
    """Look at the first name of each, which stands in the page's list."""
    for at, item in enumerate(schema.entities):
        shown = item.names[0] if item.names else ""
        path: Path = ("entities", at, "names", 0)
        advice = f"put another name of `{item.id}` first"
        if shown == OTHER:
            yield Problem(path, f"`{shown}` is what the page shows for all others; {advice}")
        if _TAKEN_FOR_FIELD.search(shown):
            yield Problem(path, f"the page would fill a field into `{shown}`; {advice}")


def check_entity_facts(schema: Schema) -> Iterator[Problem]:
    typed = [item for item in schema.attributes if item.derive == "from_entity"]
    types = typed[0].values if typed else ()
    for at, item in enumerate(schema.entities):
        if types and item.type not in types:
            hint = did_you_mean(item.type, types)
            message = f"type `{item.type}` of `{item.id}` is no value of `{typed[0].name}`{hint}"
            yield Problem(("entities", at, "type"), message)
        if item.wikidata is not None and not _WIKIDATA.fullmatch(item.wikidata):
            message = f"wikidata `{item.wikidata}` of `{item.id}` must be Q and a number"
            yield Problem(("entities", at, "wikidata"), message)


def check_rule_ids(schema: Schema) -> Iterator[Problem]:
    ids: Placed = [(("rules", at, "id"), str(item.id)) for at, item in enumerate(schema.rules)]
    yield from _twice("rule", ids)


def check_examples(schema: Schema) -> Iterator[Problem]:
    """Look at the marks in sentences: each names a label, and a label's sentence shows it."""
    names = [label.name for label in schema.labels]
    for path, sentence in _sentences(schema):
        example = parse_example(sentence)
        for mark in example.marks:
            if mark.label not in names:
                hint = did_you_mean(mark.label, names)
                yield Problem(path, f"`[…]({mark.told})` names no label{hint}")
            if mark.start == mark.end:
                yield Problem(path, f"`[]({mark.told})` marks no words")
        if "](" in example.text:
            yield Problem(path, f"`](` in `{path[-1]}` has no bracket before it, or none behind it")
    for (*place, _), name in _labels(schema):
        sentence = schema.layers[int(place[1])].labels[int(place[3])].sentence
        if sentence and name not in {mark.label for mark in parse_example(sentence).marks}:
            message = f"the sentence of `{name}` marks no words as `[…]({name})`"
            yield Problem((*place, "sentence"), message)


def check_page_fields(schema: Schema) -> Iterator[Problem]:
    for key, text in (("title", schema.page.title), ("subtitle", schema.page.subtitle)):
        for name in _FIELD.findall(text):
            if name not in DATA_FIELDS:
                hint = did_you_mean(name, DATA_FIELDS)
                yield Problem(("page", key), f"`${name}` is no field of a task{hint}")


def check_contrast(schema: Schema) -> Iterator[Problem]:
    for path, color in _colors(schema):
        if not colors.HEX.fullmatch(color):
            yield Problem(path, f'color `{color}` must look like "#1d5fbf"')
            continue
        low = [each for each in colors.readings(color) if each.contrast < MIN_CONTRAST]
        if low:
            what, ratio, darker_helps = low[0]
            advice = f"take a {'darker' if darker_helps else 'lighter'} one"
            message = f"color `{color}`: {what} has contrast {math.floor(ratio * 10) / 10}:1"
            yield Problem(path, f"{message}, less than {MIN_CONTRAST}:1; {advice}")


def check_color_blindness(schema: Schema) -> Iterator[Problem]:
    usable = [(path, color) for path, color in _colors(schema) if colors.HEX.fullmatch(color)]
    for (_, one), (path, other) in combinations(usable, 2):
        for blindness in colors.BLINDNESS:
            apart = colors.seen_difference(one, other, blindness)
            if one.lower() != other.lower() and apart < MIN_DIFFERENCE:
                message = f"colors `{one}` and `{other}` look alike with {blindness}"
                yield Problem(path, f"{message} (difference {apart:.1f}, wanted {MIN_DIFFERENCE})")


def check_shared_colors(schema: Schema) -> Iterator[Problem]:
    """Labels of one layer may share a colour; over each other those of two layers must not."""
    holders: dict[str, int] = {}
    for path, color in _colors(schema):
        at = int(path[1])
        first = holders.setdefault(color.lower(), at)
        if first != at:
            name = schema.layers[first].name
            yield Problem(path, f"color `{color}` is also one of layer `{name}`; take another")


CHECKS: tuple[Check, ...] = (
    check_name_and_version,
    check_label_names,
    check_spelling,
    check_control_names,
    check_relation_names,
    check_label_keys,
    check_choice_keys,
    check_targets,
    check_choices,
    check_defaults,
    check_rules_of_derivation,
    check_needs_of_derivation,
    check_overlap_layers,
    check_entity_ids,
    check_entity_names,
    check_entity_shown,
    check_entity_facts,
    check_rule_ids,
    check_examples,
    check_page_fields,
    check_contrast,
    check_color_blindness,
    check_shared_colors,
)


def _twice(kind: str, placed: Placed) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, name in placed:
        if name in seen:
            yield Problem(path, f"{kind} `{name}` stands twice")
        seen.add(name)


def _known_rule(path: Path, rule: str, known: tuple[str, ...]) -> Iterator[Problem]:
    if rule not in known:
        hint = did_you_mean(rule, known)
        yield Problem(path, f"no rule is called `{rule}`, only {listed(known)}{hint}")


def _layers(schema: Schema) -> Placed:
    return [(("layers", at, "name"), layer.name) for at, layer in enumerate(schema.layers)]


def _labels(schema: Schema) -> Placed:
    return [
        (("layers", at, "labels", place, "name"), label.name)
        for at, layer in enumerate(schema.layers)
        for place, label in enumerate(layer.labels)
    ]


def _sentences(schema: Schema) -> Iterator[tuple[Path, str]]:
    for at, layer in enumerate(schema.layers):
        for place, label in enumerate(layer.labels):
            yield ("layers", at, "labels", place, "sentence"), label.sentence
    for at, rule in enumerate(schema.rules):
        yield ("rules", at, "example"), rule.example


def _questions(schema: Schema) -> Iterator[tuple[Path, Attribute | DocumentQuestion]]:
    for at, attribute in enumerate(schema.attributes):
        yield ("attributes", at), attribute
    for at, question in enumerate(schema.document):
        yield ("document", at), question


def _question_names(schema: Schema) -> Placed:
    return [((*path, "name"), question.name) for path, question in _questions(schema)]


def _values(schema: Schema) -> Placed:
    return [
        ((*path, "values", place), value)
        for path, question in _questions(schema)
        for place, value in enumerate(question.values)
    ]


def _label_and_layer_names(schema: Schema) -> list[str]:
    return [name for _, name in (*_labels(schema), *_layers(schema))]


def _unresolved(schema: Schema, names: tuple[str, ...]) -> list[str]:
    known = _label_and_layer_names(schema)
    return [name for name in names if name not in known]


def _colors(schema: Schema) -> Placed:
    """List the colours that labels have; a layer's counts only where a label takes it."""
    found: Placed = []
    for at, layer in enumerate(schema.layers):
        if any(label.color is None for label in layer.labels):
            found.append((("layers", at, "color"), layer.color))
        for place, label in enumerate(layer.labels):
            if label.color is not None:
                found.append((("layers", at, "labels", place, "color"), label.color))
    return found
