"""A release as it lies on disk: manifest, configs and columns, read when they are asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import orjson
from numpy.typing import NDArray

from annotate.corpus.names import Numbers
from annotate.errors import InputError
from annotate.release.arrays import cells_at, values_of
from annotate.release.splits import SPLITS
from annotate.release.version import Version

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

Json = dict[str, Any]
Places = NDArray[np.int64]
MANIFEST = "MANIFEST.json"
_GROUPS_HELD = 2  # rows are taken in about their order


class RowSplits(NamedTuple):
    """The split of each row, as its place in `names`."""

    names: Sequence[str]
    numbers: NDArray[np.integer]

    def of(self, place: int) -> str:
        return str(self.names[self.numbers[place]])

    def counts(self, places: Places | None = None) -> dict[str, int]:
        """Count all rows or some in each split that has any, by the names of the splits."""
        numbers = self.numbers if places is None else self.numbers[places]
        found = np.bincount(numbers, minlength=len(self.names)).tolist()
        pairs = sorted(zip(self.names, found, strict=True))
        return {name: count for name, count in pairs if count}


class Rows(Protocol):
    """The rows of one config, by column; a row is named by its place."""

    @property
    def schema(self) -> pa.Schema: ...

    def __len__(self) -> int: ...

    def values(self, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Read some columns of all rows, one row after the other."""

    def taken(self, name: str, places: Places) -> pa.Array:
        """Give the cells of one column in these rows, in the order of `places`."""

    def let_go(self) -> None:
        """Forget the cells that are held for being taken again."""

    def splits(self) -> RowSplits:
        """Give the split that each row is in."""

    def rows(self, places: Sequence[int], columns: Sequence[str] | None = None) -> list[Json]:
        """Read these rows alone, all of their columns or some; places are ascending."""


class Side(Protocol):
    """What is compared: a release on disk, or one that is being built."""

    @property
    def manifest(self) -> Json: ...

    @property
    def configs(self) -> Mapping[str, Rows]: ...


@dataclass(frozen=True)
class Release:
    """A release in its folder."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> Release:
        """Look at a folder; raises `InputError` when no release is there."""
        if not (folder / MANIFEST).is_file():
            raise no_release(folder, all_releases(folder))
        return cls(folder)

    @cached_property
    def manifest(self) -> Json:
        with whole_file(self.folder / MANIFEST):
            found = orjson.loads((self.folder / MANIFEST).read_bytes())
            if not isinstance(found, dict) or "version" not in found:
                raise ValueError("no manifest")
            return found

    @property
    def version(self) -> str:
        return str(self.manifest["version"])

    @cached_property
    def configs(self) -> Mapping[str, Rows]:
        files: dict[str, list[Path]] = {}
        for name in sorted(self.manifest["files"], key=_place):
            files.setdefault(name.partition("/")[0], []).append(self.folder / name)
        return {config: StoredRows(tuple(paths)) for config, paths in files.items()}


def no_release(folder: Path, inside: Sequence[Path]) -> InputError:
    """Say that a folder is no release; it may hold some."""
    if inside:
        names = ", ".join(map(str, inside))
        return InputError(f"{folder} holds releases, and is none", f"name one of them: {names}")
    return InputError(
        f"there is no release in {folder}",
        "name the folder that holds MANIFEST.json, such as datasets/NAME/1.0.0; commands that run "
        "in a workspace take a version, too",
    )


@contextmanager
def whole_file(path: Path) -> Iterator[None]:
    """Turn a failure to read a file of a release into an `InputError`."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - pyarrow raises whatever a broken file asks for
        raise InputError(
            f"{path} is damaged: {type(error).__name__}",
            "`annotate verify` says of a release what is wrong with it; restore it from a copy",
        ) from None


def split_of(name: str) -> str:
    """Read the split off a data file's name."""
    return name.rpartition("/")[2].partition("-")[0]


def _place(name: str) -> tuple[str, int, str]:
    config, split = name.partition("/")[0], split_of(name)
    known = SPLITS.index(split) if split in SPLITS else len(SPLITS)
    return config, known, split


class _Group(NamedTuple):
    """A row group of one of the files."""

    file: int
    number: int


