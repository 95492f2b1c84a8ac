"""The whole chain on the sample, against a real local Label Studio."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotate.corpus import prepare
from annotate.flows.decide import decide
from annotate.flows.gold import GoldChunk, project_gold, read_gold
from annotate.flows.init import init
from annotate.flows.simulate import CAREFUL, HASTY, STEADY, Slips, answer
from annotate.labels.entities import Gazetteer
from annotate.labels.read import open_passage
from annotate.release.build import publish
from annotate.release.columns import tables
from annotate.release.draft import check_offsets
from annotate.schema import Schema, load_schema
from annotate.studio.client import Studio
from annotate.studio.invite import sign_up
from annotate.studio.overlap import wanted_overlap
from annotate.studio.project import need_project
from annotate.studio.pull import pull
from annotate.studio.push import push
from annotate.studio.review import review_pull, review_push
from annotate.studio.server import RunningServer, serving
from annotate.workspace import Workspace

Json = dict[str, Any]
Say = Callable[[str], None]
SEED = 2031
# Who answers, and how well; the first, without a name, is whoever runs the server.
PEOPLE = (("", CAREFUL), ("second", HASTY), ("third", STEADY))


@dataclass(frozen=True)
class DemoReport:
    """What the demo made. `positions` are (outlet, entity, topic, polarity, articles)."""

    workspace: str
    release: str
    version: str
    rows: dict[str, int]
    proved: int
    positions: tuple[tuple[str, str, str, str, int], ...]


@contextmanager
def demo(
    folder: Path, *, say: Say, progress: Say, seed: int = SEED
) -> Iterator[tuple[DemoReport, RunningServer]]:
    """Run the chain in a new workspace `folder`; the server stays up for the block.

    `say` hears a line when a step is done, `progress` what is going on meanwhile.
    """
    init(folder, sample=True)
    workspace = Workspace.find(folder)
    say(f"init      {folder}")
    counts = prepare(workspace).counts
    say(
        f"prepare   {counts['inputs']} articles, {counts['ready']} ready, {counts['chunks']} chunks"
    )
    with serving(workspace, progress=progress) as server:
        say(f"serve     {server.url}")
        studio = Studio(server.url, server.login.token, workspace.settings.studio.timeout)
        label(workspace, studio, say=say, progress=progress, seed=seed)
        yield _publish(workspace, say, progress), server


def label(
    workspace: Workspace,
    studio: Studio,
    *,
    say: Say,
    progress: Say,
    seed: int = SEED,
    undecided: int = 0,
) -> None:
    """Fill the ledger: have simulated people answer every chunk, and one more decide.

    So many of the chunks that go to review are left `undecided` there.
    """
    progress("sending chunks …")
    pushed = push(workspace, studio=studio)
    say(f"push      {pushed.created} chunks sent to project {pushed.project_id}")
    again = push(workspace, studio=studio)
    say(f"push      {again.created} the second time, {again.present} already there")
    simulate(workspace, studio, progress, seed)
    progress("reading answers …")
    pulled = pull(workspace, studio=studio)
    say(f"pull      {pulled.new} answers of simulated annotators, {pulled.skipped} skipped")
    progress("one more person decides …")
    sent = review_push(workspace, studio=studio)
    decide(studio, workspace, signed_up(studio, workspace, "decider"), undecided=undecided)
    decided = review_pull(workspace, studio=studio)
    say(f"review    {sent.created} chunks with tied answers sent, {decided.new} decided")


def _publish(workspace: Workspace, say: Say, progress: Say) -> DemoReport:
    progress("building the release and loading it …")
    released = publish(workspace)
    assert released.path is not None
    assert released.version is not None
    path = workspace.root / released.path
    proved = check_offsets(path)
    say(f"publish   {released.path}: {proved} spans and chunks are the text at their offsets")
    loaded = load(path, load_schema(workspace.schema_file), workspace.private / "hf")
    rows = {name: len(table) for name, table in loaded.items()}
    say("load      " + ", ".join(f"{name} {count} rows" for name, count in rows.items()))
    positions = _positions(loaded["triples"])
    return DemoReport(str(workspace.root), released.path, released.version, rows, proved, positions)


def signed_up(studio: Studio, workspace: Workspace, name: str) -> Studio:
    """Sign another person up by the invite link."""
    email = f"{name}.{workspace.settings.workspace_id}@annotate.example"
    return Studio(studio.url, sign_up(studio.invite_link(), email, secrets.token_urlsafe(12)))


def simulate(workspace: Workspace, studio: Studio, progress: Say, seed: int = SEED) -> int:
    """Have as many people answer each chunk as its article asks for, of three at the most.

    Returns how many answers were sent. The same seed gives the same answers.
    """
    schema, settings = load_schema(workspace.schema_file), workspace.settings.studio
    chunks = project_gold(workspace, schema, read_gold())
    wanted = [wanted_overlap(gold.chunk.article_id, settings) for gold in chunks]
    project_id = int(need_project(studio, workspace)["id"])
    tasks = {
        task["data"]["chunk_id"]: int(task["id"])
        for task in studio.tasks(project_id, answers=False)
    }
    sent, total = 0, sum(min(count, len(PEOPLE)) for count in wanted)
    for number, (name, slips) in enumerate(PEOPLE[: max(wanted, default=0)], 1):
        person = signed_up(studio, workspace, name) if name else studio
        theirs = [gold for gold, count in zip(chunks, wanted, strict=True) if count >= number]
        for gold, annotation in _answers(theirs, schema, slips, seed + number):
            person.annotate(tasks[gold.chunk.id], annotation)
            sent += 1
            progress(f"simulated annotators answer … {sent} of {total}")
    return sent


def _answers(
    chunks: list[GoldChunk], schema: Schema, slips: Slips, seed: int
) -> Iterator[tuple[GoldChunk, Json]]:
    gazetteer = Gazetteer.of(schema)
    for gold in chunks:
        rng = random.Random(f"{seed} {gold.chunk.id}")  # noqa: S311 - slips, not secrets
        passage = open_passage(gold.chunk.text, gold.language, schema, gazetteer)
        yield gold, answer(gold, passage, schema, slips, rng)


def load(path: Path, schema: Schema, cache: Path) -> dict[str, Any]:
    """Open every config of a release with the real `load_dataset`, its splits put together."""
    import datasets

    datasets.disable_progress_bars()
    loaded = {
        config: datasets.load_dataset(str(path), config, cache_dir=str(cache))
        for config in tables(schema)
    }
    return {
        config: datasets.concatenate_datasets(list(splits.values()))
        for config, splits in loaded.items()
    }


def _positions(triples: Any) -> tuple[tuple[str, str, str, str, int], ...]:
    features = triples.features
    counts = Counter(
        (
            row["outlet"] or "unknown",
            row["entity"],
            features["topic"].int2str(row["topic"]),
            features["polarity"].int2str(row["polarity"]),
        )
        for row in triples
    )
    return tuple((*position, count) for position, count in sorted(counts.items()))
