"""Which articles go to several people."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from annotate.studio.overlap import is_shared, wanted_overlap
from annotate.workspace import StudioSettings

names = st.text(min_size=1)
shares = st.floats(0, 1)


@given(names, shares, shares, st.integers(0, 9))
def test_a_larger_share_keeps_whom_a_smaller_one_drew(
    name: str, one: float, other: float, seed: int
) -> None:
    small, large = (
        StudioSettings(overlap_share=share, overlap_seed=seed) for share in sorted((one, other))
    )
    assert not is_shared(name, small) or is_shared(name, large)


@given(names)
def test_none_and_all_are_none_and_all(name: str) -> None:
    assert not is_shared(name, StudioSettings(overlap_share=0))
    assert is_shared(name, StudioSettings(overlap_share=1))


def test_the_share_is_about_what_was_asked_for_and_the_seed_draws_others() -> None:
    drawn = [
        {n for n in range(2000) if is_shared(f"a{n}", StudioSettings(overlap_share=0.2, **seed))}
        for seed in ({"overlap_seed": 1}, {"overlap_seed": 2})
    ]
    assert all(340 < len(each) < 460 for each in drawn)
    assert drawn[0] != drawn[1]


def test_shared_articles_go_to_more_people() -> None:
    settings = StudioSettings(overlap_share=1, annotators_per_chunk=1, overlap_annotators=3)
    assert wanted_overlap("a", settings) == 3
    assert wanted_overlap("a", settings.model_copy(update={"overlap_share": 0})) == 1
