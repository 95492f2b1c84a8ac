from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.labels.annotation import Attribute, LinkMissing, Span
from annotate.labels.derive import derive_attributes, derive_relations, groups, trace_relations
from annotate.schema import Schema
from tests.unit.labels.marked import STARTER, derived, link, marked


def test_a_known_name_gives_the_entity_and_its_type() -> None:
    case = derived("[Speaker s1|Macron] spoke.")
    assert case.answer("s1", "entity") == Attribute("entity", "macron", "auto")
    assert case.answer("s1", "speaker_type") == Attribute("speaker_type", "person", "auto")


@pytest.mark.parametrize(
    ("mention", "kind"),
    [
        ("Macron", "person"),
        ("the Kremlin", "institution"),
        ("Kyiv", "country"),
        ("BFMTV", "media"),
        ("Macron and Putin", "joint"),
        ("he", None),
        ("a diplomat", None),
    ],
)
def test_the_type_follows_from_the_entity(mention: str, kind: str | None) -> None:
    assert derived(f"[Speaker s1|{mention}] spoke.").value("s1", "speaker_type") == kind


def test_the_type_follows_from_the_entity_that_a_person_named() -> None:
    case = derived("[Speaker s1 entity=macron|He] spoke.")
    assert case.answer("s1", "entity") == Attribute("entity", "macron", "human")
    assert case.answer("s1", "speaker_type") == Attribute("speaker_type", "person", "auto")


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("He said “[Support a1|war must end]”.", "direct"),
        ("He said [Support a1|“war must end”].", "direct"),
        ("He said [Support a1|war must “end now”].", "mixed"),
        ("He said [Support a1|war must end].", "indirect"),
        ("He said: “[Support a1|War must end]. He left.", None),
    ],
)
def test_the_quote_follows_from_the_marks(source: str, value: str | None) -> None:
    assert derived(source).value("a1", "quote") == value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("[Speaker s1|Macron] [Support a1|“wants the war to end and says so”].", "mixed"),
        ("[Speaker s1|He] also [Support a1|“wants the war to end”].", "mixed"),
        ("[Speaker s1|Macron] said [Support a1|“wants must wait”].", "direct"),
        ("[Speaker s1|Macron] [Support a1|“War must end”] again.", "direct"),
        ("“Yes,” [Speaker s1|he] said, [Support a1|“but war must end.”]", "direct"),
    ],
)
def test_a_quoted_verb_to_a_mention_makes_the_quote_mixed(source: str, value: str) -> None:
    assert derived(source).value("a1", "quote") == value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("[Speaker s1|Macron]: [Support a1|War must end].", "direct"),
        (
            "Q: And now?\n\n[Speaker s1|Macron]: No. It is late. [Support a1|War must end].",
            "direct",
        ),
        ("[Speaker s1|Macron]: [Speaker s2|Putin] said [Support a1|war must end].", "indirect"),
        ("[Relay w1|Macron]: [Speaker s2|He] said [Support a1|war must end].", "indirect"),
        ("[Speaker s1|Macron]: No. [Speaker s2|He] said [Support a1|war must end].", "indirect"),
        ("[Speaker s1|Macron]: [Support a1|war must end]\n\nThe call was long.", "indirect"),
        ("[ceasefire t1|Truce]: [Support a1|War must end].", "indirect"),
        ("[Speaker s1|Macron][Support a1|: War must end].", "direct"),
        ("[Speaker s1|Macron]: Yes.\n\n[Support a1|War must end], he said.", "indirect"),
    ],
)
def test_an_answer_in_an_interview_is_direct_without_marks(source: str, value: str) -> None:
    assert derived(source).value("a1", "quote") == value


def test_the_outlet_quotes_nobody() -> None:
    assert derived("[Oppose a1 voice=outlet|A “truce” is a trap].").value("a1", "quote") == (
        "indirect"
    )
    assert derived("[Oppose a1|A “truce” is a trap], he said.").value("a1", "quote") == "mixed"


