"""A person labels in the real page, in a real browser."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from annotate.corpus import prepare, read_chunks
from annotate.labels.read import read_labels
from annotate.ledger import Ledger
from annotate.schema import load_schema
from annotate.studio.pull import pull
from annotate.studio.push import push

pytestmark = pytest.mark.browser

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ARTICLE = """Two sides of one call

On Tuesday the judge 👩‍⚖️ put on his 𝐜oat\u00a0again. President Aldo Ferran said that an immediate \
truce was needed in Ostava, and the two delegations agreed to meet once more before the spring.

The Citadel answered in the evening that it would read every proposal with care, and it gave no \
date for a second call between the capitals.
"""
RECT_OF_WORDS = """(words) => {
  const root = [...document.querySelectorAll('.lsf-htx-richtext')]
    .find((node) => node.textContent.includes(words));
  if (!root) return null;  // the page is still drawing
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(walker.currentNode, at);
    range.setEnd(walker.currentNode, at + words.length);
    const boxes = [...range.getClientRects()];
    const first = boxes[0], last = boxes[boxes.length - 1];
    return [first.left, first.top + first.height / 2, last.right, last.top + last.height / 2];
  }
}"""


@pytest.fixture
def page(server):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(FLAGS)
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{server.url}/user/login/")
        page.fill("#email", server.login.email)
        page.fill("#password", server.login.password)
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/user/login" not in url)
        yield page
        browser.close()


def drag_over(page: Page, words: str) -> None:
    found = page.wait_for_function(RECT_OF_WORDS, arg=words, timeout=30_000)
    left, top, right, bottom = found.json_value()
    page.mouse.move(left + 1, top)
    page.mouse.down()
    page.mouse.move((left + right) / 2, (top + bottom) / 2, steps=5)
    page.mouse.move(right - 1, bottom, steps=5)
    page.mouse.up()


def mark(page: Page, key: str, label: str, words: str) -> None:
    """Press a label's key, drag over words, and let go of the new region."""
    page.keyboard.press(key)
    expect(page.locator(".lsf-label_selected", has_text=label)).to_be_visible()
    drag_over(page, words)
    expect(page.locator(".lsf-outliner-item", has_text=words)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".lsf-label_selected")).to_have_count(0)


def test_words_marked_in_the_page_come_back_at_their_offsets(page: Page, empty):
    (empty.articles / "call.txt").write_text(ARTICLE, encoding="utf-8")
    prepare(empty)
    (chunk,) = read_chunks(empty)
    report = push(empty)
    task = next(iter(Ledger(empty.labels / "tasks.jsonl")))
    task_id = [row["task_id"] for row in Ledger(empty.labels / "tasks.jsonl")][-1]
    assert task["event"] == "intent"

    page.goto(f"{report.address}/data?task={task_id}")
    text = page.locator(".lsf-htx-richtext", has_text="put on his")
    expect(text).to_be_visible(timeout=60_000)
    # Late styles and fonts move the words, and keys are listened to only after them.
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    mark(page, "q", "Speaker", "President Aldo Ferran")
    mark(page, "a", "Support", "an immediate truce was needed")
    with page.expect_response(lambda answer: "/annotations" in answer.url and answer.ok):
        page.get_by_role("button", name="Submit").click()

    assert pull(empty).new == 1
    labels = read_labels(empty.labels, load_schema(empty.schema_file), {})
    (annotation,) = labels.annotations
    found = {span.label: chunk.text[span.start : span.end] for span in annotation.spans}
    assert found == {
        "Speaker": "President Aldo Ferran",
        "Support": "an immediate truce was needed",
    }
    assert not labels.findings
    (says,) = [item for item in annotation.relations if item.type == "says"]
    assert says.origin == "auto"
