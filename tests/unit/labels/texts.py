"""Texts that can stand in a task and still break careless code, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = (
    *("a", "é", "e\u0301", "\u0301", "Word ", "said. ", "“Yes,” ", '"no" ', "that ", "Macron "),
    *("\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\xa0", "\u2009", "  ", "\t", "\\n", "+"),
    *("\u202e", "\u2066", "\u200d", "\u200b", "\u200f", "\xad", "’", "‘", "«", "»", "„", "."),
    *("\U0001d518", "\U0001f469\u200d\U0001f467", "\U0001f3f3\ufe0f\u200d\U0001f308"),
    *("שלום", "العربية", "中文。", "\u1112\u1161\u11ab", "\u0f73", "İ", "ß"),
)

nasty_texts = st.lists(
    st.sampled_from(PIECES) | st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
    min_size=1,
    max_size=40,
).map("".join)


@st.composite
def ranges(draw: st.DrawFn, text: str) -> tuple[int, int]:
    """A stretch of a text that is not empty."""
    start = draw(st.integers(0, len(text) - 1))
    return start, draw(st.integers(start + 1, len(text)))
