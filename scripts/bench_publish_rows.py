"""Ledgers and rows for bench_publish, made from a seed: invented articles, each in four chunks.

One chunk in a thousand has three answers, of which one says otherwise; the others have one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from annotate.corpus import Article, Chunk, Metadata, Source
from annotate.corpus.parts import RowFiles, rows_of
from annotate.corpus.store import place
from annotate.flows.init import init
from annotate.labels.annotation import Span
from annotate.labels.regions import write_results
from annotate.ledger import Ledger
from annotate.release.standing import span_cell
from annotate.schema import Schema, load_schema
from annotate.workspace import Workspace

Json = dict[str, Any]
CHUNKS = 4
VOTED, VOTES = 1000, 3  # one chunk in so many has so many answers
PEOPLE_ASKED = 5
QUOTED = 4  # one sentence in so many is said in quotation marks
BATCH = 1000  # articles that are written at a time
WORDS = [
    "".join(pair)
    for pair in zip("bcdfghklmnprstvw" * 125, ["aren", "olim", "udesh"] * 667)  # noqa: B905
]
PEOPLE = ("Emmanuel Macron", "Vladimir Putin", "a harbour clerk", "the crew of the ferry")
SIDES = ("Support", "Oppose", "Neutral")
SETTINGS = (
    'workspace_id = "0123456789"\nname = "bench"\n[publish]\nrights = "full"\n'
    'text_license = "invented"\n'
)
BORN, DAY = "2031-01-01T08:00:00.000000Z", "2031-03-14T10:00:00.000000Z"


def _text(rng: random.Random) -> tuple[str, list[Span]]:
    """Make a chunk's text with a few positions in it."""
    parts, spans, at = [], [], 0
    for number in range(rng.randint(1, 5)):
        filler = " ".join(rng.choices(WORDS, k=rng.randint(6, 14)))
        speaker, topic = rng.choice(PEOPLE), rng.choice(WORDS)
        sentence = f"{filler}. {speaker} said that {topic} talks must {rng.choice(WORDS)} now. "
        start = at + sentence.index(speaker)
        stance = at + sentence.index(f"{topic} talks must")
        end = at + len(sentence) - 2
        side, about = rng.choice(SIDES), rng.choice(("ceasefire", "dialogue", "diplomacy"))
        spans += [
            Span(f"s{number}", start, start + len(speaker), "speaker", "Speaker"),
            Span(f"a{number}", stance, end, "stance", side),
            Span(f"t{number}", stance, stance + len(topic), "topic", about),
        ]
        if rng.randrange(QUOTED) == 0:
            words = " ".join(rng.choices(WORDS, k=rng.randint(8, 20)))
            sentence += f"“{words},” {speaker} said. "
        parts.append(sentence)
        at += len(sentence)
    return "".join(parts), spans


def articles(count: int, seed: int) -> Iterator[tuple[Article, list[tuple[Chunk, list[Span]]]]]:
    """Make articles one by one; the first ones are the same whatever the count."""
    for number in range(count):
        rng = random.Random(f"{seed} {number}")  # noqa: S311 - invented news, not secrets
        name, at, pieces = f"articles/{number:07}.txt", 0, []
        for index in range(CHUNKS):
            text, spans = _text(rng)
            chunk = Chunk(f"c-{number:07}-{index}", name, index, at, at + len(text), text)
            pieces.append((chunk, spans))
            at += len(text)
        about = Metadata(
            f"Outlet {number % 9}",
            f"No. {number}",
            None,
            "2031-03-12",
            "en",
            f"event {number // 5}",
        )
        whole = "".join(chunk.text for chunk, _ in pieces)
        yield Article(name, Source(name, f"{number:064x}"), whole, (), about), pieces


