from __future__ import annotations

from typing import Any

import pytest

from annotate.labels.triples import Triple, triples_of, without_surface
from tests.unit.labels.marked import marked
from tests.unit.release.source import annotation


def positions(source: str, *links: str, outlet: str | None = "Velin Post") -> set[str]:
    return {
        f"{each.entity} {each.polarity} {each.topic}"
        for each in found(source, *links, outlet=outlet)[0]
    }


def found(source: str, *links: str, outlet: str | None = "Velin Post") -> Any:
    case = marked(source)
    return triples_of(annotation(case, *links), case.text, outlet)


def test_a_position_is_an_entity_a_side_and_a_topic() -> None:
    assert found("[Speaker s1|Macron] wants [Support a1|[ceasefire t1|a truce]].") == (
        {Triple("macron", "Support", "ceasefire"): ["a1"]},
        0,
    )


def test_a_joint_speaker_is_one_entity() -> None:
    source = "[Speaker s1|Putin and Macron] want [Support a1|[ceasefire t1|a truce]]."
    assert positions(source) == {"macron+putin Support ceasefire"}


@pytest.mark.parametrize("mention", ["a Western diplomat", "A  Western\u00a0Diplomat"])
def test_who_is_not_known_is_named_as_the_text_does(mention: str) -> None:
    source = f"[Speaker s1|{mention}] wants [Neutral a1|[ceasefire t1|a truce]]."
    assert positions(source) == {"?a western diplomat Neutral ceasefire"}


def test_an_entity_in_words_is_kept() -> None:
    source = "[Speaker s1 entity=other:clerk|She] wants [Support a1|[ceasefire t1|a truce]]."
    assert positions(source) == {"other:clerk Support ceasefire"}


@pytest.mark.parametrize(("outlet", "name"), [("Velin Post", "Velin Post"), (None, "unknown")])
def test_the_outlets_own_voice_is_the_outlets_position(outlet: str | None, name: str) -> None:
    source = "[Speaker s1|Macron] left, [Oppose a1 voice=outlet|wrong about [dialogue t1|calls]]."
    assert positions(source, outlet=outlet) == {f"outlet:{name} Oppose dialogue"}


def test_the_topic_other_gives_no_position_and_is_not_missed() -> None:
    assert found("[Speaker s1|Macron] wants [Support a1|[other t1|fishing]].") == ({}, 0)


def test_a_listed_topic_beside_other_counts() -> None:
    source = "[Speaker s1|Macron] wants [Support a1|[other t1|fishing] and [dialogue t2|calls]]."
    assert found(source) == ({Triple("macron", "Support", "dialogue"): ["a1"]}, 0)


def test_a_stance_without_a_speaker_is_counted() -> None:
    assert found("[Support a1|[ceasefire t1|A truce] is needed].") == ({}, 1)


def test_a_stance_without_a_topic_is_counted() -> None:
    assert found("[Speaker s1|Macron] [Support a1|agrees].") == ({}, 1)


def test_each_stance_without_a_triple_is_counted_once() -> None:
    assert found("[Support a1|Yes]. [Oppose a2|No]. [Speaker s1|Macron] [Neutral a3|hums].")[1] == 3


def test_two_sides_on_two_topics_stay_apart() -> None:
    source = (
        "[Speaker s1|Macron] wants [Support a1|[ceasefire t1|a truce]] and "
        "[Oppose a2|no [military_aid t2|arms]]."
    )
    assert positions(source) == {"macron Support ceasefire", "macron Oppose military_aid"}


def test_every_speaker_of_a_stance_holds_every_topic_of_it() -> None:
    source = (
        "[Speaker s1|Macron] met [Speaker s2|Putin]: [Support a1|[ceasefire t1|a truce] and "
        "[dialogue t2|calls]]."
    )
    assert positions(source, "s1 says a1", "s2 says a1") == {
        f"{who} Support {what}" for who in ("macron", "putin") for what in ("ceasefire", "dialogue")
    }


def test_pieces_of_one_statement_are_one_position() -> None:
    source = (
        "“[Support a1|It must end],” said [Speaker s1|Macron]. "
        "“[Support a2|[ceasefire t1|A truce]].”"
    )
    assert found(source, "a1 continues a2") == (
        {Triple("macron", "Support", "ceasefire"): ["a1"]},
        0,
    )
    assert found(source)[1] == 1  # of the second piece alone nobody says what it is about


def test_a_position_taken_twice_has_two_pieces_of_evidence() -> None:
    source = (
        "[Speaker s1|Macron] wants [Support a1|[ceasefire t1|a truce]]. "
        "[Speaker s2|Macron] wants [Support a2|[ceasefire t2|it]] now."
    )
    assert found(source)[0] == {Triple("macron", "Support", "ceasefire"): ["a1", "a2"]}


def test_a_relay_holds_no_position() -> None:
    assert found("[Relay w1|The Kremlin] reports [Support a1|[ceasefire t1|a truce]].") == ({}, 1)


def test_words_that_may_not_be_shown_are_hidden_and_entities_are_not() -> None:
    assert without_surface("macron") == "macron"
    assert without_surface("outlet:Velin Post") == "outlet:Velin Post"
    hidden = without_surface("?an aide")
    assert hidden.startswith("?")
    assert "aide" not in hidden
    assert hidden == without_surface("?an aide") != without_surface("?another aide")
