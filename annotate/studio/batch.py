"""Chunks that are sent in one request, while the next ones are made ready beside it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import orjson

from annotate.errors import RemoteError
from annotate.studio.client import Studio
from annotate.studio.copies import BATCH_MARK
from annotate.studio.faults import DoubtfulError, ImportRefusedError
from annotate.studio.predictions import Proposing
from annotate.studio.tasks import Task

_NAMED = 5  # chunks in a message


class Batch:
    """Some chunks on their way. `ids` are their tasks, None where the server tells none."""

    def __init__(
        self, studio: Studio, project_id: int, tasks: Sequence[Task], proposals: Proposing
    ) -> None:
        self.studio, self.project_id, self.tasks = studio, project_id, tasks
        self.proposed = [proposals.of(task) for task in tasks]
        self.name = uuid.uuid4().hex[:12]
        self.keys = [task.chunk.id for task in tasks]
        self._content = list(self._spelled())
        self.ids: list[int] | None = None
        self.seconds = 0.0  # that the request took
        self._sending: Future[bool] | None = None

    def _spelled(self) -> Iterator[orjson.Fragment]:
        """Spell the tasks before their turn, while the server is at work on those before them."""
        meta = {BATCH_MARK: self.name}
        for task, proposed in zip(self.tasks, self.proposed, strict=True):
            content = {"data": task.data, "meta": meta}
            more = {"predictions": proposed} if proposed else {}
            yield orjson.Fragment(orjson.dumps(content | more))

    def start(self, pool: ThreadPoolExecutor) -> None:
        """Send the batch, without waiting for its end."""
        self._sending = pool.submit(self._send)

    def is_certain(self) -> bool:
        """Wait for the end; False when it is unknown whether the server took the batch.

        Raises `RemoteError` when it certainly did not.
        """
        assert self._sending is not None
        return self._sending.result()

    def _send(self) -> bool:
        started = time.monotonic()
        try:
            self.ids = self.studio.import_tasks(self.project_id, self._content)
        except ImportRefusedError as error:
            raise self._blaming(error) from None
        except DoubtfulError:
            return False
        finally:
            self.seconds = time.monotonic() - started
        return True

    def _blaming(self, error: ImportRefusedError) -> RemoteError:
        """Say which chunks the server found fault with."""
        blamed = [self.keys[place] for place in error.places if place < len(self.keys)]
        who = f"; to blame: {', '.join(blamed[:_NAMED])}" if blamed else ""
        return RemoteError(
            f"Label Studio took none of {len(self.keys)} chunks{who}: {error.message}",
            "nothing of this batch was sent; look at these chunks and at the labelling page",
            status=error.status,
        )
