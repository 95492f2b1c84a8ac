"""What the rules save a person, counted by the browser; `scripts/bench actions` does it whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState

from scripts.bench_actions import SHARE, WAYS, measure, share, told
from scripts.servers import LiveStudio

pytest_plugins = ["tests.live.page_fixtures"]
pytestmark = pytest.mark.browser

PART = 600  # characters of the typical chunk


def test_with_the_rules_a_chunk_takes_less_than_three_fifths_of_the_actions(
    server: LiveStudio, browser: Browser, known: StorageState, tmp_path: Path
) -> None:
    ways = [way for way in WAYS if way.name in {"unnamed", "derived"}]
    outcomes = [measure(way, tmp_path / way.name, server, (browser, known), PART) for way in ways]
    print(told(outcomes))
    assert share(outcomes, "derived", "unnamed") < SHARE
    # Both ways end at the same: every span, answer and arrow of the gold.
    assert [outcome.right for outcome in outcomes] == [outcome.wanted for outcome in outcomes]
