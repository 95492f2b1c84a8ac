from __future__ import annotations

from types import SimpleNamespace

import pytest

from annotate.corpus import Chunk, Metadata
from annotate.flows.init import init
from annotate.studio import sender
from annotate.studio.sender import Sender
from annotate.studio.survey import Survey
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


def lose(made: Sender, monkeypatch: pytest.MonkeyPatch, size: int, *, cut_off: bool) -> None:
    """Have the answer to a batch of so many tasks lost."""
    monkeypatch.setattr(made, "tasks", lambda _: iter(task(number) for number in range(size)))
    (batch,) = made._batches(["all"])
    batch.cut_off = cut_off
    monkeypatch.setattr(batch, "is_certain", lambda: False)
    assert made._is_certain(batch) is False


def test_after_a_batch_was_cut_off_they_are_half_as_large(sending, monkeypatch):
    made, sizes = sending
    made.most = 8
    lose(made, monkeypatch, 8, cut_off=True)
    assert sizes([task(number) for number in range(8)]) == [4, 4]
    lose(made, monkeypatch, 1, cut_off=True)
    assert sizes([task(number) for number in range(2)]) == [1, 1]


def test_a_server_that_is_busy_is_not_sent_more_requests(sending, monkeypatch):
    made, _ = sending
    made.most = 8
    lose(made, monkeypatch, 8, cut_off=False)
    assert made.most == 8


def test_batches_grow_again_to_what_the_settings_say(sending, monkeypatch):
    made, _ = sending
    made.most, grown = 1, []
    monkeypatch.setattr(made, "tasks", lambda _: iter([task(1)]))
    for _ in range(40):
        (batch,) = made._batches(["all"])
        monkeypatch.setattr(batch, "is_certain", lambda: True)
        assert made._is_certain(batch)
        grown.append(made.most)
    assert grown[:4] == [2, 3, 4, 6]
    assert grown[-1] == made.settings.batch_size


def test_after_a_killed_push_the_server_is_given_time_for_what_was_on_its_way(sending, monkeypatch):
    made, _ = sending
    waits = []
    for unsure in (1000, 1_000_000):
        records = SimpleNamespace(unsure=[str(number) for number in range(unsure)])
        survey = Survey(made.workspace, None, records, [])
        monkeypatch.setattr(survey, "settled", lambda *, slowest: waits.append(slowest))
        survey.compared(full=False)
    assert waits == [pytest.approx(4.0), made.settings.timeout]
