"""Bytes to text: which encoding, and whether it is text at all."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

_MAGIC = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a rar archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
    (b"RIFF", "sound, film or a picture"),
    (b"ID3", "sound"),
    (b"{\\rtf", "a rich-text document"),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_CHARSET = re.compile(rb"""<meta[^<>]{0,200}?charset\s*=\s*["']?([\w.:-]{3,40})""", re.IGNORECASE)


class Decoded(NamedTuple):
    """A text with the encoding it was read with; `guessed` when the bytes did not prove it."""

    text: str
    encoding: str
    guessed: bool = False


def what_binary(data: bytes) -> str | None:
    """Name the kind of a file that starts like no text does."""
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)


def is_noise(text: str) -> bool:
    """Whether more than one character in a hundred is a control character."""
    return len(_CONTROLS.findall(text)) > max(3, len(text) // 100)


def decode(data: bytes) -> Decoded:
    """Decode by byte-order mark, else UTF-8, else what a meta tag declares, else cp1252."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _lenient(data, encoding)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _mixed(data) or _declared(data) or _western(data)


def _lenient(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError:
        return Decoded(data.decode(encoding, errors="replace"), encoding, guessed=True)


def _mixed(data: bytes) -> Decoded | None:
    """UTF-8 in which at most one byte in ten beyond ASCII is a stray one of cp1252."""
    text = data.decode("utf-8", errors="surrogateescape")
    stray = sum("\udc80" <= char <= "\udcff" for char in text)
    beyond = sum(byte > 0x7F for byte in data)  # noqa: PLR2004  # the last of ASCII
    if stray * 10 > beyond:
        return None
    text = re.sub("[\udc80-\udcff]", lambda match: _western_character(match.group()), text)
    return Decoded(text, "utf-8+cp1252", guessed=True)


def _western_character(escaped: str) -> str:
    return bytes([ord(escaped) - 0xDC00]).decode("cp1252", errors="replace")


def _declared(data: bytes) -> Decoded | None:
    found = _CHARSET.search(data[:4096])
    if found is None:
        return None
    try:
        encoding = codecs.lookup(found.group(1).decode("ascii")).name
        return Decoded(data.decode(encoding), encoding)
    except (LookupError, UnicodeError):
        return None


def _western(data: bytes) -> Decoded:
    return Decoded(data.decode("cp1252", errors="replace"), "cp1252", guessed=True)
