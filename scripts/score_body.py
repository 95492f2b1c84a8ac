"""Score body selection: precision, recall and F1 of visible raw characters, and titles.

    python scripts/score_body.py [--json] [--gold DIR]

Marked scrapes lie in `tests/data/scrapes`; with `--gold` a folder of texts with a
`body-gold.json` is scored instead.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from scrapes import HALVES, Scrape, read_gold, read_half

from annotate.corpus.body import Selection, select_body
from annotate.corpus.clean import clean
from annotate.corpus.edits import EditedText


class Score(NamedTuple):
    """Visible characters: kept, of the body, and both; whether the title is right."""

    kept: int
    body: int
    both: int
    titled: bool

    @property
    def precision(self) -> float:
        return self.both / self.kept if self.kept else 1.0

    @property
    def recall(self) -> float:
        return self.both / self.body if self.body else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.both / (self.kept + self.body) if self.kept + self.body else 1.0


def score(scrape: Scrape) -> Score:
    """Select the body of one text, and score it."""
    edited = clean(EditedText(scrape.text))
    return scored(scrape, edited, select_body(edited.clean))


def scored(scrape: Scrape, edited: EditedText, selection: Selection) -> Score:
    """Compare a selection with the marks, by visible characters of the raw text."""
    kept = _mask(scrape.text, _left(edited.then(selection.edits)))
    body = _mask(scrape.text, _swapped(scrape, kept))
    both = sum(a and b for a, b in zip(kept, body, strict=True))
    return Score(sum(kept), sum(body), both, selection.title == scrape.title)


def _swapped(scrape: Scrape, kept: bytearray) -> list[tuple[int, int]]:
    """Give the ranges of the body; of two identical copies, the one that was kept."""
    body = list(scrape.body)
    for start, end in scrape.ranges.get("R", ()):
        twin = " ".join(scrape.text[start:end].split())
        for at, (first, last) in enumerate(body):
            same = " ".join(scrape.text[first:last].split()) == twin
            if same and any(kept[start:end]) and not any(kept[first:last]):
                body[at] = (start, end)
                break
    return body


def _left(edited: EditedText) -> Iterable[tuple[int, int]]:
    position = 0
    for edit in edited.edits:
        yield position, edit.start
        if edit.replacement.strip():
            yield edit.start, edit.end
        position = edit.end
    yield position, len(edited.raw)


def _mask(text: str, ranges: Iterable[tuple[int, int]]) -> bytearray:
    mask = bytearray(len(text))
    for start, end in ranges:
        for at in range(start, end):
            mask[at] = not text[at].isspace()
    return mask


def summary(scores: list[Score]) -> dict[str, Any]:
    """Sum up scores: micro over all characters, macro over texts."""
    total = Score(*(sum(column) for column in list(zip(*scores, strict=True))[:3]), titled=True)
    return {
        "texts": len(scores),
        "precision": round(total.precision, 4),
        "recall": round(total.recall, 4),
        "f1": round(total.f1, 4),
        "f1_macro": round(sum(each.f1 for each in scores) / len(scores), 4),
        "titles": round(sum(each.titled for each in scores) / len(scores), 4),
    }


def score_folder(scrapes: Iterable[Scrape]) -> dict[str, Any]:
    """Score texts together, by layout and by language."""
    groups: dict[str, list[Score]] = defaultdict(list)
    for scrape in scrapes:
        result = score(scrape)
        for name in ("all", scrape.layout, scrape.lang):
            if name:
                groups[name].append(result)
    return {name: summary(scores) for name, scores in groups.items()}


def halves() -> dict[str, list[Scrape]]:
    """The marked scrapes: those that were learnt from, and those that are only measured."""
    return {half: [marked.scrape() for marked in read_half(half)] for half in HALVES}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gold", type=Path, metavar="DIR")
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folders = {"gold": read_gold(options.gold)} if options.gold else halves()
    if options.half:
        folders = {options.half: folders[options.half]}
    results = {name: score_folder(scrapes) for name, scrapes in folders.items()}
    if options.json:
        print(json.dumps(results, indent=1))
        return
    for name, groups in results.items():
        for group, row in groups.items():
            figures = "  ".join(f"{key} {value}" for key, value in row.items())
            print(f"{name:7} {group:20} {figures}")


if __name__ == "__main__":
    main()
