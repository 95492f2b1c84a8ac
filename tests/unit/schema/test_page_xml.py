from collections import Counter
from importlib.resources import files
from xml.etree import ElementTree as ET

import pytest
from label_studio_sdk.label_interface import LabelInterface

from annotate.schema import Schema, parse_schema, render_all, render_xml
from annotate.schema.controls import DATA_FIELDS, OBJECT, SPAN_CONTROL, controls
from annotate.schema.keys import LABEL_STUDIO_KEYS, NO_KEY, choice_keys

NASTY = "a < b & \"c\" > 'd' ]]> <!-- --> </View> $text é 𝒳 \u2028 👩‍👩‍👧"


def page(schema: Schema) -> ET.Element:
    return ET.fromstring(render_xml(schema))


def named(schema: Schema) -> dict[str, ET.Element]:
    return {tag.attrib["name"]: tag for tag in page(schema).iter() if "name" in tag.attrib}


def test_label_studio_accepts_the_page_of_every_schema(every: Schema) -> None:
    LabelInterface(render_xml(every)).validate()


def test_the_page_gives_a_task_with_our_fields_all_it_asks_for(every: Schema) -> None:
    wanted = {tag.attrib["value"] for tag in page(every).iter("Text")}
    assert wanted <= {f"${field}" for field in DATA_FIELDS}


def test_rendering_twice_gives_the_same_bytes(every: Schema) -> None:
    again = Schema.model_validate(every.model_dump(by_alias=True))
    assert render_all(every) == render_all(again)
    assert sorted(render_all(every)) == [
        *("features.json", "guidelines.html", "guidelines.md", "label_config.xml"),
        *("quick_sheet.html", "schema.schema.json"),
    ]
    assert all(text.endswith("\n") for text in render_all(every).values())


def test_one_control_holds_every_label_with_its_key_and_color(every: Schema) -> None:
    (control,) = page(every).iter("Labels")
    assert (control.attrib["name"], control.attrib["toName"]) == (SPAN_CONTROL, OBJECT)
    found = [
        (tag.get("value"), tag.get("hotkey"), tag.get("background"))
        for tag in control.iter("Label")
    ]
    assert found == [(item.name, item.key, every.color_of(item.name)) for item in every.labels]
    assert len(control.findall("View")) == len(every.layers)


def test_the_sheet_holds_nothing_that_xml_escapes(starter: Schema) -> None:
    """Label Studio writes it into the document as it stands in the XML."""
    sheet = files("annotate.schema").joinpath("page.css").read_text(encoding="utf-8")
    assert sheet in render_xml(starter)


def test_the_text_is_selected_by_words_and_shows_labels(every: Schema) -> None:
    text = named(every)[OBJECT]
    assert text.attrib == {
        "name": "text",
        "value": "$text",
        "granularity": "word",
        "showLabels": "true",
    }


def test_context_stands_around_the_text_and_cannot_be_marked(starter: Schema) -> None:
    texts = [tag.attrib["name"] for tag in page(starter).iter("Text")]
    assert texts == ["context_before", "text", "context_after"]
    for name in ("context_before", "context_after"):
        assert named(starter)[name].attrib["selectionEnabled"] == "false"


def test_the_style_can_tell_whether_there_is_context(starter: Schema) -> None:
    around = [tag for tag in page(starter) if tag.get("className") == "an-around"]
    assert [[tag.tag for tag in view] for view in around] == [["Header", "Collapse"]] * 2
    assert [view[0].get("value") for view in around] == ["$context_before", "$context_after"]


def test_a_schema_can_leave_the_context_out(claims: Schema) -> None:
    assert [tag.attrib["name"] for tag in page(claims).iter("Text")] == ["text"]


def test_the_head_shows_title_outlet_date_and_part(starter: Schema) -> None:
    headers = [tag.attrib["value"] for tag in page(starter).iter("Header")]
    assert headers[:4] == ["$title", "$outlet", "$published_at", "part $part"]


def test_the_page_says_once_how_to_let_go_of_a_span(every: Schema) -> None:
    headers = [tag.attrib["value"] for tag in page(every).iter("Header")]
    assert [header for header in headers if "Esc" in header] == ["Esc, then the next label key"]


def test_every_condition_names_a_control_and_its_labels(every: Schema) -> None:
    labels = {label.name for label in every.labels}
    for tag in page(every).iter():
        if "whenTagName" in tag.attrib:
            assert tag.attrib["whenTagName"] == SPAN_CONTROL
        if "whenLabelValue" in tag.attrib:
            assert set(tag.attrib["whenLabelValue"].split(",")) <= labels


def test_each_question_stands_in_a_block_of_its_condition_and_carries_it(every: Schema) -> None:
    parents = {child: parent for parent in page(every).iter() for child in parent}
    asked = [tag for tag in parents if tag.get("perRegion")]
    assert len(asked) == len([item for item in controls(every).values() if item.labels]) - 1
    for tag in asked:
        block = tag
        while "whenTagName" not in block.attrib:
            block = parents[block]
        assert block.attrib["visibleWhen"] == "region-selected"
        assert block.attrib["whenLabelValue"] == tag.attrib["whenLabelValue"]


