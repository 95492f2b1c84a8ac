"""The words and patterns of which the generated articles are made: one file for each language.

A pattern holds slots: `{np}` a noun phrase of the article's topic, `{actor}` one of its people or
bodies, `{person}`, `{surname}`, `{place}`, `{org}`, `{number}`, `{year}`, `{speech}`; any other
slot is one of the language's `lists`. In the files `|` parts the words of a list, `␣` stands for
a no-break space and `⍽` for a narrow one. Few fixed words stand next to each other, so that two
articles hardly share five words in a row. Names are put together from syllables.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "bench_words"
_SPACES = str.maketrans("␣⍽", "\xa0\u202f")


@dataclass(frozen=True)
class Language:
    """What an article in one language is written with."""

    code: str
    marks: tuple[tuple[str, str], ...]
    topics: tuple[tuple[str, ...], ...]
    lists: dict[str, tuple[str, ...]]
    given: tuple[str, ...]
    syllables: tuple[tuple[str, ...], ...]
    noun_phrases: tuple[str, ...]
    sentences: tuple[str, ...]
    speech: tuple[str, ...]
    quoted: tuple[str, ...]
    titles: tuple[str, ...]
    leads: tuple[str, ...]
    outlets: tuple[str, ...]
    sections: tuple[str, ...]
    buttons: tuple[str, ...]
    captions: tuple[str, ...]
    related: tuple[str, ...]
    comments: tuple[str, ...]
    footer: tuple[str, ...]
    bylines: tuple[str, ...]


def read_language(path: Path) -> Language:
    """Read one file; what is written as a line of words becomes a tuple of them."""
    written = yaml.safe_load(path.read_text(encoding="utf-8").translate(_SPACES))
    names = {field.name for field in fields(Language)} - {"code", "topics", "syllables"}
    read: dict[str, Any] = {name: _words(written[name]) for name in names}
    read |= {name: tuple(map(_words, written[name])) for name in ("topics", "syllables")}
    return Language(code=path.stem, **read)


def _words(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _words(each) for name, each in value.items()}
    if isinstance(value, list):
        return tuple(tuple(each) if isinstance(each, list) else each for each in value)
    return tuple(word.strip(" \n") for word in value.split("|"))


LANGUAGES = {path.stem: read_language(path) for path in sorted(FOLDER.glob("*.yaml"))}
