"""Text that was decoded with the wrong encoding: `cafÃ©`, `donâ€™t`, `РџСЂРёРІРµС‚`.

Characters are repaired only when the bytes behind them are strictly UTF-8 and the place shows
that no one meant the characters themselves: `MAÇÃ”` may be the end of a quotation in capitals.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from annotate.corpus.edits import Edit, EditedText

REASON = "mojibake"


def _bytes_of(encoding: str) -> dict[str, int]:
    """Give the byte behind each character; what the encoding leaves out stands for itself."""
    controls = {chr(byte): byte for byte in range(0x80, 0xA0)}
    pairs = ((bytes((byte,)).decode(encoding, "ignore"), byte) for byte in range(0x80, 0x100))
    return controls | {char: byte for char, byte in pairs if char}


_WESTERN, _CYRILLIC = _bytes_of("cp1252"), _bytes_of("cp1251")
_REST, _CYRILLIC_REST = (
    f"[{''.join(re.escape(char) for char, byte in table.items() if byte < 0xC0)}]"  # noqa: PLR2004  # UTF-8: 80 to BF follow
    for table in (_WESTERN, _CYRILLIC)
)
# One class in front, for the engine finds a class fast and an alternative slowly.
_WESTERN_RUN = re.compile(
    f"[Â-ô](?:(?<=[Â-ß]){_REST}|(?<=[à-ï]){_REST}{{2}}|(?<=[ð-ô]){_REST}{{3}})"
    f"(?:[Â-ß]{_REST}|[à-ï]{_REST}{{2}}|[ð-ô]{_REST}{{3}})*"
)
_CYRILLIC_RUN = re.compile(
    f"[ВРСв](?:(?<=[ВРС]){_CYRILLIC_REST}|(?<=в)[Ђ„‚]{_CYRILLIC_REST})"
    f"(?:[ВРС]{_CYRILLIC_REST}|в[Ђ„‚]{_CYRILLIC_REST})*"
)
# The same in UTF-8, where one byte leads to nearly all such places: a letter from Â to ô, then a
# sign between U+0080 and U+00BF or one that cp1252 has in place of a control character.
_WESTERN_SIGN = re.compile(b"\xc3[\x82-\xb4][\xc2\xc5\xc6\xcb\xe2]")
_CYRILLIC_SIGNS = ("Рѕ", "Р°", "Рµ", "вЂ")  # о, а, е and the start of quote marks and dashes
_CONTROL_SIGN = re.compile(b"\xc2[\x80-\x84\x86-\x9f]")
_CONTROL = re.compile("[\x80\x82-\x84\x86-\x8c\x8e\x91-\x9c\x9e\x9f]")

# Second bytes that cp1252 shows as signs which stand behind no letter in sound text …
_STRANGE = frozenset(
    b"\x80\x81\x83\x88\x89\x8a\x8c\x8d\x8e\x8f\x90\x98\x9a\x9c\x9d\x9e\x9f"
    b"\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xac\xaf\xb1\xb4\xb5\xb6\xb8\xbc\xbd\xbe\xbf"
)
_NOTES = frozenset(b"\xa9\xb2\xb3\xb9")  # … and those that may follow a word in capitals
_SIGNS = frozenset(b"\xa1\xa2\xa3\xa5\xa6\xa7\xa8\xa9\xac\xae\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7") | (
    frozenset(b"\xb9\xba\xaa\xbc\xbd\xbe\xbf")
)
_SYMBOLS = frozenset(b"\x82\x84\x86\x87\x88\x89\x8a\x98\x99\x9a\x9c")  # blocks of U+2080 to U+273F
_ENDING = frozenset(b"\x85\x86\x87\x92\x93\x94\x96\x97\x99\x9b\xa0\xae\xbb")  # as ” and » are shown
_NO_BREAK_SPACE, _GUILLEMET = 0xA0, 0xAB
_QUOTED = frozenset(("“”", "‘’", "«»", "„”", "„“", "‹›", "„–"))

_BROKEN = re.compile(
    "\ufffd+|(?:ï¿½)+|(?<=[\\w.,!?])â€\\??|â€(?=\\w)|(?<=[a-z])[ÃÂ](?![\\w™])|вЂ(?=\\w)"
)
_BROKEN_SIGNS = ("\ufffd", "ï¿½", "â€", "Ã", "Â", "вЂ")


class _Run(NamedTuple):
    """UTF-8 sequences that were read with another encoding, and the text that they are."""

    start: int
    end: int
    data: bytes
    meant: str


def mojibake(text: str) -> Iterable[Edit]:
    """Decode again what was decoded wrongly, as often as it was."""
    if text.isascii() or not _is_suspect(text):
        return ()
    edited = EditedText(text)
    while edits := _round(edited.clean):
        edited = edited.then(edits)
    return edited.edits


def _is_suspect(text: str) -> bool:
    data = text.encode("utf-8", "surrogatepass")
    return (
        (b"\xc3" in data and _WESTERN_SIGN.search(data) is not None)
        or (b"\xc2" in data and _CONTROL_SIGN.search(data) is not None)
        or (b"\xd0" in data and any(sign in text for sign in _CYRILLIC_SIGNS))
    )


def _round(text: str) -> list[Edit]:
    runs = [
        *_runs(text, _WESTERN_RUN, _WESTERN),
        *_runs(text, _CYRILLIC_RUN, _CYRILLIC),
    ]
    certain = [_is_certain(text, run) for run in runs]
    pairs = zip(runs, certain, strict=True) if any(certain) else ()
    chosen = [run for run, sure in pairs if sure or _is_likely(text, run)]
    edits = [Edit(run.start, run.end, run.meant, REASON) for run in chosen]
    inside = {place for run in chosen for place in range(run.start, run.end)}
    for control in _CONTROL.finditer(text):
        if control.start() not in inside:
            meant = control.group().encode("latin-1").decode("cp1252")
            edits.append(Edit(*control.span(), meant, REASON))
    return sorted(edits)


def _runs(text: str, pattern: re.Pattern[str], table: dict[str, int]) -> Iterator[_Run]:
    for found in pattern.finditer(text):
        data = bytes(table[char] for char in found.group())
        try:
            yield _Run(*found.span(), data, data.decode("utf-8"))
        except UnicodeDecodeError:
            continue


def _is_certain(text: str, run: _Run) -> bool:
    """Whether a run cannot be sound text: by its length, or by one of its sequences."""
    data = run.data
    if len(run.meant) > 2 and _is_word(run.meant):  # noqa: PLR2004  # three sequences in a row
        return True
    if text[run.start] in "ВРСв":
        return data[:2] == b"\xe2\x80"
    if len(data) > 2 and data[0] in b"\xc2\xc3" and data[2] in b"\xc2\xc3":  # noqa: PLR2004  # decoded wrongly twice
        return True
    at = run.start
    for char in run.meant:
        sequence = char.encode()
        if _proves(text, at, sequence):
            return True
        at += len(sequence)
    return False


def _is_word(meant: str) -> bool:
    return all(unicodedata.category(char)[0] in "LM" for char in meant)


def _proves(text: str, at: int, sequence: bytes) -> bool:
    """Whether one sequence, read as cp1252 shows it, stands where sound text has no such signs."""
    before = text[at - 1] if at else " "
    after = text[at + len(sequence) : at + len(sequence) + 1]
    lead, second = sequence[:2]
    if len(sequence) > 2:  # noqa: PLR2004
        quoted = before + text[at + len(sequence) - 1] in _QUOTED
        return not quoted and _proves_long(sequence, after)
    if lead == 0xC2:  # noqa: PLR2004  # signs and the no-break space
        if second == _NO_BREAK_SPACE:
            return before.islower() or before.isdigit() or before in ".,;:!?)%"
        return not before.isupper() and (
            second in _SIGNS or (second == _GUILLEMET and before in " \n(")
        )
    notes = second in _NOTES and (after.islower() or not before.isupper())
    if lead == 0xC3 and (second in _STRANGE or notes):  # noqa: PLR2004  # À to ÿ
        return True
    if second == _NO_BREAK_SPACE:
        return lead == 0xC3 and (before.islower() or (before in " \n" and after == " "))  # noqa: PLR2004
    starts = after.islower() and not before.isupper()
    return lead in b"\xc3\xc4\xc5" and (before.islower() or starts)


def _proves_long(sequence: bytes, after: str) -> bool:
    """Judge a sequence of three or four bytes: punctuation, symbols, emoji, Vietnamese."""
    lead, second, third = sequence[:3]
    if lead == 0xE1:  # noqa: PLR2004
        return second in b"\xba\xbb" and (third in _STRANGE or after.islower())
    if lead == 0xE2:  # noqa: PLR2004
        return second == 0x80 or second in _SYMBOLS  # noqa: PLR2004
    return sequence[:2] == b"\xf0\x9f" or sequence == b"\xef\xbb\xbf"


def _is_likely(text: str, run: _Run) -> bool:
    """Whether a run is to be repaired in a text that has certain ones."""
    before, after = (
        text[run.start - 1 : run.start] if run.start else "",
        text[run.end : run.end + 1],
    )
    ending = run.data[-1] in _ENDING
    if len(run.meant) == 1 and run.data[0] >= 0xE0:  # noqa: PLR2004  # one ideograph, or a letter of Vietnamese
        return run.data[0] == 0xE1 and not ending  # noqa: PLR2004
    topic = before != "" and before in "«“„‘"
    return not topic and (not ending or not before.isupper() or after.isalpha())


def repaired(edited: EditedText) -> Iterator[tuple[int, int]]:
    """Give the places in the clean text that were repaired."""
    if any(edit.reason == REASON for edit in edited.edits):
        places = zip(edited.edits, edited.clean_starts, edited.clean_ends, strict=True)
        for edit, start, end in places:
            if edit.reason == REASON and start < end:
                yield start, end


def broken(text: str) -> Iterator[tuple[int, int]]:
    """Find what is left of characters that no one can repair."""
    if not text.isascii() and any(sign[0] in text and sign in text for sign in _BROKEN_SIGNS):
        yield from (found.span() for found in _BROKEN.finditer(text))
