from __future__ import annotations

from types import SimpleNamespace

import pytest

from annotate.corpus import Chunk, Metadata
from annotate.flows.init import init
from annotate.studio import sender
from annotate.studio.sender import Sender
from annotate.studio.tasks import Task, task_data
from annotate.workspace import Workspace


def task(number: int, text: str = "One") -> Task:
    chunk = Chunk(f"c-{number}", "a", 0, 0, len(text), text)
    return Task(chunk, None, None, task_data(chunk, Metadata(), 1, "1.0.0"))


@pytest.fixture
def sending(tmp_path, monkeypatch):
    """A sender of given tasks that asks no server; gives the function that cuts them up."""
    init(tmp_path, name="sent")
    proposals = SimpleNamespace(of=lambda _: [])
    purpose = SimpleNamespace(annotators=1, role="main")
    errand = SimpleNamespace(proposals=proposals, purpose=purpose)
    records = SimpleNamespace(project_id=1)
    made = Sender(Workspace.find(tmp_path), None, records, errand, lambda *_: None)

    def sizes(tasks: list[Task]) -> list[int]:
        monkeypatch.setattr(made, "tasks", lambda _: iter(tasks))
        return [len(batch) for batch in made._batches([each.chunk.id for each in tasks])]

    return made, sizes


def test_the_first_batch_is_small_and_the_others_are_as_large_as_may_be(sending, monkeypatch):
    made, sizes = sending
    monkeypatch.setattr(sender, "FIRST", 3)
    made.most = 5
    assert sizes([task(number) for number in range(14)]) == [3, 5, 5, 1]
    assert sizes([task(number) for number in range(13)]) == [3, 5, 5]
    assert sizes([]) == []


def test_a_batch_ends_where_its_bytes_are_enough(sending, monkeypatch):
    _, sizes = sending
    monkeypatch.setattr(sender, "BATCH_BYTES", 2000)
    long = task(9, "é" * 1000)  # 2,000 bytes
    assert sizes([task(0), long, task(1), task(2), long, task(3)]) == [2, 3, 1]


def test_after_a_lost_answer_batches_are_half_as_large(sending, monkeypatch):
    made, sizes = sending
    monkeypatch.setattr(sender, "FIRST", 400)
    made.most = 8
    monkeypatch.setattr(made, "tasks", lambda _: iter(task(number) for number in range(8)))
    (batch,) = made._batches(["all"])
    monkeypatch.setattr(batch, "is_certain", lambda: False)
    assert made._is_certain(batch) is False
    assert sizes([task(number) for number in range(8)]) == [4, 4]
    made.most = 1
    assert sizes([task(number) for number in range(2)]) == [1, 1]
