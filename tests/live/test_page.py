"""A person's walk through the labelling stream, in a real browser; after each step, a pull."""

from __future__ import annotations

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
    BREAD,
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


def where(chunk: Chunk) -> dict[str, Place]:
    return {words: place(chunk.text, label, words) for words, (_, label) in MARKED.items()}


def test_a_walk_through_the_stream(news: Workspace, server: LiveStudio, browser: Browser) -> None:
    nasty, _, _ = prepared(news, NASTY, QUIET, BREAD)
    project = push(news).address
    with person(browser, server.url) as walker:
        walker.log_in(server.login)
        reads_the_instructions(walker, project)
        marks_by_keys(walker, news, nasty)
        comes_back_and_answers_a_question(walker, news, nasty)
        chooses_an_entity_for_a_pronoun(walker, news, nasty)
        draws_arrows(walker, news, nasty)
        changes_an_answer(walker, news, nasty)
        skips(walker, news)
        submits_an_empty_answer(walker, news)


def reads_the_instructions(walker: Person, project: str) -> None:
    told = walker.open_stream(project)
    for words in ("Go through the text twice", "Speaker [q]", "ceasefire [1]", "Hard cases"):
        assert words in told


def marks_by_keys(walker: Person, news: Workspace, chunk: Chunk) -> None:
    """Mark speakers, stances, topics inside them, and a relay; the rules do the rest."""
    for words, (key, _) in MARKED.items():
        walker.mark(key, words)
    assert_surfaces(walker.submit(), chunk.text)
    walker.sees("The lifts of the ministry")

    annotation, at = the_answer(news), where(chunk)
    assert places(annotation) == sorted(at.values())
    assert answers(annotation) == {
        at[FERRAN]: {"entity": ("ferran", "auto"), "speaker_type": ("person", "auto")},
        at[NEEDED]: INDIRECT,
        at[KEEP]: DIRECT,
        at[WELL]: DIRECT,
        **{at[words]: {} for words in (SHE, NOTE, TRUCE, VILLAGE)},
    }
    assert arrows(annotation) == {
        ("says", at[FERRAN], at[NEEDED], "auto"),
        ("about", at[NEEDED], at[TRUCE], "auto"),
        ("says", at[SHE], at[KEEP], "auto"),
        ("says", at[SHE], at[WELL], "auto"),
        ("about", at[KEEP], at[VILLAGE], "auto"),
        ("about", at[WELL], at[VILLAGE], "auto"),  # the only topic of its sentence
    }


def comes_back_and_answers_a_question(walker: Person, news: Workspace, chunk: Chunk) -> None:
    walker.go_back()
    walker.sees("On Tuesday the judge", regions=len(MARKED))
    walker.select(NUMBER[KEEP])
    walker.answer("x", "mixed")
    assert_surfaces(walker.update(), chunk.text)
    annotation, at = the_answer(news), where(chunk)
    assert places(annotation) == sorted(at.values())
    assert answers(annotation)[at[KEEP]] == {"quote": ("mixed", "human"), **ATTRIBUTED}
    assert answers(annotation)[at[WELL]] == DIRECT


def chooses_an_entity_for_a_pronoun(walker: Person, news: Workspace, chunk: Chunk) -> None:
    walker.select(NUMBER[SHE])
    walker.choose_entities("Mira Dolan")
    walker.update()
    annotation, at = the_answer(news), where(chunk)
    assert answers(annotation)[at[SHE]] == {
        "entity": ("dolan", "human"),
        "speaker_type": ("person", "auto"),
    }


def draws_arrows(walker: Person, news: Workspace, chunk: Chunk) -> None:
    """Join two pieces of one quote; an arrow drawn the wrong way is turned round at pull."""
    walker.relate(NUMBER[KEEP], NUMBER[WELL])
    walker.relate(NUMBER[WELL], NUMBER[SHE])
    walker.update()
    annotation, at = the_answer(news), where(chunk)
    assert arrows(annotation) == {
        ("says", at[FERRAN], at[NEEDED], "auto"),
        ("about", at[NEEDED], at[TRUCE], "auto"),
        ("continues", at[KEEP], at[WELL], "human"),
        ("says", at[SHE], at[WELL], "human"),
        ("about", at[KEEP], at[VILLAGE], "auto"),
    }


def changes_an_answer(walker: Person, news: Workspace, chunk: Chunk) -> None:
    """Another choice for a question, and a span deleted; the arrows drawn before stay."""
    before = arrows(the_answer(news))
    walker.select(NUMBER[KEEP])
    walker.answer("z", "direct")
    walker.let_go()
    walker.select(NUMBER[NOTE])
    walker.key("Backspace")
    walker.sees("On Tuesday the judge", regions=len(MARKED) - 1)
    walker.update()
    annotation, at = the_answer(news), where(chunk)
    assert places(annotation) == sorted(at[words] for words in MARKED if words != NOTE)
    assert answers(annotation)[at[KEEP]] == {"quote": ("direct", "human"), **ATTRIBUTED}
    assert arrows(annotation) == before


def skips(walker: Person, news: Workspace) -> None:
    walker.go_on()
    walker.sees("The lifts of the ministry")
    assert walker.skip()["was_cancelled"]
    walker.sees("The bakers of the northern districts")
    labels = pulled(news)
    assert [bool(one.spans) for one in labels.annotations] == [True, False]
    assert [one.skipped for one in labels.annotations] == [False, True]


def submits_an_empty_answer(walker: Person, news: Workspace) -> None:
    """Nothing here is an answer, and no skip."""
    assert walker.submit()["result"] == []
    labels = pulled(news)
    assert [one.skipped for one in labels.annotations] == [False, True, False]
    assert labels.annotations[2].spans == ()
    assert not labels.findings


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
        annotator.submit()
        second.submit()
        labels = pulled(news)
        at = where(chunk)
        found = {one.annotator: places(one) for one in labels.annotations}
        assert sorted(found.values()) == sorted([[at[FERRAN]], sorted([at[NEEDED], at[TRUCE]])])
        assert not labels.findings
