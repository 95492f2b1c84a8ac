import re

import pytest

from annotate.schema import Schema, compare, compare_schemas, parse_schema
from annotate.schema.compare import step_up

# (what is replaced in tiny.yaml, by what, step, the change as it is told)
CASES = [
    ("schema: tiny", "schema: small", "major",
     "schema `tiny` is `small` now: another schema"),
    ("      - {name: Relay, key: w}\n", "", "major", "label `Relay` is gone"),
    ("{name: Relay, key: w}", "{name: Relay, key: w}\n      - {name: Voice, key: e}", "minor",
     "label `Voice` is new"),
    ("{name: Relay, key: w}", "{name: Relay, key: w, proposition: It is so}", "major",
     "label `Relay` has another proposition: another topic"),
    ("definition: Who speaks", "definition: Whoever speaks", "patch",
     "label `Speaker` has its definition reworded; if it means something else now, this is major"),
    ("key: w", "key: e", "patch", "label `Relay` has another key"),
    ("key: w}", 'key: w, color: "#c43a0f"}', "patch", "label `Relay` has another color"),
    ("key: w}", "key: w, examples: [she]}", "patch", "label `Relay` has other examples"),
    ("key: w}", 'key: w, sentence: "[She](Relay) did."}', "patch",
     "label `Relay` has another sentence"),
    ("key: w}", "key: w, asks: text}", "minor", "label `Relay` asks for a text"),
    ('"#218074"', '"#8e7021"', "patch", "layer `stance` has another color"),
    ("layers:\n", ('layers:\n  - name: topic\n    color: "#8e7021"\n'
     '    labels: [{name: truce, key: "1"}]\n'), "major",
     "the layers are numbered anew; what is new goes to the end of the list"),
    ("    labels:\n      - {name: Support, key: a}",
     "    labels:\n      - {name: Oppose, key: s}\n      - {name: Support, key: a}", "major",
     "the labels of `stance` are numbered anew; what is new goes to the end of the list"),
    ("values: [person, state]", "values: [person, state, firm]", "minor",
     "attribute `kind` has the value `firm`, which is new"),
    ("values: [person, state]", "values: [state, person]", "patch",
     "attribute `kind` has its values in another order"),
    ("applies_to: [speaker], type: entities", "applies_to: [Speaker], type: entities", "major",
     "attribute `who` no longer is asked about `Relay`"),
    ("applies_to: [Speaker], type: choice", "applies_to: [speaker], type: choice", "minor",
     "attribute `kind` is asked about `Relay`, which is new"),
    (", derive: from_entity", ", derive: none", "major",
     "attribute `kind` is derived by `none`, not `from_entity`"),
    (", derive: from_entity", ", derive: from_entity, default: person", "major",
     "attribute `kind` means `person` when empty, not `None`"),
    ("type: choice, values: [person", "type: choices, values: [person", "major",
     "attribute `kind` is of type choices, not choice"),
    ("values: [unsure]", "values: [unsure, cut]", "minor",
     "document question `flags` has the value `cut`, which is new"),
    ("values: [unsure]", "values: [cut]", "major",
     "document question `flags` no longer has the value `unsure`"),
    ("document:\n  - {name: flags, type: choices, values: [unsure]}\n", "", "major",
     "document question `flags` is gone"),
    ("from: [Speaker], to: stance", "from: speaker, to: stance", "minor",
     "relation `says` begins at `Relay`, which is new"),
    ("to: stance, derive: speaker_of_sentence", "to: Speaker, derive: speaker_of_sentence",
     "major", "relation `says` no longer ends at `Support`"),
    ("speaker_of_sentence", "all_in_sentence", "major",
     "relation `says` is derived by `all_in_sentence`, not `speaker_of_sentence`"),
    ("relations:\n", "relations:\n  - {name: first, from: Speaker, to: Relay}\n", "major",
     "the relations are numbered anew; what is new goes to the end of the list"),
    ("identical: allow", "identical: error", "major",
     "layer `stance` may no longer hold identical spans"),
    ("identical: allow", "identical: allow, crossing: allow", "minor",
     "layer `stance` may hold crossing spans"),
    ("overlap:\n", "normalise: {strip_leading: [that]}\noverlap:\n", "minor",
     "setting `normalise` is another: the same answers give other borders or relations"),
    ("  - {id: valdor, type: state, names: [Valdor]}\n", "", "major", "entity `valdor` is gone"),
    ("names: [Valdor]", "names: [Valdor, Lisse]", "minor",
     "entity `valdor` is also recognised by `Lisse`"),
    ("names: [Aldo Ferran, Ferran]", "names: [Aldo Ferran]", "minor",
     "entity `ferran` is no longer recognised by `Ferran`"),
    ("names: [Aldo Ferran, Ferran]", "names: [Ferran, Aldo Ferran]", "patch",
     "entity `ferran` is shown as `Ferran`"),
    ("type: state", "type: person", "major", "entity `valdor` is of type person, not state"),
    ("wikidata: Q1", "wikidata: Q2", "major", "entity `ferran` is Q2 in Wikidata now"),
    ("type: state,", "type: state, wikidata: Q2,", "patch",
     "entity `valdor` is told to be Q2 in Wikidata"),
    ("text: Mark it.", "text: Mark all of it.", "patch",
     "rule `1` is reworded; if it means something else now, this is major"),
    ("text: Mark it.", 'text: Mark it., example: "[So](Support)."', "patch",
     "rule `1` has another example"),
    ("  - {id: 1, text: Mark it.}", "  - {id: 1, text: Mark it.}\n  - {id: 2, text: Or not.}",
     "minor", "rule `2` is new"),
    ("rules:\n  - {id: 1, text: Mark it.}\n", "", "major", "rule `1` is gone"),
    ('"$title"', '"$outlet"', "patch", "the head of the labelling page is another"),
]  # fmt: skip


