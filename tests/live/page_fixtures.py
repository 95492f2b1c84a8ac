"""Fixtures of the browser tests: one browser a module, and somebody who is logged in."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState

from annotate.workspace import Workspace
from scripts.servers import LiveStudio
from tests.live.desk import with_schema, with_settings
from tests.live.page import Person, chromium, person


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def known(browser: Browser, server: LiveStudio) -> StorageState:
    """The session of the operator, who logged in once."""
    with person(browser, server.url) as operator:
        return operator.log_in(server.login)


@pytest.fixture
def annotator(browser: Browser, server: LiveStudio, known: StorageState) -> Iterator[Person]:
    with person(browser, server.url, known=known) as operator:
        yield operator


@pytest.fixture
def news(empty: Workspace) -> Workspace:
    """A workspace with the sample's schema, whose entities the texts name; nothing is predicted."""
    sample = files("annotate") / "sample" / "label_config" / "schema.yaml"
    return with_settings(with_schema(empty, Path(str(sample))), predictions="false")