@pytest.mark.parametrize(
    ("mention", "entity"),
    [
        ("the statement of the Kremlin", "kremlin"),
        ("A Kremlin readout", "kremlin"),
        ("the Kremlin’s latest communiqué", "kremlin"),
        ("un communiqué de Macron", "macron"),
        ("the press service of the Kremlin", "kremlin"),
        ("spokesman of the Kremlin Vladimir Putin", "putin"),
        ("the letter to the Kremlin", None),
        ("Kremlin critics", None),
        ("critics of the Kremlin", None),
        ("the Kremlin’s friends in Kyiv", None),
        ("supporters of Macron Vladimir Putin", None),
    ],
)
def test_a_thing_that_speaks_has_the_entity_of_its_maker(mention: str, entity: str | None) -> None:
    assert derived(f"[Speaker s1|{mention}] said no.").value("s1", "entity") == entity


def test_what_a_question_does_not_offer_is_left_to_a_person() -> None:
    case = marked("[Speaker s1|Macron and Putin] met [Speaker s2|Zelensky].")
    kind = STARTER.attribute("speaker_type")
    only = kind.model_copy(update={"values": tuple(v for v in kind.values if v != "joint")})
    attributes = tuple(only if item == kind else item for item in STARTER.attributes)
    schema = STARTER.model_copy(update={"attributes": attributes})
    found = derive_attributes(case.spans, case.passage(), schema)
    assert [span.attribute("entity") for span in found] == ["macron+putin", "zelenskyy"]
    assert [span.attribute("speaker_type") for span in found] == [None, "person"]


def with_holder_called(name: str) -> Schema:
    """Another schema: it asks who is meant by another name, and of stances whom they are on."""
    entity = STARTER.attribute("entity")
    target = entity.model_copy(update={"name": "target", "applies_to": ("stance",)})
    renamed = entity.model_copy(update={"name": name})
    others = [item for item in STARTER.attributes if item != entity]
    return STARTER.model_copy(update={"attributes": (target, renamed, *others)})


def test_the_question_who_is_meant_may_have_any_name() -> None:
    schema = with_holder_called("holder")
    case = marked(
        "[Speaker s1|Macron], [Speaker s2|the French president], told "
        "[Speaker s3|Emmanuel Macron]: [Support a1|“War must end.”]"
    )
    passage = case.passage(schema=schema)
    spans = derive_attributes(case.spans, passage, schema)
    assert {span.attribute("speaker_type") for span in spans[:3]} == {"person"}
    links, missing = derive_relations(spans, (), passage, schema)
    assert [(item.head, item.type) for item in links] == [("s3", "says")]
    assert "says" not in {item.relation for item in missing}


def test_a_default_answers_what_nobody_did() -> None:
    case = derived("[Support a1|War must end], as [Speaker s1|Macron] says.")
    assert case.answer("a1", "voice") == Attribute("voice", "attributed", "auto")
    assert case.answer("s1", "voice") is None


given_answers = st.fixed_dictionaries(
    {},
    optional={
        "entity": st.sampled_from(["putin", "macron+putin", "other:a_clerk"]),
        "speaker_type": st.sampled_from(["person", "media", "unnamed"]),
        "quote": st.sampled_from(["direct", "mixed", "indirect"]),
        "voice": st.just("outlet"),
    },
)


@given(given_answers)
def test_a_given_answer_is_never_replaced(answers: dict[str, str]) -> None:
    case = marked("[Speaker s1|Macron] said “[Support a1|war must end]”.")
    own = tuple(Attribute(name, value) for name, value in answers.items())
    spans = [replace(span, attributes=own) for span in case.spans]
    for span in derive_attributes(spans, case.passage(), STARTER):
        assert span.attributes[: len(own)] == own
        names = [item.name for item in span.attributes]
        assert len(names) == len(set(names))
        assert all(item.origin == "auto" for item in span.attributes[len(own) :])


