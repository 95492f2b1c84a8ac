"""Values that wait on disk instead of in memory: written once, read back as often as wanted."""

from __future__ import annotations

import marshal
import pickle
import sys
import tempfile
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import IO, Any, NamedTuple, Self, TypeVar, overload

from annotate.corpus import Chunk
from annotate.labels.annotation import (
    Annotation,
    Attribute,
    LinkMissing,
    Origin,
    Relation,
    Span,
)
from annotate.workspace import writing

_Value = TypeVar("_Value")
_BUFFER = 1 << 18  # bytes
_WHAT = "a temporary file (where TMPDIR says)"


class Spill(ABC, Sequence[_Value]):
    """A sequence that holds the places of its values alone, eight bytes each.

    It is equal to any sequence of equal values. Its file has no name and is gone with the last
    sequence that reads it. Values are taken in until the first is read.
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self) -> None:
        with writing(_WHAT):
            self._file: IO[bytes] = tempfile.TemporaryFile(buffering=_BUFFER)  # noqa: SIM115
        self._places = array("q")
        self._end = 0
        self._closed = False

    @abstractmethod
    def _encoded(self, value: _Value) -> bytes: ...

    @abstractmethod
    def _read(self, file: IO[bytes]) -> _Value:
        """Read the value that begins where the file stands."""

    def append(self, value: _Value) -> None:
        if self._closed:
            raise ValueError("values are taken in until the first is read")
        self._places.append(self._end)
        with writing(_WHAT):
            self._end += self._file.write(self._encoded(value))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        pairs = zip(self, other, strict=False)
        return len(self) == len(other) and all(mine == theirs for mine, theirs in pairs)

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, number: int) -> _Value: ...
    @overload
    def __getitem__(self, number: slice) -> list[_Value]: ...
    def __getitem__(self, number: int | slice) -> _Value | list[_Value]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        return self._read(self._at(self._places[number]))

    def _at(self, place: int) -> IO[bytes]:
        if not self._closed:
            self._closed = True
            with writing(_WHAT):
                self._file.flush()
        self._file.seek(place)
        return self._file

    def chosen(self, numbers: Iterable[int]) -> Self:
        """Give some of the values, in this order, without reading them."""
        found = type(self).__new__(type(self))
        with writing(_WHAT):
            self._file.flush()
        places = array("q", (self._places[number] for number in numbers))
        found.__dict__.update(self.__dict__ | {"_places": places, "_closed": True})
        return found


class PickleSpill(Spill[_Value]):
    """Values of any class of ours."""

    def _encoded(self, value: _Value) -> bytes:
        return pickle.dumps(value, protocol=5)

    def _read(self, file: IO[bytes]) -> _Value:
        found: Any = pickle.load(file)  # noqa: S301 - our own, from a file that nobody else can open
        return found  # type: ignore[no-any-return]


class AnswerSpill(Spill[Annotation]):
    """Answers in an order; the chunk of each is held."""

    def __init__(self) -> None:
        super().__init__()
        self.chunk_ids: list[str] = []

    def append(self, value: Annotation) -> None:
        super().append(value)
        self.chunk_ids.append(sys.intern(value.chunk_id))

    def _encoded(self, value: Annotation) -> bytes:
        """Spell an answer as plain tuples, which takes a fifth of the time of pickling it."""
        spans = [
            (*_SPAN(span), [(item.name, item.value, item.origin) for item in span.attributes])
            for span in value.spans
        ]
        relations = [(one.type, one.head, one.tail, one.origin) for one in value.relations]
        missing = [tuple(one) for one in value.missing]
        return marshal.dumps((_HEAD(value), spans, relations, value.document, missing))

    def _read(self, file: IO[bytes]) -> Annotation:
        head, spans, relations, document, missing = marshal.load(file)  # noqa: S302 - our own
        values: tuple[Any, ...] = (
            *head,
            tuple(_span(*one) for one in spans),
            tuple(Relation(*one) for one in relations),
            document,
            tuple(LinkMissing(*one) for one in missing),
        )
        return Annotation(*values)


_HEAD_FIELDS = tuple(
    field.name
    for field in fields(Annotation)
    if field.name not in {"spans", "relations", "document", "missing"}
)
_HEAD = attrgetter(*_HEAD_FIELDS)
_SPAN = attrgetter("id", "start", "end", "layer", "label", "origin", "raw_start", "raw_end")


def _span(  # noqa: PLR0917 - the fields of a span
    name: str,
    start: int,
    end: int,
    layer: str,
    label: str,
    origin: Origin,
    raw_start: int | None,
    raw_end: int | None,
    attributes: list[tuple[str, str, Origin]],
) -> Span:
    answers = tuple(Attribute(*one) for one in attributes)
    return Span(name, start, end, layer, label, answers, origin, raw_start, raw_end)


def chunk_ids_of(answers: Sequence[Annotation]) -> Sequence[str]:
    """Give the chunk of each answer."""
    if isinstance(answers, AnswerSpill):
        return answers.chunk_ids
    return [answer.chunk_id for answer in answers]


class Name(NamedTuple):
    """What a chunk is told by."""

    article_id: str
    id: str


class ChunkSpill(PickleSpill[Chunk]):
    """Chunks in an order; the name of each is held."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[Name] = []

    def append(self, value: Chunk) -> None:
        super().append(value)
        self.names.append(Name(sys.intern(value.article_id), sys.intern(value.id)))

    def chosen(self, numbers: Iterable[int]) -> Self:
        numbers = array("q", numbers)
        found = super().chosen(numbers)
        found.names = [self.names[number] for number in numbers]
        return found


def names_of(chunks: Sequence[Chunk]) -> Sequence[Name]:
    """Give the name of each chunk."""
    if isinstance(chunks, ChunkSpill):
        return chunks.names
    return [Name(chunk.article_id, chunk.id) for chunk in chunks]


def chosen_of(values: Sequence[_Value], numbers: Iterable[int]) -> Sequence[_Value]:
    """Give some of the values; those on disk stay there."""
    if isinstance(values, Spill):
        return values.chosen(numbers)
    return [values[number] for number in numbers]
