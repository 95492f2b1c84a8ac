"""What the labelling page shows, measured in a real browser at 1280 × 800."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotate.schema import load_schema
from annotate.studio.push import push
from annotate.workspace import Workspace
from tests.live.desk import (
    BREAD,
    NASTY,
    Place,
    answers,
    place,
    prepared,
    the_answer,
    with_schema,
    with_settings,
)
from tests.live.page import Person

pytest_plugins = ["tests.live.page_fixtures"]
pytestmark = pytest.mark.browser

SCHEMAS = Path(__file__).parents[1] / "data" / "schemas"
ENOUGH = 4.5  # contrast of text with its background, after WCAG 2

# Every visible part of the page that reaches further right than the page itself.
TOO_WIDE = """
() => {
  const edge = document.querySelector('.an-page').getBoundingClientRect().right + 1;
  const parts = [...document.querySelectorAll('.an-page *')];
  const wide = parts.filter((one) => one.getBoundingClientRect().right > edge).map(String);
  if (document.documentElement.scrollWidth > innerWidth) wide.push('the window');
  return wide;
}
"""
# Whether the questions fit their bar, so that none has to be scrolled to.
ASK_FITS = """
() => {
  const bar = document.querySelector('.an-ask');
  return bar.scrollHeight <= bar.clientHeight && bar.scrollWidth <= bar.clientWidth;
}
"""
# The contrast of each text with what lies under it: colors are laid over each other as the
# browser does it, with opacity and brightness of all that a text stands in.
CONTRAST = """
(selector) => {
  const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const read = (css) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = css;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3]));
  const lineage = (node) => node ? [...lineage(node.parentElement), node] : [];
  const light = (color) => {
    const [r, g, b] = color.map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const measure = (node) => {
    let under = [255, 255, 255], opacity = 1, bright = 1;
    for (const one of lineage(node)) {
      const style = getComputedStyle(one);
      under = over(read(style.backgroundColor), under);
      const veil = /^linear-gradient\\((rgba?\\([^)]*\\))/.exec(style.backgroundImage);
      if (veil) under = over(read(veil[1]), under);
      opacity *= Number(style.opacity);
      bright *= Number(/brightness\\(([\\d.]+)\\)/.exec(style.filter)?.[1] ?? 1);
    }
    const ink = read(getComputedStyle(node).color);
    const lit = ink.slice(0, 3).map((part) => Math.min(255, part * bright));
    const [one, two] = [light(over([...lit, ink[3] * opacity], under)), light(under)];
    return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
  };
  return [...document.querySelectorAll(selector)]
    .filter((one) => one.checkVisibility() && one.textContent.trim())
    .map((one) => [one.textContent.trim().slice(0, 40), measure(one)]);
}
"""
READ = {
    "labels": ".an-layer .lsf-label__text",
    "keys": ".an-layer .lsf-label__hotkey",
    "headings": ".an-page h3, .an-page h4",
    "spans": ".an-text .htx-highlight",
    "questions": ".an-page .ant-radio-wrapper, .an-page .ant-checkbox-wrapper",
    "region list": ".lsf-outliner-item .lsf-labels-list .lsf-labels-list",
}
CONTEXT = {
    "its title": ".an-page .ant-collapse-header-text",
    "context": ".an-context .lsf-htx-richtext",
}


@pytest.fixture
def opened(news: Workspace, annotator: Person) -> Person:
    """The nasty chunk with a speaker (1), a stance (2), topics (3, 4), and the other colors.

    The last ones lie over each other: a relay, a stance and a topic on one word.
    """
    prepared(news, NASTY)
    annotator.open_stream(push(news).address)
    annotator.mark("q", "President Aldo Ferran")
    annotator.mark("a", "an immediate\u00a0truce 🕊️ was needed")
    annotator.mark("1", "an immediate\u00a0truce")
    annotator.mark("9", "every proposal")
    annotator.mark("w", "The Citadel")
    annotator.mark("s", "a second call")
    annotator.mark("d", "the price of bread")
    annotator.mark("s", "The Citadel answered in")
    annotator.mark("2", "Citadel answered")
    return annotator


HEAD = """
() => [...document.querySelectorAll('.an-article > *')]
  .filter((one) => one.checkVisibility())
  .map((one) => {
    const before = getComputedStyle(one, '::before').content;
    return (before === 'none' ? '' : before.replaceAll('"', '') + ' ') + one.textContent;
  })
