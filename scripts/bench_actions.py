"""Count the key presses, clicks and drags that one chunk takes on the page, and by hand.

    scripts/bench actions [--write docs/page.md]

The chunk is the sample's typical one: that with the median number of spans. Its gold labels are
put in by a real browser on a real Label Studio, and the browser counts. The same page with the
same keys serves for all of it; only who answers differs:

  by hand   every arrow drawn and named, every entity, type and quote answered
  unnamed   the same, but arrows are left without a name
  derived   only what no rule of the schema gives
  proposed  the same, with the Speaker and Relay regions that the rules propose

An answer is put where it was left out by default: `voice` only where it is not `attributed`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from annotate.corpus import prepare
from annotate.flows.gold import GoldChunk, project_gold, read_gold
from annotate.flows.init import init
from annotate.flows.simulate import asked_of_person, drawn_by_person
from annotate.labels.annotation import Annotation, Relation, Span
from annotate.labels.entities import Gazetteer, entity_parts
from annotate.labels.read import open_passage, read_labels
from annotate.ledger import Ledger
from annotate.schema import Schema, load_schema
from annotate.schema.controls import ASKS_CONTROL, OTHER, other_control
from annotate.schema.keys import choice_keys
from annotate.studio.client import Studio
from annotate.studio.pull import pull
from annotate.studio.push import push
from annotate.workspace import SETTINGS_FILE, Workspace
from scripts.bench_report import Limit, table
from scripts.servers import LiveStudio, sqlite_studio
from tests.live.page import Actions, Person, chromium, person

if TYPE_CHECKING:
    from playwright.sync_api import Browser, StorageState

SHARE = 0.6  # of the actions by hand, at the most


@dataclass(frozen=True)
class Way:
    """Who answers what: a person all of it or what is left over; what the page shows at first."""

    name: str
    derived: bool = False
    named: bool = False
    proposed: bool = False


WAYS = (
    Way("by hand", named=True),
    Way("unnamed"),
    Way("derived", derived=True),
    Way("proposed", derived=True, proposed=True),
)


@dataclass(frozen=True)
class Work:
    """What a person has to put in for one chunk, in the order of the text."""

    text: str
    spans: tuple[Span, ...]
    relations: tuple[Relation, ...]


@dataclass(frozen=True)
class Outcome:
    """What one way took, and how much of the gold the pull then gives."""

    way: Way
    actions: Actions
    right: int
    wanted: int

    def row(self) -> tuple[object, ...]:
        counted = self.actions
        figures = (counted.keys, counted.clicks, counted.drags, counted.total, counted.letters)
        return (self.way.name, *figures, f"{self.right} of {self.wanted}")


def sample(folder: Path, way: Way) -> Workspace:
    """Make the sample's workspace, prepared; its pages show proposals or none."""
    init(folder, sample=True)
    settings = folder / SETTINGS_FILE
    text = settings.read_text(encoding="utf-8")
    share = "0.0" if way.proposed else "1.0"
    text = text.replace("unpredicted_share = 0.2", f"unpredicted_share = {share}")
    settings.write_text(text, encoding="utf-8")
    workspace = Workspace.find(folder)
    prepare(workspace)
    return workspace


def typical(chunks: Sequence[GoldChunk]) -> GoldChunk:
    """Choose the chunk with the median number of spans; of several, the one that comes first."""
    middle = statistics.median_low(len(gold.spans) for gold in chunks)
    return next(gold for gold in chunks if len(gold.spans) == middle)


def beginning(gold: GoldChunk, characters: int) -> GoldChunk:
    """Keep the labels of the first so many characters."""
    spans = tuple(span for span in gold.spans if span.end <= characters)
    kept = {span.id for span in spans}
    relations = tuple(one for one in gold.relations if {one.head, one.tail} <= kept)
    return replace(gold, spans=spans, relations=relations)


def work(gold: GoldChunk, schema: Schema, way: Way) -> Work:
    """Say what is left to a person."""
    spans, relations = gold.spans, gold.relations
    if way.derived:
        passage = open_passage(gold.chunk.text, gold.language, schema, Gazetteer.of(schema))
        spans = tuple(asked_of_person(span, passage, schema) for span in gold.spans)
        relations = tuple(drawn_by_person(spans, gold.relations, passage, schema))
    ordered = sorted(spans, key=lambda span: (span.start, -span.end))
    return Work(gold.chunk.text, tuple(ordered), tuple(relations))


def put_in(who: Person, schema: Schema, wanted: Work, way: Way) -> Actions:
    """Mark all spans, then answer, then draw; gives what that took, submit included."""
    before = who.actions
    numbers = _marked(who, schema, wanted)
    for span in wanted.spans:
        if span.attributes:
            who.select(numbers[span.id])
            _answer(who, schema, span)
    for relation in wanted.relations:
        who.relate(numbers[relation.head], numbers[relation.tail])
    if way.named:
        who.name_arrows([relation.type for relation in wanted.relations])
    who.submit()
    return who.actions.since(before)


