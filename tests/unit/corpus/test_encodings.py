from __future__ import annotations

import time

import pytest

from annotate.corpus.binary import is_noise, what_binary
from annotate.corpus.decode import decode
from tests.unit.corpus.stories import STORIES

WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
PAIRS = [(name, encoding) for name, story in STORIES.items() for encoding in story.encodings]


def guessed(text: str, encoding: str) -> bool:
    """Whether bytes that declare nothing become this text; what the encoding lacks is left out."""
    data = text.encode(encoding, errors="ignore")
    decoded = decode(data)
    return decoded is not None and decoded.text == data.decode(encoding)


@pytest.mark.parametrize(("name", "encoding"), PAIRS)
def test_a_story_in_an_old_encoding_is_read_and_flagged(name: str, encoding: str) -> None:
    text = STORIES[name].text
    assert guessed(text, encoding)
    decoded = decode(text.encode(encoding, errors="ignore"))
    assert decoded is not None
    assert decoded.flags == ("encoding_guessed",)


@pytest.mark.parametrize("encoding", WIDE)
def test_wide_encodings_without_a_mark_are_seen(encoding: str) -> None:
    assert [name for name, story in STORIES.items() if not guessed(story.text, encoding)] == []


@pytest.mark.parametrize(
    ("encoding", "cut", "half", "end"),
    [
        ("utf-32-le", -2, b"", "!\ufffd"),
        ("utf-16-le", None, b"\x20\xd8\x80\x04", "!?\ufffd\u0480"),  # valid UTF-8, by chance
    ],
)
def test_of_a_wide_text_half_a_character_is_lost_alone(
    encoding: str, cut: int | None, half: bytes, end: str
) -> None:
    data = ("The ferry is back in port. " * 3 + "!?").encode(encoding)[:cut] + half
    decoded = decode(data)
    assert decoded is not None
    assert decoded.text.endswith(end)
    assert decoded.flags == ("encoding_guessed",)


def test_half_a_story_and_a_page_around_one_are_guessed_as_well() -> None:
    shapes = [
        (name, encoding, shape)
        for name, encoding in PAIRS
        for shape in (
            STORIES[name].text[: len(STORIES[name].text) // 2],
            f'<html><body><p class="story">{STORIES[name].text}</p></body></html>',
            "\n\n".join([STORIES[name].text] * 30),
        )
    ]
    right = sum(guessed(shape, encoding) for _, encoding, shape in shapes)
    assert right >= 0.98 * len(shapes)


@pytest.mark.parametrize("name", STORIES)
def test_utf8_is_never_doubted(name: str) -> None:
    text = STORIES[name].text
    assert decode(text.encode()) == (text, "utf-8", None)
    assert decode(text.encode("utf-8-sig")) == (text, "utf-8-sig", None)
    assert decode(text.encode("utf-16")) == (text, "utf-16", None)


@pytest.mark.parametrize("name", STORIES)
def test_stray_western_bytes_in_utf8_are_read_and_flagged(name: str) -> None:
    text = STORIES[name].text
    data = text.encode().replace(b". ", b"\x94. ", 1) + b" \x93caf\xe9\x94"
    decoded = decode(data)
    assert decoded == (text.replace(". ", "”. ", 1) + " “café”", "utf-8+cp1252", "encoding_mixed")


def test_a_character_cut_off_at_the_end_is_one_lost_character() -> None:
    assert decode("café “so”".encode()[:-1]) == ("café “so\ufffd", "utf-8+cp1252", "encoding_mixed")


def test_halves_of_characters_are_kept_for_the_edits() -> None:
    assert decode(b"a\xed\xa0\xbdb") == ("a\ud83db", "utf-8", None)


@pytest.mark.parametrize(
    ("declared", "encoding", "name"),
    [
        ("windows-1251", "cp1251", "bg"),
        ("KOI8-R", "koi8-r", "ru"),
        ("iso-8859-1", "cp1252", "de"),
        ("gb2312", "gb18030", "zh"),
        ("shift_jis", "cp932", "ja"),
    ],
)
def test_what_a_page_declares_is_no_guess(declared: str, encoding: str, name: str) -> None:
    data = f'<meta charset="{declared}">{STORIES[name].text}'.encode(encoding, "ignore")
    assert decode(data) == (data.decode(encoding), encoding, None)


@pytest.mark.parametrize(
    "declared", ["punycode", "base64", "utf-16", "x-nothing", "rot13", "utf-7"]
)
def test_what_no_page_can_declare_is_passed_over(declared: str) -> None:
    data = f'<meta charset="{declared}"> Café “so” et déjà vu'.encode("cp1252")
    decoded = decode(data)
    assert decoded is not None
    assert (decoded.encoding, decoded.doubt) == ("cp1252", "encoding_guessed")


def test_bytes_that_are_no_text_are_not_decoded() -> None:
    assert decode(b"\xde\xad\xbe\xef") is None
    assert decode(b"") == ("", "utf-8", None)


@pytest.mark.parametrize(
    "start",
    [
        *("RIFF said the guitar", "ID3 is a van", "Rar! they cried", "BZh9 is a boat", "PK Lind"),
        *(
            "MZ motorcycles",
            "GIF89 years ago",
            "%PDF-1.7 is a format",
            "OggS",
            "PAR1 of 3",
            "{\\rt",
        ),
        *("SQLite format 3 is old", "7z was the name", "fLaC", "BM won", "II* star"),
    ],
)
def test_words_are_not_taken_for_magic(start: str) -> None:
    assert what_binary(f"{start} of the town.".encode()) is None


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"GIF89a\x01\x00", "GIF"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "sound"),
        (b"ID3\x03\x00", "sound"),
        (b"%PDF-1.4\n", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"PK\x03\x04\x14", "zip"),
        (b"BZh91AY&SY", "bzip2"),
        (b"Rar!\x1a\x07\x00", "rar"),
        (b"{\\rtf1\\ansi", "rich-text"),
        (b"SQLite format 3\x00", "database"),
    ],
)
def test_files_of_other_kinds_are_named(data: bytes, kind: str) -> None:
    assert kind in (what_binary(data) or "")


@pytest.mark.parametrize(
    ("text", "noise"),
    [
        ("\x00\x01\x02ÿ", True),
        ("ab\x00\x01", True),
        ("a" * 300 + "\x00\x01\x02", False),
        ("a" * 300 + "\x00\x01\x02\x03", True),
        ("é" * 970 + "\x80" * 30, False),
        ("a" * 970 + "\ud800" * 30, True),
        ("b\ud800", False),
        ("", False),
        ("a\r\n\t\x0b\x0cb\x85", False),
    ],
)
def test_more_than_one_control_character_in_a_hundred_is_noise(text: str, noise: bool) -> None:
    assert is_noise(text) is noise


def test_one_sentence_again_and_again_is_still_seen() -> None:
    assert guessed("Паром вернулся в порт. " * 3000, "koi8-r")


def test_large_files_are_decoded_in_linear_time() -> None:
    data = "Паром вернулся в порт. ".encode("koi8-r") * 100_000
    start = time.process_time()
    assert decode(data)
    decode(b"\x00\xff" * 1_000_000)
    assert decode("é".encode() * 1_000_000 + b"\x93" * 500_000)
    assert time.process_time() - start < 5
