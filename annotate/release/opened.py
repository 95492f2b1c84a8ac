"""A release as it lies on disk: manifest, configs and columns, read when they are asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from annotate.errors import InputError
from annotate.release.splits import SPLITS
from annotate.release.version import Version

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

Json = dict[str, Any]
MANIFEST = "MANIFEST.json"


class Rows(Protocol):
    """The rows of one config, by column; a row is named by its place."""

    @property
    def schema(self) -> pa.Schema: ...

    def column(self, name: str) -> pa.ChunkedArray: ...

    def splits(self) -> pa.ChunkedArray:
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
            raise InputError(
                f"there is no release in {folder}",
                "name a version of this workspace, or the folder that holds MANIFEST.json",
            )
        return cls(folder)

    @cached_property
    def manifest(self) -> Json:
        return dict(orjson.loads((self.folder / MANIFEST).read_bytes()))

    @property
    def version(self) -> str:
        return str(self.manifest["version"])

    @cached_property
    def configs(self) -> Mapping[str, Rows]:
        files: dict[str, list[Path]] = {}
        for name in sorted(self.manifest["files"], key=_place):
            files.setdefault(name.partition("/")[0], []).append(self.folder / name)
        return {config: StoredRows(tuple(paths)) for config, paths in files.items()}


def split_of(name: str) -> str:
    """Read the split off a data file's name."""
    return name.rpartition("/")[2].partition("-")[0]


def _place(name: str) -> tuple[str, int, str]:
    config, split = name.partition("/")[0], split_of(name)
    known = SPLITS.index(split) if split in SPLITS else len(SPLITS)
    return config, known, split


@dataclass(frozen=True)
class StoredRows:
    """The rows of a config's files, one after the other; a column at a time is held."""

    files: tuple[Path, ...]

    @cached_property
    def schema(self) -> pa.Schema:
        import pyarrow.parquet as pq

        return pq.read_schema(self.files[0])

    def column(self, name: str) -> pa.ChunkedArray:
        import pyarrow as pa
        import pyarrow.parquet as pq

        parts = [pq.ParquetFile(file).read(columns=[name]).column(name) for file in self.files]
        return pa.chunked_array([chunk for part in parts for chunk in part.chunks], parts[0].type)

    def splits(self) -> pa.ChunkedArray:
        import pyarrow as pa
        import pyarrow.parquet as pq

        counts = [(pq.read_metadata(file).num_rows, file.name) for file in self.files]
        parts = [pa.repeat(pa.scalar(split_of(name)), count) for count, name in counts]
        return pa.chunked_array(parts, pa.string())

    def rows(self, places: Sequence[int], columns: Sequence[str] | None = None) -> list[Json]:
        """Open only those row groups that hold one of the rows."""
        import pyarrow.parquet as pq

        found: list[Json] = []
        wanted, begin = list(places), 0
        for path in self.files:
            with pq.ParquetFile(path) as file:
                for number in range(file.num_row_groups):
                    end = begin + file.metadata.row_group(number).num_rows
                    here, wanted = _until(wanted, end)
                    if here:
                        group = file.read_row_group(number, columns=_those(file, columns))
                        found += group.take([place - begin for place in here]).to_pylist()
                    begin = end
        return found


def _those(file: pq.ParquetFile, columns: Sequence[str] | None) -> list[str] | None:
    return [name for name in columns if name in file.schema_arrow.names] if columns else None


def _until(places: list[int], end: int) -> tuple[list[int], list[int]]:
    """Part ascending places into those before `end` and the rest."""
    cut = bisect_left(places, end)
    return places[:cut], places[cut:]


@dataclass(frozen=True)
class HeldRows:
    """The rows of a release that is being built; a column is made when it is asked for."""

    held: Sequence[Json]
    schema: pa.Schema
    of_split: Sequence[str]

    def column(self, name: str) -> pa.ChunkedArray:
        import pyarrow as pa

        kind = self.schema.field(name).type
        return pa.chunked_array([pa.array([row.get(name) for row in self.held], kind)], kind)

    def splits(self) -> pa.ChunkedArray:
        import pyarrow as pa

        return pa.chunked_array([self.of_split], pa.string())

    def rows(self, places: Sequence[int], columns: Sequence[str] | None = None) -> list[Json]:
        names = [name for name in self.schema.names if columns is None or name in columns]
        return [{name: self.held[place].get(name) for name in names} for place in places]


def all_releases(folder: Path) -> list[Path]:
    """List the folders of the releases, the lowest version first; drafts are none."""
    if not folder.is_dir():
        return []
    found = {Version.parse(path.name): path for path in folder.iterdir() if path.is_dir()}
    return [found[version] for version in sorted(version for version in found if version)]


def find_release(releases: Path, name: str) -> Release:
    """Open a release by its version, or by the path of its folder."""
    folder = releases / name if Version.parse(name) else Path(name)
    if not (folder / MANIFEST).is_file() and Version.parse(name):
        known = ", ".join(path.name for path in all_releases(releases)) or "none yet"
        raise InputError(f"there is no release {name}", f"releases of this workspace: {known}")
    return Release.open(folder)
