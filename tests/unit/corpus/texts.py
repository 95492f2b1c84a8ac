"""Texts that break careless code, for hypothesis."""

from __future__ import annotations

import os
import random

from hypothesis import settings
from hypothesis import strategies as st

from annotate.corpus.edits import Edit

law = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "normal"))

PIECES = (
    *("a", "é", "e\u0301", "\u0301", "Word ", "said. ", "“Yes,” ", '"no" ', "&amp;", "<p>"),
    *("\n", "\n\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\xa0", "\u2009", "  ", "\t"),
    *("\ufeff", "\u202e", "\u2066", "\u200d", "\u200c", "\u200f", "\x00", "\xad"),
    *("\ud83d", "\udc00", "\U0001d518", "\U0001f469\u200d\U0001f467", "\U0001f3f3\ufe0f"),
    *(
        "«",
        "» ",
        "„",
        "”",
        "‘",
        "’s ",
        "'",
        '"',
        "「",
        "›",
        "6'2\" ",
        ",,",
        "``",
        "?",
        "Tthe",
        "sT ",
    ),
    *("Ã©", "â€™", "Â\xa0", "Ã\x83", "РїСЂРё", "ðŸ˜€", "\x93", "\ufffd", "Ã”", "еру ", "pаper"),
    *("שלום", "العربية", "中文。", "한", "\u1112\u1161\u11ab", "\u0f73", "\u0344", "\u0958"),
)

nasty_texts = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=40).map("".join)


@st.composite
def edit_lists(draw: st.DrawFn, text: str) -> tuple[Edit, ...]:
    """Sorted, non-overlapping edits of a text, insertions and deletions among them."""
    points = st.integers(0, len(text))
    cuts = sorted(draw(st.lists(points, max_size=12)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    replacement = st.sampled_from(("", "", "x", "yz", "\n", "é"))
    return tuple(Edit(a, b, draw(replacement), draw(st.sampled_from("pq"))) for a, b in pairs)


@st.composite
def edited_twice(draw: st.DrawFn) -> tuple[str, tuple[Edit, ...], tuple[Edit, ...]]:
    """A text, edits of it, and edits of what they give."""
    raw = draw(nasty_texts)
    first = draw(edit_lists(raw))
    return raw, first, draw(edit_lists(made(raw, first)))


def made(text: str, edits: tuple[Edit, ...]) -> str:
    """Make edits the slow and obvious way, from the end."""
    for edit in reversed(edits):
        text = text[: edit.start] + edit.replacement + text[edit.end :]
    return text


_WHO = ("The ferry", "A clerk of the board", "Ines Calder, a teacher,", "Dr. Tarn", "The council")
_DID = ("left the pier before noon", "found the ledger", "kept the letters dry", "paid No. 5 twice")
_WHY = (" because the road was flooded", " while the others waited outside in the rain", "")
_TAILS = (",” she said.", "!” Pell said.", ".” That is what Pell told reporters.", ".”")


def long_article(chance: random.Random, between: str) -> str:
    """Write a long article of quotes, plain sentences and headings, its paragraphs joined."""
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) < 20_000:
        if between != " " and chance.random() < 0.1:
            paragraphs.append("What the board knew")
        pieces = [_passage(chance) for _ in range(chance.randint(1, 5))]
        paragraphs.append(" ".join(pieces))
    return between.join(paragraphs)


def _passage(chance: random.Random) -> str:
    said = [
        chance.choice(_WHO) + " " + chance.choice(_DID) + chance.choice(_WHY)
        for _ in range(chance.randint(1, 5))
    ]
    if chance.random() < 0.6:
        return ". ".join(said) + "."
    return "“" + ". ".join(said) + chance.choice(_TAILS)
