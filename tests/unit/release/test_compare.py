"""The comparison by column finds what a comparison in Python finds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.release.compare import differing, match
from annotate.release.opened import StoredRows

KIND = pa.list_(
    pa.struct(
        [("a", pa.string()), ("n", pa.int32()), ("in", pa.list_(pa.struct([("b", pa.bool_())])))]
    )
)
BARE = pa.list_(
    pa.struct(
        [("more", pa.string()), ("n", pa.int32()), ("in", pa.list_(pa.struct([("b", pa.bool_())])))]
    )
)
few = st.sampled_from(["", "x", "y\u0301", None])
inner = st.none() | st.lists(
    st.fixed_dictionaries({"b": st.sampled_from([True, False, None])}), max_size=2
)
items = st.fixed_dictionaries({"a": few, "n": st.sampled_from([0, 1, None]), "in": inner})
cells = st.none() | st.lists(st.none() | items, max_size=2)
columns = st.lists(st.tuples(cells, cells), max_size=12)


@settings(deadline=None)  # the first example waits for the library
@given(columns)
def test_nested_cells_differ_when_they_differ_in_python(pairs: list[tuple[Any, Any]]) -> None:
    before, after = (pa.array([pair[side] for pair in pairs], KIND) for side in (0, 1))
    assert differing(before, after).tolist() == [one != two for one, two in pairs]


def bare(cell: list[dict[str, Any] | None] | None) -> list[dict[str, Any] | None] | None:
    """A cell without the part that one side lacks."""
    if cell is None:
        return None
    return [item and {key: item[key] for key in item if key != "a"} for item in cell]


@settings(deadline=None)
@given(columns)
def test_cells_of_two_shapes_differ_in_what_both_have(pairs: list[tuple[Any, Any]]) -> None:
    before = pa.array([pair[0] for pair in pairs], KIND)
    after = pa.array([bare(pair[1]) for pair in pairs], BARE)
    assert differing(before, after).tolist() == [bare(one) != bare(two) for one, two in pairs]


@settings(deadline=None)
@given(columns, st.data())
def test_a_slice_is_compared_like_the_whole(pairs: list[tuple[Any, Any]], data: Any) -> None:
    cut = data.draw(st.integers(0, len(pairs)))
    before, after = (pa.array([pair[side] for pair in pairs], KIND)[cut:] for side in (0, 1))
    assert differing(before, after).tolist() == [one != two for one, two in pairs[cut:]]


def stored(path: Path, rows: dict[str, tuple[str | None, str, int]]) -> StoredRows:
    """Rows in a file of many small groups."""
    kinds = [(name, pa.string()) for name in ("key", "more", "text")]
    found = [
        {"key": key[0], "more": key[1:] or None, "text": row[1], "noise": row[2]}
        for key, row in rows.items()
    ]
    table = pa.Table.from_pylist(found, pa.schema([*kinds, ("noise", pa.int64())]))
    pq.write_table(table, path, row_group_size=2)
    return StoredRows((path,))


keyed = st.dictionaries(
    st.text("abc", min_size=1, max_size=2),
    st.tuples(st.none(), st.sampled_from("xy"), st.integers(0, 5)),
    max_size=9,
)


@settings(deadline=None)
@given(keyed, keyed)
def test_rows_are_matched_by_their_whole_key(before: Any, after: Any) -> None:
    with TemporaryDirectory() as folder:
        one = stored(Path(folder) / "one.parquet", before)
        two = stored(Path(folder) / "two.parquet", after)
        found = match(one, two, ("key", "more"), {"noise"})
    old, new = list(before), list(after)
    assert {new[place] for place in found.added} == set(after) - set(before)
    assert {old[place] for place in found.removed} == set(before) - set(after)
    pairs = [(old[one], new[two]) for one, two in zip(found.old, found.new, strict=True)]
    assert pairs == [(key, key) for key in new if key in before]
    changed = {old[place] for place in found.old[found.changed]}
    assert changed == {key for key in before if key in after and before[key][1] != after[key][1]}


def test_comparing_loads_no_pandas() -> None:
    """It takes more memory than all that is compared."""
    folder = Path(__file__).resolve().parents[3] / "datasets" / "summit-call"
    code = (
        "import sys; from annotate.release.diff import diff;"
        f"diff({str(folder / '1.0.0')!r}, {str(folder / '1.1.0')!r});"
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
