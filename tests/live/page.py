"""A person at the labelling page: the driver of the browser tests, the pictures and the counts.

What it does it does with the keyboard and the mouse of a real Chromium, over the very letters
that a person would drag over. It waits for what the page shows, never for a length of time.
"""

from __future__ import annotations

import math
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import (
    Browser,
    Locator,
    Page,
    Response,
    StorageState,
    ViewportSize,
    expect,
    sync_playwright,
)

from annotate.studio.server import Login

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZE = ViewportSize(width=1280, height=800)
OPENS = 60_000  # milliseconds that a page may take to open
REACTS = 30_000  # milliseconds that it may take to react
TEXT = ".an-text .lsf-htx-richtext"
INSTRUCTIONS = ".lsf-modal-ls__body"
REGION = ".htx-highlight"
# Two drags that end at one point within 450 ms are a double click to Label Studio, and the second
# gets the label of the first. No hand is so quick; we are.
DOUBLE_CLICK = 0.5  # seconds
NEAR = 10  # pixels
Point = tuple[float, float]

# Counts what a person does, from the browser's own events: those that a script makes are not
# trusted. Keys in a text field are letters, but for those that end it; a modifier is no key.
COUNTER = """
(() => {
  const quiet = ['Shift', 'Control', 'Alt', 'Meta'];
  const kept = () => JSON.parse(sessionStorage.getItem('actions') || '{}');
  const count = (what) => {
    const now = kept();
    now[what] = (now[what] || 0) + 1;
    sessionStorage.setItem('actions', JSON.stringify(now));
  };
  let down = null;
  addEventListener('keydown', (event) => {
    if (!event.isTrusted || event.repeat || quiet.includes(event.key)) return;
    const writing = event.target.matches?.('input[type=text], textarea');
    const letter = event.key.length === 1 && !event.ctrlKey && !event.altKey;
    count(writing && letter ? 'letters' : 'keys');
  }, true);
  addEventListener('mousedown', (event) => {
    if (event.isTrusted) down = [event.clientX, event.clientY];
  }, true);
  addEventListener('mouseup', (event) => {
    if (!event.isTrusted || !down) return;
    const far = Math.hypot(event.clientX - down[0], event.clientY - down[1]) > 4;
    count(far ? 'drags' : 'clicks');
    down = null;
  }, true);
})();
"""

# Finds where the mouse must go down and up to select a stretch of the text. `br` is a newline.
# A letter's edge is at its left or, in a right-to-left run, at its right: the browser tells.
ENDS_OF_WORDS = """
([selector, words, nth]) => {
  const root = document.querySelector(selector);
  if (!root) return null;
  const pieces = [];
  let all = '';
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === Node.TEXT_NODE) {
      pieces.push({node, start: all.length, end: all.length + node.data.length});
      all += node.data;
    } else if (node.nodeName === 'BR') all += '\\n';
  }
  let at = -1;
  for (let turn = 0; turn <= nth; turn++) at = all.indexOf(words, at + 1);
  if (at < 0) return null;
  const place = (offset) => pieces.find((one) => one.start <= offset && offset < one.end);
  const letters = [...new Intl.Segmenter().segment(words)];
  const box = (from, to) => {
    const piece = place(from);
    const range = document.createRange();
    range.setStart(piece.node, from - piece.start);
    range.setEnd(piece.node, Math.min(to, piece.end) - piece.start);
    const boxes = [...range.getClientRects()].filter((one) => one.width > 0);
    return boxes[boxes.length - 1] || range.getBoundingClientRect();
  };
  const caret = (x, y) => {
    const found = document.caretRangeFromPoint(x, y);
    const piece = found && pieces.find((one) => one.node === found.startContainer);
    return piece ? piece.start + found.startOffset : -1;
  };
  const first = [at, at + letters[0].segment.length];
  const last = letters[letters.length - 1];
  const end = [at + last.index, at + words.length];
  const scroller = (() => {
    let node = root;
    while (node && !(node.scrollHeight > node.clientHeight + 1
      && /auto|scroll/.test(getComputedStyle(node).overflowY))) node = node.parentElement;
    return node || document.scrollingElement;
  })();
  const edge = (selector, side, otherwise) =>
    document.querySelector(selector)?.getBoundingClientRect()[side] ?? otherwise;
  const frame = scroller.getBoundingClientRect();
  const top = Math.max(frame.top, edge('.an-bar', 'bottom', 0));
  const bottom = Math.min(frame.bottom, edge('.an-ask', 'top', innerHeight), innerHeight - 60);
  const high = box(...first).top, low = box(...end).bottom;
  if (high < top + 4 || low > bottom - 4)
    scroller.scrollTop += (high + low) / 2 - (top + bottom) / 2;
  const point = (ends, wanted, leading) => {
    const found = box(...ends);
    const y = found.top + found.height / 2;
    const sides = [found.left + 1, found.right - 1];
    if (!leading) sides.reverse();
    const x = sides.find((one) => caret(one, y) === wanted) ?? sides[0];
    return [x, y];
  };
  return [...point(first, at, true), ...point(end, at + words.length, false)];
}
"""

