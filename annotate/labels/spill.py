"""Values that wait on disk instead of in memory: written once, read back as often as wanted."""

from __future__ import annotations

import marshal
import os
import struct
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import pairwise
from operator import attrgetter
from typing import Any, Self, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotate.corpus import Chunk
from annotate.corpus.articles import Flag
from annotate.corpus.names import NameIndex, Numbers, taken
from annotate.labels.annotation import (
    Annotation,
    Attribute,
    LinkMissing,
    Origin,
    Relation,
    Span,
)
from annotate.workspace import TEMPORARY, temporary_file, writing

_Value = TypeVar("_Value")
_BUFFER = 1 << 18  # bytes, as all of these
_AHEAD, _GLANCE = 1 << 16, 1 << 13  # read at a time: of records that follow, and of one alone
_STEP = 8  # records; of so many the place of one is held
_SIZE = struct.Struct("<I")


class Pile:
    """Records of bytes, found by their numbers; of each, one byte is held.

    Its file has no name and is gone with the pile. Records are taken in until the first is read.
    """

    def __init__(self) -> None:
        self._file = temporary_file(_BUFFER)
        self._places = array("q")
        self._count = self._end = 0
        self._window, self._first = b"", 0
        self._next = self._next_place = 0
        self._closed = False

    def __len__(self) -> int:
        return self._count

    def append(self, data: bytes) -> None:
        if self._closed:
            raise ValueError("values are taken in until the first is read")
        if self._count % _STEP == 0:
            self._places.append(self._end)
        with writing(TEMPORARY):
            self._end += self._file.write(_SIZE.pack(len(data)) + data)
        self._count += 1

    def __getitem__(self, number: int) -> bytes:
        self._close()
        place = self._next_place if number == self._next else self._find(number)
        size = self._size(place)
        start = place - self._first + _SIZE.size
        if start + size > len(self._window):
            self._fill(place, _SIZE.size + size)
            start = _SIZE.size
        self._next, self._next_place = number + 1, place + _SIZE.size + size
        return self._window[start : start + size]

    def _find(self, number: int) -> int:
        place = self._places[number // _STEP]
        for _ in range(number % _STEP):
            place += _SIZE.size + self._size(place)
        return place

    def _size(self, place: int) -> int:
        at = place - self._first
        if not 0 <= at <= len(self._window) - _SIZE.size:
            self._fill(place, _SIZE.size)
            at = 0
        size: int = _SIZE.unpack_from(self._window, at)[0]
        return size

    def _fill(self, place: int, least: int) -> None:
        follows = 0 <= place - self._first <= len(self._window)
        size = max(least, _AHEAD if follows else _GLANCE)
        self._window, self._first = os.pread(self._file.fileno(), size, place), place

    def _close(self) -> None:
        if not self._closed:
            self._closed = True
            with writing(TEMPORARY):
                self._file.flush()


class Spill(ABC, Sequence[_Value]):
    """A sequence of which the values are on disk; it is equal to any sequence of equal values."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self) -> None:
        self._pile = Pile()
        self._order: array[int] | None = None  # numbers of records; None: all, as they came

    @abstractmethod
    def _encoded(self, value: _Value) -> bytes: ...

    @abstractmethod
    def _decoded(self, data: bytes) -> _Value: ...

    @classmethod
    def of(cls, values: Sequence[_Value]) -> Self:
        """Put values on disk, unless they are there."""
        if isinstance(values, cls):
            return values
        found = cls()
        found.extend(values)
        return found

    def append(self, value: _Value) -> None:
        if self._order is not None:
            raise ValueError("values are taken in until some are chosen")
        self._pile.append(self._encoded(value))

    def extend(self, values: Iterable[_Value]) -> None:
        for value in values:
            self.append(value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        pairs = zip(self, other, strict=False)
        return len(self) == len(other) and all(mine == theirs for mine, theirs in pairs)

    def __len__(self) -> int:
        return len(self._pile if self._order is None else self._order)

    def __iter__(self) -> Iterator[_Value]:
        return map(self._decoded, self._records())

    @overload
    def __getitem__(self, number: int) -> _Value: ...
    @overload
    def __getitem__(self, number: slice) -> list[_Value]: ...
    def __getitem__(self, number: int | slice) -> _Value | list[_Value]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        place = range(len(self))[number]
        return self._decoded(self._pile[place if self._order is None else self._order[place]])

    def _records(self) -> Iterator[bytes]:
        numbers = range(len(self._pile)) if self._order is None else self._order
        return map(self._pile.__getitem__, numbers)

    def chosen(self, numbers: ArrayLike) -> Self:
        """Give some of the values, in this order, without reading them."""
        found = type(self).__new__(type(self))
        wanted = np.asarray(numbers, np.int64)
        order = array("I")
        before = wanted if self._order is None else np.array(self._order)[wanted]
        order.frombytes(before.astype(np.uint32).tobytes())
        found.__dict__.update(self.__dict__ | {"_order": order})
        found.take_along(self, wanted)
        return found

    def take_along(self, before: Self, numbers: NDArray[np.int64]) -> None:
        """Take over what is held of each of the values that were chosen."""


class AnswerSpill(Spill[Annotation]):
    """Answers in an order; found by their chunks."""

    def __init__(self) -> None:
        super().__init__()
        self.by_chunk = NameIndex()

    def append(self, value: Annotation) -> None:
        super().append(value)
        self.by_chunk.add(value.chunk_id)

    def to(self, chunk_id: str) -> list[Annotation]:
        """Read the answers to a chunk."""
        found = (self[number] for number in self.by_chunk.at(chunk_id))
        return [answer for answer in found if answer.chunk_id == chunk_id]

    def take_along(self, before: Self, numbers: NDArray[np.int64]) -> None:
        self.by_chunk = NameIndex(taken(before.by_chunk.hashes, numbers))

    def _encoded(self, value: Annotation) -> bytes:
        """Spell an answer as plain tuples, which takes a fifth of the time of pickling it."""
        spans = [
            (*_SPAN(span), [(item.name, item.value, item.origin) for item in span.attributes])
            for span in value.spans
        ]
        relations = [(one.type, one.head, one.tail, one.origin) for one in value.relations]
        missing = [tuple(one) for one in value.missing]
        return marshal.dumps((_HEAD(value), spans, relations, value.document, missing))

    def _decoded(self, data: bytes) -> Annotation:
        head, spans, relations, document, missing = marshal.loads(data)  # noqa: S302 - our own
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


_CHUNK = attrgetter(*Chunk.__slots__)


class ChunkSpill(Spill[Chunk]):
    """Chunks in an order; of each is held which article it is of, and a hash of its id.

    `articles` numbers the articles, `of_article` has the number for each chunk.
    """

    def __init__(self) -> None:
        super().__init__()
        self.articles = Numbers()
        self.of_article, self.starts = array("I"), array("I")
        self.by_id = NameIndex()

    def append(self, value: Chunk) -> None:
        super().append(value)
        self.of_article.append(self.articles[value.article_id])
        self.starts.append(value.start)
        self.by_id.add(value.id)

    def take_along(self, before: Self, numbers: NDArray[np.int64]) -> None:
        self.of_article = taken(before.of_article, numbers)
        self.starts = taken(before.starts, numbers)
        self.by_id = NameIndex(taken(before.by_id.hashes, numbers))

    def in_order(self) -> NDArray[np.int64]:
        """Give the numbers of the chunks by the names of their articles and their starts."""
        names = list(self.articles)
        rank = np.empty(len(names), np.int64)
        rank[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
        order: NDArray[np.int64] = np.lexsort(
            (np.array(self.starts), rank[np.array(self.of_article)])
        )
        return order

    def each_article(self) -> Iterator[NDArray[np.int64]]:
        """Give the numbers of the chunks of each article, articles by name."""
        order = self.in_order()
        owners = np.array(self.of_article)[order]
        borders = np.flatnonzero(owners[1:] != owners[:-1]) + 1
        for begin, end in pairwise(np.concatenate([[0], borders, [len(order)]])):
            yield order[begin:end]

    def counts(self) -> NDArray[np.int64]:
        """Count the chunks of each article, by its number."""
        return np.bincount(np.array(self.of_article), minlength=len(self.articles))

    def _encoded(self, value: Chunk) -> bytes:
        *plain, flags = _CHUNK(value)
        return marshal.dumps((plain, [tuple(flag) for flag in flags]))

    def _decoded(self, data: bytes) -> Chunk:
        plain, flags = marshal.loads(data)  # noqa: S302 - our own
        values: tuple[Any, ...] = (*plain, tuple(Flag(*flag) for flag in flags))
        return Chunk(*values)
