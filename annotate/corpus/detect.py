"""Guesses the encoding of bytes that are not UTF-8 and do not say what they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_SHORT = 20  # bytes or characters; fewer fit many an encoding by chance
_SAMPLE = 20_000  # bytes that a guess is made on
_ASCII = bytes(range(0x80))
_BEYOND = re.compile(rb"[\x80-\xff]+")
_SCATTERED = 1.45  # bytes beyond ASCII in a row, on average: in Latin letters they stand alone
_RARE = 0.1  # share of bytes beyond ASCII up to which they may be accents in a row, as in vóór
_INSIDE = re.compile(rb"[A-Za-z][\x80-\xff]+|[\x80-\xff]+[A-Za-z]")
_ALPHABETS = (
    *("cp1251", "koi8_r", "koi8_u", "cp866", "iso8859_5", "cp1253", "iso8859_7"),
    *("cp1256", "iso8859_6", "cp1255", "iso8859_8", "cp874"),
)
# The letters that make up nine tenths of a text in each alphabet, but hardly a capital: there are
# encodings that differ in little else than which half of the letters is which.
_COMMON = frozenset(
    "оеаинтсрвлкмдпуяызбгьчйхіъјєї"  # Cyrillic
    "ατοιενρσκηπςυμλίόάγέδήωχθύΆΈΉΊΌΎΏ"  # Greek
    "اليمونرتبةعدسفهكقأحىإیک"  # Arabic
    "יוהלרבתמאשנעםדקחפ"  # Hebrew
    "านรอกเงมยลวดทสตะปบคหแจพ่้ัีิ์ื"  # Thai
)
_USUAL = 0.7  # share of common letters beyond ASCII from which an alphabet is the right one
_IDEOGRAPHS = ("gb18030", "big5", "cp932", "shift_jis", "euc_jp", "cp949", "euc_kr")


class _Language(NamedTuple):
    """The letters beyond ASCII that a language writes, and the encodings it was written in."""

    letters: frozenset[str]
    encodings: tuple[str, ...]


def _language(letters: str, *encodings: str) -> _Language:
    return _Language(frozenset(letters + letters.upper()), encodings)


_WEST = ("cp1252", "iso8859_15")
_EAST = ("cp1250", "iso8859_2")
_LANGUAGES = (
    _language("àâæçéèêëîïôœùûüÿ", *_WEST),  # French
    _language("äöüß", *_WEST),  # German
    _language("áéíñóúüª", *_WEST),  # Spanish
    _language("àáâãçéêíóôõúüª", *_WEST),  # Portuguese
    _language("àèéìíòóùú", *_WEST),  # Italian
    _language("àçèéíïòóúü", *_WEST),  # Catalan
    _language("áéëèïóöüû", *_WEST),  # Dutch
    _language("åäöéü", *_WEST),  # Swedish, Finnish
    _language("æøåéòôü", *_WEST),  # Danish, Norwegian
    _language("áðéíóúýþæö", *_WEST),  # Icelandic
    _language("äõöüšž", "iso8859_15", "cp1257"),  # Estonian
    _language("ąćęłńóśźż", *_EAST),  # Polish
    _language("áčďéěíňóřšťúůýž", *_EAST),  # Czech
    _language("áäčďéíĺľňóôŕšťúýž", *_EAST),  # Slovak
    _language("áéíóöőúüű", *_EAST),  # Hungarian
    _language("ăâîşţ", *_EAST),  # Romanian
    _language("čćđšž", *_EAST),  # Croatian, Slovene
    _language("çğıöşüâîûİ", "cp1254"),  # Turkish
    _language("ąčęėįšųūž", "cp1257", "iso8859_13"),  # Lithuanian
    _language("āčēģīķļņšūž", "cp1257", "iso8859_13"),  # Latvian
)
_LATIN = ("cp1252", "iso8859_15", "cp1250", "iso8859_2", "cp1254", "cp1257", "iso8859_13")
_ALONE = re.compile(r"(?<![^\W\d_])[^\W\d_\x00-\x7fàâáéèêíîìóòôöúùûåæøñÀÉÈÓÖÅÆØ](?![^\W\d_])")
_MARKS = frozenset("“”„‘’‚‹›«»–—…•·°§©®™€£¿¡ªº²³½¼¾×´\xa0\xad")
_FITTING = 0.6  # share of the characters beyond ASCII that an encoding must make sense of
_FEW = 0.3  # share of bytes beyond ASCII up to which a text is readable whatever they mean
_MANY = 0.5  # share up to which a text can be in Latin letters


def detect(data: bytes) -> str | None:
    """Name the encoding that makes most sense of the bytes; null when none makes any."""
    wide = detect_wide(data)
    if wide:
        return wide
    sample = _sample(data)
    runs = [len(run) for run in _BEYOND.findall(sample)]
    share = sum(runs) / len(sample)
    if share > _MANY and len(sample) < _SHORT:
        return None
    scattered = sum(runs) < _SCATTERED * len(runs) or (share < _RARE and _is_inside_words(sample))
    if not scattered and (other := _detect_other(sample)):
        return other
    fits, encoding = max(_latin_fits(sample), key=lambda found: found[0])
    return encoding if share <= (_MANY if fits >= _FITTING else _FEW) else None


def _is_inside_words(sample: bytes) -> bool:
    """Whether most that is beyond ASCII stands beside ASCII letters."""
    return 2 * len(_INSIDE.findall(sample)) > len(_BEYOND.findall(sample))


def _sample(data: bytes) -> bytes:
    """Give the beginning, cut where no character is halved."""
    if len(data) <= _SAMPLE:
        return data
    cut = max(data.rfind(b"\n", 0, _SAMPLE), data.rfind(b" ", 0, _SAMPLE))
    return data[: cut if cut > 0 else _SAMPLE]


def _detect_other(sample: bytes) -> str | None:
    """Try the alphabets; else ask charset-normalizer, and doubt its answer."""
    share, encoding = max(
        ((_common_share(sample, each), each) for each in _ALPHABETS), key=lambda found: found[0]
    )
    if share >= _USUAL:
        return encoding
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(_IDEOGRAPHS)).best()
    if best is None:
        return None
    encoding = {"shift_jis": "cp932", "euc_kr": "cp949"}.get(best.encoding, best.encoding)
    return encoding if _plausible(sample.decode(encoding, errors="replace")) else None


def _common_share(sample: bytes, encoding: str) -> float:
    beyond = sample.translate(None, _ASCII).decode(encoding, errors="replace")
    return sum(char in _COMMON for char in beyond) / max(len(beyond), 1)


def _plausible(text: str) -> bool:
    """Whether nearly all beyond ASCII is letters of one script, or marks that go with it."""
    beyond = [char for char in text if char > "\x7f"]
    if not beyond:
        return False
    strange = sum(_is_strange(char) for char in beyond)
    return strange <= len(beyond) * 0.1


def _is_strange(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cn", "Co", "Cs", "So", "Sk"} and char not in _MARKS


def _latin_fits(sample: bytes) -> Iterator[tuple[float, str]]:
    """How much of what is beyond ASCII each encoding explains by the best language for it."""
    for encoding in _LATIN:
        text = sample.decode(encoding, errors="replace")
        letters = _inner(text)
        marks = [char for char in text if char > "\x7f" and not char.isalpha()]
        good = sum(char in _MARKS for char in marks)
        best = max(_score(letters, each) for each in _LANGUAGES if encoding in each.encodings)
        yield (best * len(letters) + good) / max(len(letters) + len(marks), 1), encoding


def _inner(text: str) -> list[str]:
    """Letters beyond ASCII; one that stands alone is a mark read wrongly, but for a few words."""
    text = _ALONE.sub("\x80", text)
    return [char for char in text if char == "\x80" or (char > "\x7f" and char.isalpha())]


def _score(letters: list[str], language: _Language) -> float:
    if not letters:
        return 0.0
    known = [char for char in letters if char in language.letters]
    return len(known) / len(letters) + 0.05 * len(set(known)) / len(language.letters)


_ROWS = 4  # of 256 characters; a script without spaces, such as Thai, keeps to fewer
_STOPS = re.compile("[ \n,.\u3001\u3002\uff0c]")


def detect_wide(data: bytes) -> str | None:
    """Name UTF-16 or UTF-32 without a mark."""
    if len(data) % 2 or len(data) < 4:  # noqa: PLR2004  # two characters
        return None
    sample = data[: _SAMPLE // 4 * 4]
    encodings = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
    return next((each for each in encodings if _is_wide(sample, each)), None)


def _is_wide(sample: bytes, encoding: str) -> bool:
    """Whether this reads as text: few strange characters, and the spaces and stops texts have."""
    text = sample.decode(encoding, errors="replace")
    strange = sum(_is_strange(char) and char not in "\t\r\n" for char in text)
    stops = len(_STOPS.findall(text)) * 80 >= len(text)
    one_script = len(text) >= _SHORT and len({ord(char) >> 8 for char in text}) <= _ROWS
    return strange * 50 <= len(text) and (stops or one_script)
