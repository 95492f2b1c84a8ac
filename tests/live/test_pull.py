"""What a pull fetches from a real server, how it goes on after a break, and what escapes it not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier, Lock

import pytest

from annotate.errors import RemoteError
from annotate.labels.shelf import answers_on
from annotate.ledger import Ledger
from annotate.schema import load_schema
from annotate.studio import client
from annotate.studio import pull as pulling
from annotate.studio.client import Studio
from annotate.studio.cursor import read_cursor, write_cursor
from annotate.studio.project import LOCK, marker, wanted_settings
from annotate.studio.pull import pull
from annotate.studio.purpose import labelling
from annotate.studio.push import push

pytestmark = pytest.mark.live

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def answered(sample, studio):
    """The sample pushed, with an answer to each of its tasks; gives the tasks."""
    report = push(sample)
    tasks = list(studio.tasks(report.project_id, answers=False))
    for number, task in enumerate(tasks):
        studio.annotate(task["id"], {"result": [], "was_cancelled": number == 0})
    return tasks


def rows_of(workspace):
    return list(Ledger(workspace.labels / "annotations.jsonl"))


def standing(workspace):
    """Annotation ids that the ledger says are on the server."""
    return {
        row["annotation_id"] for row in answers_on(workspace.labels / "annotations.jsonl").rows()
    }


def on_server(studio, project_id):
    return {
        annotation["id"]
        for task in studio.tasks(project_id, answers=True)
        for annotation in task["annotations"]
    }


class Requests:
    """Counts what a studio asks of the server, by path."""

    def __init__(self, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
        self.paths: list[str] = []
        whole = studio._request

        def counted(method, path, **content):
            self.paths.append(path)
            return whole(method, path, **content)

        monkeypatch.setattr(studio, "_request", counted)

    @property
    def exports(self) -> int:
        return sum("/export" in path for path in self.paths)


def test_a_second_pull_reads_only_what_was_touched(sample, studio, answered, monkeypatch):
    assert pull(sample, studio=studio).new == len(answered)
    requests = Requests(studio, monkeypatch)
    found = pull(sample, studio=studio)
    assert (found.new, found.changed, found.deleted) == (0, 0, 0)
    assert (found.unchanged, found.skipped) == (len(answered), 1)
    assert requests.exports == 0
    assert len(requests.paths) <= 6


def test_as_many_exports_are_asked_for_at_once_as_the_kind_of_server_can_use(
    sample, studio, answered, monkeypatch
):
    monkeypatch.setattr(client, "MOST_IDS", 2)
    door = studio._sdk._client_wrapper.httpx_client
    whole, under_way, most, guard = door.request, 0, 0, Lock()
    meeting, first = Barrier(studio.at_once), iter(range(studio.at_once))

    def counted(path, **asked):
        nonlocal under_way, most
        with guard:
            meets = "/export" in path and next(first, None) is not None
            under_way += 1
            most = max(most, under_way)
        try:
            if meets:  # as many as may be are there at the same time
                meeting.wait(60)
            return whole(path, **asked)
        finally:
            with guard:
                under_way -= 1

    monkeypatch.setattr(door, "request", counted)
    assert pull(sample, studio=studio).new == len(answered) > 4
    assert most == studio.at_once


def test_both_ways_of_reading_give_the_same_answer(sample, studio, answered):
    pull(sample, studio=studio)  # by export
    size = len(rows_of(sample))
    (sample.private / "pull.json").unlink()
    assert pull(sample, studio=studio).changed == 0
    cursor = read_cursor(sample)
    assert cursor is not None
    page = next(studio.changed_tasks(cursor.project_id, cursor.moment, 500))  # by table
    assert len(page) == len(answered)
    assert pull(sample, studio=studio).changed == 0
    assert pull(sample, studio=studio, full=True).changed == 0
    assert len(rows_of(sample)) == size


@pytest.mark.usefixtures("answered")
def test_what_a_page_of_changes_leaves_out_is_no_part_of_an_answer(sample, studio, monkeypatch):
    project_id = push(sample).project_id
    short = next(studio.changed_tasks(project_id, LONG_AGO, 500))
    monkeypatch.setattr(client, "TABLE_ONLY", "no_such_key")
    whole = next(studio.changed_tasks(project_id, LONG_AGO, 500))
    assert short[0].keys() < whole[0].keys()
    assert [task["annotations"] for task in short] == [task["annotations"] for task in whole]


def test_changes_come_in_pages_and_one_that_breaks_moves_no_cursor(
    sample, studio, answered, monkeypatch
):
    pull(sample, studio=studio)
    monkeypatch.setattr(pulling, "PAGE", 2)
    before = (sample.private / "pull.json").read_bytes()
    for task in answered[1:6]:
        studio.annotate(task["id"], {"result": []})
    whole, pages = studio._task_page, []

    def broken(*asked):
        pages.append(whole(*asked))
        if len(pages) == 2:
            raise RemoteError("cut")
        return pages[-1]

    monkeypatch.setattr(studio, "_task_page", broken)
    with pytest.raises(RemoteError, match="cut"):
        pull(sample, studio=studio)
    assert (sample.private / "pull.json").read_bytes() == before
    found = pull(sample, studio=studio)
    assert len(pages) > 4
    assert standing(sample) == on_server(studio, push(sample).project_id)
    assert found.unchanged + found.new == len(answered) + 5


def test_every_version_stays_and_every_person_has_answers_of_their_own(sample, studio, answered):
    pull(sample, studio=studio)
    first = answered[0]["id"]
    (row,) = [row for row in rows_of(sample) if row["task_id"] == first]
    assert row["annotation"]["was_cancelled"] is True
    studio._sdk.annotations.update(id=row["annotation_id"], result=[], was_cancelled=False)
    studio.annotate(first, {"result": []})
    found = pull(sample, studio=studio)
    assert (found.new, found.changed, found.skipped) == (1, 1, 0)
    versions = [row["annotation"] for row in rows_of(sample) if row["task_id"] == first]
    assert [each["was_cancelled"] for each in versions] == [True, False, False]


def test_answers_of_a_deleted_task_get_tombstones_and_so_does_the_task(sample, studio, answered):
    pull(sample, studio=studio)
    gone = answered[1]
    studio.delete_task(gone["id"])
    assert pull(sample, studio=studio).deleted == 1
    last = rows_of(sample)[-1]
    assert (last["event"], last["task_id"], last["annotation"]) == ("deleted", gone["id"], None)
    (row,) = [row for row in Ledger(sample.labels / "tasks.jsonl") if row["event"] == "deleted"]
    assert row["chunk_id"] == gone["data"]["chunk_id"]
    assert pull(sample, studio=studio).deleted == 0
    assert (push(sample).created, push(sample).gone) == (0, 1)


def test_an_export_asks_for_as_many_tasks_as_the_server_takes_in_an_address(studio, server):
    """Django's own server takes long addresses, gunicorn by itself none above 4,094 characters."""
    ids = list(range(10_000, 12_000))
    parts = studio.parts_of(ids)
    assert [each for part in parts for each in part] == ids
    if server.kind.startswith("SQLite"):
        assert max(map(len, parts)) == client.MOST_IDS
    else:
        assert max(map(len, parts)) * len("&ids[]=10000") <= min(client.ADDRESSES)
    assert studio.parts_of([]) == []