"""


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (",,", ["part 1/1"]),
        ("Bread and salt,,", ["Bread and salt", "part 1/1"]),
        (",The Loaf,", ["The Loaf", "· part 1/1"]),
        (",,2031-03-04", ["2031-03-04", "· part 1/1"]),
        ("Bread,The Loaf,2031-03-04", ["Bread", "The Loaf", "· 2031-03-04", "· part 1/1"]),
    ],
    ids=["nothing", "title", "outlet", "date", "all"],
)
def test_the_head_says_what_is_known_with_dots_between_that_alone(
    news: Workspace, annotator: Person, told: str, shown: list[str]
) -> None:
    metadata = news.articles / "metadata.csv"
    metadata.write_text(f"path,title,outlet,published_at\n1.txt,{told}\n", encoding="utf-8")
    prepared(news, BREAD)
    annotator.open_stream(push(news).address)
    assert annotator.page.evaluate(HEAD) == shown


def test_every_text_is_readable_by_day_and_by_night(opened: Person) -> None:
    assert_readable(opened)
    switch_to_night(opened.page)
    assert_readable(opened)


def switch_to_night(page: Page) -> None:
    html = page.locator("html")
    expect(html).to_have_attribute("data-color-scheme", "light")
    page.get_by_role("button", name="Light", exact=True).click()
    expect(html).to_have_attribute("data-color-scheme", "dark")


def assert_readable(opened: Person) -> None:
    page = opened.page
    assert poor_texts(page) == {}
    for number in range(1, opened.regions + 1):
        opened.select(number)
        assert poor_texts(page) == {}, number
        opened.let_go()


def poor_texts(page: Page, parts: Mapping[str, str] = READ) -> dict[str, list[tuple[str, float]]]:
    """Find what is hard to read, once colors that are on the move have arrived."""
    poor: dict[str, list[tuple[str, float]]] = {}
    for _ in range(20):
        shown = {what: page.evaluate(CONTRAST, selector) for what, selector in parts.items()}
        poor = {
            what: [(text, round(ratio, 2)) for text, ratio in found if ratio < ENOUGH]
            for what, found in shown.items()
        }
        poor = {what: texts for what, texts in poor.items() if texts or not shown[what]}
        if not poor:
            break
        page.wait_for_timeout(100)
    return poor


def test_spaces_are_shown_as_they_are_counted(opened: Person) -> None:
    width = """([selector, words]) => {
      const walker = document.createTreeWalker(
        document.querySelector(selector), NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const at = walker.currentNode.data.indexOf(words);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, at + words.trim().length);
        range.setEnd(walker.currentNode, at + words.length);
        return range.getBoundingClientRect().width;
      }
    }"""
    text = ".an-text .lsf-htx-richtext"
    one = opened.page.evaluate(width, [text, "came "])
    two = opened.page.evaluate(width, [text, "in  "])
    assert two == pytest.approx(2 * one, rel=0.05)


def test_context_is_shown_and_cannot_be_labelled(news: Workspace, annotator: Person) -> None:
    news = with_settings(news, chunk_limit=300, chunk_target=200)
    chunks = prepared(news, NASTY)
    assert chunks[1].context_before
    annotator.open_stream(push(news).address)
    annotator.submit()
    annotator.sees(chunks[1].text[:20])
    page = annotator.page
    page.get_by_text("Before this part").click()
    context = page.locator(".an-context", has_text="President Aldo Ferran")
    expect(context).to_be_visible()
    assert poor_texts(page, CONTEXT) == {}
    switch_to_night(page)
    assert poor_texts(page, CONTEXT) == {}
    annotator.pick_label("q")
    context.scroll_into_view_if_needed()
    box = context.bounding_box()
    assert box
    across = (box["x"] + 20, box["y"] + 12), (box["x"] + 260, box["y"] + 12)
    annotator.drag_between(*across)
    # Had it made a span, that one would be number 1 and this one 2.
    annotator.key("Escape")
    assert annotator.mark("q", "Mira Dolan") == 1


def test_context_is_offered_only_where_there_is_some(news: Workspace, annotator: Person) -> None:
    news = with_settings(news, chunk_limit=300, chunk_target=200)
    chunks = prepared(news, NASTY, BREAD)
    there = [(bool(chunk.context_before), bool(chunk.context_after)) for chunk in chunks]
    assert {(False, False), (False, True), (True, True), (True, False)} <= {*there}
    annotator.open_stream(push(news).address)
    for chunk, (before, after) in zip(chunks, there, strict=True):
        annotator.sees(chunk.text[:20])
        expect(annotator.page.get_by_text("Before this part")).to_be_visible(visible=before)
        expect(annotator.page.get_by_text("After this part")).to_be_visible(visible=after)
        annotator.submit()


def test_questions_are_asked_only_where_they_apply_and_all_of_it_fits(opened: Person) -> None:
    asked = {
        1: {"Speaker type", "Entity"},
        2: {"Quote", "Voice"},
        3: set(),
        4: {"What exactly"},
    }
    hint = opened.page.get_by_text("Key, then drag over the words.")
    expect(hint).to_be_visible()
    assert opened.page.evaluate(TOO_WIDE) == []
    for number, questions in asked.items():
        opened.select(number)
        expect(hint).to_be_hidden()
        assert asked_now(opened.page) == questions
        assert opened.page.evaluate(TOO_WIDE) == []
        assert opened.page.evaluate(ASK_FITS)
        opened.let_go()


def asked_now(page: Page) -> set[str]:
    heads = page.locator(".an-ask .an-question > h4:visible")
    return set(heads.all_inner_texts())


def test_every_label_has_its_key(news: Workspace, annotator: Person) -> None:
    prepared(news, BREAD)
    annotator.open_stream(push(news).address)
    keys = {}
    for label in load_schema(news.schema_file).labels:
        annotator.pick_label(label.key)
        chosen = annotator.page.locator(".lsf-label_selected .lsf-label__text")
        keys[label.key] = chosen.inner_text()
    assert "".join(keys) == "qwasd123456789"
    assert list(keys.values()) == [label.name for label in load_schema(news.schema_file).labels]


def test_claims_and_targets_are_labelled_with_a_schema_of_their_own(
    empty: Workspace, annotator: Person
) -> None:
    claims = with_schema(empty, SCHEMAS / "claims.yaml")
    (chunk,) = prepared(claims, BREAD)
    annotator.open_stream(push(claims).address)
    assert annotator.page.evaluate(TOO_WIDE) == []
    number = annotator.mark("c", "the mills that feed them are being repaired")
    target = annotator.mark("t", "the mills that feed them")
    annotator.relate(number, target)
    annotator.select(number)
    assert asked_now(annotator.page) == {"Evidence", "Certainty"}
    annotator.page.locator(".an-ask").get_by_text("witness").click()
    annotator.page.locator(".an-ask").get_by_text("hedged").click()
    annotator.submit()
    claim = place(chunk.text, "Claim", "the mills that feed them are being repaired")
    found = the_answer(claims)
    assert answers(found) == {
        claim: {"evidence": ("witness", "human"), "certainty": ("hedged", "human")},
        place(chunk.text, "Target", "the mills that feed them"): {},
    }
    assert [relation.type for relation in found.relations] == ["targets"]


def test_plain_entities_are_labelled_with_a_schema_of_their_own(
    empty: Workspace, annotator: Person
) -> None:
    entities = with_schema(empty, SCHEMAS / "entities.yaml")
    (chunk,) = prepared(entities, NASTY)
    annotator.open_stream(push(entities).address)
    assert annotator.page.evaluate(TOO_WIDE) == []
    annotator.mark("p", "Mira Dolan")
    annotator.mark("l", "Nov̂a", nth=1)
    annotator.submit()
    expected: dict[Place, dict[str, tuple[str, str]]] = {
        place(chunk.text, "Person", "Mira Dolan"): {},
        place(chunk.text, "Place", "Nov̂a", nth=1): {},
    }
    assert answers(the_answer(entities)) == expected
