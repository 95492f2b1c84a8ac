from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from annotate.release.proof.sightings import Sightings, Thing, key_of

NOTES = st.lists(
    st.tuples(
        st.builds(Thing, st.integers(0, 3), st.sampled_from("abcdé")),
        st.sampled_from(["test", "train", "validation"]),
    ),
    max_size=40,
)


def noted(notes: list[tuple[Thing, str]]) -> tuple[Sightings, dict[Thing, set[str]]]:
    """Note things both ways: in columns, and in a plain dictionary."""
    seen, plain = Sightings(room=4), dict[Thing, set[str]]()
    for thing, split in notes:
        seen.note(thing, split)
        plain.setdefault(thing, set()).add(split)
    return seen, plain


@given(NOTES)
def test_what_stands_in_two_splits_is_what_a_dictionary_finds(notes):
    seen, plain = noted(notes)
    assert seen.apart() == {key_of(thing) for thing, splits in plain.items() if len(splits) > 1}


@given(NOTES, NOTES)
def test_the_splits_of_a_thing_are_found_whatever_is_noted_later(notes, later):
    seen, plain = noted(notes)
    for thing, splits in plain.items():
        assert sorted(seen.splits_of(thing)) == sorted(splits)
    for thing, split in later:
        seen.note(thing, split)
        plain.setdefault(thing, set()).add(split)
    for thing, splits in plain.items():
        assert sorted(seen.splits_of(thing)) == sorted(splits)


def test_nothing_was_seen():
    assert Sightings().apart() == set()
    assert list(Sightings().splits_of(Thing(0, "a"))) == []


def test_things_that_come_again_and_again_take_no_more_room():
    seen = Sightings(room=10)
    for number in range(1000):
        seen.note(Thing(0, str(number % 8)), "train")
    assert len(seen) <= 16


def test_a_thing_that_is_seen_again_at_once_takes_no_room():
    seen = Sightings()
    for _ in range(1000):
        seen.note(Thing(0, "a"), "train")
    assert len(seen) == 1
