"""Chunks that are sent in one request, while the next ones are made ready beside it."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import orjson

from annotate.errors import RemoteError
from annotate.studio.client import Studio
from annotate.studio.copies import BATCH_MARK
from annotate.studio.faults import DoubtfulError, ImportRefusedError
from annotate.studio.predictions import Proposing
from annotate.studio.tasks import Task

Json = dict[str, Any]
_NAMED = 5  # chunks in a message
_CUT_OFF = frozenset({None, 408, 502, 504})  # None: the connection broke


class Batch:
    """Some chunks on their way. `ids` are their tasks, None where the server tells none.

    `size` is how many bytes they take, `predicted` how many of them have predicted regions.
    """

    def __init__(self, studio: Studio, project_id: int, proposals: Proposing) -> None:
        self.studio, self.project_id, self.proposals = studio, project_id, proposals
        self.name = uuid.uuid4().hex[:12]
        self.tasks = list[Task]()
        self.size = self.predicted = 0
        self._content = list[orjson.Fragment]()
        self.ids: list[int] | None = None
        self.seconds = 0.0  # that the request took
        self.cut_off = False  # whether it may have taken too long for the server or a proxy
        self._sending: Future[bool] | None = None

    def __len__(self) -> int:
        return len(self.tasks)

    @property
    def keys(self) -> list[str]:
        return [task.chunk.id for task in self.tasks]

    def add(self, task: Task) -> None:
        """Spell a task before its turn, while the server is at work on those before it."""
        proposed = self.proposals.of(task)
        content: Json = {"data": task.data, "meta": {BATCH_MARK: self.name}}
        spelled = orjson.dumps(content | ({"predictions": proposed} if proposed else {}))
        self.tasks.append(task)
        self._content.append(orjson.Fragment(spelled))
        self.size += len(spelled)
        self.predicted += bool(proposed)

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
        content, self._content = self._content, []  # it is not needed again
        try:
            self.ids = self.studio.import_tasks(self.project_id, content)
        except ImportRefusedError as error:
            raise self._blaming(error) from None
        except DoubtfulError as error:
            self.cut_off = error.status in _CUT_OFF
            return False
        finally:
            self.seconds = time.monotonic() - started
        return True

    def _blaming(self, error: ImportRefusedError) -> RemoteError:
        """Say which chunks the server found fault with."""
        keys = self.keys
        blamed = [keys[place] for place in error.places if place < len(keys)]
        who = f"; to blame: {', '.join(blamed[:_NAMED])}" if blamed else ""
        return RemoteError(
            f"Label Studio took none of {len(keys)} chunks{who}: {error.message}",
            "nothing of this batch was sent; look at these chunks and at the labelling page",
            status=error.status,
        )