@dataclass(frozen=True)
class StoredRows:
    """The rows of a config's files, one after the other; a few row groups at a time are held."""

    files: tuple[Path, ...]

    @cached_property
    def schema(self) -> pa.Schema:
        return self._opened[0].schema_arrow

    @cached_property
    def _opened(self) -> list[pq.ParquetFile]:
        import pyarrow.parquet as pq

        found = []
        for file in self.files:
            with whole_file(file):
                found.append(pq.ParquetFile(file))
        return found

    @cached_property
    def _groups(self) -> list[_Group]:
        return [
            _Group(file, number)
            for file, opened in enumerate(self._opened)
            for number in range(opened.num_row_groups)
        ]

    @cached_property
    def _starts(self) -> Places:
        """At which row each group begins, and at the end how many rows there are."""
        sizes = [
            self._opened[file].metadata.row_group(number).num_rows for file, number in self._groups
        ]
        return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])

    @cached_property
    def _held(self) -> OrderedDict[int, dict[str, pa.Array]]:
        return OrderedDict()  # columns by group

    def __len__(self) -> int:
        return int(self._starts[-1])

    def values(self, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        for file, number in self._groups:
            with whole_file(self.files[file]):
                group = self._opened[file].read_row_group(number, columns=list(columns))
                found = [values_of(whole(group.column(name))) for name in columns]
            yield from zip(*found, strict=True)

    def taken(self, name: str, places: Places) -> pa.Array:
        """Read the groups in which the rows lie, unless they are still held."""
        import pyarrow as pa

        owners = np.searchsorted(self._starts, places, side="right") - 1
        order = np.argsort(owners, kind="stable")
        groups, firsts = np.unique(owners[order], return_index=True)
        parts = [
            cells_at(self._cells(int(group), [name])[name], places[rows] - self._starts[group])
            for group, rows in zip(groups, np.split(order, firsts[1:]), strict=True)
        ]
        joined = parts[0] if len(parts) == 1 else pa.concat_arrays(parts)
        return cells_at(joined, np.argsort(order, kind="stable"))

    def _cells(self, group: int, names: Sequence[str]) -> dict[str, pa.Array]:
        """Give columns of a group; those that are not held are read, and groups let go for it."""
        if group not in self._held and len(self._held) >= _GROUPS_HELD:
            self._held.popitem(last=False)
        held = self._held.setdefault(group, {})
        self._held.move_to_end(group)
        file, number = self._groups[group]
        if missing := [name for name in names if name not in held]:
            with whole_file(self.files[file]):
                read = self._opened[file].read_row_group(number, columns=missing)
                held.update((name, whole(read.column(name))) for name in missing)
        return held

    def let_go(self) -> None:
        self._held.clear()

    def splits(self) -> RowSplits:
        names, sizes = Numbers(), [opened.metadata.num_rows for opened in self._opened]
        numbers = [names[split_of(file.name)] for file in self.files]
        return RowSplits(list(names), np.repeat(np.array(numbers, np.int16), sizes))

    def rows(self, places: Sequence[int], columns: Sequence[str] | None = None) -> list[Json]:
        """Open only those row groups that hold one of the rows."""
        found: list[Json] = []
        wanted = list(places)
        names = [name for name in columns or self.schema.names if name in self.schema.names]
        for group, (begin, end) in enumerate(pairwise(self._starts.tolist())):
            here, wanted = _until(wanted, end)
            if here:
                cells = self._cells(group, names)
                inside = np.array(here, np.int64) - begin
                with whole_file(self.files[self._groups[group].file]):
                    listed = [values_of(cells_at(cells[name], inside)) for name in names]
                found += [dict(zip(names, row, strict=True)) for row in zip(*listed, strict=True)]
        return found


def whole(column: pa.ChunkedArray) -> pa.Array:
    """Give a column in one piece."""
    import pyarrow as pa

    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.nulls(0, column.type)


def _until(places: list[int], end: int) -> tuple[list[int], list[int]]:
    """Part ascending places into those before `end` and the rest."""
    cut = bisect_left(places, end)
    return places[:cut], places[cut:]


@dataclass(frozen=True)
class DraftRows(StoredRows):
    """The rows of a release that is being built, in a file that goes with them."""

    of_split: RowSplits
    folder: TemporaryDirectory[str]

    def splits(self) -> RowSplits:
        return self.of_split


def all_releases(folder: Path) -> list[Path]:
    """List the folders of the releases, the lowest version first; drafts are none."""
    if not folder.is_dir():
        return []
    found = {Version.parse(path.name): path for path in folder.iterdir() if path.is_dir()}
    return [found[version] for version in sorted(version for version in found if version)]


def find_release(releases: Path, name: str) -> Release:
    """Open a release by its version, or by the path of its folder."""
    return Release.open(named_folder(releases, name))


def named_folder(releases: Path, name: str) -> Path:
    """Give the folder of a release, which its version or its path names."""
    if not Version.parse(name):
        return Path(name)
    folder = releases / name
    if not folder.is_dir():
        known = ", ".join(path.name for path in all_releases(releases)) or "none yet"
        raise InputError(f"there is no release {name}", f"releases of this workspace: {known}")
    return folder