def test_a_broken_full_pull_goes_on_where_it_was(sample, studio, answered, monkeypatch, server):
    monkeypatch.setattr(client, "ADDRESSES", (270,))  # a few tasks at a time

    class Broken(Studio):
        asked = 0

        def _export(self, project_id, ids, *, every):
            self.asked += 1
            if self.asked > 2:
                raise RemoteError("broken off")
            return super()._export(project_id, ids, every=every)

    with pytest.raises(RemoteError):
        pull(sample, studio=Broken(server.url, server.login.token))
    part = len(rows_of(sample))
    assert 0 < part < len(answered)
    cursor = read_cursor(sample)
    assert cursor is not None
    assert cursor.upto in {task["id"] for task in answered}
    assert pull(sample, studio=studio).new == len(answered) - part
    assert len(rows_of(sample)) == len(answered)


def test_a_torn_last_line_is_kept_aside_and_its_answer_fetched_again(sample, studio, answered):
    pull(sample, studio=studio)
    path = sample.labels / "annotations.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    found = pull(sample, studio=studio)
    assert (found.new, found.unchanged) == (1, len(answered) - 1)
    assert len(list(sample.labels.glob("torn-*.bin"))) == 1
    assert standing(sample) == on_server(studio, project(sample))


def project(workspace):
    return rows_of(workspace)[0]["project_id"]


