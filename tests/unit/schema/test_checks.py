import ast
import inspect
from collections.abc import Callable
from itertools import combinations, product

import pytest

from annotate.schema import Schema, checks, colors, parse_schema, render_xml

Problems = Callable[[str], tuple[str, ...]]
Changed = Callable[[str, str], tuple[str, ...]]

CASES = [
    ("check_name_and_version", "schema: tiny", "schema: Tiny!",
     "1: schema name `Tiny!` must be small letters, digits and hyphens"),
    ("check_name_and_version", "1.0.0", "1.0",
     "2: version `1.0` must be three numbers like 1.0.0"),
    ("check_name_and_version", "1.0.0", "1.02.0",
     "2: version `1.02.0` must be three numbers like 1.0.0"),
    ("check_label_names", "{name: Support, key: a}", "{name: Relay, key: a}",
     "12: label `Relay` stands twice"),
    ("check_label_names", "name: Support", "name: stance",
     "12: `stance` is both a label and a layer; rename one of them"),
    ("check_spelling", "name: Support", 'name: "For, against"',
     "12: `For, against` may hold letters, digits, and between them spaces _ - . / & ( ) ' only"),
    ("check_spelling", "[unsure]", "[$unsure]",
     "17: `$unsure` may hold letters, digits, and between them spaces _ - . / & ( ) ' only"),
    ("check_control_names", "name: flags", "name: span",
     "17: `span` is a name the labelling page uses itself"),
    ("check_control_names", "name: flags", "name: who_other",
     "17: `who_other` is a name the labelling page uses itself"),
    ("check_control_names", "name: flags", "name: kind", "17: question `kind` stands twice"),
    ("check_control_names", "name: flags", "name: Any flags",
     "17: `Any flags` must be small letters, digits and _"),
    ("check_relation_names", "name: says", "name: Says So",
     "19: `Says So` must be small letters, digits and _"),
    ("check_label_keys", "key: w", "key: q", "8: key `q` of `Relay` is taken by `Speaker`"),
    ("check_label_keys", "key: w", "key: u",
     "8: key `u` of `Relay` is Label Studio's own (unselect)"),
    ("check_label_keys", "key: w", "key: alt+r",
     "8: key `alt+r` of `Relay` is Label Studio's own (relation)"),
    ("check_label_keys", "key: w", "key: W",
     "8: key `W` of `Relay` must be a-z or 0-9, or shift+ and one"),
    ("check_choice_keys", "[unsure]", f"[{', '.join(f'f{at}' for at in range(1, 33))}]",
     "17: no keys are left for `f31`, `f32` of `flags`; offer fewer, or give labels other keys"),
    ("check_targets", "from: [Speaker], to", "from: [Speeker], to",
     "19: `from` names `Speeker`, which is no label or layer; did you mean `Speaker`?"),
    ("check_targets", "from: [Speaker], to", "from: [speeker], to",
     "19: `from` names `speeker`, which is no label or layer; did you mean `speaker`?"),
    ("check_targets", "to: stance", "to: []", "19: `to` must name at least one label or layer"),
    ("check_targets", "applies_to: [Speaker]", "applies_to: [Relays]",
     "14: `applies_to` names `Relays`, which is no label or layer; did you mean `Relay`?"),
    ("check_choices", "values: [unsure]", "values: []",
     "17: `flags` has no `values` to choose from"),
    ("check_choices", "type: entities,", "type: entities, values: [me],",
     "15: `who` is of type entities and takes no `values`"),
    ("check_choices", "[unsure]", "[unsure, unsure]", "17: value `unsure` stands twice"),
    ("check_defaults", "derive: from_entity}", "derive: from_entity, default: persons}",
     "14: default `persons` is no value of `kind`; did you mean `person`?"),
    ("check_rules_of_derivation", "from_name", "from_names",
     ("15: no rule is called `from_names`, only `from_entity`, `from_name`, `quote_share`, `none`; "
      "did you mean `from_name`?")),
    ("check_rules_of_derivation", "speaker_of_sentence", "guess",
     ("19: no rule is called `guess`, only `speaker_of_sentence`, "
      "`all_in_sentence`, `inside_then_sentence`, `none`")),
    ("check_needs_of_derivation", "derive: from_entity", "derive: from_name",
     "14: `from_name` needs `type: entities`; `kind` is choice"),
    ("check_needs_of_derivation", "derive: from_entity", "derive: quote_share",
     "14: `quote_share` needs the values `direct`, `mixed`, `indirect`"),
    ("check_overlap_layers", "  stance: {identical", "  stanze: {identical",
     "21: overlap names `stanze`, which is no layer; did you mean `stance`?"),
    ("check_entity_ids", "id: valdor", "id: ferran", "24: entity `ferran` stands twice"),
    ("check_entity_ids", "id: valdor", "id: other",
     "24: entity id `other` is kept for whoever is not in the list"),
    ("check_entity_ids", "id: valdor", "id: ferran+valdor",
     "24: entity id `ferran+valdor` must be small letters, digits and _"),
    ("check_spelling", "name: Support", 'name: "For\\n"',
     "12: `For\\n` may hold letters, digits, and between them spaces _ - . / & ( ) ' only"),
    ("check_entity_shown", "[Valdor]", "[other, Valdor]",
     "24: `other` is what the page shows for all others; put another name of `valdor` first"),
    ("check_entity_shown", "[Valdor]", "[VAL$DOR]",
     "24: the page would fill a field into `VAL$DOR`; put another name of `valdor` first"),
    ("check_entity_names", "[Valdor]", "[Valdor, aldo  FERRAN]",
     "24: name `aldo  FERRAN` of `valdor` is also a name of `ferran`"),
    ("check_entity_names", "[Valdor]", '[Valdor, ""]', "24: a name of `valdor` is empty"),
    ("check_entity_facts", "type: state", "type: sate",
     "24: type `sate` of `valdor` is no value of `kind`; did you mean `state`?"),
    ("check_entity_facts", "wikidata: Q1", "wikidata: 1",
     "23: wikidata `1` of `ferran` must be Q and a number"),
    ("check_rule_ids", "  - {id: 1, text: Mark it.}",
     "  - {id: 1, text: Mark it.}\n  - {id: 1, text: Not.}", "27: rule `1` stands twice"),
    ("check_examples", "text: Mark it.", 'text: Mark it., example: "[He](Speeker) did."',
     "26: `[…](Speeker)` names no label; did you mean `Speaker`?"),
    ("check_examples", "text: Mark it.", 'text: Mark it., example: "He](Speaker) did."',
     "26: `](` in `example` has no bracket before it, or none behind it"),
    ("check_examples", "text: Mark it.", 'text: Mark it., example: "[](Speaker) did."',
     "26: `[](Speaker)` marks no words"),
    ("check_examples", "{name: Relay, key: w}",
     '{name: Relay, key: w, sentence: "[He](Speaker) did."}',
     "8: the sentence of `Relay` marks no words as `[…](Relay)`"),
    ("check_page_fields", "$title", "$titel",
     "27: `$titel` is no field of a task; did you mean `title`?"),
    ("check_contrast", '"#136dd2"', '"#13d"', '5: color `#13d` must look like "#1d5fbf"'),
    ("check_contrast", '"#136dd2"', '"#3a8ee6"',
     ("5: color `#3a8ee6`: its name on light paper has contrast 3.3:1, "
      "less than 4.5:1; take a darker one")),
    ("check_contrast", '"#136dd2"', '"#000080"',
     ("5: color `#000080`: text in 3 of its spans on light paper has contrast 2.4:1, "
      "less than 4.5:1; take a lighter one")),
    ("check_color_blindness", '"#218074"', '"#7a4fc0"',
     "10: colors `#136dd2` and `#7a4fc0` look alike with protanopia (difference 6.4, wanted 10)"),
    ("check_shared_colors", '"#218074"', '"#136DD2"',
     "10: color `#136DD2` is also one of layer `speaker`; take another"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "old", "new", "problem"), CASES)
