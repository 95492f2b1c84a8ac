"""Packed inputs: gzip files and zip members, unpacked in memory and never further than a limit."""

from __future__ import annotations

import gzip
import io
import lzma
import posixpath
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol, cast

from annotate.corpus.articles import Rejected, Source
from annotate.corpus.forms import FORMS, Kind, form_of

MEMBERS = 100_000  # files that one archive may hold
_RATIO = 200  # bytes out for a byte in; text packs to a third or a tenth
_SPARE = 10_000_000  # bytes out that are always allowed
_DIRECTORY = 64_000_000  # bytes of a zip's list of members
_DAMAGED = "is damaged or was cut off: fetch it again"
_BROKEN = (
    *(EOFError, LookupError, MemoryError, NotImplementedError, OverflowError, RuntimeError),
    *(ValueError, struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile, gzip.BadGzipFile),
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SHOWN = 400  # characters of a member's name that are kept


class PackedError(Exception):
    """What is packed cannot be read to its end; `code` is that of the rejection."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Member(NamedTuple):
    """A file in an archive, opened for reading; `name` is `archive!member`."""

    name: str
    kind: Kind
    file: io.BufferedReader


class Budget:
    """How many bytes an archive may still give."""

    def __init__(self, packed: int) -> None:
        self._left = _SPARE + _RATIO * packed

    def spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise PackedError("archive_bomb", f"unpacks to more than {_RATIO} times its size")


class _Source(Protocol):
    def read1(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class _Unpacking(io.RawIOBase):
    """Reads from a decompressor, and stops when it breaks or gives too much."""

    def __init__(self, source: _Source, *budgets: Budget) -> None:
        self._source = source
        self._budgets = budgets

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any buffer will do
        try:
            data = self._source.read1(len(buffer))
        except _BROKEN:
            raise PackedError("archive_damaged", _DAMAGED) from None
        for budget in self._budgets:
            budget.spend(len(data))
        buffer[: len(data)] = data
        return len(data)


_BUFFER = 1 << 20


def open_gzip(path: Path) -> io.BufferedReader:
    """Open a gzip file; reading it raises `PackedError` where it is broken or a bomb."""
    source = gzip.open(path, "rb")  # noqa: SIM115  # closed with what is returned
    return _Closing(_Unpacking(source, Budget(path.stat().st_size)), source)


class _Closing(io.BufferedReader):
    """Closes the decompressor with itself."""

    def __init__(self, raw: io.RawIOBase, source: _Source) -> None:
        super().__init__(raw, _BUFFER)
        self._source = source

    def close(self) -> None:
        self._source.close()
        super().close()


def members(path: Path, name: str) -> Iterator[Member | Rejected]:
    """Open the files in a zip archive one by one, in the order of its list of them."""
    try:
        with path.open("rb") as file:
            _check_directory(file)
            yield from _members(file, name, Budget(path.stat().st_size))
    except PackedError as error:
        yield Rejected(Source(name, None), error.code, f"{name} {error}", "read")


def _check_directory(file: BinaryIO) -> None:
    """Look how long the list of members is before all of it is loaded.

    The layout is that of APPNOTE.TXT 4.3.16 and, for many members, 4.3.14.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - (1 << 16) - 22))
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) < place + 22:
        raise PackedError("archive_damaged", "is no zip archive, or its end is missing")
    length = struct.unpack_from("<L", tail, place + 12)[0]
    if length == 0xFFFFFFFF and place >= 76:  # noqa: PLR2004  # all ones: see the longer record
        length = struct.unpack_from("<Q", tail, place - 76 + 40)[0]
    if length > _DIRECTORY:
        raise PackedError("archive_members", f"holds more than {MEMBERS} files")


def _members(file: BinaryIO, name: str, budget: Budget) -> Iterator[Member | Rejected]:
    try:
        archive = zipfile.ZipFile(file)
    except _BROKEN:
        raise PackedError("archive_damaged", _DAMAGED) from None
    with archive:
        infos = [info for info in archive.infolist() if not _is_passed_over(info)]
        if len(infos) > MEMBERS:
            raise PackedError("archive_members", f"holds more than {MEMBERS} files")
        if not infos:
            raise PackedError("empty", "holds no files")
        for info in infos:
            yield _member(archive, info, name, budget)


def _is_passed_over(info: zipfile.ZipInfo) -> bool:
    """Pass over folders, and over hidden files as everywhere."""
    parts = info.filename.split("/")
    hidden = any(part.startswith(".") and part.strip(".") for part in parts)
    return info.is_dir() or hidden or parts[0] == "__MACOSX"


def _member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, budget: Budget
) -> Member | Rejected:
    shown = f"{name}!{_CONTROL.sub('?', info.filename)[:_SHOWN]}"
    problem = _problem(info)
    if problem:
        code, message = problem
        return Rejected(Source(shown, None), code, f"{shown} {message}", "read")
    form = form_of(info.filename)
    assert form is not None, "a member of no known form has a problem"
    assert form.kind is not None, "an archive in an archive has a problem"
    try:
        source = cast("zipfile.ZipExtFile", archive.open(info))
    except _BROKEN:
        return Rejected(Source(shown, None), "archive_damaged", f"{shown} {_DAMAGED}", "read")
    own = Budget(info.compress_size)
    return Member(shown, form.kind, _Closing(_Unpacking(source, own, budget), source))


def _problem(info: zipfile.ZipInfo) -> tuple[str, str] | None:
    """Tell why a member is not read, with the code of its rejection."""
    path = info.filename.replace("\\", "/")
    if posixpath.isabs(path) or re.match("[A-Za-z]:", path) or ".." in path.split("/"):
        return "member_path", "names a place outside the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "member_link", "is a link"
    if info.flag_bits & 1:
        return "member_encrypted", "is encrypted"
    form = form_of(path)
    if form is not None and form.packing:
        return "member_nested", "is an archive in an archive; unpack the outer one"
    if form is None:
        return "unsupported", f"is no article; {FORMS}"
    return None