def test_a_full_pull_finds_whatever_the_ledger_has_lost(sample, studio, answered):
    assert pull(sample, studio=studio).new == len(answered)
    path = sample.labels / "annotations.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert pull(sample, studio=studio, full=True).new == 1
    assert pull(sample, studio=studio, full=True).new == 0
    assert standing(sample) == on_server(studio, project(sample))


def test_a_restored_backup_of_the_ledger_is_noticed(sample, studio, answered):
    path = sample.labels / "annotations.jsonl"
    pull(sample, studio=studio)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:5]))
    found = pull(sample, studio=studio)
    assert (found.new, found.unchanged) == (len(answered) - 5, 5)


def test_an_answer_that_no_time_tells_of_is_found_by_the_counts(sample, studio, answered):
    """As where a server's clock was set back: nothing it writes now is newer than the last pull."""
    pull(sample, studio=studio)
    cursor = read_cursor(sample)
    assert cursor is not None
    write_cursor(sample, replace(cursor, since="2199-01-01T00:00:00+00:00"))
    studio.annotate(answered[2]["id"], {"result": []})
    assert pull(sample, studio=studio).new == 1


def test_answers_on_tasks_of_others_in_the_project_are_left_alone(sample, studio, answered):
    report = push(sample)
    data = {key: text for key, text in answered[0]["data"].items() if key != "chunk_id"}
    (foreign,) = studio.import_tasks(report.project_id, [{"data": data}])
    studio.annotate(foreign, {"result": []})
    found = pull(sample, studio=studio)
    assert (found.new, found.foreign) == (len(answered), 1)
    again = pull(sample, studio=studio)
    assert (again.new, again.deleted, again.foreign) == (0, 0, 1)


def test_the_text_that_was_on_the_server_is_named_in_each_row(sample, studio, answered):
    pull(sample, studio=studio)
    hashes = {task["data"]["chunk_id"]: task["data"]["text_sha256"] for task in answered}
    assert all(row["text_sha256"] == hashes[row["chunk_id"]] for row in rows_of(sample))
    task = answered[3]
    studio.update_task(task["id"], data=task["data"] | {"text": "Another text."})
    assert pull(sample, studio=studio).changed == 1
    assert rows_of(sample)[-1]["text_sha256"] != hashes[task["data"]["chunk_id"]]


def test_a_dry_run_writes_nothing(sample, studio, answered):
    assert pull(sample, studio=studio, dry_run=True).new == len(answered)
    assert not (sample.labels / "annotations.jsonl").exists()
    assert not (sample.private / "pull.json").exists()