def test_each_mistake_is_named_with_its_line(
    check: str, old: str, new: str, problem: str, changed: Changed
) -> None:
    assert changed(old, new) == (f"schema.yaml:{problem}",), check


def test_every_check_is_registered_and_has_a_failing_case() -> None:
    tree = ast.parse(inspect.getsource(checks))
    written = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("check_")
    }
    assert {check.__name__ for check in checks.CHECKS} == written
    assert {case[0] for case in CASES} == written


def test_two_layers_may_not_share_a_name(tiny: str, problems: Problems) -> None:
    assert "schema.yaml:9: layer `speaker` stands twice" in problems(
        tiny.replace("name: stance", "name: speaker")
    )


def test_from_entity_needs_a_list_of_entities(tiny: str, problems: Problems) -> None:
    lines = [line for line in tiny.splitlines() if "type: entities" not in line]
    assert problems("\n".join(lines)) == (
        "schema.yaml:14: `from_entity` needs an attribute of type entities",
    )


def test_one_entity_may_repeat_its_own_name(tiny: str) -> None:
    parse_schema(tiny.replace("[Valdor]", "[Valdor, valdor]"), "schema.yaml")


def test_colors_that_colour_blind_people_confuse_are_named(tiny: str, problems: Problems) -> None:
    blue_and_purple = tiny.replace("#136dd2", "#1d5fbf").replace("#218074", "#7a4fc0")
    start = "schema.yaml:10: colors `#1d5fbf` and `#7a4fc0` look alike with"
    assert problems(blue_and_purple) == (
        f"{start} deuteranopia (difference 8.1, wanted 10)",
        f"{start} protanopia (difference 2.6, wanted 10)",
    )