def test_only_the_questions_about_a_label_are_answered() -> None:
    case = derived("[Speaker s1|Macron] said [Support a1|war must end], [ceasefire t1|a truce].")
    names = {span.id: {item.name for item in span.attributes} for span in case.spans}
    assert names == {"s1": {"entity", "speaker_type"}, "a1": {"quote", "voice"}, "t1": set()}


def test_the_only_speaker_of_the_sentence_says_it() -> None:
    case = derived("[Support a1|War must end], said [Speaker s1|he]. [Speaker s2|She] left.")
    assert case.of("says") == {"s1 says a1"}
    assert case.relations[0].origin == "auto"


def test_twins_of_one_entity_count_once() -> None:
    source = (
        "[Speaker s1|Macron] left; asked, [Speaker s2|the French president] said [Oppose a1|no]."
    )
    assert derived(source).of("says") == {"s2 says a1"}


def test_two_mentions_nobody_knows_are_no_twins() -> None:
    case = derived("[Support a1|War must end], said [Speaker s1|he] to [Speaker s2|her].")
    assert case.of("says") == set()
    assert LinkMissing("says", "a1") in case.missing


def test_of_several_speakers_the_nearest_to_the_left_says_it() -> None:
    source = (
        "[Speaker s1|Macron] heard that [Speaker s2|Putin] wanted "
        "[Support a1|a truce], said [Speaker s3|Trump]."
    )
    assert derived(source).of("says") == {"s2 says a1"}


@pytest.mark.parametrize("marker", [", while", ", but", ";", ", whereas"])
def test_a_speaker_of_another_clause_does_not_say_it(marker: str) -> None:
    source = f"[Speaker s1|Macron] left{marker} [Oppose a1|no truce] came from [Speaker s2|Putin]."
    case = derived(source)
    assert case.of("says") == set()
    assert LinkMissing("says", "a1") in case.missing


def test_without_a_marker_the_speaker_on_the_left_says_it() -> None:
    source = "[Speaker s1|Macron] wanted [Oppose a1|no truce] that came from [Speaker s2|Putin]."
    assert derived(source).of("says") == {"s1 says a1"}


def test_clause_markers_are_those_of_the_language() -> None:
    source = "[Speaker s1|Macron] part, mais [Oppose a1|non] vient de [Speaker s2|Putin]."
    assert derived(source, language="fr").of("says") == set()
    assert derived(source, language="fr-CA").of("says") == set()
    assert derived(source, language="FR").of("says") == set()
    assert derived(source, language="en").of("says") == {"s1 says a1"}
    assert derived(source, language="xx").of("says") == {"s1 says a1"}


def test_without_a_language_the_markers_are_english() -> None:
    source = "[Speaker s1|Macron] left, but [Oppose a1|no] came from [Speaker s2|Putin]."
    assert derived(source, language=None).of("says") == set()


@pytest.mark.parametrize("language", ["de", "de-AT", "DE"])
def test_sentences_are_those_of_the_language(language: str) -> None:
    """A full stop behind a number ends no German sentence."""
    source = "[Speaker s1|Macron] will im 2. Gespräch [Support a1|die [ceasefire t1|Waffenruhe]]."
    assert derived(source, language=language).links == {"s1 says a1", "a1 about t1"}


def test_a_marker_is_no_part_of_a_word() -> None:
    source = "[Speaker s1|Macron] ate, butter and all, [Oppose a1|no truce] by [Speaker s2|Putin]."
    assert derived(source).of("says") == {"s1 says a1"}


def test_speakers_inside_the_stance_do_not_count() -> None:
    source = "[Oppose a1|No truce for [Speaker s2|Putin]], said [Speaker s1|Macron]."
    assert derived(source).of("says") == {"s1 says a1"}


def test_the_sentence_of_a_stance_is_the_one_with_its_first_character() -> None:
    source = "[Speaker s1|He] said: “[Support a1|War must end. Now]”. [Speaker s2|She] left."
    assert derived(source).of("says") == {"s1 says a1"}


