from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.errors import InputError
from annotate.ledger import Ledger
from tests.unit.labels.texts import nasty_texts

BLOCK = 64 * 1024
values = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | nasty_texts
rows = st.dictionaries(nasty_texts, values | st.lists(values, max_size=3), max_size=4)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "labels" / "annotations.jsonl")


def torn_files(ledger: Ledger) -> list[bytes]:
    return [path.read_bytes() for path in sorted(ledger.path.parent.glob("torn-*.bin"))]


@given(st.lists(st.lists(rows, max_size=4), max_size=4))
def test_what_is_appended_is_read_back_in_order(batches: list[list[dict[str, Any]]]) -> None:
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "labels" / "tasks.jsonl")
        assert [ledger.append(batch) for batch in batches] == [len(batch) for batch in batches]
        assert list(ledger) == [row for batch in batches for row in batch]


def test_a_ledger_that_is_not_there_is_empty(ledger: Ledger) -> None:
    assert list(ledger) == []


def test_an_empty_batch_touches_nothing(ledger: Ledger) -> None:
    assert ledger.append([]) == 0
    assert not ledger.path.parent.exists()


def test_appending_leaves_the_bytes_before_it_alone(ledger: Ledger) -> None:
    ledger.append([{"n": 1}])
    before = ledger.path.read_bytes()
    ledger.append([{"n": 2}])
    assert ledger.path.read_bytes() == before + b'{"n":2}\n'


def test_a_batch_that_cannot_be_made_leaves_the_file_as_it_was(ledger: Ledger) -> None:
    def broken() -> Iterator[dict[str, Any]]:
        yield {"n": 2}
        raise RuntimeError("the source of the rows broke")

    ledger.append([{"n": 1}])
    with pytest.raises(RuntimeError):
        ledger.append(broken())
    with pytest.raises(TypeError):
        ledger.append([{"n": 2}, {"n": object()}])
    assert list(ledger) == [{"n": 1}]


def test_a_batch_is_on_disk_before_append_returns(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bytes] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        real(handle)
        synced.append(Path(f"/proc/self/fd/{handle}").read_bytes())

    monkeypatch.setattr(os, "fsync", fsync)
    ledger.append({"n": number} for number in range(3))
    assert b'{"n":0}\n{"n":1}\n{"n":2}\n' in synced


def test_a_torn_last_line_is_passed_over_by_readers(ledger: Ledger) -> None:
    ledger.append([{"n": 1}])
    with ledger.path.open("ab") as file:
        file.write(b'{"n": 2, "te')
    assert list(ledger) == [{"n": 1}]


@pytest.mark.parametrize("whole", [0, 1, 3000])
@pytest.mark.parametrize("torn", [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_a_torn_last_line_is_kept_beside_the_ledger(ledger: Ledger, whole: int, torn: int) -> None:
    ledger.append({"n": number} for number in range(whole))
    ledger.path.parent.mkdir(exist_ok=True)
    with ledger.path.open("ab") as file:
        file.write(b"x" * torn)
    ledger.append([{"n": "next"}])
    assert list(ledger) == [*({"n": number} for number in range(whole)), {"n": "next"}]
    assert torn_files(ledger) == [b"x" * torn]


def test_two_lines_torn_at_one_place_are_both_kept(ledger: Ledger) -> None:
    """A retry may be killed as well, at the same end of the last whole line."""
    ledger.append([{"n": 1}])
    end = ledger.path.stat().st_size
    for torn in (b'{"first', b'{"second'):
        os.truncate(ledger.path, end)
        with ledger.path.open("ab") as file:
            file.write(torn)
        ledger.append([{"n": 2}])
    assert sorted(torn_files(ledger)) == [b'{"first', b'{"second']


def test_a_whole_ledger_leaves_no_torn_file(ledger: Ledger) -> None:
    ledger.append([{"n": 1}])
    ledger.append([{"n": 2}])
    assert torn_files(ledger) == []


@pytest.mark.parametrize("line", [b"{'n': 2}", b"", b"\xff\xfe", b"null", b"[2]"])
def test_a_line_that_is_no_json_object_is_named_by_its_number(ledger: Ledger, line: bytes) -> None:
    ledger.append([{"n": 1}])
    with ledger.path.open("ab") as file:
        file.write(line + b'\n{"n": 3}\n')
    place = r"labels/annotations\.jsonl, line 2: not a JSON object"
    with pytest.raises(InputError, match=place) as caught:
        list(ledger)
    assert caught.value.exit_code == 2
    assert caught.value.hint


def test_a_row_is_found_again_where_it_begins_whatever_is_added(ledger: Ledger) -> None:
    ledger.append([{"n": 1}, {"text": "é\u2028\U0001f600"}])
    places = dict(ledger.placed())
    ledger.append([{"n": 3}])
    assert places == {place: ledger.row_at(place) for place in places}
    assert list(ledger.placed())[:-1] == list(places.items())


def test_a_folder_that_cannot_be_made_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "labels").write_text("a file where the folder should be")
    with pytest.raises(InputError, match=r"cannot write labels/tasks\.jsonl"):
        Ledger(tmp_path / "labels" / "tasks.jsonl").append([{"n": 1}])


FULL_DISK = """
import resource, sys
from pathlib import Path
from annotate.errors import InputError
from annotate.ledger import Ledger

path, room = Path(sys.argv[1]), int(sys.argv[2])
limit = path.stat().st_size + room
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    Ledger(path).append({"n": number, "pad": "y" * 100} for number in range(int(sys.argv[3])))
except InputError as error:
    print(error.message)
"""


@pytest.mark.parametrize("room", [0, 1, 150, 400])
@pytest.mark.parametrize("rows", [5, 500])
def test_a_full_disk_leaves_the_file_as_it_was(ledger: Ledger, room: int, rows: int) -> None:
    ledger.append({"n": number} for number in range(3))
    before = ledger.path.read_bytes()
    command = [sys.executable, "-c", FULL_DISK, str(ledger.path), str(room), str(rows)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.startswith("cannot write labels/annotations.jsonl: ")
    assert ledger.path.read_bytes() == before
    assert ledger.append([{"n": 3}]) == 1
    assert [row["n"] for row in ledger] == [0, 1, 2, 3]


KILLED = """
import os, signal, sys
from annotate.ledger import Ledger

def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

os.fsync = kill
Ledger(__import__("pathlib").Path(sys.argv[1])).append([{"n": 2}, {"n": 3}])
"""


def test_a_killed_writer_loses_nothing_that_was_there(ledger: Ledger) -> None:
    ledger.append([{"n": 1}])
    run = subprocess.run([sys.executable, "-c", KILLED, str(ledger.path)], check=False)
    assert run.returncode < 0
    ledger.append([{"n": 4}])
    numbers = [row["n"] for row in ledger]
    assert (numbers[0], numbers[-1]) == (1, 4)
    lines = b"".join([*torn_files(ledger), ledger.path.read_bytes()]).splitlines()
    assert {row["n"] for row in map(orjson.loads, lines)} <= {1, 2, 3, 4}