def edited(tiny: str, *edits: tuple[str, str]) -> Schema:
    for old, new in edits:
        assert tiny.count(old) == 1, old
        tiny = tiny.replace(old, new)
    return parse_schema(tiny, "tiny.yaml")


@pytest.mark.parametrize(("old", "new", "step", "told"), CASES)
def test_each_difference_is_told_with_its_step(
    old: str, new: str, step: str, told: str, tiny: str
) -> None:
    change = compare_schemas(edited(tiny), edited(tiny, (old, new)))
    assert (step, told) in [(each.step, str(each)) for each in change.changes]
    assert change.step == step
    assert not change.enough


def test_every_comparison_has_a_case(tiny: str) -> None:
    old = edited(tiny)
    changed = [edited(tiny, (before, after)) for before, after, *_ in CASES]
    for compared in compare._COMPARISONS:
        if compared is not compare._orders:  # has a test of its own
            assert any(list(compared(old, new)) for new in changed), compared.__name__


def test_a_schema_does_not_differ_from_itself(every: Schema) -> None:
    change = compare_schemas(every, every)
    assert (change.changes, change.step, change.needed) == ((), None, every.version)
    assert change.enough


def test_no_part_of_a_schema_is_overlooked(tiny: str) -> None:
    """Change each field of the model in turn: something is always told but for the version."""
    schema = edited(tiny)
    other = {
        "name": "x", "layers": schema.layers[:1], "attributes": (), "document": (),
        "relations": (), "overlap": {}, "entities": (), "rules": (),
        "normalise": schema.normalise.model_copy(update={"strip_trailing": "."}),
        "clause_markers": {"en": (";",)}, "page": schema.page.model_copy(update={"context": False}),
    }  # fmt: skip
    assert other.keys() == Schema.model_fields.keys() - {"version"}
    for key, value in other.items():
        changed = schema.model_copy(update={key: value})
        if key != "layers":
            assert compare_schemas(schema, changed).changes, key


def test_a_label_in_another_layer_is_another_label(tiny: str) -> None:
    relay = "      - {name: Relay, key: w}\n"
    support = "      - {name: Support, key: a}\n"
    change = compare_schemas(edited(tiny), edited(tiny, (relay, ""), (support, support + relay)))
    told = [str(each) for each in change.changes]
    assert told[0] == "label `Relay` moved from layer `speaker` to `stance`"
    assert change.step == "major"


