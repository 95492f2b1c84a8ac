from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.labels.entities import Gazetteer
from tests.unit.labels.marked import GAZETTEER, SCHEMAS, STARTER
from tests.unit.labels.texts import nasty_texts

NAMES = [(name, entity.id) for entity in STARTER.entities for name in entity.names]


@pytest.mark.parametrize(("name", "entity"), NAMES)
def test_every_name_of_the_schema_is_known(name: str, entity: str) -> None:
    assert GAZETTEER.entity_of(name) == entity


@pytest.mark.parametrize(
    ("mention", "entity"),
    [
        ("EMMANUEL MACRON", "macron"),
        ("emmanuel\u00a0\n macron", "macron"),
        ("Macron’s", "macron"),
        ("Macron's", "macron"),
        ("French President Emmanuel Macron", "macron"),
        ("Macron, the French president", "macron"),
        ("L’ÉLYSÉE PALACE", "elysee"),
    ],
)
def test_a_mention_of_one_entity_is_found(mention: str, entity: str) -> None:
    assert GAZETTEER.entity_of(mention) == entity


@pytest.mark.parametrize(
    "mention",
    [
        "Macron and Putin",
        "Putin and Macron",
        "Macron & Putin",
        "Macron et Putin",
        "Macron и Putin",
        "Macron e Putin",
        "Macron, Putin",
        "Putin, and Macron",
        "Emmanuel Macron and the Russian president",
        "Macron and Putin’s",
    ],
)
def test_joined_names_are_one_joint_speaker_in_one_order(mention: str) -> None:
    assert GAZETTEER.entity_of(mention) == "macron+putin"


def test_three_can_be_joined() -> None:
    assert GAZETTEER.entity_of("Putin, Macron and Trump") == "macron+putin+trump"


@pytest.mark.parametrize("mention", ["Macron of France", "Putin, who had called Macron"])
def test_names_that_are_not_joined_are_not_guessed(mention: str) -> None:
    assert GAZETTEER.entity_of(mention) is None


@pytest.mark.parametrize("mention", ["he", "both sides", "", "Macrony", "Parisian", "Trumpet"])
def test_a_name_inside_another_word_is_no_name(mention: str) -> None:
    assert GAZETTEER.entity_of(mention) is None


@pytest.mark.parametrize(
    "mention",
    [
        "critics of Macron",
        "Macron's critics",
        "Macron’s critics",
        "anti-Trump protesters",
        "an aide to Macron",
        "residents of Kyiv",
        "Macron and his aides",
        "les conseillers de Macron",
    ],
)
def test_a_name_that_describes_somebody_else_names_nobody(mention: str) -> None:
    assert GAZETTEER.entity_of(mention) is None


@pytest.mark.parametrize(
    "mention", ["French President Emmanuel Macron", "Macron, who had called", "President Macron"]
)
def test_a_title_before_and_a_clause_behind_do_not_hide_a_name(mention: str) -> None:
    assert GAZETTEER.entity_of(mention) == "macron"


def test_the_longest_name_counts() -> None:
    assert GAZETTEER.entity_of("the Élysée Palace") == "elysee"


def test_a_schema_without_entities_knows_nobody() -> None:
    text = (SCHEMAS / "starter.yaml").read_text(encoding="utf-8")
    assert "entities:" in text
    assert Gazetteer.of(STARTER.model_copy(update={"entities": ()})).entity_of("Macron") is None


@pytest.mark.parametrize("mention", ["İran", "ıran", "\u212ayiv"])
def test_letters_that_fold_in_two_ways_break_nothing(mention: str) -> None:
    """Python's `re` takes the Turkish letters for an i, `casefold` does not."""
    assert GAZETTEER.entity_of(mention) in {"iran", "ukraine", None}


@given(st.lists(st.sampled_from([name for name, _ in NAMES]) | nasty_texts, max_size=5))
def test_whatever_is_found_is_in_the_schema(parts: list[str]) -> None:
    found = GAZETTEER.entity_of(" ".join(parts))
    if found is not None:
        ids = found.split("+")
        assert ids == sorted(set(ids))
        assert set(ids) <= {entity.id for entity in STARTER.entities}
