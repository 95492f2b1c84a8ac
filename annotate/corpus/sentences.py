"""Where sentences end: sentencex line by line, and what it gets wrong in news put right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from sentencex import segment


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_PIECE = 4096  # code points; sentencex takes quadratic time over quote marks without a partner
_LONE = re.compile("[\ud800-\udfff]")
# Before a full stop, sentencex takes a space of several bytes apart, and breaks down.
_WIDE_SPACE = re.compile(r"[^\S\x00-\x7f](?=\s{0,8}\.)")

# sentencex keeps a quotation whole and looks for the partner of every mark; to it they are
# apostrophes here, so that the sentences inside a quotation are found in linear time.
_MARKS = '“”„«»"'
_OPENERS = frozenset("\"“«„‘'([")
_CLOSERS = frozenset("\"”»’'“)]」』")
_OPENING = re.compile(r"(?:(?<=\s)|\A)[\"“«„‘'(\[]+\s*\Z")
_CLOSING = re.compile(r"[\"”»’'“)\]]+(?=\s|[^\w\s\"“«„])")
_QUOTE_ENDS = (".” ", ".» ", '." ')
_BEFORE_WORD = " \t\xa0\"“„«»‘’'(["
_TERMINATOR = re.compile("[.!?;…。！？｡؟।॥۔։።။‼⁇]")

# Languages without a word of their own here are told apart by their script.
_SCRIPTS = (
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("my", re.compile("[\u1000-\u109f]")),
    ("am", re.compile("[\u1200-\u137f]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
)
_SCRIPT_SAMPLE = 400  # code points

# Abbreviations that end no sentence. Titles are capitalised; the next ones are no words in any
# language, so that they hold for all; those of one language hold where it is known; and those
# that are words as well need a digit behind them.
_TITLES = _words(
    "mr mrs ms dr prof rev hon amb gov sen rep gen col lt sgt capt maj cmdr adm supt insp atty",
    "pres messrs mt ft st mm mme mmes mlle mgr fa hr fr frl sr sra srta dra avv ing dott sig",
    "κ кн акад проф",
)
_ANYWHERE = _words(
    "approx sig sigg dott avv dhr mevr ul prof mgr inż núm ctra avda",
    "ул акад проф пер пр г-н डॉ",
)
_LOCAL = {
    "fr": _words("av bd boul éd"),
    "it": _words("on ing arch geom rag"),
    "pl": _words("al pl os św"),
    "es": _words("av pl dña excmo"),
    "nl": _words("mw mej ir drs"),
}
_BEFORE_NUMBER = _words(
    "no nos nr núm num art arts p pp pg fig vol ch sec par abs str n° nº jan feb mar apr jun jul",
    "aug sep sept oct nov dec janv févr avr juil ст стр кв",
)
_SUSPECT = frozenset().union(_ANYWHERE, _BEFORE_NUMBER, *_LOCAL.values())
_NUMBERED = _words("de cs sk sl hr sr bs hu tr fi et lv da nb nn no is pl")  # write 3. for third
_LONGEST = 9  # code points of an abbreviation, with marks before it
_DAYTIMES = ("a.m", "p.m")
_WEEKDAY = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day")
_MONTH = re.compile(r"Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Jahrhundert")

_SAYS = (
    "said|says|asked|asks|told|tells|added|adds|replied|cried|shouted|wrote|writes|explained|"
    "insisted|recalled|warned|argued|noted|demanded|declared|stated|announced|"
    "dit|déclaré|affirmé|expliqué|lancé|demandé|ajouté|répondu|"
    "sagte|sagt|fragte|erklärte|rief|antwortete|meinte|betonte|"
    "dijo|afirmó|explicó|preguntó|añadió|declaró|aseguró|"
    "detto|disse|dice|spiegato|dichiarato|chiesto|aggiunto|afirmou|perguntou|declarou|"
    "zei|zegt|vroeg|aldus|powiedział|powiedziała|zapytał|dodał|"
    "сказал|сказала|заявил|заявила|спросил|спросила|добавил|добавила|сообщил|сообщила|"
    "sade|säger|sagde|siger|sa|dedi|söyledi"
)
SAYS = re.compile(rf"(?:[\w’'-]+,?[ ]){{0,5}}?(?:{_SAYS})\b")
_SAYS_UNSPACED = re.compile("と[^。]{0,3}|[^。！？]{0,6}(?:说|道|表示|称)")
_ASKED = re.compile(r"[!?…。！？][\"”»’'“」』]\Z")


def sentences(text: str, language: str | None = None) -> list[tuple[int, int]]:
    """Give the ranges of the sentences, in order and without the white space around them.

    A line break always ends a sentence. Without a language (BCP 47) the script decides.
    """
    code = (language or _language_of(text))[:2].lower()
    ranges: list[tuple[int, int]] = []
    position = 0
    for line in text.split("\n"):
        start = 0
        for end in (*_ends(line, code), len(line)):
            kept = line[start:end].strip()
            if kept:
                begin = position + (start if line[start] == kept[0] else line.index(kept[0], start))
                ranges.append((begin, begin + len(kept)))
            start = end
        position += len(line) + 1
    return ranges


def _language_of(text: str) -> str:
    sample = text[:_SCRIPT_SAMPLE]
    if not sample.isascii():
        for language, letters in _SCRIPTS:
            if letters.search(sample):
                return language
    return "en"


def _ends(line: str, language: str) -> list[int]:
    """Give the places inside a line at which a sentence ends, in order."""
    if not _TERMINATOR.search(line):
        return []
    caseless = line == line.lower()
    ends: list[int] = []
    last = 0
    for at in _segmented(_plain(line), language):
        if _plainly_ends(line, last, at):
            ends.append(at)
            last = at
            continue
        end = _beside_marks(line, at)
        if end > last and not _goes_on(line, last, end, language, caseless=caseless):
            ends.append(end)
            last = end
    return ends


def _plainly_ends(line: str, start: int, end: int) -> bool:
    """Tell the usual case, which is most of all: a whole word, a full stop, a capital letter."""
    first = line[end]
    if not (first.isupper() or (first in _OPENERS and line[end + 1 : end + 2].isupper())):
        return False
    mark = line[end - 2]
    if line[end - 1] != " " or mark != ".":
        return line[end - 3 : end] in _QUOTE_ENDS
    word = line[line.rfind(" ", start, end - 2) + 1 : end - 2]
    return len(word) > 1 and word.isalpha() and word.islower() and word not in _SUSPECT


def _segmented(plain: str, language: str) -> Iterator[int]:
    """Give what sentencex takes for ends, asked about a bounded part of the line at a time."""
    start = 0
    while start < len(plain):
        stop = start + _PIECE
        if stop < len(plain):
            stop = max(plain.rfind(" ", start + _PIECE // 2, stop) + 1, start + _PIECE // 2)
        ends = list(accumulate(map(len, segment(language, plain[start:stop])), initial=start))
        yield from ends[1:-1]
        # The last sentence of a part may go on behind it, so it is asked about again.
        start = ends[-2] if ends[-2] > start + _PIECE // 4 and stop < len(plain) else stop


def _plain(line: str) -> str:
    """Take out what sentencex cannot read or would pair; every character keeps its place."""
    for mark in _MARKS:
        if mark in line:
            line = line.replace(mark, "’")
    return line if line.isascii() else _WIDE_SPACE.sub(" ", _LONE.sub("\ufffd", line))


def _beside_marks(line: str, end: int) -> int:
    """Move an end before the marks that open what follows, or behind those that close."""
    if line[end] not in _CLOSERS and _OPENERS.isdisjoint(line[end - 2 : end]):
        return end
    opening = _OPENING.search(line, max(0, end - 8), end)
    if opening:
        return opening.start()
    closing = _CLOSING.match(line, end)
    return closing.end() if closing else end


def _goes_on(line: str, start: int, end: int, language: str, *, caseless: bool) -> bool:
    """Tell whether a sentence goes on behind what looked like its end."""
    follows = line[end : end + 60]
    if not follows[:1].isupper():
        follows = follows.lstrip(_BEFORE_WORD)
        first = follows[:1]
        if not first or first in ",;:)]" or (first.islower() and not caseless):
            return bool(first)
    before = line[max(start, end - 24) : end].rstrip()
    if before[-1:] in _CLOSERS:
        return _is_attribution(before, line[end : end + 60])
    if before[-1:] != ".":
        return False
    token = before[:-1].rsplit(None, 1)[-1:]
    if not token or len(token[0]) > _LONGEST:
        return False
    word = token[0].replace("'", "’").rpartition("’")[2].lstrip(_BEFORE_WORD)
    return bool(word) and (
        _abbreviated(word, follows, language)
        or (word in _DAYTIMES and bool(_WEEKDAY.match(follows)))
    )


def _abbreviated(word: str, follows: str, language: str) -> bool:
    if word.isdigit():
        short = len(word) <= 2  # noqa: PLR2004 - a day or a century
        return short and (language in _NUMBERED or bool(_MONTH.match(follows)))
    small = word.lower()
    if (follows[0].isdigit() and small in _BEFORE_NUMBER) or small in _ANYWHERE:
        return True
    if word[0].isupper():
        return (len(word) == 1 and word != "I") or small in _TITLES
    return small in _LOCAL.get(language, ())


def _is_attribution(before: str, follows: str) -> bool:
    """Tell whether a question or exclamation is quoted here and its speaker named after it."""
    if not _ASKED.search(before):
        return False
    return bool(SAYS.match(follows) or _SAYS_UNSPACED.match(follows))
