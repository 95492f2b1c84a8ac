from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
FLOORS = {"tuning": 0.95, "held": 0.95, "fresh": 0.93}  # F1 by visible characters
TITLES = {"tuning": 0.85, "held": 0.75, "fresh": 0.75}


@pytest.fixture(scope="module")
def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_body", ROOT / "scripts" / "score_body.py")
    assert spec is not None
    assert spec.loader is not None
    sys.path.insert(0, str(ROOT / "scripts"))  # where its neighbours are
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def halves(scorer: ModuleType) -> dict[str, list[Any]]:
    return scorer.halves()


@pytest.mark.parametrize("half", FLOORS)
def test_the_bodies_of_the_marked_scrapes_are_found(
    scorer: ModuleType, halves: dict[str, list[Any]], half: str
) -> None:
    figures = scorer.score_folder(halves[half])["all"]
    assert figures["f1"] >= FLOORS[half]
    assert figures["titles"] >= TITLES[half]


def test_no_text_is_in_two_folders_and_each_has_many_layouts_and_languages(
    halves: dict[str, list[Any]],
) -> None:
    texts = [scrape.text for half in halves.values() for scrape in half]
    assert len(set(texts)) == len(texts) >= 40
    for half in halves.values():
        assert len({scrape.layout for scrape in half}) >= 6
        assert len({scrape.lang for scrape in half}) >= 4


def test_every_scrape_is_read_with_its_body_and_the_title_that_stands_in_it(
    halves: dict[str, list[Any]],
) -> None:
    for half in halves.values():
        for scrape in half:
            assert scrape.body
            plain = " ".join(scrape.text.split())
            assert scrape.title is None or " ".join(scrape.title.split()) in plain