def test_an_answer_on_a_task_that_was_taken_off_and_put_back_is_found(sample, studio, answered):
    pull(sample, studio=studio)
    old = answered[-1]
    studio.delete_task(old["id"])
    (again,) = studio.import_tasks(project(sample), [{"data": old["data"], "meta": old["meta"]}])
    made = studio.annotate(again, {"result": []})
    found = pull(sample, studio=studio)
    assert (found.new, found.deleted) == (1, 1)
    for full in (True, False, True):
        report = pull(sample, studio=studio, full=full)
        assert (report.new, report.deleted) == (0, 0)
    assert made["id"] in standing(sample)
    assert standing(sample) == on_server(studio, project(sample))


def test_a_full_pull_finds_an_answer_whose_task_the_ledger_does_not_know(sample, studio, answered):
    old = answered[-1]
    studio.delete_task(old["id"])
    (again,) = studio.import_tasks(
        push(sample, dry_run=True).project_id, [{"data": old["data"], "meta": old["meta"]}]
    )
    studio.annotate(again, {"result": []})
    assert pull(sample, studio=studio).new == len(answered)
    assert standing(sample) == on_server(studio, project(sample))


def test_a_full_pull_finds_another_task_in_the_place_of_one_it_knew(sample, studio, answered):
    pull(sample, studio=studio)
    known = standing(sample)
    old = answered[0]
    studio.delete_task(old["id"])
    (again,) = studio.import_tasks(project(sample), [{"data": old["data"], "meta": old["meta"]}])
    studio.annotate(again, {"result": []})
    found = pull(sample, studio=studio, full=True)  # the counts are as they were
    assert (found.new, found.deleted) == (1, 1)
    assert standing(sample) != known
    assert standing(sample) == on_server(studio, project(sample))


def test_a_full_pull_asks_for_no_list_of_tasks_while_the_ledger_has_all(
    sample, studio, answered, monkeypatch
):
    pull(sample, studio=studio)
    requests = Requests(studio, monkeypatch)
    assert pull(sample, studio=studio, full=True).unchanged == len(answered)
    assert "api/tasks" not in requests.paths


def test_counts_alone_are_those_of_the_whole_project(sample, studio, answered):
    schema = load_schema(sample.schema_file)
    (found,) = studio.find_projects(marker(sample))
    whole = studio.project(found["id"])
    counts = studio.project_counts(found["id"])
    assert counts["total_annotations_number"] == len(answered) - 1
    assert found == {key: whole[key] for key in client.FOUND.split(",")}  # nothing else is asked
    wanted = [key for key in wanted_settings(sample, labelling(sample, schema)) if key != LOCK]
    settings = studio.project_settings(found["id"], wanted, LOCK)
    assert settings == counts | {key: whole[key] for key in wanted}
    assert counts == {key: whole[key] for key in client.COUNTED.split(",")}


def test_a_number_beyond_64_bits_stops_nothing(sample, studio, answered):
    value = {"start": 0, "end": 3, "labels": ["Speaker"]}
    beyond = {"id": "r1", "type": "labels", "from_name": "span", "to_name": "text", "value": value}
    beyond["meta"] = {"n": 2**70}
    studio.annotate(answered[0]["id"], {"result": [beyond]})
    assert pull(sample, studio=studio).new == len(answered) + 1
    (sample.private / "pull.json").unlink()
    again = pull(sample, studio=studio)
    assert (again.new, again.changed) == (0, 0)


def test_only_what_was_touched_is_read(sample, studio, answered, monkeypatch):
    pull(sample, studio=studio)
    cursor = read_cursor(sample)
    assert cursor is not None
    newest = max(row["annotation"]["updated_at"] for row in rows_of(sample))
    write_cursor(sample, replace(cursor, since=newest.replace("Z", "+00:00")))
    studio.annotate(answered[5]["id"], {"result": []})
    read = []
    whole = studio.changed_tasks

    def counted(*wanted):
        for page in whole(*wanted):
            read.extend(task["id"] for task in page)
            yield page

    monkeypatch.setattr(studio, "changed_tasks", counted)
    assert pull(sample, studio=studio).new == 1
    assert len(set(read)) <= 2