@pytest.mark.parametrize(
    "source",
    [
        "“Yes,” said [Speaker s1|Macron]. [Support a1|“War must end.”]",
        "“Yes,” said [Speaker s1|Macron]. “It is late. [Support a1|War must end.”]",
        "“It is [Support a1|time to end it]. We all know,” said [Speaker s1|Macron].",
        "[Speaker s1|Macron] said: “It is late. [Support a1|War must end].”",
        "“Yes,” said [Speaker s1|Macron]. “It is late.” [Support a1|“War must end.”]",
    ],
)
def test_a_quotation_is_by_who_is_named_around_it_or_before_it(source: str) -> None:
    case = derived(source)
    assert case.of("says") == {"s1 says a1"}
    assert LinkMissing("says", "a1") not in case.missing


@pytest.mark.parametrize(
    "source",
    [
        "[Speaker s1|Macron] left the room. [Support a1|“War must end.”]",
        "“Yes,” said [Speaker s1|Macron].\n\n[Support a1|“War must end.”]",
        "“Yes,” said [Speaker s1|Macron] to [Speaker s2|Putin]. [Support a1|“War must end.”]",
        "“Yes,” said [Speaker s1|Macron]. [Support a1|War must end].",
        "“Yes, said [Speaker s1|Macron]”. [Support a1|“War must end.”]",
    ],
)
def test_a_quotation_that_could_be_anybodys_is_missing_its_speaker(source: str) -> None:
    case = derived(source)
    assert case.of("says") == set()
    assert LinkMissing("says", "a1") in case.missing


def test_in_an_interview_the_name_before_the_colon_says_the_answer() -> None:
    source = (
        "Q: Is it over?\n\n[Speaker s1|Macron]: No. It is late. [Support a1|War must end].\n\n"
        "Q: And Kyiv?\n\n[Relay w1|Putin]: It is late. [Support a2|War goes on]."
    )
    case = derived(source)
    assert case.of("says") == {"s1 says a1"}
    assert case.of("relays") == {"w1 relays a2"}
    assert LinkMissing("says", "a2") in case.missing


def test_a_relay_does_not_say_but_relays() -> None:
    case = derived(
        "[Relay w1|The Kremlin] said [Support a1|war must end], [Relay w2|Reuters] wrote."
    )
    assert case.of("says") == set()
    assert case.of("relays") == {"w1 relays a1", "w2 relays a1"}


def test_a_relay_of_another_sentence_does_not_relay() -> None:
    case = derived("[Relay w1|Reuters] wrote. [Speaker s1|He] wants [Support a1|a truce].")
    assert case.of("relays") == set()


def test_no_relay_is_nothing_to_miss() -> None:
    case = derived("[Speaker s1|He] wants [Support a1|an end to [ceasefire t1|the war]].")
    assert case.missing == ()


def test_a_stance_is_about_every_topic_inside_it() -> None:
    source = (
        "[Support a1|[ceasefire t1|a truce] and [dialogue t2|calls]] beside [diplomacy t3|talks]"
    )
    assert derived(source).of("about") == {"a1 about t1", "a1 about t2"}


def test_a_stance_without_a_topic_takes_the_only_one_of_its_sentence() -> None:
    source = (
        "On [ceasefire t1|a truce] he was [Support a1|all for it]. [dialogue t2|Calls] went on."
    )
    assert derived(source).of("about") == {"a1 about t1"}


def test_of_two_topics_in_the_sentence_none_is_guessed() -> None:
    case = derived("On [ceasefire t1|a truce] and [dialogue t2|calls] he was [Support a1|glad].")
    assert case.of("about") == set()
    assert LinkMissing("about", "a1") in case.missing


CONDITION = "no [ceasefire t1|peace] without [territory t2|the new lines]"


def twins(one: str, two: str, inside: str = CONDITION, before: str = "He wants ") -> str:
    return f"{before}[{one} a1|[{two} a2|{inside}]]."


def test_stances_on_one_stretch_share_its_topics_out() -> None:
    """A condition on a proposition is Neutral towards it, and the proposition comes first."""
    assert derived(twins("Neutral", "Oppose")).of("about") == {"a1 about t1", "a2 about t2"}
    assert derived(twins("Oppose", "Neutral")).of("about") == {"a1 about t2", "a2 about t1"}


