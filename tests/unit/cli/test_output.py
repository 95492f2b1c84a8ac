"""Tables on terminals of several widths."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from rich.console import Console

from annotate.cli.output import drawn
from annotate.quality import annotator_words as words

NAMES = ("annotator-10c2a2171c", "annotator-a50c4e5d02")
WIDTHS = pytest.mark.parametrize("width", [80, 100, 120])
PEOPLE = [
    (name, "1,019", "107", "3", "14", "20", "0.81", "89 % of 73", "90 % of 29") for name in NAMES
]
LABELS = (
    "Support",
    "Oppose",
    "Neutral",
    "outside_blame",
    "military_aid",
    "nuclear_right",
    "diplomacy",
)


def lines(
    heads: Sequence[str], rows: Sequence[Sequence[object]], names: int, width: int
) -> list[str]:
    """Draw as on a terminal; nothing may be wider than it."""
    console = Console(width=width)
    with console.capture() as captured:
        for table in drawn(heads, rows, names, width):
            console.print(table)
    found = captured.get().splitlines()
    assert max(map(len, found)) <= width
    return found


@WIDTHS
def test_no_word_of_the_table_of_annotators_is_cut(width: int) -> None:
    told = " ".join(lines(words.HEAD, PEOPLE, 1, width)).split()
    for text in (*words.HEAD, *(cell for row in PEOPLE for cell in row)):
        assert set(text.split()) <= set(told)
    assert "…" not in "".join(told)


@WIDTHS
def test_each_part_of_a_table_that_is_too_wide_has_what_names_its_rows(width: int) -> None:
    heads = ("annotator", "week", "spans", *LABELS)
    rows = [(name, "2026-11-23", "767", *("81 %" for _ in LABELS)) for name in NAMES]
    found = lines(heads, rows, 2, width)
    assert sum(line.split()[:2] == ["annotator", "week"] for line in found) == len(found) // 3 > 1
    for name in NAMES:
        assert sum(line.split()[:2] == [name, "2026-11-23"] for line in found) == len(found) // 3
    assert [head for line in found[::3] for head in line.split()[2:]] == ["spans", *LABELS]


def test_a_table_that_fits_is_one() -> None:
    assert len(lines(words.HEAD, PEOPLE, 1, 200)) == 1 + len(PEOPLE)


def test_a_path_that_is_wider_than_the_terminal_is_broken_and_not_lost() -> None:
    path = "x" * 150
    found = lines(("finding", "place"), [("missing", path)], 1, 80)
    assert "".join(line.replace("missing", "").strip() for line in found[1:]) == path


def test_a_table_without_rows_is_its_head() -> None:
    assert [line.split() for line in lines(("label", "spans"), [], 1, 80)] == [["label", "spans"]]
