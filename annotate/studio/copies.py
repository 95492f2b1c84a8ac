"""The tasks on the server by chunk: a chunk may stand there more than once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from annotate.studio.tasks import data_sha256

Json = dict[str, Any]
Copies = Mapping[str, Sequence["Copy"]]
BATCH_MARK = "annotate_batch"  # the key in `task.meta` that names the push a task came by


class Copy(NamedTuple):
    """One task of a chunk. `batch` names the push that made it, None of other origin.

    `answered` counts skips and drafts too.
    """

    task_id: int
    answered: bool = False
    batch: str | None = None
    data_sha256: str | None = None
    overlap: int | None = None


def read_copies(tasks: Iterable[Json]) -> tuple[dict[str, list[Copy]], int]:
    """Gather tasks by chunk, and count those of no chunk: they are not ours."""
    copies: dict[str, list[Copy]] = {}
    foreign = 0
    for task in tasks:
        key = task["data"].get("chunk_id")
        if key is None:
            foreign += 1
        else:
            copies.setdefault(str(key), []).append(_copy(task))
    return copies, foreign


def _copy(task: Json) -> Copy:
    answered = task["total_annotations"] or task["cancelled_annotations"]
    batch = (task.get("meta") or {}).get(BATCH_MARK)
    return Copy(
        int(task["id"]), bool(answered), batch, data_sha256(task["data"]), task.get("overlap")
    )


def with_drafts(copies: Copies, drafted: Collection[int]) -> Copies:
    """Count what someone has begun to answer as answered."""
    return {
        key: [copy._replace(answered=copy.answered or copy.task_id in drafted) for copy in each]
        for key, each in copies.items()
    }


def is_answered(task: Json) -> bool:
    """Whether a whole task holds an answer, a skip or a draft."""
    return bool(task.get("annotations") or task.get("drafts"))


def kept(copies: Sequence[Copy]) -> Copy:
    """Choose the copy that stays: one that is answered, then the oldest."""
    return min(copies, key=lambda copy: (not copy.answered, copy.task_id))


def surplus(copies: Copies, own: Collection[str], *, everyone: bool) -> tuple[tuple[str, int], ...]:
    """Find the copies to take off the server: unanswered, and of our own batches or all."""
    return tuple(
        (key, copy.task_id)
        for key, each in copies.items()
        for copy in each
        if copy is not kept(each) and not copy.answered and (everyone or copy.batch in own)
    )