def make_workspace(folder: Path, count: int, *, seed: int = 1, shuffled: bool = False) -> Workspace:
    """Write corpus and ledgers of `count` articles, whose chunks have `answers_to` them."""
    init(folder, name="bench")
    (folder / "annotate.toml").write_text(SETTINGS, encoding="utf-8")
    workspace = Workspace.find(folder)
    schema = load_schema(workspace.schema_file)
    made = enumerate(articles(count, seed))
    draft = workspace.private / "draft"
    answered: list[Json] = []  # all of them only if they are to be shuffled
    with RowFiles(draft) as files:
        while batch := list(islice(made, BATCH)):
            for number, (article, pieces) in batch:
                files.add(rows_of((0, number), article, tuple(chunk for chunk, _ in pieces)))
            chunks = [(number, *each) for number, (_, pieces) in batch for each in pieces]
            Ledger(workspace.labels / "tasks.jsonl").append(
                _present(chunk) for _, chunk, _ in chunks
            )
            answered += [
                _answer(chunk, _said(spans, vote), schema, VOTES * place + vote + 1, place + vote)
                for number, chunk, spans in chunks
                for place in (number * CHUNKS + chunk.index,)
                for vote in range(_votes(place))
            ]
            if not shuffled:
                Ledger(workspace.labels / "annotations.jsonl").append(answered)
                answered = []
        files.seal({})
    place(draft, workspace)
    random.Random(seed).shuffle(answered)  # noqa: S311
    Ledger(workspace.labels / "annotations.jsonl").append(answered)
    return workspace


def answers_to(count: int) -> int:
    """Count the answers to so many articles."""
    return sum(map(_votes, range(count * CHUNKS)))


def _votes(place: int) -> int:
    return 1 if place % VOTED else VOTES


def _said(spans: list[Span], vote: int) -> list[Span]:
    """Give what one of several annotators marks: the third one leaves the last position out."""
    return spans[:-3] if vote == VOTES - 1 else spans


def _present(chunk: Chunk) -> Json:
    return {
        "event": "present",
        "chunk_id": chunk.id,
        "task_id": 1,
        "project_id": 1,
        "project_created_at": BORN,
        "chunk": chunk.to_json(),
    }


def _answer(chunk: Chunk, spans: list[Span], schema: Schema, number: int, person: int) -> Json:
    return {
        "event": "annotation",
        "pulled_at": "2031-04-01T08:00:00.000000Z",
        "project_id": 1,
        "project_created_at": BORN,
        "chunk_id": chunk.id,
        "task_id": 1,
        "annotation_id": number,
        "annotator": f"annotator-{person % PEOPLE_ASKED:010}",
        "pseudonym_key": "0123456789ab",
        "annotation": {
            "id": number,
            "created_at": DAY,
            "updated_at": DAY,
            "lead_time": 42.0,
            "was_cancelled": False,
            "parent_prediction": None,
            "result": write_results(spans, [], chunk.text, schema),
        },
    }


def annotation_rows(count: int, seed: int = 1) -> Iterator[Json]:
    """Make rows of the config `annotations`."""
    made = 0
    for _, pieces in articles(count // CHUNKS + 1, seed):
        for chunk, spans in pieces:
            if made == count:
                return
            made += 1
            yield _row(chunk, spans, made)


def _row(chunk: Chunk, spans: list[Span], number: int) -> Json:
    return {
        "annotation_id": f"a-{number:016x}",
        "id": chunk.id,
        "article_id": chunk.article_id,
        "start": chunk.start,
        "end": chunk.end,
        "annotator": f"annotator-{number % 3:010}",
        "role": "annotator",
        "counts": True,
        "simulated": True,
        "schema_version": "1.0.0",
        "created_at": DAY[:10],
        "lead_time": "30–60 s",
        "was_prelabelled": False,
        "skipped": False,
        "spans": [span_cell(span, chunk.text) for span in spans],
        "relations": [],
        "document": [],
    }


def spans_rows(count: int, seed: int = 1) -> Iterator[Json]:
    """Make rows of the config `spans`."""
    made, alone = 0, {"support": 1, "origin": "single"}
    for article, pieces in articles(count // CHUNKS + 1, seed):
        for chunk, spans in pieces:
            if made == count:
                return
            made += 1
            yield {
                "id": chunk.id,
                "article_id": chunk.article_id,
                "chunk_index": chunk.index,
                "start": chunk.start,
                "end": chunk.end,
                "text": chunk.text,
                "text_sha256": f"{made:064x}",
                "spans": [span_cell(span, chunk.text) | alone for span in spans],
                "relations": [],
                "document": [],
                "answers": 1,
                **alone,
                "outlet": article.outlet,
                "published_at": article.published_at,
                "url": None,
                "language": "en",
                "event": article.event,
                "first_version": "1.0.0",
                "last_changed_version": "1.0.0",
            }
