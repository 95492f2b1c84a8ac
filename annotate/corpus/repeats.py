"""Lines of a page that say again what another line of it says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from annotate.corpus.lines import Line

MIN_WORDS = 4


def repeats(lines: list[Line], weight: Mapping[int, int]) -> set[int]:
    """Find second copies and pull quotes; of copies, the first of the greatest weight stays."""
    copies = _copies(lines, weight)
    return copies | _pull_quotes(lines, copies)


def _copies(lines: list[Line], weight: Mapping[int, int]) -> set[int]:
    places: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        if line.size >= MIN_WORDS:
            places[line.key].append(index)
    found: set[int] = set()
    for copies in places.values():
        best = max(copies, key=lambda index: (weight.get(index, 0), -index))
        found.update(index for index in copies if index != best)
    return found


def _pull_quotes(lines: list[Line], copies: set[int]) -> set[int]:
    """Find lines whose words stand in a row inside a longer sentence."""
    beginnings: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        if len(line.words) > MIN_WORDS and index not in copies:
            beginnings[next(_runs(line))].append(index)
    found: set[int] = set()
    for index, line in enumerate(lines):
        if line.kind == "sentence" and index not in copies:
            begun = (other for run in _runs(line) for other in beginnings.get(run, ()))
            found.update(other for other in begun if _holds(line, lines[other]))
    return found


def _runs(line: Line) -> Iterator[str]:
    words = line.key.split()
    return (" ".join(words[at : at + MIN_WORDS]) for at in range(len(words) - MIN_WORDS + 1))


def _holds(line: Line, other: Line) -> bool:
    return len(line.key) > len(other.key) and f" {other.key} " in f" {line.key} "
