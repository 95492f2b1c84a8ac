import re
from html.parser import HTMLParser

import pytest

from annotate.schema import Schema, parse_schema, render_guidelines, render_instructions
from annotate.schema.example import parse_example
from annotate.schema.guide import KEYS, question_rows, relation_rows
from annotate.schema.page_xml import title_of

NASTY = 'a | b <script>alert("x")</script> & *c* `d` [e](f)'


def nasty(tiny: str) -> Schema:
    schema = parse_schema(tiny, "tiny")
    label = schema.labels[0].model_copy(update={"definition": NASTY, "examples": (NASTY,)})
    layer = schema.layers[0].model_copy(update={"labels": (label, *schema.layers[0].labels[1:])})
    rule = schema.rules[0].model_copy(update={"text": NASTY, "example": NASTY})
    return schema.model_copy(update={"layers": (layer, *schema.layers[1:]), "rules": (rule,)})


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not attrs
        self.seen.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_label_stands_in_the_guidelines_with_its_key(every: Schema) -> None:
    page = render_guidelines(every).replace("\\", "")
    for label in every.labels:
        row = next(line for line in page.splitlines() if line.startswith(f"| {label.name} |"))
        assert row.startswith(f"| {label.name} | {label.key} |")
        assert " ".join(label.definition.split()) in row
        assert (label.proposition or "") in row
        assert all(example in row for example in label.examples)
        assert str(parse_example(label.sentence)) in row


def test_every_rule_stands_in_the_guidelines_with_its_example(starter: Schema) -> None:
    page = render_guidelines(starter)
    for rule in starter.rules:
        example = str(parse_example(rule.example))
        assert f"**{rule.id}.** {rule.text}\n\n> {example}\n" in page.replace("\\", "")


def test_the_guidelines_say_what_is_derived_and_how(starter: Schema) -> None:
    page = render_guidelines(starter).replace("\\", "")
    assert "| continues | stance | stance | always by hand |" in page
    assert "| relays | Relay | stance | every one in the same sentence |" in page
    assert "person [e], institution [r]" in page
    assert "| voice | Support, Oppose, Neutral | attributed [v], outlet [b] | attributed |" in page


def test_the_guidelines_teach_two_passes_and_escape(entities: Schema) -> None:
    page = render_guidelines(entities)
    assert "Go through the text twice" in page
    assert "Press Esc first" in page
    assert "## Relations" not in page
    assert "## Decision rules" not in page


def test_every_table_row_has_as_many_cells_as_its_head(every: Schema, tiny: str) -> None:
    for schema in (every, nasty(tiny)):
        width = 0
        for line in render_guidelines(schema).splitlines():
            cells = len(re.split(r"(?<!\\)\|", line))
            if not line.startswith("|"):
                width = 0
            assert width in {0, cells}, line
            width = cells if line.startswith("|") else 0


def test_no_html_or_link_of_the_schema_lives_on_in_the_guidelines(tiny: str) -> None:
    page = render_guidelines(nasty(tiny))
    assert not re.search(r"(?<!\\)<", page)
    assert "\\[e\\](f)" in page
    assert "\\*c\\*" in page
    assert " &amp; " in page


def test_the_instructions_are_closed_plain_tags_that_label_studio_keeps(every: Schema) -> None:
    tags = Tags(render_instructions(every))
    assert not tags.open
    assert tags.seen <= {"h3", "ul", "li", "b", "i", "br"}
    assert all(label.name in tags.text for label in every.labels)


def test_the_instructions_hold_what_is_looked_up_while_labelling(every: Schema) -> None:
    text = Tags(render_instructions(every)).text
    for label in every.labels:
        assert f"{label.name} [{label.key}] {label.meaning}" in text
    for rule in every.rules:
        assert f"{rule.id}. {rule.text}{parse_example(rule.example)}" in text
    for name, _, answers, empty in question_rows(every):
        assert f"{title_of(name)}: {answers}If empty: {empty}." in text or not empty
    for row in relation_rows(every):
        assert all(each in text for each in row)
    for keys, does in KEYS:
        assert f"{keys}: {does}" in text


def test_a_nasty_definition_is_only_text_in_the_instructions(tiny: str) -> None:
    tags = Tags(render_instructions(nasty(tiny)))
    assert "script" not in tags.seen
    assert NASTY in tags.text


@pytest.mark.parametrize("render", [render_guidelines, render_instructions])
def test_guidelines_are_the_same_every_time(starter: Schema, render) -> None:
    assert render(starter) == render(Schema.model_validate(starter.model_dump(by_alias=True)))
