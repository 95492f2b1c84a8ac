"""A person's walk through the labelling stream, in a real browser; after each step, a pull."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser

from annotate.corpus.articles import Chunk
from annotate.studio.client import Studio
from annotate.studio.invite import sign_up
from annotate.studio.push import push
from annotate.studio.server import Login
from annotate.workspace import Workspace
from scripts.servers import LiveStudio
from tests.live.desk import (
    DOORS,
    NASTY,
    QUIET,
    Place,
    answers,
    arrows,
    assert_surfaces,
    place,
    places,
    prepared,
    pulled,
    the_answer,
    with_settings,
)
from tests.live.page import Person, person

pytest_plugins = ["tests.live.page_fixtures"]
pytestmark = pytest.mark.browser

FERRAN = "President Aldo Ferran"
TRUCE = "an immediate\u00a0truce"
NEEDED = f"{TRUCE} 🕊️ was needed in Nov̂a"
KEEP = "“We keep every 𝐯illage,”"
VILLAGE = "every 𝐯illage"
SHE = "she"
WELL = "“and every well 🏞️ of it.”"
NOTE = "سلام عليكم"
# In the order of the walk, which numbers the spans on the page.
MARKED = {
    FERRAN: ("q", "Speaker"),
    NEEDED: ("a", "Support"),
    TRUCE: ("1", "ceasefire"),
    KEEP: ("a", "Support"),
    VILLAGE: ("2", "territory"),
    SHE: ("q", "Speaker"),
    WELL: ("d", "Neutral"),
    NOTE: ("w", "Relay"),
}
NUMBER = {words: number for number, words in enumerate(MARKED, 1)}
ATTRIBUTED = {"voice": ("attributed", "auto")}
INDIRECT = {"quote": ("indirect", "auto"), **ATTRIBUTED}
DIRECT = {"quote": ("direct", "auto"), **ATTRIBUTED}


Record = Callable[[str, object], None]
Answer = dict[str, tuple[str, str]]
Arrow = tuple[str, str, str, str]


@dataclass
class Standing:
    """What a person has said so far, by the words: each step changes it as it changes the page."""

    news: Workspace
    chunk: Chunk
    answers: dict[str, Answer]
    arrows: set[Arrow]

    def is_pulled(self, sent: Mapping[str, Any]) -> None:
        """Pull, and compare spans, answers, arrows and surfaces with what was said."""
        assert_surfaces(sent, self.chunk.text)
        found, at = the_answer(self.news), where(self.chunk)
        assert places(found) == sorted(at[words] for words in self.answers)
        assert answers(found) == {at[words]: said for words, said in self.answers.items()}
        assert arrows(found) == {
            (kind, at[head], at[tail], origin) for kind, head, tail, origin in self.arrows
        }


def where(chunk: Chunk) -> dict[str, Place]:
    return {words: place(chunk.text, label, words) for words, (_, label) in MARKED.items()}


def test_a_walk_through_the_stream(
    news: Workspace, server: LiveStudio, browser: Browser, record_property: Record
) -> None:
    nasty, _, _ = prepared(news, NASTY, QUIET, DOORS)
    project = push(news).address
    said = Standing(news, nasty, {}, set())
    with person(browser, server.url) as walker:
        steps: list[partial[None]] = [
            partial(logs_in, walker, server.login),
            partial(reads_the_instructions, walker, project),
            *(partial(step, walker, said) for step in ON_THE_CHUNK),
            partial(skips, walker, news),
            partial(submits_an_empty_answer, walker, news),
        ]
        for step in steps:
            began = time.monotonic()
            step()
            record_property(step.func.__name__, round(time.monotonic() - began, 1))


def logs_in(walker: Person, login: Login) -> None:
    walker.log_in(login)


def reads_the_instructions(walker: Person, project: str) -> None:
    told = walker.open_stream(project)
    for words in ("Go through the text twice", "Speaker [q]", "ceasefire [1]", "Hard cases"):
        assert words in told


def marks_by_keys(walker: Person, said: Standing) -> None:
    """Mark speakers, stances, topics inside them, and a relay; the rules do the rest."""
    for words, (key, _) in MARKED.items():
        walker.mark(key, words)
    sent = walker.submit()
    walker.sees("of the ministry were out of order")
    said.answers = {
        FERRAN: {"entity": ("ferran", "auto"), "speaker_type": ("person", "auto")},
        NEEDED: INDIRECT,
        KEEP: DIRECT,
        WELL: DIRECT,
        **{words: {} for words in (SHE, NOTE, TRUCE, VILLAGE)},
    }
    said.arrows = {
        ("says", FERRAN, NEEDED, "auto"),
        ("about", NEEDED, TRUCE, "auto"),
        ("says", SHE, KEEP, "auto"),
        ("says", SHE, WELL, "auto"),
        ("about", KEEP, VILLAGE, "auto"),
        ("about", WELL, VILLAGE, "auto"),  # the only topic of its sentence
    }
    said.is_pulled(sent)


def comes_back_and_answers_a_question(walker: Person, said: Standing) -> None:
    walker.go_back()
    walker.sees("On Tuesday the judge", regions=len(MARKED))
    walker.select(NUMBER[KEEP])
    walker.answer("x", "mixed")
    said.answers[KEEP] = {"quote": ("mixed", "human"), **ATTRIBUTED}
    said.is_pulled(walker.update())


def chooses_an_entity_for_a_pronoun(walker: Person, said: Standing) -> None:
    walker.select(NUMBER[SHE])
    walker.choose_entities("Mira Dolan")
    said.answers[SHE] = {"entity": ("dolan", "human"), "speaker_type": ("person", "auto")}
    said.is_pulled(walker.update())


def draws_arrows(walker: Person, said: Standing) -> None:
    """Join two pieces of one quote; an arrow drawn the wrong way is turned round at pull."""
    walker.relate(NUMBER[KEEP], NUMBER[WELL])
    walker.relate(NUMBER[WELL], NUMBER[SHE])
    said.arrows = {
        ("says", FERRAN, NEEDED, "auto"),
        ("about", NEEDED, TRUCE, "auto"),
        ("continues", KEEP, WELL, "human"),
        ("says", SHE, WELL, "human"),
        ("about", KEEP, VILLAGE, "auto"),
    }
    said.is_pulled(walker.update())


def changes_an_answer(walker: Person, said: Standing) -> None:
    """Another choice for a question, and a span deleted; the arrows drawn before stay."""
    walker.select(NUMBER[KEEP])
    walker.answer("z", "direct")
    walker.let_go()
    walker.delete(NUMBER[NOTE])
    said.answers[KEEP] = {"quote": ("direct", "human"), **ATTRIBUTED}
    del said.answers[NOTE]
    said.is_pulled(walker.update())


ON_THE_CHUNK = (
    marks_by_keys,
    comes_back_and_answers_a_question,
    chooses_an_entity_for_a_pronoun,
    draws_arrows,
    changes_an_answer,
)


def skips(walker: Person, news: Workspace) -> None:
    walker.go_on()
    walker.sees("of the ministry were out of order")
    assert walker.skip()["was_cancelled"]
    walker.sees("hangs a note")
    labels = pulled(news)
    assert [bool(one.spans) for one in labels.annotations] == [True, False]
    assert [one.skipped for one in labels.annotations] == [False, True]


def submits_an_empty_answer(walker: Person, news: Workspace) -> None:
    """Nothing here is an answer, and no skip."""
    assert walker.submit()["result"] == []
    labels = pulled(news)
    assert [one.skipped for one in labels.annotations] == [False, True, False]
    empty = labels.annotations[2]
    assert (empty.spans, empty.relations) == ((), ())
    assert not labels.findings


def test_a_stance_over_a_speaker_with_topics_inside_comes_back_whole(
    news: Workspace, annotator: Person
) -> None:
    """Three layers on one word, marked from the inside out; each is found again by its number."""
    (chunk,) = prepared(news, NASTY)
    annotator.open_stream(push(news).address)
    marked = (
        ("q", "Speaker", FERRAN),
        ("a", "Support", f"{FERRAN} said that {TRUCE} 🕊️ was needed"),
        ("1", "ceasefire", TRUCE),
        ("8", "dialogue", "Ferran said that"),
    )
    for key, _, words in marked:
        annotator.mark(key, words)
    annotator.select(2)
    annotator.answer("v", "attributed")
    assert_surfaces(annotator.submit(), chunk.text)
    found = the_answer(news)
    at = {label: place(chunk.text, label, words) for _, label, words in marked}
    assert places(found) == sorted(at.values())
    assert answers(found)[at["Support"]]["voice"] == ("attributed", "human")
    assert {(kind, head, tail) for kind, head, tail, _ in arrows(found)} == {
        ("about", at["Support"], at["ceasefire"]),
        ("about", at["Support"], at["dialogue"]),
    }  # a Speaker inside a stance does not count as who says it


def test_two_people_on_one_chunk_do_not_see_each_other(
    news: Workspace, server: LiveStudio, studio: Studio, browser: Browser, annotator: Person
) -> None:
    news = with_settings(news, annotators_per_chunk=2)
    (chunk,) = prepared(news, NASTY)
    report = push(news)
    login = Login(f"{report.project_id}@annotate.example", "a-long-password", "")
    sign_up(studio.invite_link(), login.email, login.password)
    with person(browser, server.url) as second:
        second.log_in(login)
        for one in (annotator, second):
            one.open_stream(report.address)
            assert one.regions == 0
        annotator.mark("q", FERRAN)
        second.mark("a", NEEDED)
        second.mark("1", TRUCE)
        for one in (annotator, second):
            assert_surfaces(one.submit(), chunk.text)
    labels = pulled(news)
    assert len({one.annotator for one in labels.annotations}) == 2
    at = where(chunk)
    found = {len(one.spans): one for one in labels.annotations}
    assert places(found[1]) == [at[FERRAN]]
    assert places(found[2]) == sorted([at[NEEDED], at[TRUCE]])
    assert answers(found[2]) == {at[NEEDED]: INDIRECT, at[TRUCE]: {}}
    assert arrows(found[1]) == set()
    assert arrows(found[2]) == {("about", at[NEEDED], at[TRUCE], "auto")}
    assert [link.relation for link in found[2].missing] == ["says"]  # nobody is marked who says it
    assert not labels.findings
