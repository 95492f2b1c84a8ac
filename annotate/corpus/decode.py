"""Bytes to text: which encoding they are in, and how sure that is."""

from __future__ import annotations

import codecs
import io
import re
from typing import BinaryIO, Literal, NamedTuple

from annotate.corpus.binary import is_noise

Doubt = Literal["encoding_guessed", "encoding_mixed"]

BYTE_ORDER_MARK = codecs.BOM_UTF8
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHARSET = re.compile(
    rb"""<(?:meta[^<>]{0,200}?charset|\?xml[^<>]{0,100}?encoding)\s*=\s*["']?([\w.:-]{3,40})""",
    re.IGNORECASE,
)
# What pages may declare, by Python's names: those of the WHATWG Encoding Standard but UTF-8 and
# UTF-16, which were tried, and nothing that is no character set, such as punycode.
DECLARABLE = frozenset(
    (
        *(f"cp{page}" for page in (866, 874, 932, 949, *range(1250, 1259))),
        *(f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
        *("big5hkscs", "euc_jp", "gb18030", "iso2022_jp"),
        *("koi8-r", "koi8-u", "mac-cyrillic", "mac-roman"),
    )
)
# Browsers take these for their supersets (WHATWG again), and so do the pages' writers.
_WEB_NAMES = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_BLOCK = 1 << 16
HEAD = 4096  # bytes that are looked at to tell what a file is
_DECLARATION = 4096  # bytes in which a page declares its encoding
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_STRAY = re.compile("[\udc80-\udcff]")
_WESTERN = {
    0xDC00 + byte: bytes((byte,)).decode("cp1252", errors="replace") for byte in _BEYOND_ASCII
}
_CUT_OFF = re.compile("[\udce0-\udcf4][\udc80-\udcbf]{1,2}\\Z")


class Decoded(NamedTuple):
    """A text with the encoding it was read with, and the doubt that the bytes leave."""

    text: str
    encoding: str
    doubt: Doubt | None = None

    @property
    def flags(self) -> tuple[str, ...]:
        return (self.doubt,) if self.doubt else ()


def decode(data: bytes) -> Decoded | None:
    """Decode by byte-order mark, else as UTF-8, else as declared, else by what fits best.

    Null when no encoding makes a text of the bytes.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _marked(data, encoding)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _half_characters(data) or _mixed(data) or _declared(data) or _guessed(data)
    return (_wide(data) if is_noise(text) else None) or Decoded(text, "utf-8")


def wide_encoding(head: bytes) -> str | None:
    """Name the encoding of a file that has more than one byte for every character."""
    encoding = next((each for mark, each in _MARKS if head.startswith(mark)), "utf-8-sig")
    if encoding == "utf-8-sig" and b"\x00" in head:
        from annotate.corpus.detect import detect_wide

        return detect_wide(head[: len(head) // 4 * 4])
    return None if encoding == "utf-8-sig" else encoding


class Recoded(io.RawIOBase):
    """Reads a file in another encoding as UTF-8."""

    def __init__(self, source: BinaryIO, encoding: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any buffer will do
        while not self._ready:
            data = self._source.read(_BLOCK)
            text = self._decoder.decode(data, final=not data)
            self._ready = text.encode("utf-8", errors="surrogatepass")
            if not data and not text:
                return 0
        taken = self._ready[: len(buffer)]
        self._ready = self._ready[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _marked(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError:
        if encoding == "utf-8-sig" and (mixed := _mixed(data[len(BYTE_ORDER_MARK) :])):
            return mixed
        return Decoded(data.decode(encoding, errors="replace"), encoding, "encoding_guessed")


def _half_characters(data: bytes) -> Decoded | None:
    """UTF-8 whose writer took the two halves of a character for two characters."""
    try:
        return Decoded(data.decode("utf-8", errors="surrogatepass"), "utf-8")
    except UnicodeDecodeError:
        return None


def _mixed(data: bytes) -> Decoded | None:
    """UTF-8 with stray bytes of cp1252 in it, no more than there are characters of it.

    Two bytes of another encoding are rarely a character of UTF-8: in cp1252 and Cyrillic
    hardly ever, in Chinese about one pair in eight.
    """
    text = data.decode("utf-8", errors="surrogateescape")
    stray = len(_STRAY.findall(text))
    ascii_only = len(data.translate(None, _BEYOND_ASCII))
    if stray > len(text) - ascii_only - stray:
        return None
    cut_off = _CUT_OFF.search(text[-3:])
    if cut_off and len(cut_off.group()) == stray:
        text = f"{text[:-stray]}\ufffd"
    return Decoded(text.translate(_WESTERN), "utf-8+cp1252", "encoding_mixed")


def _declared(data: bytes) -> Decoded | None:
    found = _CHARSET.search(data[:_DECLARATION])
    if found is None:
        return None
    try:
        encoding = codecs.lookup(found.group(1).decode("ascii")).name
        encoding = _WEB_NAMES.get(encoding, encoding)
        return Decoded(data.decode(encoding), encoding) if encoding in DECLARABLE else None
    except (LookupError, ValueError):
        return None


def _guessed(data: bytes) -> Decoded | None:
    from annotate.corpus.detect import detect

    encoding = detect(data)
    if encoding is None:
        return None
    return Decoded(data.decode(encoding, errors="replace"), encoding, "encoding_guessed")


def _wide(data: bytes) -> Decoded | None:
    """UTF-16 or UTF-32 without a mark, which is UTF-8 by chance when all of it is ASCII."""
    from annotate.corpus.detect import detect_wide

    encoding = detect_wide(data)
    if encoding is None:
        return None
    return Decoded(data.decode(encoding, errors="replace"), encoding, "encoding_guessed")
