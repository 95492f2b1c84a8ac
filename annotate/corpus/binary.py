"""Whether bytes are a text at all, and what they look like when they are not."""

from __future__ import annotations

import re

# Each pattern holds bytes that no text has there: a story may well begin with the word RIFF.
_MAGIC = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rb"\x89PNG", "a PNG picture"),
        (rb"\xff\xd8\xff", "a JPEG picture"),
        (rb"GIF8[79]a[^ \w]", "a GIF picture"),
        (rb"RIFF....WEBP", "a WebP picture"),
        (rb"RIFF....(?:WAVE|AVI )", "sound or film"),
        (rb"(?:II\*\x00|MM\x00\*)", "a TIFF picture"),
        (rb"%PDF-\d\.\d\s*[\r\n]", "a PDF"),
        (rb"\x1f\x8b", "a gzip archive"),
        (rb"PK\x03\x04|PK\x05\x06\x00", "a zip archive or an office document"),
        (rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)", "a bzip2 archive"),
        (rb"\xfd7zXZ\x00", "an xz archive"),
        (rb"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (rb"Rar!\x1a\x07", "a rar archive"),
        (rb"\x28\xb5\x2f\xfd", "a zstd archive"),
        (rb"\xd0\xcf\x11\xe0", "an old office document"),
        (rb"\x7fELF|MZ.[\x00-\x03]", "a program"),
        (rb"SQLite format 3\x00", "a database"),
        (rb"PAR1[\x00-\x1f]", "a Parquet file"),
        (rb"ID3[\x02-\x04][\x00-\x0f]", "sound"),
        (rb"(?:OggS|fLaC)\x00|\xff[\xfb\xf3\xf2][\x00-\xff]", "sound"),
        (rb"\x00\x00\x00.ftyp", "film"),
        (rb"\{\\rtf\d", "a rich-text document"),
    )
)
_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - {*b"\t\n\x0b\x0c\r\x1b"})
# Controls above 0x7F are left out: they are what letters become that were decoded wrongly.
_FURTHER = re.compile("[\ud800-\udfff\ufffe\uffff]")
_FEW = 3  # control characters that the shortest text may hold


def what_binary(data: bytes) -> str | None:
    """Name the kind of a file that starts like no text does."""
    if data[:1].isalpha() and data[:1] not in b"GRIMPBSOMf":
        return None
    return next((kind for magic, kind in _MAGIC if magic.match(data)), None)


def what_lines(head: bytes) -> str | None:
    """Name what a file of lines is that begins like none: it must not be read line by line."""
    controls = len(head) - len(head.translate(None, _CONTROL_BYTES))
    return what_binary(head) or ("no text" if controls > max(_FEW, len(head) // 20) else None)


def is_noise(text: str) -> bool:
    """Whether more than one character in a hundred is a control character or half of one."""
    encoded = text.encode("utf-8", "surrogatepass")
    controls = len(encoded) - len(encoded.translate(None, _CONTROL_BYTES))
    if controls * 4 >= max(len(text), 1):
        return True
    if len(encoded) > len(text) and (b"\xed" in encoded or b"\xef\xbf" in encoded):
        controls += len(_FURTHER.findall(text))
    return controls > max(_FEW, len(text) // 100)
