"""Make a corpus of invented news articles to measure with: seeded, of any size, any part alike.

    python scripts/bench_corpus.py COUNT FILE.jsonl [--seed N]

Article n of a seed is the same in every corpus that holds it. Most are clean texts, the others
scrapes of whole pages in several layouts; a few are copies of earlier articles.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from string import Formatter
from typing import TypeVar

from bench_words import LANGUAGES, Language

MEDIAN, SPREAD = 2800, 0.6  # code points and log-normal sigma of a body before its last paragraph
SHORTEST, LONGEST = 400, 19_500
NOISY, EXACT, NEAR = 0.4, 0.01, 0.02
OTHER_LANGUAGES = {"de": 0.06, "fr": 0.05, "es": 0.05, "ru": 0.04}

_T = TypeVar("_T")

Line = tuple[str, bool]  # a line, and whether it belongs to the body
_BLANK: Line = ("", False)
_CYRILLIC = re.compile("[а-я]")


@dataclass(frozen=True)
class Made:
    """A record as it is received, and what only its maker knows: title, body, what it repeats.

    The ranges of the body in `text` are half-open and count code points. `copy_of` is the index
    of the article that this one repeats; `exact` says whether it does so to the letter.
    """

    record: dict[str, str]
    body: tuple[tuple[int, int], ...]
    title: str
    layout: str
    copy_of: int | None = None
    exact: bool = False


@dataclass(frozen=True)
class Story:
    language: Language
    title: str
    paragraphs: tuple[str, ...]
    outlet: str


class _Author:
    """Fills patterns of one language on one topic, about the same few people and places."""

    def __init__(self, language: Language, rng: Random) -> None:
        self.language = language
        self.roll = rng.random
        self.outlet = self.pick(language.outlets)
        self.nouns = self.pick(language.topics)
        self.places = [self._name() for _ in range(2)]
        self.people = [(self.pick(language.given), self._name()) for _ in range(3)]
        self.orgs = [f"{self._name()} {self.pick(language.lists['kind'])}" for _ in range(2)]
        self.marks = self.pick(language.marks)
        self.fixed = {"open": self.marks[0], "close": self.marks[1], "outlet": self.outlet}
        self.slots: dict[str, Callable[[], str]] = {
            "np": lambda: self.fill(self.pick(language.noun_phrases)),
            "noun": lambda: self.pick(self.nouns),
            "actor": self._actor,
            "person": lambda: " ".join(self.pick(self.people)),
            "surname": lambda: self.pick(self.people)[1],
            "given": lambda: self.pick(language.given),
            "place": lambda: self.pick(self.places),
            "org": lambda: self.pick(self.orgs),
            "number": lambda: str(int(10 ** (3.5 * self.roll())) + 2),
            "monthday": lambda: str(1 + int(28 * self.roll())),
            "year": lambda: str(1990 + int(35 * self.roll())),
            "speech": lambda: self.fill(self.pick(language.speech)),
            "Speech": lambda: _capital(self.fill(self.pick(language.speech))),
            "Sentence": self.sentence,
        }

    def pick(self, choices: Sequence[_T]) -> _T:
        return choices[int(self.roll() * len(choices))]

    def fill(self, pattern: str) -> str:
        return "".join(
            literal + self._slot(name) if name else literal for literal, name in _parsed(pattern)
        )

    def _slot(self, name: str) -> str:
        if value := self.fixed.get(name):
            return value
        if made := self.slots.get(name):
            return made()
        chosen = self.pick(self.language.lists[name])
        return self.fill(chosen) if "{" in chosen else chosen

    def _name(self) -> str:
        first, middle, last = self.language.syllables
        more = self.pick(middle) if self.roll() < 0.5 else ""  # noqa: PLR2004 - every second one
        return self.pick(first) + self.pick(middle) + more + self.pick(last)

    def _actor(self) -> str:
        kind = self.roll()
        if kind < 0.3:  # noqa: PLR2004 - a third of each kind
            return self.pick(self.orgs)
        return " ".join(self.pick(self.people)) if kind < 0.6 else self.pick(self.people)[1]  # noqa: PLR2004

    def sentence(self) -> str:
        return _capital(self.fill(self.pick(self.language.sentences)))

    def paragraph(self) -> str:
        sentences = [self.sentence() for _ in range(1 + int(3 * self.roll()))]
        if self.roll() < 0.4:  # noqa: PLR2004 - quotations make news
            sentences.append(_capital(self.fill(self.pick(self.language.quoted))))
        return " ".join(sentences)

    def story(self, size: float) -> Story:
        """Write a title, a lead that takes it up, and paragraphs up to `size` code points."""
        for name in ("np", "actor", "v", "place"):
            self.fixed[f"lead_{name}"] = self._slot(name)
        title = _capital(self.fill(self.pick(self.language.titles)))
        paragraphs = [_capital(self.fill(self.pick(self.language.leads)))]
        written = len(paragraphs[0])
        while written < size:
            paragraphs.append(self.paragraph())
            written += len(paragraphs[-1]) + 2
        return Story(self.language, title, tuple(paragraphs), self.outlet)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@cache
def _parsed(pattern: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((literal, name) for literal, name, _, _ in Formatter().parse(pattern))


def _language(roll: float) -> Language:
    for code, share in OTHER_LANGUAGES.items():
        if roll < share:
            return LANGUAGES[code]
        roll -= share
    return LANGUAGES["en"]


def origin(index: int, seed: int) -> tuple[int | None, bool]:
    """Say which earlier article this one is a copy of, if any, and whether to the letter."""
    rng = Random(f"{seed}/{index}/origin")  # noqa: S311 - reproducible, nothing secret
    kind = rng.random()
    if kind >= EXACT + NEAR or not index:
        return None, False
    base = rng.randrange(index)
    while (root := origin(base, seed)[0]) is not None:
        base = root
    return base, kind < EXACT


def write_story(index: int, seed: int) -> Story:
    rng = Random(f"{seed}/{index}/story")  # noqa: S311 - reproducible, nothing secret
    author = _Author(_language(rng.random()), rng)
    size = math.exp(rng.gauss(math.log(MEDIAN), SPREAD))
    return author.story(min(max(size, SHORTEST), LONGEST))


def _edited(story: Story, rng: Random) -> Story:
    """Edit a wire story as another outlet does: a new title, a few sentences in, another end."""
    author = _Author(story.language, rng)
    paragraphs = [
        f"{text} {author.sentence()}" if rng.random() < 0.1 else text  # noqa: PLR2004 - few
        for text in story.paragraphs
    ]
    paragraphs[-1] = author.sentence()
    title = author.story(0).title
    return replace(story, title=title, paragraphs=tuple(paragraphs), outlet=author.outlet)


class Page:
    """What stands around the story of a scraped page."""

    def __init__(self, story: Story, rng: Random) -> None:
        self.story = story
        self.rng = rng
        self.other = _Author(story.language, rng)
        self.other.fixed["outlet"] = story.outlet

    def some(self, kind: str, least: int, most: int) -> list[Line]:
        choices = getattr(self.story.language, kind)
        return [
            (_capital(self.other.fill(text)), False)
            for text in self.rng.choices(choices, k=self.rng.randint(least, most))
        ]

    def teaser(self) -> list[Line]:
        """A title and the beginning of another story, mostly with a quotation in it."""
        teaser = _Author(self.story.language, self.rng)
        story = teaser.story(0)
        quoted = _capital(teaser.fill(teaser.pick(story.language.quoted)))
        return [(story.title, False), (f"{story.paragraphs[0]} {quoted}", False)]

    def top(self) -> list[Line]:
        names = list(self.story.language.sections)
        self.rng.shuffle(names)
        rows = [(name, False) for name in names[: self.rng.randint(5, len(names))]]
        return [(self.story.outlet, False), *rows, *self.some("buttons", 0, 3)]

    def head(self) -> list[Line]:
        byline = self.some("bylines", 1, 1)
        return [(self.story.title, False), *byline, *self.some("buttons", 1, 4)]

    def between(self) -> list[Line]:
        """What breaks into a body: a caption with its credit, or teasers of other stories."""
        if self.rng.random() < 0.6:  # noqa: PLR2004 - pictures are more frequent
            return self.some("captions", 1, 1)
        return [*self.some("related", 1, 1), *self.teaser()]

    def body(self) -> list[Line]:
        lines: list[Line] = []
        for text in self.story.paragraphs:
            lines.append((text, True))
            if self.rng.random() < 0.08:  # noqa: PLR2004 - every twelfth
                lines += self.between()
        return lines

    def bottom(self) -> list[Line]:
        lines = [*self.some("buttons", 1, 3), *self.some("related", 1, 1)]
        for _ in range(self.rng.randint(1, 4)):
            lines += self.teaser()
        return [*lines, *self.some("comments", 0, 4), *self.some("footer", 2, 4)]


def _spaced(lines: list[Line]) -> list[Line]:
    return [each for line in lines for each in (line, _BLANK)]


def _portal(page: Page) -> list[Line]:
    """Blank lines around every element."""
    return _spaced([*page.top(), *page.head(), *page.body(), *page.bottom()])


def _flat(page: Page) -> list[Line]:
    """One line for every element, no blank lines."""
    return [*page.top(), *page.head(), *page.body(), *page.bottom()]


def _nodes(page: Page) -> list[Line]:
    """One text node a line: paragraphs fall apart at their links."""
    lines: list[Line] = []
    for text, is_body in page.body():
        words = text.split(" ")
        while len(words) > 12 and page.rng.random() < 0.7:  # noqa: PLR2004 - links are short
            cut = page.rng.randint(3, len(words) - 3)
            lines.append((" ".join(words[:cut]), is_body))
            words = words[cut:]
        lines.append((" ".join(words), is_body))
    return [*page.top(), *page.head(), *lines, *page.bottom()]


def _wrapped(page: Page) -> list[Line]:
    """Lines of 72 columns, as text browsers write them."""
    return [
        (part, is_body)
        for text, is_body in _portal(page)
        for part in textwrap.wrap(text, 72, break_long_words=False) or [""]
    ]


def _twice(page: Page) -> list[Line]:
    """The title twice, and the body a second time without its lead."""
    again = [(text, False) for text in page.story.paragraphs[1:]]
    title = (page.story.title, False)
    return _spaced([*page.top(), title, *page.head(), *page.body(), title, *again, *page.bottom()])


LAYOUTS = {
    "portal": _portal,
    "flat": _flat,
    "nodes": _nodes,
    "wrapped": _wrapped,
    "twice": _twice,
}


def _clean(story: Story) -> list[Line]:
    return _spaced([(text, True) for text in story.paragraphs])[:-1]


def _damaged(lines: list[Line], rng: Random) -> tuple[list[Line], str]:
    """Do to a text what scrapers do: mojibake, NFD, no-break spaces; give the line end too."""
    if rng.random() < 0.015:  # noqa: PLR2004 - rare
        places = [at for at, (text, _) in enumerate(lines) if not text.isascii()]
        for at in rng.sample(places, min(2, len(places))):
            lines[at] = (_mojibake(lines[at][0]), lines[at][1])
    if rng.random() < 0.02:  # noqa: PLR2004 - rare
        lines = [(unicodedata.normalize("NFD", text), is_body) for text, is_body in lines]
    if rng.random() < 0.1:  # noqa: PLR2004 - one outlet in ten
        lines = [(text.replace(". ", ".\xa0"), is_body) for text, is_body in lines]
    return lines, "\r\n" if rng.random() < 0.05 else "\n"  # noqa: PLR2004 - few


def _mojibake(text: str) -> str:
    """Read UTF-8 as the Windows code page of the script; undefined bytes stay as they are."""
    page = "cp1251" if _CYRILLIC.search(text) else "cp1252"
    return "".join(bytes((byte,)).decode(page, "ignore") or chr(byte) for byte in text.encode())


def _text(lines: list[Line], line_end: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Join lines; give the ranges of the body too."""
    body, at = [], 0
    for text, is_body in lines:
        if is_body:
            body.append((at, at + len(text)))
        at += len(text) + len(line_end)
    return line_end.join(text for text, _ in lines), tuple(body)


