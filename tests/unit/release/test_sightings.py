from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from annotate.release.proof.opened import Part
from annotate.release.proof.sightings import Sightings

PARTS = [
    Part(f"{config}/{split}", config, split, Path())
    for config in ("articles", "spans")
    for split in ("test", "train")
]
NOTES = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from("abcdé"), st.integers(0, 3)), max_size=40
)


def noted(notes: list[tuple[int, str, int]]) -> tuple[Sightings, dict[tuple[int, str], dict]]:
    """Note things both ways: in columns, and in a plain dictionary."""
    seen, plain = Sightings(), dict[tuple[int, str], dict[str, str]]()
    for row, (kind, name, part) in enumerate(sorted(notes, key=lambda note: note[2])):
        seen.note(kind, name, PARTS[part], row)
        firsts = plain.setdefault((kind, name), {})
        firsts.setdefault(PARTS[part].split, f"{PARTS[part].name}, row {row}")
    return seen, plain


@given(NOTES)
def test_what_stands_in_two_splits_is_what_a_dictionary_finds(notes):
    seen, plain = noted(notes)
    found = [{each.part.split: each.place for each in places} for places in seen.apart()]
    assert found == [firsts for firsts in plain.values() if len(firsts) > 1]


@given(NOTES)
def test_the_first_row_in_each_split_is_found_by_name(notes):
    seen, plain = noted(notes)
    for kind in range(4):
        for name in "abcdé":
            found = {each.part.split: each.place for each in seen.of(kind, name)}
            assert found == plain.get((kind, name), {})


def test_nothing_was_seen():
    assert list(Sightings().apart()) == []
    assert Sightings().of(0, "a") == []


def test_a_thing_that_is_seen_again_at_once_takes_no_room():
    seen = Sightings()
    for row in range(1000):
        seen.note(0, "a", PARTS[0], row)
    assert len(seen) == 1