def test_controls_tells_what_the_page_holds(every: Schema) -> None:
    kinds = {"labels": "Labels", "choices": "Choices", "text": "TextArea"}
    tags = {name: tag for name, tag in named(every).items() if "toName" in tag.attrib}
    assert tags.keys() == controls(every).keys()
    for name, control in controls(every).items():
        assert tags[name].tag == kinds[control.kind]
        if name != SPAN_CONTROL:
            assert tags[name].get("whenLabelValue", "") == ",".join(control.labels)
        if control.kind == "choices":
            assert (tags[name].attrib["choice"] == "multiple") == control.several


def test_controls_says_which_attribute_a_field_answers(starter: Schema) -> None:
    found = controls(starter)
    assert list(found) == [
        *("span", "speaker_type", "entity", "entity_other", "quote", "voice", "flags", "asks_text"),
    ]
    assert found["entity_other"].answers == "entity"
    assert found["asks_text"].labels == ("other",)
    assert found["flags"].labels == ()


def test_no_choice_is_preselected_and_each_has_a_key(every: Schema) -> None:
    for tag in page(every).iter("Choice"):
        assert "selected" not in tag.attrib
        assert tag.attrib["hotkey"]


def test_no_key_means_two_things(every: Schema) -> None:
    tags = [*page(every).iter("Label"), *page(every).iter("Choice")]
    keys = Counter(tag.attrib["hotkey"] for tag in tags)
    del keys[NO_KEY]
    assert max(keys.values()) == 1
    assert not keys.keys() & LABEL_STUDIO_KEYS.keys()


def test_the_starters_choices_have_the_keys_that_were_tried(starter: Schema) -> None:
    keys = choice_keys(starter)
    by_question: dict[str, str] = {}
    for (question, _), key in keys.items():
        by_question[question] = f"{by_question.get(question, '')} {key}".strip()
    assert by_question == {
        "speaker_type": "e r t y f g",
        "quote": "z x c",
        "voice": "v b",
        "flags": "shift+1 shift+2 shift+3",
    }


def test_a_choice_makes_way_for_a_label_that_takes_its_key(tiny: str) -> None:
    before = choice_keys(parse_schema(tiny, "tiny"))
    after = choice_keys(parse_schema(tiny.replace("key: w", "key: e"), "tiny"))
    assert (before["kind", "person"], before["kind", "state"]) == ("e", "r")
    assert (after["kind", "person"], after["kind", "state"]) == ("r", "t")


def test_questions_about_many_sets_of_labels_all_have_keys(tiny: str) -> None:
    questions = "".join(
        f"  - {{name: q{at}, applies_to: [{label}], type: choice, values: [one, two]}}\n"
        for at, label in enumerate(("Relay", "Support", "speaker, stance", "Speaker, Support"))
    )
    keys = choice_keys(parse_schema(tiny.replace("document:", f"{questions}document:"), "tiny"))
    given = [keys[f"q{at}", value] for at in range(4) for value in ("one", "two")]
    assert None not in given
    assert len(set(given)) == len(given)


def test_the_entity_list_shows_names_and_answers_with_ids(starter: Schema) -> None:
    control = named(starter)["entity"]
    assert control.attrib["layout"] == "select"
    assert control.attrib["choice"] == "multiple"
    *listed, other = control.iter("Choice")
    assert [(tag.get("value"), tag.get("alias")) for tag in listed] == [
        (entity.names[0], entity.id) for entity in starter.entities
    ]
    assert (other.get("value"), other.get("alias")) == ("other", None)
    assert {tag.get("hotkey") for tag in control.iter("Choice")} == {NO_KEY}


def test_label_studio_reads_the_ids_as_the_values(sample: Schema) -> None:
    control = LabelInterface(render_xml(sample)).get_control("entity")
    assert set(control.labels) == {entity.id for entity in sample.entities} | {"other"}


@pytest.mark.parametrize("where", ["definition", "proposition"])
def test_a_nasty_definition_reaches_the_page_unchanged(tiny: str, where: str) -> None:
    schema = parse_schema(tiny, "tiny")
    label = schema.labels[0].model_copy(update={where: NASTY})
    layer = schema.layers[0].model_copy(update={"labels": (label, *schema.layers[0].labels[1:])})
    nasty = schema.model_copy(update={"layers": (layer, *schema.layers[1:])})
    first = next(page(nasty).iter("Label"))
    assert first.attrib["hint"] == NASTY
    LabelInterface(render_xml(nasty)).validate()


def test_the_styles_hide_the_handles_and_stay_in_our_prefix(starter: Schema) -> None:
    (style,) = page(starter).iter("Style")
    handles = (style.text or "").partition(".htx-highlight area {")[2].partition("}")[0]
    assert handles.strip() == "display: none !important;"
    used = {name for tag in page(starter).iter() for name in tag.get("className", "").split()}
    assert used
    assert all(name.startswith("an-") for name in used)
    assert all(f".{name}" in (style.text or "") for name in used)