def make(index: int, seed: int) -> Made:
    """Make one article."""
    copied, exact = origin(index, seed)
    base = index if copied is None else copied
    rng = Random(f"{seed}/{base if exact else index}/page")  # noqa: S311 - reproducible
    story = write_story(base, seed)
    if copied is not None and not exact:
        story = _edited(story, rng)
    noisy = rng.random() < NOISY
    layout = rng.choice(list(LAYOUTS)) if noisy else "clean"
    lines = LAYOUTS[layout](Page(story, rng)) if noisy else _clean(story)
    text, body = _text(*_damaged(lines, rng))
    record = describe(index, story) | {"text": text}
    if rng.random() < (0.5 if noisy else 0.2):
        del record["title"]
    return Made(record, body, story.title, layout, copied, exact)


def describe(index: int, story: Story) -> dict[str, str]:
    day = f"2023-{1 + index // 28 % 12:02}-{1 + index % 28:02}"
    host = "".join(filter(str.isascii, story.outlet.lower())).replace(" ", "-").replace("’", "")
    return {
        "id": f"a{index:07}",
        "outlet": story.outlet,
        "published_at": day,
        "url": f"https://{host or 'news'}.example/{day}/{index}",
        "title": story.title,
    }


def articles(count: int, seed: int) -> Iterator[dict[str, str]]:
    """Give the records of a corpus."""
    return (make(index, seed).record for index in range(count))


def write_jsonl(path: Path, records: Iterable[dict[str, str]]) -> int:
    """Write records as JSON Lines; returns the number of bytes."""
    with path.open("wb") as file:
        return sum(
            file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
            for record in records
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    size = write_jsonl(options.file, articles(options.count, options.seed))
    print(f"{options.count} articles, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