def used_colors(schema: Schema) -> list[str]:
    return sorted({schema.color_of(label.name) for label in schema.labels})


def test_the_colors_of_every_schema_differ_for_everyone(every: Schema) -> None:
    for one, other in combinations(used_colors(every), 2):
        for blindness in colors.BLINDNESS:
            assert colors.seen_difference(one, other, blindness) >= 10, (one, other, blindness)


def test_all_is_readable_in_the_colors_of_every_schema_in_light_and_dark(every: Schema) -> None:
    for color in used_colors(every):
        readings = list(colors.readings(color))
        assert {each.what.rpartition(" on ")[2] for each in readings} == {
            "light paper",
            "dark paper",
        }
        for each in readings:
            assert each.contrast >= 4.5, (color, each)
        assert colors.contrast("#ffffff", color) >= 4.5  # a label's sign in the guidelines


@pytest.mark.parametrize("paper", colors.PAPERS, ids=lambda paper: paper.name)
def test_three_spans_over_each_other_are_readable_whichever_is_selected(
    every: Schema, paper: colors.Paper
) -> None:
    for stack in product(used_colors(every), repeat=colors.DEPTH):
        assert colors.contrast(paper.ink, colors.laid(stack, paper)) >= 4.5, stack
        for selected in range(colors.DEPTH):
            ground = colors.laid(stack, paper, selected)
            assert colors.contrast(paper.selected_ink, ground) >= 4.5, (stack, selected)


def test_the_starter_has_six_colors(starter: Schema) -> None:
    assert len(used_colors(starter)) == 6


def test_a_tint_is_between_paper_and_color() -> None:
    assert colors.tint("#000000", 0.5, "#ffffff") == "#808080"
    assert colors.tint("#136dd2", 0, "#fdfdfc") == "#fdfdfc"
    assert colors.tint("#136dd2", 1, "#fdfdfc") == "#136dd2"
    assert colors.brightened("#10f080", 1.6) == "#1affcd"


def test_the_brightness_is_that_of_the_pages_sheet(starter: Schema) -> None:
    assert f"brightness({colors.PAPERS[1].brightness:g})" in render_xml(starter)


def test_the_veil_over_a_selected_span_is_that_of_the_pages_sheet(starter: Schema) -> None:
    light, dark = colors.PAPERS
    assert render_xml(starter).count(f"rgb(255 255 255 / {light.veil:g})") == 2
    assert dark.veil == 0


def test_red_and_green_come_close_without_their_cones_and_blue_and_yellow_do_not() -> None:
    for blindness in colors.BLINDNESS:
        red_green = colors.seen_difference("#a06000", "#5f7a00", blindness)
        blue_yellow = colors.seen_difference("#136dd2", "#8e7021", blindness)
        assert red_green < blue_yellow / 3


@pytest.mark.parametrize("blindness", sorted(colors.BLINDNESS))
def test_greys_look_the_same_to_everyone(blindness: str) -> None:
    # CIE L* of #777777 is 50.03 and of black 0: without hue the distance is that of lightness.
    assert colors.seen_difference("#777777", "#000000", blindness) == pytest.approx(50.03, abs=0.1)
    for row in colors.BLINDNESS[blindness]:
        assert sum(row) == pytest.approx(1, abs=1e-5)


def test_contrast_is_that_of_wcag() -> None:
    assert colors.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colors.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert colors.contrast("#ffffff", "#ffffff") == 1
