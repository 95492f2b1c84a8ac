from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from annotate.release import memory


@pytest.fixture(autouse=True)
def _asked_anew():
    memory._trim.cache_clear()
    yield
    memory._trim.cache_clear()


def test_without_glibc_nothing_is_trimmed(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    memory.give_back()
    assert memory._trim()(0) is None


def test_arrow_is_not_loaded_to_give_its_memory_back():
    code = (
        "import sys; from annotate.release.memory import give_back; give_back();"
        "sys.exit('pyarrow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_memory_goes_back_now_and_then_while_items_are_passed_on(monkeypatch):
    seen = []
    monkeypatch.setattr(memory, "give_back", lambda: seen.append("back"))
    list(map(seen.append, memory.giving_back(range(5), every=2)))
    assert seen == [0, 1, "back", 2, 3, "back", 4]
