"""Which outlet reports whose position on what, and how? Asked of a release, with a picture.

    python scripts/which_outlet.py datasets/summit-call/1.1.0 [which-outlet.svg]

Prints a table with a line for each outlet, holder and topic: how many of the reported stances
support, oppose or take no side, how many of them are quoted word for word, and one in its words.
The picture shows the same for those that are reported most.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import annotate
from annotate.errors import AnnotateError
from annotate.release.load import LoadedSpan
from annotate.release.pictures import Side, heat_map

SHOWN = 20


class Place(NamedTuple):
    outlet: str
    holder: str
    topic: str


@dataclass
class Position:
    """What an outlet reports of one holder on one topic; `words` are those of the first stance."""

    labels: Counter[str] = field(default_factory=Counter)
    direct: int = 0
    words: str = ""

    @property
    def side(self) -> Side:
        return Side(*(self.labels[name] for name in ("Support", "Oppose", "Neutral")))

    def add(self, stance: LoadedSpan) -> None:
        self.labels[stance.label] += 1
        self.direct += stance.attributes.get("quote") == "direct"
        self.words = self.words or " ".join((stance.text or "").split())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("release", help="the folder of a release")
    parser.add_argument("picture", nargs="?", type=Path, help="an SVG file to write")
    options = parser.parse_args()
    try:
        positions = read(options.release)
    except AnnotateError as error:
        sys.exit(f"error: {error}\nhint: {error.hint}")
    report(positions)
    if options.picture:
        options.picture.write_text(picture(positions), encoding="utf-8")


def read(release: str) -> dict[Place, Position]:
    """Gather the stances that have a topic, those reported most first."""
    found: dict[Place, Position] = {}
    for chunk in annotate.load(release, "spans"):
        for stance in chunk.spans:
            if stance.layer == "stance" and stance.topic is not None:
                place = Place(chunk.outlet or "unknown", holder(stance), stance.topic)
                found.setdefault(place, Position()).add(stance)
    ordered = sorted(found.items(), key=lambda item: (-sum(item[1].side), item[0]))
    return dict(ordered)


def holder(stance: LoadedSpan) -> str:
    """Name who holds a position: an entity, the outlet itself, or the words of the mention."""
    if stance.attributes.get("voice") == "outlet":
        return "the outlet"
    if stance.speaker is None:
        return "nobody named"
    return stance.speaker.entity or stance.speaker.text or "not in the schema"


def report(positions: dict[Place, Position]) -> None:
    print("outlet\tholder\ttopic\tfor\tagainst\tneither\tdirect\tin words")
    for place, position in positions.items():
        print(*place, *position.side, position.direct, position.words, sep="\t")


def picture(positions: dict[Place, Position]) -> str:
    """Draw those that are reported most."""
    sides = {
        (f"{place.outlet}: {place.holder}", place.topic): position.side
        for place, position in list(positions.items())[:SHOWN]
    }
    return heat_map(sides, sorted({topic for _, topic in sides}))


if __name__ == "__main__":
    main()
