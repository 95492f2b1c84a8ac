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
from annotate.flows.gold import GoldChunk, project_gold, read_gold
from annotate.flows.init import init
from annotate.flows.simulate import CAREFUL, HASTY, Slips, answer
from annotate.labels.entities import Gazetteer
from annotate.labels.read import open_passage
from annotate.release.build import publish
from annotate.release.columns import tables
from annotate.release.draft import check_offsets
from annotate.schema import Schema, load_schema
from annotate.studio.client import Studio
from annotate.studio.invite import sign_up
from annotate.studio.project import need_project
from annotate.studio.pull import pull
from annotate.studio.push import push
from annotate.studio.server import RunningServer, serving
from annotate.workspace import Workspace

Json = dict[str, Any]
Say = Callable[[str], None]
SEED = 2031


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
        report = _label_and_publish(workspace, server, say, progress, seed)
        yield report, server


def _label_and_publish(
    workspace: Workspace, server: RunningServer, say: Say, progress: Say, seed: int
) -> DemoReport:
    studio = Studio(server.url, server.login.token, workspace.settings.studio.timeout)
    progress("sending chunks …")
    pushed = push(workspace, studio=studio)
    say(f"push      {pushed.created} chunks sent to project {pushed.project_id}")
    again = push(workspace, studio=studio)
    say(f"push      {again.created} the second time, {again.present} already there")
    simulate(workspace, studio, progress, seed)
    progress("reading answers …")
    pulled = pull(workspace, studio=studio)
    say(f"pull      {pulled.new} answers of two simulated annotators, {pulled.skipped} skipped")
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


def simulate(workspace: Workspace, studio: Studio, progress: Say, seed: int = SEED) -> int:
    """Have two annotators answer every chunk, the second signed up by the invite link.

    Returns how many answers were sent. The same seed gives the same answers.
    """
    schema = load_schema(workspace.schema_file)
    chunks = project_gold(workspace, schema, read_gold())
    email = f"second.{workspace.settings.workspace_id}@annotate.example"
    second = Studio(studio.url, sign_up(studio.invite_link(), email, secrets.token_urlsafe(12)))
    project_id = int(need_project(studio, workspace)["id"])
    tasks = {
        task["data"]["chunk_id"]: int(task["id"])
        for task in studio.tasks(project_id, answers=False)
    }
    sent = 0
    for number, (person, slips) in enumerate([(studio, CAREFUL), (second, HASTY)], 1):
        for gold, annotation in _answers(chunks, schema, slips, seed + number):
            person.annotate(tasks[gold.chunk.id], annotation)
            sent += 1
            progress(f"two simulated annotators answer … {sent} of {2 * len(chunks)}")
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
