"""How two labelling pages differ, and which answers a change would orphan."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from annotate.studio.drift import Losses, Use, compare_pages

PAGE = """<View>
  <Labels name="span" toName="text">
    <Label value="Speaker" background="#123456"/><Label value="ceasefire"/>
  </Labels>
  <Text name="text" value="$text"/>
  <Choices name="entity" toName="text" perRegion="true" whenLabelValue="Speaker,ceasefire">
    <Choice value="the Citadel" alias="citadel"/><Choice value="other"/>
  </Choices>
  <Relations><Relation value="says"/><Relation value="about"/></Relations>
</View>"""


def without(*pieces: str) -> str:
    page = PAGE
    for piece in pieces:
        assert piece in page
        page = page.replace(piece, "")
    return page


def test_the_same_page_does_not_differ() -> None:
    assert not list(compare_pages(PAGE, PAGE + "\n").lines())


@pytest.mark.parametrize(
    "reword",
    [
        lambda page: page.replace("#123456", "#654321"),
        lambda page: page.replace("the Citadel", "Citadel"),
        lambda page: page.replace("<View>", '<View className="x">'),
    ],
)
def test_wording_and_colours_take_nothing_away(reword: Callable[[str], str]) -> None:
    change = compare_pages(PAGE, reword(PAGE))
    assert (change.added, change.removed, change.worded) == ((), (), True)
    assert list(change.lines()) == ["labelling page: other wording, order or colours"]


def test_a_new_label_is_told_and_takes_nothing_away() -> None:
    change = compare_pages(without('<Label value="ceasefire"/>'), PAGE)
    assert change.added == (Use("value", "span", "ceasefire"),)
    assert change.removed == ()
    assert list(change.lines()) == ["labelling page: `ceasefire` of `span` is new"]


@pytest.mark.parametrize(
    ("piece", "lost"),
    [
        ('<Label value="ceasefire"/>', Use("value", "span", "ceasefire")),
        ('<Choice value="the Citadel" alias="citadel"/>', Use("value", "entity", "citadel")),
        ('<Relation value="says"/>', Use("value", "relations", "says")),
        (",ceasefire", Use("asked", "entity", "ceasefire")),
    ],
)
def test_what_is_taken_away_is_named(piece: str, lost: Use) -> None:
    assert compare_pages(PAGE, without(piece)).removed == (lost,)


def test_another_text_field_takes_the_whole_control_away() -> None:
    change = compare_pages(PAGE, PAGE.replace("$text", "$body"))
    assert {(use.kind, use.control) for use in change.removed} == {
        ("control", "span"),
        ("control", "entity"),
    }


def test_a_page_that_cannot_be_read_counts_as_empty() -> None:
    assert compare_pages("<View", PAGE).removed == ()
    assert compare_pages("", PAGE).added


def region(label: str, **more: object) -> dict[str, object]:
    return {
        "id": "r1",
        "from_name": "span",
        "type": "labels",
        "value": {"start": 0, "end": 3, "labels": [label]},
        **more,
    }


ENTITY = {"id": "r1", "from_name": "entity", "type": "choices", "value": {"choices": ["citadel"]}}
SAYS = {"type": "relation", "from_id": "r1", "to_id": "r2", "labels": ["says"]}


def lost(new: str, *results: dict[str, object], kind: str = "annotations") -> list[str]:
    losses = Losses(frozenset(compare_pages(PAGE, new).removed))
    losses.look_at({"id": 7, kind: [{"id": 9, "result": list(results)}]})
    return list(losses.lines())


def test_only_answers_that_use_what_goes_are_named() -> None:
    page = without('<Label value="ceasefire"/>')
    assert lost(page, region("Speaker")) == []
    assert lost(page, region("ceasefire")) == ["`ceasefire` of `span`: task 7 annotation 9"]


def test_a_draft_counts_as_an_answer() -> None:
    page = without('<Label value="ceasefire"/>')
    assert lost(page, region("ceasefire"), kind="drafts") == [
        "`ceasefire` of `span`: task 7 draft 9"
    ]


def test_values_relations_and_conditions_are_looked_for() -> None:
    assert lost(without('<Relation value="says"/>'), region("Speaker"), SAYS)
    assert lost(without('<Choice value="the Citadel" alias="citadel"/>'), ENTITY)
    assert lost(without(",ceasefire"), region("ceasefire"), ENTITY)
    assert not lost(without(",ceasefire"), region("Speaker"), ENTITY)


def test_a_control_that_goes_takes_all_its_answers() -> None:
    assert lost(PAGE.replace("$text", "$body"), region("Speaker")) == [
        "`span`: task 7 annotation 9"
    ]


def test_many_places_are_counted_and_some_are_named() -> None:
    losses = Losses(frozenset({Use("value", "span", "ceasefire")}))
    for task in range(53):
        losses.look_at({"id": task, "annotations": [{"id": 1, "result": [region("ceasefire")]}]})
    (line,) = losses.lines()
    assert line.endswith("task 49 annotation 1 and 3 more")
    assert losses.count == 53


QUESTION = '<Choices name="flags" toName="text"><Choice value="unsure"/></Choices>'


def test_a_question_about_the_chunk_that_is_asked_of_a_label_instead_loses_its_answers() -> None:
    about = QUESTION.replace("<Choices ", '<Choices perRegion="true" whenLabelValue="Speaker" ', 1)
    old = PAGE.replace("</View>", f"{QUESTION}</View>")
    change = compare_pages(old, PAGE.replace("</View>", f"{about}</View>"))
    assert change.removed == (Use("asked", "flags", "the whole chunk"),)
    losses = Losses(frozenset(change.removed))
    flag = {"id": "x", "from_name": "flags", "type": "choices", "value": {"choices": ["unsure"]}}
    losses.look_at({"id": 7, "annotations": [{"id": 9, "result": [flag]}]})
    assert list(losses.lines()) == ["`flags` about the whole chunk: task 7 annotation 9"]
