"""Do with label-studio-sdk what push and pull do, and say how long the calls took.

    python scripts/bench_studio_sdk.py create|import WORKSPACE COUNT
    python scripts/bench_studio_sdk.py export|list PROJECT COUNT

The server is named by LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY. What is sent is made before
the clock starts, and so is the client; what comes back is read whole.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from label_studio_sdk import LabelStudio

BATCH = 1000
PATIENCE = 600.0  # seconds that one request may take


def task_data(workspace: Path, count: int) -> list[dict[str, str]]:
    """Make the data of the tasks that `annotate push` sends, key by key."""
    data = []
    with (
        (workspace / "corpus" / "articles.jsonl").open("rb") as articles,
        (workspace / "corpus" / "chunks.jsonl").open("rb") as chunks,
    ):
        known = {article["id"]: article for article in map(json.loads, articles)}
        for chunk in map(json.loads, itertools.islice(chunks, count)):
            about = known[chunk["article_id"]]
            data.append(
                {
                    "chunk_id": chunk["id"],
                    "text": chunk["text"],
                    "text_sha256": hashlib.sha256(chunk["text"].encode()).hexdigest(),
                    "schema_version": "1.0.0",
                    **{key: about[key] or "" for key in ("title", "outlet", "published_at", "url")},
                    "part": "1/1",
                    "context_before": chunk["context_before"],
                    "context_after": chunk["context_after"],
                }
            )
    return data


def new_project(client: LabelStudio, workspace: Path) -> int:
    config = (workspace / "label_config" / "label_config.xml").read_text(encoding="utf-8")
    return int(client.projects.create(title="bare", label_config=config).id)


def create(client: LabelStudio, workspace: Path, count: int) -> Callable[[], int]:
    """One `tasks.create` a task."""
    data, project = task_data(workspace, count), new_project(client, workspace)

    def call() -> int:
        return sum(1 for each in data if client.tasks.create(project=project, data=each).id)

    return call


def bulk(client: LabelStudio, workspace: Path, count: int) -> Callable[[], int]:
    """`projects.import_tasks` in batches."""
    tasks = [{"data": each} for each in task_data(workspace, count)]
    project = new_project(client, workspace)

    def call() -> int:
        return sum(
            client.projects.import_tasks(project, request=tasks[at : at + BATCH]).task_count
            for at in range(0, count, BATCH)
        )

    return call


def export(client: LabelStudio, project: int) -> Callable[[], int]:
    """The JSON export, its whole body read, but not parsed."""
    transport = client._client_wrapper.httpx_client  # noqa: SLF001 - the SDK's own would save a file
    options = {"exportType": "JSON", "download_all_tasks": "true"}

    def call() -> int:
        path = f"api/projects/{project}/export"
        answer: Any = transport.request(path, method="GET", params=options)
        answer.raise_for_status()
        return int(answer.content.count(b'"annotations":'))

    return call


def listed(client: LabelStudio, project: int) -> Callable[[], int]:
    """`tasks.list` with everything."""

    def call() -> int:
        tasks = client.tasks.list(project=project, fields="all")
        return sum(1 for task in tasks if task.annotations)

    return call


def main() -> None:
    way, where, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    client = LabelStudio(
        base_url=os.environ["LABEL_STUDIO_URL"],
        api_key=os.environ["LABEL_STUDIO_API_KEY"],
        timeout=PATIENCE,
    )
    if way in {"create", "import"}:
        call = (create if way == "create" else bulk)(client, Path(where), count)
    else:
        call = (export if way == "export" else listed)(client, int(where))
    started = time.perf_counter()
    done = call()
    seconds = time.perf_counter() - started
    assert done == count, f"{way} gave {done} of {count}"
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