# Finds a point where a click takes this region and no other; null when it is all covered.
POINT_OF_REGION = """
(number) => {
  const own = [...document.querySelectorAll(`.htx-highlight[data-index="${number}"]`)];
  for (const node of own) {
    for (const box of node.getClientRects()) {
      for (let x = box.left + 2; x < box.right; x += 4) {
        const y = box.top + box.height / 2;
        const hit = document.elementFromPoint(x, y)?.closest('.htx-highlight');
        if (hit?.dataset.index === String(number)) return [x, y];
      }
    }
  }
  return null;
}
"""
SHOW_REGION = """
(number) => document.querySelector(`.htx-highlight[data-index="${number}"]`)
  ?.scrollIntoView({block: 'center'})
"""
# A span that crosses another is drawn in pieces, and only the last one has its number.
NUMBERED = ".htx-highlight[data-index]"
REGIONS = f"""
(wanted) => {{
  const drawn = [...document.querySelectorAll('{NUMBERED}')].map((one) => one.dataset.index);
  return new Set(drawn).size === wanted;
}}
"""


@dataclass(frozen=True)
class Actions:
    """What a person did, counted by the browser. `letters` are those typed into text fields."""

    keys: int = 0
    clicks: int = 0
    drags: int = 0
    letters: int = 0

    @property
    def total(self) -> int:
        return self.keys + self.clicks + self.drags

    def since(self, before: Actions) -> Actions:
        return Actions(
            self.keys - before.keys,
            self.clicks - before.clicks,
            self.drags - before.drags,
            self.letters - before.letters,
        )


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium, or Playwright's where there is no other."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(FLAGS)
        )
        yield browser
        browser.close()


@contextmanager
def person(
    browser: Browser, url: str, *, known: StorageState | None = None, dark: bool = False
) -> Iterator[Person]:
    """Sit somebody down at a browser of their own; `known` is the session of who is logged in."""
    context = browser.new_context(
        viewport=SIZE, storage_state=known, color_scheme="dark" if dark else "light"
    )
    context.add_init_script(COUNTER)
    page = context.new_page()
    page.set_default_timeout(REACTS)
    yield Person(page, url)
    context.close()