def test_sides_that_are_alike_are_dealt_out_in_order() -> None:
    assert derived(twins("Oppose", "Oppose")).of("about") == {"a1 about t1", "a2 about t2"}


@pytest.mark.parametrize(
    "source",
    [
        twins("Support", "Oppose"),
        twins("Neutral", "Oppose", before="If so, he wants "),
        twins("Neutral", "Oppose", CONDITION + " and [dialogue t3|calls]"),
    ],
)
def test_topics_are_not_shared_out_by_a_guess(source: str) -> None:
    case = derived(source)
    assert case.of("about") == set()
    assert {LinkMissing("about", "a1"), LinkMissing("about", "a2")} <= set(case.missing)


def test_what_a_person_drew_for_one_stance_leaves_the_rest_to_its_twin() -> None:
    case = derived(twins("Support", "Oppose"), "a1 about t2")
    assert case.of("about") == {"a1 about t2", "a2 about t1"}
    assert LinkMissing("about", "a2") not in case.missing


@pytest.mark.parametrize(
    "source",
    [
        twins("Support", "Oppose", "an end to [ceasefire t1|the war]"),
        twins("Support", "Oppose", "an end to it", "On [ceasefire t1|the war] he wants "),
    ],
)
def test_nobody_is_said_to_be_for_and_against_one_topic(source: str) -> None:
    case = derived(source)
    assert case.of("about") == set()
    assert {LinkMissing("about", "a1"), LinkMissing("about", "a2")} <= set(case.missing)
    case = derived(source, "a1 about t1")
    assert case.of("about") == {"a1 about t1"}
    assert LinkMissing("about", "a2") in case.missing


def test_a_stance_that_was_marked_twice_is_about_its_topic_both_times() -> None:
    source = twins("Support", "Support", "an end to [ceasefire t1|the war]")
    assert derived(source).of("about") == {"a1 about t1", "a2 about t1"}
    assert derived(source, "a1 about t1").of("about") == {"a1 about t1", "a2 about t1"}


def test_every_link_can_be_traced_to_the_rule_that_found_it() -> None:
    case = marked(
        "[Speaker s1|Macron] heard [Speaker s2|Putin] want [Support a1|[ceasefire t1|a truce]], "
        "[Relay w1|Reuters] wrote. [Oppose a2|No], said [Speaker s3|Trump]."
    )
    traced = trace_relations(case.spans, (), case.passage(), STARTER)
    found = {(item.kind.name, item.group[0].id): item.step for item in traced}
    assert found == {
        ("says", "a1"): "left_in_clause",
        ("says", "a2"): "only_speaker",
        ("relays", "a1"): "in_sentence",
        ("relays", "a2"): "",
        ("about", "a1"): "inside",
        ("about", "a2"): "",
    }
    links, _ = derive_relations(case.spans, (), case.passage(), STARTER)
    assert links == [link for item in traced for link in item.relations]


def test_what_no_rule_finds_is_missing() -> None:
    case = derived("[Support a1|War must end].")
    assert case.relations == ()
    assert set(case.missing) == {LinkMissing("says", "a1"), LinkMissing("about", "a1")}


@pytest.mark.parametrize("kind", ["says", "relays", "about"])
def test_a_drawn_relation_switches_off_its_own_rule_only(kind: str) -> None:
    source = (
        "[Speaker s1|Macron] heard [Speaker s2|Putin] want [Support a1|[ceasefire t1|a truce]], "
        "[Relay w1|Reuters] wrote. [Relay w2|BFMTV] asked about [dialogue t2|calls]."
    )
    by_rule = {"says": "s2 says a1", "relays": "w1 relays a1", "about": "a1 about t1"}
    by_hand = {"says": "s1 says a1", "relays": "w2 relays a1", "about": "a1 about t2"}
    case = derived(source, by_hand[kind])
    assert case.links == set((by_rule | {kind: by_hand[kind]}).values())
    by_people = [item for item in case.relations if item.origin == "human"]
    assert by_people == [link(by_hand[kind])]