def test_a_new_label_is_not_told_again_for_every_question_about_its_layer(tiny: str) -> None:
    added = ("{name: Support, key: a}", "{name: Support, key: a}\n      - {name: Oppose, key: s}")
    change = compare_schemas(edited(tiny), edited(tiny, added))
    assert [str(each) for each in change.changes] == ["label `Oppose` is new"]


def test_a_name_that_means_someone_else_is_major(tiny: str) -> None:
    moved = edited(tiny, ("[Aldo Ferran, Ferran]", "[Aldo Ferran]"), ("[Valdor]", "[V, FERRAN]"))
    change = compare_schemas(edited(tiny), moved)
    assert str(change.changes[0]) == "entity's name `FERRAN` means `valdor` now, not `ferran`"
    assert change.step == "major"


def test_a_proposition_with_other_capitals_or_spaces_is_the_same_topic(tiny: str) -> None:
    one = edited(tiny, ("key: w", "key: w, proposition: Fighting should stop."))
    other = edited(tiny, ("key: w", 'key: w, proposition: "fighting  should stop"'))
    (change,) = compare_schemas(one, other).changes
    assert (change.step, change.happened) == ("patch", "has its proposition written otherwise")


def test_orders_that_no_dataset_numbers_are_a_patch(tiny: str) -> None:
    schema = edited(tiny)
    turned = schema.model_copy(
        update={"entities": schema.entities[::-1], "attributes": schema.attributes[::-1]}
    )
    change = compare_schemas(schema, turned)
    assert [str(each) for each in change.changes] == [
        "the attributes stand in another order",
        "the entities stand in another order",
    ]
    assert change.step == "patch"


def test_the_greatest_step_comes_first_and_decides(tiny: str) -> None:
    edits = [("key: w", "key: e"), ("text: Mark it.", "text: Mark."), ("values: [unsure]",
             "values: [unsure, cut]"), ("type: state", "type: person")]  # fmt: skip
    change = compare_schemas(edited(tiny), edited(tiny, *edits))
    assert [each.step for each in change.changes] == ["major", "minor", "patch", "patch"]
    assert (change.step, change.needed) == ("major", "2.0.0")


@pytest.mark.parametrize(
    ("version", "enough"),
    [("0.9.0", False), ("1.0.0", False), ("1.0.9", False), ("1.1.0", True), ("1.10.0", True),
     ("2.0.0", True)],
)  # fmt: skip
def test_a_changed_schema_at_too_low_a_version_is_noticed(
    version: str, enough: bool, tiny: str
) -> None:
    added = ("values: [unsure]", "values: [unsure, cut]")
    change = compare_schemas(edited(tiny), edited(tiny, added, ("1.0.0", version)))
    assert (change.needed, change.enough) == ("1.1.0", enough)


def test_an_unchanged_schema_may_not_go_back(tiny: str) -> None:
    change = compare_schemas(edited(tiny, ("1.0.0", "1.2.0")), edited(tiny))
    assert (change.step, change.needed, change.enough) == (None, "1.2.0", False)


@pytest.mark.parametrize(
    ("version", "step", "following"),
    [
        ("1.2.3", "major", "2.0.0"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", None, "1.2.3"),
        ("0.2.3", "major", "0.3.0"),
        ("0.2.3", "minor", "0.3.0"),
        ("0.2.3", "patch", "0.2.4"),
    ],
)
def test_steps_of_a_version(version: str, step: compare.Step | None, following: str) -> None:
    assert step_up(version, step) == following


def test_a_topic_that_the_starter_would_lose_is_major(starter: Schema, sample: Schema) -> None:
    change = compare_schemas(starter, sample)
    assert {each.what for each in change.changes} == {"entity"}
    assert re.fullmatch(r"\d+\.\d+\.\d+", change.needed)
    topic = starter.layers[2]
    shorter = topic.model_copy(update={"labels": topic.labels[1:]})
    fewer = starter.model_copy(update={"layers": (*starter.layers[:2], shorter)})
    told = [str(each) for each in compare_schemas(starter, fewer).changes]
    assert told == ["label `ceasefire` is gone"]
