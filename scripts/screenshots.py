"""Take the pictures of docs/page.md: a person's walk through the labelling page.

    python scripts/screenshots.py [FOLDER]

The chunks are the sample's and the tests' own. Pictures are 1280 × 800 and have 256 colors, which
a page of text does not need more of; without Pillow they stay as large as they are.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from annotate.corpus import read_chunks
from annotate.flows.gold import GoldChunk, project_gold, read_gold
from annotate.flows.init import init
from annotate.labels.annotation import Span
from annotate.schema import Schema, load_schema
from annotate.studio.client import Studio
from annotate.studio.push import push
from annotate.workspace import Workspace
from scripts.bench_actions import WAYS, Way, desk, sample
from scripts.servers import LiveStudio, sqlite_studio
from tests.live.desk import BREAD, NASTY, QUIET, prepared, with_schema
from tests.live.page import OPENS, Person, person

if TYPE_CHECKING:
    from playwright.sync_api import Browser, StorageState

ROOT = Path(__file__).parents[1]
COLORS = 256
CHUNK = "articles/kestrel-call.txt"
SPLIT = "articles/sable-courier-call.txt"  # an article of two chunks


@dataclass(frozen=True)
class Camera:
    """Where the pictures are taken and where they go."""

    server: LiveStudio
    browser: Browser
    known: StorageState
    folder: Path

    @property
    def client(self) -> Studio:
        return Studio(self.server.url, self.server.token)

    @contextmanager
    def seat(self) -> Iterator[Person]:
        with person(self.browser, self.server.url, known=self.known) as somebody:
            yield somebody

    def take(self, who: Person, name: str) -> None:
        """Take a picture once the page has come to rest."""
        path = self.folder / f"{name}.png"
        who.page.mouse.move(640, 4)  # off the text, where nothing lights up under it
        who.page.wait_for_timeout(500)
        who.page.screenshot(path=path, animations="disabled")
        shrink(path)
        print(f"{path.name}  {path.stat().st_size / 1000:.0f} kB", flush=True)


def shrink(path: Path) -> None:
    try:
        from PIL import Image
    except ImportError:
        return
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(
            COLORS, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
        )
    small.save(path, optimize=True)


def go_to(who: Person, text: str) -> None:
    """Pass over the chunks of the stream that come before this text."""
    first_line = text.partition("\n")[0]
    for _ in range(100):
        if first_line in who.text.inner_text():
            break
        shown = who.text.inner_text()
        who.go_on()
        expect(who.text).not_to_have_text(shown, use_inner_text=True)
    who.page.wait_for_load_state("networkidle")


def pushed(at: Camera, folder: Path, way: Way) -> tuple[Workspace, str]:
    workspace = sample(folder, way)
    return workspace, push(workspace, studio=at.client).address


def logs_in(at: Camera, _folder: Path) -> None:
    with person(at.browser, at.server.url) as stranger:
        stranger.page.goto(f"{at.server.url}/user/login/")
        stranger.page.fill("#email", at.server.email)
        at.take(stranger, "login")


def sample_walk(at: Camera, folder: Path) -> None:
    """Instructions, an empty page, keys, questions, an arrow, the night, and coming back."""
    workspace, project = pushed(at, folder, WAYS[0])
    schema = load_schema(workspace.schema_file)
    golds = project_gold(workspace, schema, read_gold())
    gold = next(gold for gold in golds if gold.chunk.article_id == CHUNK)
    with at.seat() as who:
        who.begin_stream(project)
        expect(who.text).to_be_visible(
            timeout=OPENS
        )  # the sheet that mends the window comes with the page
        at.take(who, "instructions")
        who.open_stream(project)
        go_to(who, gold.chunk.text)
        at.take(who, "empty")
        numbers = mark_all(who, schema, gold)
        at.take(who, "marked")
        ask(at, who, gold, numbers)
        who.let_go()
        draw(at, who, gold, numbers)
        who.page.get_by_role("button", name="Light", exact=True).click()
        who.select(first(gold, numbers, "Oppose", "Support"))
        at.take(who, "dark")


def mark_all(who: Person, schema: Schema, gold: GoldChunk) -> dict[str, int]:
    text, numbers = gold.chunk.text, {}
    for span in sorted(gold.spans, key=lambda one: (one.start, -one.end)):
        words = text[span.start : span.end]
        nth = sum(text.startswith(words, at) for at in range(span.start))
        numbers[span.id] = who.mark(schema.label(span.label).key, words, nth)
    return numbers


def first(gold: GoldChunk, numbers: dict[str, int], *labels: str) -> int:
    return min(numbers[span.id] for span in gold.spans if span.label in labels)


def ask(at: Camera, who: Person, gold: GoldChunk, numbers: dict[str, int]) -> None:
    """The questions about a stance, then those about a pronoun with the list of entities open."""
    who.select(first(gold, numbers, "Oppose", "Support"))
    who.answer("x", "mixed")
    at.take(who, "stance")
    who.select(numbers[pronoun(gold).id])
    who.page.locator(".an-entities button").click()
    at.take(who, "entity")
    who.key("Escape")
    who.select(numbers[pronoun(gold).id])


def pronoun(gold: GoldChunk) -> Span:
    speakers = [span for span in gold.spans if span.label == "Speaker"]
    return min(speakers, key=lambda span: span.end - span.start)


def draw(at: Camera, who: Person, gold: GoldChunk, numbers: dict[str, int]) -> None:
    arrow = next(one for one in gold.relations if one.type == "says")
    who.relate(numbers[arrow.head], numbers[arrow.tail])
    at.take(who, "arrow")


def context(at: Camera, folder: Path) -> None:
    """What stood before the part, and the Speaker and Relay regions that rules propose."""
    workspace, project = pushed(at, folder, WAYS[-1])
    chunk = next(one for one in read_chunks(workspace) if (one.article_id, one.index) == (SPLIT, 1))
    with at.seat() as who:
        who.open_stream(project)
        go_to(who, chunk.text)
        who.page.get_by_text("Before this part").click()
        at.take(who, "context")


def nasty(at: Camera, folder: Path) -> None:
    """Emoji with joiners, letters beyond U+FFFF, a right-to-left word; back at one's answer.

    Then a skipped chunk, and what is seen after an empty answer to the last one.
    """
    workspace = sample_schema(folder)
    prepared(workspace, NASTY, QUIET, BREAD)
    project = push(workspace, studio=at.client).address
    with at.seat() as who:
        who.open_stream(project)
        for number in sorted((one for one, *_ in who.shown), reverse=True):
            who.delete(number)
        for key, words in MARKS:
            who.mark(key, words)
        who.submit()
        who.sees("The lifts")
        who.go_back()
        who.sees("On Tuesday the judge", regions=len(MARKS))
        take_in_peace(at, who, "letters")
        who.go_on()
        who.sees("The lifts")
        who.skip()
        who.sees("The bakers of the northern districts")
        who.go_back()
        who.sees("The lifts")
        take_in_peace(at, who, "skipped")
        who.go_on()
        who.sees("The bakers of the northern districts")
        who.submit()
        expect(who.text).to_be_hidden(timeout=OPENS)
        take_in_peace(at, who, "done")


def take_in_peace(at: Camera, who: Person, name: str) -> None:
    """Take a picture once the page no longer tells of what was sent."""
    expect(who.page.locator("[class^=toast__content]")).to_have_count(0, timeout=20_000)
    at.take(who, name)


MARKS = (
    ("q", "President Aldo Ferran"),
    ("a", "an immediate\u00a0truce 🕊️ was needed in Nov̂a"),
    ("1", "an immediate\u00a0truce"),
    ("w", "سلام عليكم"),
    ("a", "“We keep every 𝐯illage,”"),
    ("2", "every 𝐯illage"),
    ("q", "she"),
    ("a", "“and every well 🏞️ of it.”"),
)


def sample_schema(folder: Path) -> Workspace:
    init(folder, name="news")
    return with_schema(
        Workspace.find(folder), ROOT / "annotate" / "sample" / "label_config" / "schema.yaml"
    )


def other_schema(at: Camera, folder: Path) -> None:
    init(folder, name="claims")
    schema = ROOT / "tests" / "data" / "schemas" / "claims.yaml"
    workspace = with_schema(Workspace.find(folder), schema)
    metadata = "path,title,outlet\n1.txt,Bread and salt,The Loaf\n"
    (workspace.articles / "metadata.csv").write_text(metadata, encoding="utf-8")
    prepared(workspace, BREAD)
    project = push(workspace, studio=at.client).address
    with at.seat() as who:
        who.open_stream(project)
        claim = who.mark("c", "the mills that feed them are being repaired")
        who.mark("t", "the mills that feed them")
        who.select(claim)
        at.take(who, "claims")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "page"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        with sqlite_studio(place / "server") as server, desk(server) as (browser, known):
            at = Camera(server, browser, known, folder)
            for walk in (logs_in, sample_walk, context, nasty, other_schema):
                walk(at, place / walk.__name__)


if __name__ == "__main__":
    main()
