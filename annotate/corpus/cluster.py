"""Shards prepared by the workers of a Dask cluster, on this machine or on others."""

from __future__ import annotations

import logging
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from annotate.corpus.parts import Part
from annotate.corpus.shards import (
    Job,
    Prepare,
    Progress,
    prepare_shard,
    reject_input,
)
from annotate.errors import ConfigError, RemoteError

ATTEMPTS = 2  # workers that a job may take down before it is looked into
WAITS = 20  # times that a job may lose its worker to another job's fault
_CONNECT = "5s"


def run_on_cluster(
    jobs: Sequence[Job],
    workers: int,
    scheduler: str | None,
    progress: Progress | None = None,
    prepare: Prepare | None = None,
) -> list[Path]:
    """Prepare all shards on a cluster; returns the folders of their parts, in order.

    An input that takes down worker after worker is found, tried alone, and then rejected as
    `crashed`. Raises `ConfigError` when Dask is not installed, and `RemoteError`
    when the scheduler does not answer.
    """
    for draft in jobs[0].parts.glob("*.new"):  # of a run that was killed
        shutil.rmtree(draft, ignore_errors=True)
    with _client(workers, scheduler, jobs[0].parts.parent) as client:
        return _Run(client, jobs, progress, prepare).folders()


@contextmanager
def _client(workers: int, scheduler: str | None, folder: Path) -> Iterator[Any]:
    try:
        import dask
        from distributed import Client, LocalCluster
    except ModuleNotFoundError:
        raise ConfigError(
            "more than one worker needs Dask, which is not installed",
            "pip install 'annotate[dask]'",
        ) from None
    with dask.config.set({"distributed.scheduler.allowed-failures": ATTEMPTS - 1}):
        if scheduler:
            with _connected(Client, scheduler) as client:
                yield client
            return
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",
            host="127.0.0.1",
            local_directory=str(folder),
            silence_logs=logging.CRITICAL,
        )
        with cluster, Client(cluster) as client:
            yield client


def _connected(client: Any, scheduler: str) -> Any:
    try:
        return client(scheduler, timeout=_CONNECT)
    except (OSError, ValueError) as error:
        raise RemoteError(
            f"no Dask scheduler answers at {scheduler}: {type(error).__name__}",
            "start one with `dask scheduler`, or leave --scheduler out",
        ) from None


class _Run:
    """All jobs of a run, those under way and those done."""

    def __init__(
        self, client: Any, jobs: Sequence[Job], progress: Progress | None, prepare: Prepare | None
    ) -> None:
        self.client = client
        self.jobs = jobs
        self.progress = progress
        self.prepare = prepare
        self.done: dict[tuple[int, int], Path] = {}
        self.waited = Counter[Path]()

    def folders(self) -> list[Path]:
        from distributed import KilledWorker, as_completed

        total, behind = sum(job.shard.size for job in self.jobs), 0
        under_way = {future.key: (future, job) for future, job in map(self._submit, self.jobs)}
        queue = as_completed([future for future, _ in under_way.values()])
        for future in queue:
            _, job = under_way.pop(future.key)
            try:
                self._finish(job, Path(future.result()))
            except KilledWorker:
                for again, half in map(self._submit, self._look_into(job)):
                    under_way[again.key] = (again, half)
                    queue.add(again)
                continue
            behind += job.shard.size if job.first == 0 else 0
            if self.progress:
                self.progress(behind, total)
        return [folder for _, folder in sorted(self.done.items())]

    def _submit(self, job: Job) -> tuple[Any, Job]:
        return self.client.submit(prepare_shard, job, self.prepare, pure=False), job

    def _finish(self, job: Job, folder: Path) -> None:
        self.done[job.shard.number, job.first] = folder

    def _look_into(self, job: Job) -> tuple[Job, ...]:
        """Set the inputs apart at which the workers died; one that is alone is rejected."""
        begun = Part(job.folder).last_begun()
        inside = job.around(*begun) if begun else ()
        if not inside:  # it was but waiting for its turn
            self.waited[job.folder] += 1
            if self.waited[job.folder] < WAITS:
                return (job,)
            raise RemoteError(
                f"shard {job.shard.number} took down {WAITS} workers before they read it",
                "give the workers more memory, or use fewer of them on a machine",
            )
        if job.last == job.first + 1:
            self._finish(job, reject_input(job))
            return ()
        return inside
