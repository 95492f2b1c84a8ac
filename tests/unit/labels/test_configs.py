from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.labels.configs import Config, Configs, moment, staleness
from tests.unit.labels.marked import STARTER
from tests.unit.labels.rows import answered, applied

NEXT = STARTER.model_copy(update={"version": "2.1.0"})


@pytest.mark.parametrize(
    ("version", "stale"),
    [("1.9.9", True), ("0.1.0", True), ("2.0.0", False), ("2.1.0", False), ("3.0.0", False)],
)
def test_an_answer_is_stale_by_a_major_step_only(version: str, stale: bool) -> None:
    assert (staleness(Config(version, ""), NEXT, []) is not None) == stale


def test_what_the_page_had_and_the_schema_has_no_longer_is_named() -> None:
    config = Config("2.0.0", '<Label value="Doubt &amp; &quot;fear&quot;"/>')
    told = staleness(config, NEXT, ['Doubt & "fear"', "Suport"])
    assert told is not None
    assert "Doubt" in told
    assert "Suport" not in told


def test_what_no_page_ever_had_is_not_stale() -> None:
    assert staleness(Config("2.1.0", '<Label value="Doubt"/>'), NEXT, ["Suport"]) is None


def test_a_time_without_a_zone_is_utc() -> None:
    assert moment("2031-03-10T08:00:00") == moment("Mon, 10 Mar 2031 08:00:00 GMT")


def test_rows_about_anything_but_a_page_are_passed_over() -> None:
    rows = [applied("1.0.0", "2031-03-01T08:00:00Z"), {"event": "settings", "at": "2031-03-02"}]
    config = Configs(rows).in_force(answered("c-1"))
    assert config is not None
    assert config.version == "1.0.0"


@given(st.lists(st.integers(0, 50), max_size=12), st.integers(0, 50))
def test_the_page_in_force_is_the_last_applied_before(hours: list[int], saved: int) -> None:
    rows = [applied(f"1.{hour}.0", _hour(hour)) for hour in hours]
    config = Configs(rows).in_force(answered("c-1", at=_hour(saved)))
    before = [hour for hour in hours if hour <= saved]
    assert (config.version if config else None) == (f"1.{max(before)}.0" if before else None)


def _hour(hour: int) -> str:
    return f"2031-03-{1 + hour // 24:02}T{hour % 24:02}:00:00Z"
