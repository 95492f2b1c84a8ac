"""Where the page itself stores a wrong span: shown in a real browser, and found at pull."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from annotate.corpus.articles import Chunk
from annotate.studio.client import Studio
from annotate.studio.push import push
from annotate.workspace import Workspace
from tests.live.desk import (
    NASTY,
    answers,
    assert_surfaces,
    place,
    places,
    prepared,
    pulled,
    the_answer,
)
from tests.live.page import Person

pytest_plugins = ["tests.live.page_fixtures"]
pytestmark = pytest.mark.browser

# Chromium 156 hides the `area` that a handle is made of by itself; this is how others show it.
HANDLES_SHOWN = ".htx-highlight area { display: inline-block; }"


@dataclass(frozen=True)
class PulledBorder:
    """A handle of `marked` that is dragged to the edge of `to`, and lands `shift` too far right.

    The letters beyond U+FFFF count that stand before it in its own piece of the page: from the
    beginning of the line, or from the span itself.
    """

    told: str
    marked: str
    side: str
    to: str
    shift: int

    def stored(self, chunk: Chunk) -> tuple[int, int]:
        _, start, end = place(chunk.text, "", self.marked)
        _, first, last = place(chunk.text, "", self.to)
        return (first + self.shift, end) if self.side == "left" else (start, last + self.shift)


PULLED = (
    PulledBorder("left, past three", "spring", "left", "before", 3),
    PulledBorder("right, past a flag", "there", "right", "had", 2),
    PulledBorder("in a line without any", "a second call", "left", "gave", 0),
)

# What is dragged over, and what the page makes of it where that differs: it takes whole words,
# and after letters beyond U+FFFF the mark that follows them.
SELECTIONS = {
    "judge 👩‍⚖️ put": None,
    "oat\u00a0aga": "𝐜oat\u00a0again",
    "an immediate\u00a0truce 🕊️": None,
    "Nov̂a": None,
    "spring.\n\nThen": None,
    "in  with": None,
    "سلام عليكم": None,
    "👨‍👩‍👧": "👨‍👩‍👧.",
    "𝐯illage,": "𝐯illage,”",
    "every well 🏞️ of": None,
    "🇻🇱": None,
    "bread.": None,
    "date for a second call": None,
}


def test_every_kind_of_selection_is_stored_at_its_code_points(
    news: Workspace, annotator: Person
) -> None:
    (chunk,) = prepared(news, NASTY)
    annotator.open_stream(push(news).address)
    for words in SELECTIONS:
        annotator.mark("1", words)
    sent = annotator.submit()
    assert_surfaces(sent, chunk.text)
    stored = [item["value"] for item in sent["result"]]
    expected = [place(chunk.text, "", taken or words) for words, taken in SELECTIONS.items()]
    assert [("", value["start"], value["end"]) for value in stored] == expected


def test_marks_that_the_page_takes_along_are_trimmed_and_the_raw_borders_kept(
    news: Workspace, annotator: Person
) -> None:
    (chunk,) = prepared(news, NASTY)
    annotator.open_stream(push(news).address)
    annotator.mark("1", "👨‍👩‍👧")
    annotator.mark("2", "𝐯illage,")
    annotator.submit()
    annotation = the_answer(news)
    assert places(annotation) == [
        place(chunk.text, "ceasefire", "👨‍👩‍👧"),
        place(chunk.text, "territory", "𝐯illage,"),
    ]
    raw = {chunk.text[span.raw_start : span.raw_end] for span in annotation.spans}
    assert raw == {"👨‍👩‍👧.", "𝐯illage,”"}


def test_backward_drags_and_double_clicks_are_stored_like_drags(
    news: Workspace, annotator: Person
) -> None:
    (chunk,) = prepared(news, NASTY)
    annotator.open_stream(push(news).address)
    start, end = annotator.ends_of("every proposal with care")
    annotator.pick_label("1")
    annotator.drag_between(end, start)
    annotator.sees("every proposal", regions=1)
    (left, top), (right, _) = annotator.ends_of("Nov̂a")
    annotator.pick_label("2")
    annotator.page.mouse.dblclick((left + right) / 2, top)
    annotator.sees("every proposal", regions=2)
    assert_surfaces(annotator.submit(), chunk.text)
    assert places(the_answer(news)) == [
        place(chunk.text, "ceasefire", "every proposal with care"),
        place(chunk.text, "territory", "Nov̂a"),
    ]


def test_a_border_cannot_be_pulled_for_its_handles_are_gone(
    news: Workspace, annotator: Person
) -> None:
    (chunk,) = prepared(news, NASTY)
    annotator.open_stream(push(news).address)
    annotator.page.add_style_tag(content=HANDLES_SHOWN)
    annotator.select(annotator.mark("1", "spring"))
    handles = annotator.page.locator(".htx-highlight area")
    expect(handles).to_have_count(2)
    expect(handles.filter(visible=True)).to_have_count(0)
    annotator.submit()
    assert places(the_answer(news)) == [place(chunk.text, "ceasefire", "spring")]


@pytest.mark.parametrize("pulled_border", PULLED, ids=[one.told for one in PULLED])
def test_without_our_style_a_pulled_border_is_shifted_and_its_span_set_aside(
    news: Workspace, studio: Studio, annotator: Person, pulled_border: PulledBorder
) -> None:
    (chunk,) = prepared(news, NASTY)
    report = push(news)
    without_our_style(studio, report.project_id)
    annotator.open_stream(report.address)
    annotator.page.add_style_tag(content=HANDLES_SHOWN)
    annotator.select(annotator.mark("1", pulled_border.marked))
    annotator.pull_border(pulled_border.side, pulled_border.to)
    sent = annotator.submit()
    (value,) = [item["value"] for item in sent["result"]]
    assert (value["start"], value["end"]) == pulled_border.stored(chunk)
    assert_surfaces(sent, chunk.text)  # so the stored words do not give it away

    labels = pulled(news)
    (annotation,) = labels.annotations
    if not pulled_border.shift:
        assert places(annotation) == [("ceasefire", *pulled_border.stored(chunk))]
        assert not labels.findings
        return
    assert places(annotation) == []
    (finding,) = labels.findings
    assert (finding.code, finding.severity) == ("resize-astral", "error")
    assert "mark the words anew" in finding.message


def without_our_style(studio: Studio, project_id: int) -> None:
    config = studio.project(project_id)["label_config"]
    plain = re.sub(r"<Style>.*?</Style>", "", config, flags=re.DOTALL)
    studio.update_project(project_id, label_config=plain)


def test_a_key_on_a_selected_span_relabels_it_and_drops_what_no_longer_applies(
    news: Workspace, annotator: Person
) -> None:
    (chunk,) = prepared(news, NASTY)
    annotator.open_stream(push(news).address)
    annotator.select(annotator.mark("a", "every proposal"))
    annotator.answer("x", "mixed")
    annotator.pick_label("1")
    annotator.let_go()
    annotator.submit()
    assert answers(the_answer(news)) == {place(chunk.text, "ceasefire", "every proposal"): {}}


def test_two_speakers_on_crossing_words_are_both_set_aside(
    news: Workspace, annotator: Person
) -> None:
    prepared(news, NASTY)
    annotator.open_stream(push(news).address)
    annotator.mark("q", "The Citadel answered")
    annotator.mark("q", "answered in the evening")
    annotator.submit()
    labels = pulled(news)
    assert places(labels.annotations[0]) == []
    assert [finding.code for finding in labels.findings] == ["spans-crossing"]
    assert "both are set aside" in labels.findings[0].message