class Person:
    """Someone who labels. Regions are named by the number that the page shows on them."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self._ended: tuple[Point, float] = (0, 0), 0

    def log_in(self, login: Login) -> StorageState:
        """Log in by the form; gives the session, with which another browser is logged in too."""
        self.page.goto(f"{self.url}/user/login/")
        self.page.fill("#email", login.email)
        self.page.fill("#password", login.password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(lambda url: "/user/login" not in url)
        return self.page.context.storage_state()

    def open_stream(self, project: str) -> str:
        """Open the labelling stream as annotators do; gives the instructions it begins with."""
        told = self.begin_stream(project).inner_text()
        self.page.locator(".lsf-modal-ls__header button").click()
        expect(self.page.locator(INSTRUCTIONS)).to_be_hidden()
        self._ready()
        return told

    def begin_stream(self, project: str) -> Locator:
        """Open the labelling stream as far as its instructions."""
        self.page.goto(f"{project}/data?labeling=1")
        instructions = self.page.locator(INSTRUCTIONS)
        expect(instructions).to_be_visible(timeout=OPENS)
        return instructions

    def open_task(self, project: str, task_id: int) -> None:
        """Open one task in the quick view."""
        self.page.goto(f"{project}/data?task={task_id}")
        self._ready()

    def _ready(self) -> None:
        expect(self.text).to_be_visible(timeout=OPENS)
        # Late styles and fonts move the words, and keys are listened to only after them.
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate("document.fonts.ready.then(() => true)")

    @property
    def text(self) -> Locator:
        return self.page.locator(TEXT).first

    def sees(self, words: str, regions: int = 0) -> None:
        """Wait until the page shows the text with these words, and so many spans on it."""
        expect(self.text).to_contain_text(words, timeout=OPENS)
        self.page.wait_for_function(REGIONS, arg=regions)
        self.page.wait_for_load_state("networkidle")

    def key(self, name: str) -> None:
        self.page.keyboard.press(name)

    def pick_label(self, key: str) -> None:
        self.key(key)
        shown = self.page.locator(".lsf-label_selected .lsf-label__hotkey")
        expect(shown).to_have_text(key.lower())

    def drag(self, words: str, nth: int = 0) -> None:
        """Drag over words, their `nth` occurrence, from the first letter to the last."""
        self.drag_between(*self.ends_of(words, nth))

    def ends_of(self, words: str, nth: int = 0) -> tuple[Point, Point]:
        """Find where the first letter of words begins and the last one ends."""
        found = self.page.wait_for_function(ENDS_OF_WORDS, arg=[TEXT, words, nth])
        left, top, right, bottom = found.json_value()
        return (left, top), (right, bottom)

    def drag_between(self, start: Point, end: Point) -> None:
        """Drag, no faster than a hand: see `DOUBLE_CLICK`."""
        mouse = self.page.mouse
        if math.dist(end, self._ended[0]) < NEAR:
            time.sleep(max(0, DOUBLE_CLICK - (time.monotonic() - self._ended[1])))
        mouse.move(*start)
        mouse.down()
        mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=3)
        mouse.move(*end, steps=3)
        mouse.up()
        self._ended = end, time.monotonic()

    @property
    def regions(self) -> int:
        """How many spans the text shows."""
        numbers = "all => all.map((one) => one.dataset.index)"
        return len(set(self.page.locator(NUMBERED).evaluate_all(numbers)))

    @property
    def shown(self) -> list[tuple[int, str, int, int]]:
        """The spans on the page: number, label, borders."""
        tell = """all => all.map(({dataset}) => [
          Number(dataset.index), dataset.label.split(':')[1],
          Number(dataset.start), Number(dataset.end)])"""
        return [tuple(one) for one in self.page.locator(NUMBERED).evaluate_all(tell)]

    def delete(self, number: int) -> None:
        left = self.regions - 1
        self.select(number)
        self.key("Backspace")
        self.page.wait_for_function(REGIONS, arg=left)

    def mark(self, key: str, words: str, nth: int = 0) -> int:
        """Press a label's key and drag over words; gives the number of the new span."""
        number = self.regions + 1
        self.pick_label(key)
        self.drag(words, nth)
        self.page.wait_for_function(REGIONS, arg=number)
        return number

    def pull_border(self, side: str, words: str) -> None:
        """Drag a handle of the selected span to the beginning or, from the right, end of words."""
        start, end = self.ends_of(words)
        handle = self.page.locator(f".__active area.__resize_{side}").bounding_box()
        assert handle, "no handle is shown"
        middle = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
        self.drag_between(middle, start if side == "left" else end)

    def select(self, number: int) -> None:
        """Click a span in the text, unless it is selected; one that others cover, in the list."""
        active = self.page.locator(f"{REGION}.__active[data-index='{number}']")
        if not active.count():
            self._click(number)
        expect(active.first).to_be_attached()

    def _click(self, number: int) -> None:
        self.page.evaluate(SHOW_REGION, number)
        point = self.page.evaluate(POINT_OF_REGION, number)
        if point:
            self.page.mouse.click(*point)
        else:
            self._listed(number).click()

    def _listed(self, number: int) -> Locator:
        """Scroll the list of spans, which holds only what it shows, to this one."""
        index = self.page.locator(".lsf-outliner-item__index", has_text=re.compile(rf"^{number}$"))
        item = self.page.locator(".lsf-outliner-item", has=index).last
        self.page.locator(".lsf-outliner").hover()
        for way in [-10_000, *[150] * 60]:
            self.page.mouse.wheel(0, way)
            self.page.wait_for_timeout(50)
            if item.is_visible():
                break
        return item

    def answer(self, key: str, value: str) -> None:
        """Press the key of a choice about the selected span."""
        self.key(key)
        expect(self.checked).to_contain_text([value])

    @property
    def checked(self) -> Locator:
        """The choices that are made about the selected span."""
        return self.page.locator(".an-ask .ant-radio-wrapper-checked:visible")

    def choose_entities(self, *names: str) -> None:
        """Open the list of entities, click names in it, and close it."""
        self.page.locator(".an-entities button").click()
        self._choose(*names)

    def _choose(self, *names: str) -> None:
        for name in names:
            self.page.get_by_test_id(f"select-option-{name}").click()
        self.key("Escape")
        expect(self.page.locator("[data-testid^='select-option-']")).to_have_count(0)

    def write(self, field: str, words: str) -> None:
        """Click a text field and type into it."""
        self.page.locator(f"input[name={field}]:visible").click()
        self.page.keyboard.type(words)

    def relate(self, start: int, end: int) -> None:
        """Draw an arrow between two spans."""
        drawn = self._arrows.count()
        self.select(start)
        self.key("Alt+r")
        self._click(end)
        expect(self._arrows).to_have_count(drawn + 1)

    def name_arrows(self, names: Sequence[str]) -> None:
        """Give every arrow its name, in the order in which they were drawn."""
        self.page.locator("#Relations-draggable").click()
        rows = self.page.locator(".lsf-relations__item")
        expect(rows).to_have_count(len(names))
        for row, name in zip(rows.all(), names, strict=True):
            row.hover()
            row.get_by_label("Show Relation Labels").click()
            row.locator(".lsf-relation-meta button").click()
            self._choose(name)

    @property
    def _arrows(self) -> Locator:
        return self.page.locator(".relations-overlay > g")

    def let_go(self) -> None:
        self.key("Escape")
        expect(self.page.locator(f"{REGION}.__active")).to_have_count(0)

    def submit(self) -> dict[str, Any]:
        return self._send("POST", "Control+Enter")

    def update(self) -> dict[str, Any]:
        return self._send("PATCH", "Control+Enter")

    def skip(self) -> dict[str, Any]:
        return self._send("POST", "Control+Space")

    def _send(self, method: str, key: str) -> dict[str, Any]:
        """Press a key that sends; gives the answer as the server now has it."""

        def is_it(response: Response) -> bool:
            address = re.search(r"/api/(tasks/\d+/)?annotations", response.url)
            return bool(address) and response.request.method == method

        with self.page.expect_response(is_it) as sent:
            self.key(key)
        assert sent.value.ok, sent.value.text()
        answer: dict[str, Any] = sent.value.json()
        return answer

    def go_back(self) -> None:
        """Return to the task before this one in the stream."""
        self.page.get_by_test_id("prev-task").click()

    def go_on(self) -> None:
        """Go on to the next task of the stream without a word."""
        self.page.get_by_test_id("next-task").click()

    @property
    def actions(self) -> Actions:
        kept = "JSON.parse(sessionStorage.getItem('actions') || '{}')"
        return Actions(**self.page.evaluate(kept))
