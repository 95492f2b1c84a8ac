"""CSV and TSV, row by row: a bad one is rejected, the rest goes on."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterator
from hashlib import sha256
from io import BufferedReader
from typing import NamedTuple

from annotate.corpus.articles import Received, Rejected, Source
from annotate.corpus.decode import BYTE_ORDER_MARK, Decoded, decode
from annotate.corpus.records import RowReader, line_of, too_large, without_text

_DELIMITERS = ",;\t|"  # the first goes before another that stands as often
_HEADER_LIMIT = 1_000_000  # bytes of the first line; a longer one is no list of columns
_BLOCK = 1 << 20
_SPARE = 1_000_000  # bytes that may be read again behind bad rows, over what the file has


class _Line(NamedTuple):
    """One line of the file with its number; of one over the limit, `data` is the beginning."""

    number: int
    start: int
    end: int
    data: bytes


def read_table(
    file: BufferedReader, name: str, reader: RowReader, *, tabs: bool, wide: str | None = None
) -> Iterator[Received | Rejected]:
    """Read the rows under a header line. Their numbers are those of the lines they begin at.

    `wide` is the encoding that a file was in before it became UTF-8; no bytes are named then.
    """
    csv.field_size_limit(max(csv.field_size_limit(), reader.limit + _BLOCK))
    lines = _Lines(file, reader.limit)
    first = lines.take_filled()
    header = _header(first, lines.encoding, tabs=tabs) if first else None
    if first is not None and not _holds_text(header, reader):
        message = f"{name} {without_text(header.names if header else ())}"
        yield Rejected(Source(name, None), "bad_table", message, "read")
        return
    rows = iter(_Rows(lines, name, reader, header, wide)) if header else iter(())
    one = next(rows, None)
    if one is None:
        yield Rejected(Source(name, None), "empty", f"{name} holds no rows", "read")
        return
    yield one
    yield from rows


def _holds_text(header: _Header | None, reader: RowReader) -> bool:
    columns = reader.columns.of(header.names) if header else None
    return columns is not None and bool(columns.text or columns.html)


class _Header(NamedTuple):
    names: tuple[str, ...]
    delimiter: str


def _header(line: _Line, encoding: str, *, tabs: bool) -> _Header | None:
    """Read the column names; what stands most often between them delimits all rows."""
    if len(line.data) > _HEADER_LIMIT:
        return None
    text = _decoded(line.data.removeprefix(BYTE_ORDER_MARK), encoding).text
    delimiter = "\t" if tabs else max(_DELIMITERS, key=text.count)
    try:
        (names,) = csv.reader([text], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        return None
    return _Header(tuple(_unlike([each.strip() for each in names])), delimiter)


def _unlike(names: list[str]) -> Iterator[str]:
    """Give every column a name of its own, also those without one."""
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield name if name and seen[name] == 1 else f"{name}#{seen[name]}"


class _Lines:
    """The lines of a file, of which some can be given back and read again."""

    def __init__(self, file: BufferedReader, limit: int) -> None:
        self._file = file
        self._limit = limit
        self._number, self._position = 1, 0
        self._again: deque[_Line] = deque()
        sample = file.peek(_BLOCK)
        decoded = decode(sample[: sample.rfind(b"\n") + 1] or sample)
        self.encoding = decoded.encoding if decoded else "utf-8"

    def take(self) -> _Line | None:
        if self._again:
            return self._again.popleft()
        data = self._file.readline(self._limit + 3)
        if not data:
            return None
        number, start = self._number, self._position
        end = start + len(data)
        while not data.endswith(b"\n") and (more := self._file.readline(_BLOCK)):
            end += len(more)
            if more.endswith(b"\n"):
                break
        self._number, self._position = number + 1, end
        return _Line(number, start, end, data)

    def take_filled(self) -> _Line | None:
        """Pass over blank lines."""
        while (line := self.take()) is not None:
            if line.data.removeprefix(BYTE_ORDER_MARK).strip():
                return line
        return None

    def give_back(self, lines: list[_Line]) -> None:
        self._again.extendleft(reversed(lines))


class _Rows:
    """The rows of a table as articles."""

    def __init__(
        self, lines: _Lines, name: str, reader: RowReader, header: _Header, wide: str | None
    ) -> None:
        self._lines = lines
        self._wide = wide
        self._name = name
        self._reader = reader
        self._header = header
        self._read_again = 0
        self._plain_up_to = 0  # a line in which quote marks are part of the text

    def __iter__(self) -> Iterator[Received | Rejected]:
        while (first := self._lines.take_filled()) is not None:
            yield self._row(first)

    def _row(self, first: _Line) -> Received | Rejected:
        if first.number <= self._plain_up_to and (plain := self._unquoted([first])):
            return plain
        taken: list[_Line] = []
        odd: list[Decoded] = []
        try:
            values = next(self._parsed(first, taken, odd))
        except csv.Error as error:
            return self._bad(taken, str(error))
        except _TooLargeError:
            return self._too_large(taken)
        if len(taken) > 1 and self._are_rows(taken) and (plain := self._unquoted(taken)):
            return plain
        missing = len(self._header.names) - len(values)
        if missing > 0 or any(values[len(self._header.names) :]):
            return self._bad(taken, f"{len(values)} columns instead of {len(self._header.names)}")
        row = dict(zip(self._header.names, values, strict=False))
        return self._article(row, taken, odd)

    def _article(
        self, row: dict[str, str], taken: list[_Line], odd: list[Decoded]
    ) -> Received | Rejected:
        """Make a row an article; its encoding is that of the first of its `odd` lines."""
        encoding = odd[0].encoding if odd else "utf-8"
        flags = {flag for each in odd for flag in each.flags}
        return self._reader.article(row, self._source(taken, encoding), tuple(sorted(flags)))

    def _parsed(self, first: _Line, taken: list[_Line], odd: list[Decoded]) -> Iterator[list[str]]:
        return csv.reader(
            self._texts(first, taken, odd), delimiter=self._header.delimiter, strict=True
        )

    def _texts(self, first: _Line, taken: list[_Line], odd: list[Decoded]) -> Iterator[str]:
        """Give the lines of one row as long as it asks for more; `odd` are those not in UTF-8."""
        line: _Line | None = first
        size = 0
        while line is not None:
            taken.append(line)
            size += line.end - line.start
            if size > self._reader.limit:
                raise _TooLargeError
            decoded = _decoded(line.data, self._lines.encoding)
            if decoded.encoding != "utf-8":
                odd.append(decoded)
            yield decoded.text
            line = self._lines.take()

    def _source(self, taken: list[_Line], encoding: str | None) -> Source:
        data = b"".join(line.data for line in taken).rstrip(b"\r\n")
        return self._placed(
            taken[0], taken[0].start + len(data), encoding, sha256(data).hexdigest()
        )

    def _placed(
        self, first: _Line, end: int, encoding: str | None, digest: str | None = None
    ) -> Source:
        place = (None, None) if self._wide else (first.start, end)
        return Source(self._name, digest, self._wide or encoding, first.number, *place)

    def _bad(self, taken: list[_Line], why: str) -> Received | Rejected:
        """Reject the line at which the row begins; what its open quote took is read again."""
        if plain := self._unquoted(taken):
            return plain
        taken = self._first(taken)
        source = self._source(taken, self._lines.encoding)
        return Rejected(source, "bad_row", f"{line_of(source)} is no row: {why}", "read")

    def _too_large(self, taken: list[_Line]) -> Rejected:
        if len(taken) > 1:
            taken = self._first(taken)
        return too_large(self._placed(taken[0], taken[-1].end, None), self._reader.limit)

    def _first(self, taken: list[_Line]) -> list[_Line]:
        """Give back all but the first line, unless so much was read again that it must end.

        Lines can be made that each take the whole rest of the file into an open quote.
        """
        if not self._may_read_again(taken):
            return taken
        self._lines.give_back(taken[1:])
        return taken[:1]

    def _may_read_again(self, taken: list[_Line]) -> bool:
        """Count what is read again behind the first line; false when it has become too much."""
        size = taken[-1].end - taken[0].end
        if self._read_again + size > taken[-1].end + _SPARE:
            return False
        self._read_again += size
        return True

    def _unquoted(self, taken: list[_Line]) -> Received | Rejected | None:
        """Read a line of TSV whose quote marks are part of the text, as most programs write it.

        The others that were taken are read again: each as this one, once that was done too often.
        """
        decoded = _decoded(taken[0].data, self._lines.encoding)
        values = _cells(decoded.text)
        if self._header.delimiter != "\t" or len(values) != len(self._header.names):
            return None
        if not self._may_read_again(taken):
            self._plain_up_to = max(self._plain_up_to, taken[-1].number)
        self._lines.give_back(taken[1:])
        row = dict(zip(self._header.names, values, strict=True))
        odd = [decoded] if decoded.encoding != "utf-8" else []
        return self._article(row, taken[:1], odd)

    def _are_rows(self, taken: list[_Line]) -> bool:
        """Whether lines of TSV that a quote joins are rows, each by itself: none is indented."""
        names = self._header.names
        if self._header.delimiter != "\t" or len(names) == 1:
            return False
        rows = (_cells(_decoded(line.data, self._lines.encoding).text) for line in taken)
        return all(len(values) == len(names) and values[0] for values in rows)


class _TooLargeError(Exception):
    """A row is over the limit."""


def _cells(line: str) -> list[str]:
    """Cut a line at its tabs, whatever quote marks stand in it."""
    return line.rstrip("\r\n").split("\t")


def _decoded(data: bytes, encoding: str) -> Decoded:
    """Decode a line as UTF-8, else as the beginning of the file is encoded, else by itself."""
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    try:
        if not encoding.startswith("utf-8"):
            return Decoded(data.decode(encoding), encoding, "encoding_guessed")
    except UnicodeDecodeError:
        pass
    western = data.decode("cp1252", errors="replace")
    return decode(data) or Decoded(western, "cp1252", "encoding_guessed")