def test_a_drawn_relation_is_kept_as_it_was_drawn() -> None:
    case = derived("[Speaker s1|Macron] wants [Support a1|a truce].", "s1 says a1")
    assert case.relations[0] == link("s1 says a1")


def test_a_relation_to_a_predicted_speaker_is_derived_all_the_same() -> None:
    case = marked("[Speaker s1|Macron] wants [Support a1|a truce].")
    spans = [replace(case["s1"], origin="predicted"), case["a1"]]
    answered = derive_attributes(spans, case.passage(), STARTER)
    relations, _ = derive_relations(answered, (), case.passage(), STARTER)
    assert [span.origin for span in answered] == ["predicted", "human"]
    assert {item.origin for span in answered for item in span.attributes} == {"auto"}
    assert [item.origin for item in relations] == ["auto"]


def test_the_outlets_own_voice_needs_no_speaker() -> None:
    case = derived("[Speaker s1|He] left, [Oppose a1 voice=outlet|rightly refusing].")
    assert case.of("says") == set()
    assert LinkMissing("says", "a1") not in case.missing
    assert LinkMissing("about", "a1") in case.missing


def test_a_relation_to_one_piece_holds_for_the_group() -> None:
    source = (
        "[Support a1|War must end], [Speaker s1|he] said to [Speaker s2|her], "
        "[Support a2|and soon, with [ceasefire t1|a truce]]."
    )
    case = derived(source, "a1 continues a2", "s2 says a2")
    assert case.links == {"a1 continues a2", "s2 says a2", "a1 about t1"}
    assert case.missing == ()


def test_a_derived_link_goes_to_the_first_piece_of_the_group() -> None:
    source = (
        "[Support a1|War must end]. It is late. [Support a2|And soon], said [Speaker s1|he]. "
        "[Support a3|With [ceasefire t1|a truce]]."
    )
    case = derived(source, "a3 continues a2", "a2 continues a1")
    assert case.of("says") == {"s1 says a1"}
    assert case.of("about") == {"a1 about t1"}


def test_a_speaker_inside_any_piece_does_not_count() -> None:
    source = (
        "“[Oppose a1|No truce for [Speaker s2|Putin]], [Oppose a2|none at all],” "
        "said [Speaker s1|Macron]."
    )
    assert derived(source, "a1 continues a2").of("says") == {"s1 says a1"}


def test_the_outlets_voice_on_one_piece_is_that_of_the_group() -> None:
    source = "[Oppose a1|Wrong], said [Speaker s1|he], [Oppose a2 voice=outlet|and wrong again]."
    assert derived(source, "a1 continues a2").of("says") == set()
    assert derived(source).of("says") == {"s1 says a1"}


def test_groups_follow_the_text_and_survive_circles() -> None:
    case = marked("[Support a1|one] [Support a2|two] [Support a3|three] [Support a4|four]")
    circle = [link("a3 continues a1"), link("a1 continues a3"), link("a3 continues a9")]
    found = [[span.id for span in group] for group in groups(case.spans, circle)]
    assert found == [["a1", "a3"], ["a2"], ["a4"]]


def test_a_relation_of_another_kind_joins_nothing() -> None:
    case = marked("[Support a1|one] [Support a2|two]")
    assert len(groups(case.spans, [link("a1 about a2")])) == 2


@given(st.permutations(["a1", "a2", "a3", "a4", "a5"]), st.integers(0, 4))
def test_groups_hold_every_span_once(order: list[str], joined: int) -> None:
    spans = [Span(name, at, at + 1, "stance", "Support") for at, name in enumerate(order)]
    links = [link(f"{order[at]} continues {order[at + 1]}") for at in range(joined)]
    found = groups(spans, links)
    assert sorted(span.id for group in found for span in group) == sorted(order)
    assert len(found) == len(order) - joined