def _marked(who: Person, schema: Schema, wanted: Work) -> dict[str, int]:
    """Mark what is not proposed, delete what is proposed wrongly; gives the spans' numbers."""
    places = {(span.label, span.start, span.end): span.id for span in wanted.spans}
    for number, *place in sorted(who.shown, reverse=True):
        if tuple(place) not in places:
            who.delete(number)
    numbers = {places[label, start, end]: number for number, label, start, end in who.shown}
    for span in wanted.spans:
        if span.id not in numbers:
            words = wanted.text[span.start : span.end]
            nth = sum(wanted.text.startswith(words, at) for at in range(span.start))
            numbers[span.id] = who.mark(schema.label(span.label).key, words, nth)
    return numbers


def _answer(who: Person, schema: Schema, span: Span) -> None:
    """Answer by keys where there are some; the list of entities needs the mouse, and comes last."""
    keys = choice_keys(schema)
    answers = {item.name: item.value for item in span.attributes}
    for name, value in answers.items():
        if name == "text":
            who.write(ASKS_CONTROL, value)
        elif schema.attribute(name).type == "choice":
            who.answer(str(keys[name, value]), value)
    for name, value in answers.items():
        if name != "text" and schema.attribute(name).type == "entities":
            _choose(who, schema, name, entity_parts(value, schema))


def _choose(who: Person, schema: Schema, name: str, parts: Iterable[str]) -> None:
    texts = [part.partition(":")[2] for part in parts if part.startswith(f"{OTHER}:")]
    ids = [part for part in parts if not part.startswith(f"{OTHER}:")]
    if texts:
        who.write(other_control(name), texts[0])
    if ids:
        who.choose_entities(*(schema.entity(one).names[0] for one in ids))


def compare(gold: GoldChunk, found: Annotation) -> tuple[int, int]:
    """Count the spans, answers and arrows of the gold, and how many of them the pull gives."""
    wanted, given = (
        {*_facts(gold.spans, gold.relations)},
        {*_facts(found.spans, found.relations)},
    )
    return len(wanted & given), len(wanted)


def _facts(spans: Sequence[Span], relations: Sequence[Relation]) -> Iterator[tuple[object, ...]]:
    place = {span.id: (span.label, span.start, span.end) for span in spans}
    for span in spans:
        yield place[span.id]
        yield from ((*place[span.id], item.name, item.value) for item in span.attributes)
    yield from ((one.type, place[one.head], place[one.tail]) for one in relations)


@contextmanager
def desk(server: LiveStudio) -> Iterator[tuple[Browser, StorageState]]:
    """A browser, and the session of somebody who is logged in."""
    with chromium() as browser:
        with person(browser, server.url) as operator:
            known = operator.log_in(server.login)
        yield browser, known


def measure(
    way: Way,
    folder: Path,
    server: LiveStudio,
    at: tuple[Browser, StorageState],
    characters: int = sys.maxsize,
) -> Outcome:
    """Put the typical chunk in one way; `characters` limits how much of it."""
    workspace = sample(folder, way)
    schema = load_schema(workspace.schema_file)
    gold = beginning(typical(project_gold(workspace, schema, read_gold())), characters)
    studio = Studio(server.url, server.token)
    project = push(workspace, studio=studio).address
    tasks = {
        row["chunk_id"]: row.get("task_id") for row in Ledger(workspace.labels / "tasks.jsonl")
    }
    with person(at[0], server.url, known=at[1]) as who:
        who.open_task(project, tasks[gold.chunk.id])
        actions = put_in(who, schema, work(gold, schema, way), way)
    pull(workspace, studio=studio)
    labels = read_labels(workspace.labels, schema, {gold.chunk.article_id: gold.language})
    (found,) = labels.annotations
    return Outcome(way, actions, *compare(gold, found))


def told(outcomes: Sequence[Outcome]) -> str:
    heads = ("way", "keys", "clicks", "drags", "actions", "letters", "as in the gold")
    return table(heads, [outcome.row() for outcome in outcomes])


def share(outcomes: Sequence[Outcome], way: str, of: str) -> float:
    totals = {outcome.way.name: outcome.actions.total for outcome in outcomes}
    return totals[way] / totals[of]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with sqlite_studio(folder / "server") as server, desk(server) as at:
            outcomes = [measure(way, folder / way.name, server, at) for way in WAYS]
    print(told(outcomes))
    print()
    limits = [
        Limit(f"{way} / {of}", share(outcomes, way, of), SHARE)
        for way in ("derived", "proposed")
        for of in ("by hand", "unnamed")
    ]
    print(table(("", "actions", "share", "", "limit", ""), [limit.row() for limit in limits]))
    raise SystemExit(0 if all(limit.holds for limit in limits) else 1)


if __name__ == "__main__":
    main()
