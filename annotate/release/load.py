"""A release as objects, for those who read it: `chunk.spans[0].text`, `.speaker`, `.topic`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from annotate.errors import InputError
from annotate.release.columns import TEXT_CONFIGS
from annotate.release.opened import Release, split_of

if TYPE_CHECKING:
    import pandas as pd

Json = dict[str, Any]
Item_co = TypeVar("Item_co", covariant=True)


@dataclass(frozen=True)
class Row:
    """A row whose columns are attributes too: `row.outlet` is `row["outlet"]`."""

    cells: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.cells[column]

    def __getattr__(self, column: str) -> Any:
        if column.startswith("__") or column not in self.cells:
            raise AttributeError(f"there is no column {column}")
        return self.cells[column]


@dataclass(frozen=True)
class LoadedSpan:
    """A labelled stretch `[start, end)` of its chunk, in code points; `text` None in standoff.

    In `spans`, `support` of the chunk's `answers` have it, and `origin` is how it was decided; in
    `annotations`, support is None, and `origin` is from whom it is.
    """

    id: str
    start: int
    end: int
    layer: str
    label: str
    text: str | None
    origin: str
    support: int | None
    attributes: Mapping[str, str]
    chunk: LoadedChunk = field(repr=False, compare=False)

    @property
    def speakers(self) -> tuple[LoadedSpan, ...]:
        """Whose position this is: the mentions that `says` leads from."""
        return self.chunk.heads_of("says", self)

    @property
    def speaker(self) -> LoadedSpan | None:
        return next(iter(self.speakers), None)

    @property
    def topics(self) -> tuple[LoadedSpan, ...]:
        """What this position is about."""
        return self.chunk.tails_of("about", self)

    @property
    def topic(self) -> str | None:
        """The label of the first topic."""
        return next((span.label for span in self.topics), None)

    @property
    def entity(self) -> str | None:
        """Who is mentioned, by the id of the schema."""
        return self.attributes.get("entity")


@dataclass(frozen=True)
class LoadedChunk(Row):
    """A chunk with its spans; all other columns are attributes."""

    @cached_property
    def spans(self) -> tuple[LoadedSpan, ...]:
        return tuple(
            LoadedSpan(
                id=cell["id"],
                start=cell["start"],
                end=cell["end"],
                layer=cell["layer"],
                label=cell["label"],
                text=cell.get("text"),
                origin=cell["origin"],
                support=cell.get("support"),
                attributes={item["key"]: item["value"] for item in cell["attributes"]},
                chunk=self,
            )
            for cell in self.cells["spans"]
        )

    @cached_property
    def by_id(self) -> Mapping[str, LoadedSpan]:
        return {span.id: span for span in self.spans}

    def heads_of(self, relation: str, span: LoadedSpan) -> tuple[LoadedSpan, ...]:
        """Give the spans from which an arrow of this type leads to `span`."""
        return tuple(
            self.by_id[item["head"]]
            for item in self.cells["relations"]
            if item["type"] == relation and item["tail"] == span.id
        )

    def tails_of(self, relation: str, span: LoadedSpan) -> tuple[LoadedSpan, ...]:
        """Give the spans to which an arrow of this type leads from `span`."""
        return tuple(
            self.by_id[item["tail"]]
            for item in self.cells["relations"]
            if item["type"] == relation and item["head"] == span.id
        )


class Loaded(Sequence[Item_co], Generic[Item_co]):
    """The rows of a config in the order of its files."""

    def __init__(self, rows: Sequence[Json], kind: type[Item_co]) -> None:
        self._rows, self._kind = rows, kind

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Item_co: ...

    @overload
    def __getitem__(self, place: slice) -> Loaded[Item_co]: ...

    def __getitem__(self, place: int | slice) -> Item_co | Loaded[Item_co]:
        if isinstance(place, slice):
            return Loaded(self._rows[place], self._kind)
        return self._kind(self._rows[place])  # type: ignore[call-arg]

    def __iter__(self) -> Iterator[Item_co]:
        return (self[place] for place in range(len(self)))

    def to_pandas(self) -> pd.DataFrame:
        """Make a table with a row each, and the split of each in a column."""
        import pandas as pd

        return pd.DataFrame(list(self._rows))


def load(path: str | Path, config: str = "spans", split: str | None = None) -> Loaded[Any]:
    """Load a config of a release, all its splits or one: chunks for `spans` and `annotations`.

    Raises `InputError` when there is no such release, config or split.
    """
    release = Release.open(Path(path))
    names = [name for name in release.manifest["files"] if name.partition("/")[0] == config]
    if not names:
        known = ", ".join(sorted(release.configs))
        bare = config in TEXT_CONFIGS and release.manifest["publish"]["rights"] == "standoff"
        message = f"release {release.version} has no config {config}"
        raise InputError(message + bare * ": it holds no texts", f"it has: {known}")
    splits = {split_of(name): release.folder / name for name in names}
    if split is not None and split not in splits:
        raise InputError(
            f"config {config} has no split {split}", f"it has: {', '.join(sorted(splits))}"
        )
    rows = release.configs[config]
    held = rows.splits()
    found = [
        row | {"split": held.of(place)}
        for place, row in enumerate(rows.rows(range(len(rows))))
        if split in {None, held.of(place)}
    ]
    return Loaded(found, LoadedChunk if config in {"spans", "annotations"} else Row)
