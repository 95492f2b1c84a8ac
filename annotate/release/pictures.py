"""Pictures beside the card, as small SVG files: every mark in them is counted from the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

Json = dict[str, Any]
FOR, AGAINST, PLAIN = "#2e7d4f", "#b3402f", "#5b6b7b"
DARK = 0.7  # of the full colour; on less, dark letters are easier to read
_LINE, _GAP, _MARGIN = 22, 8, 12  # pixels
_LETTER = 7.2  # pixels that a letter of the font takes at the most
_WIDE = 420
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
    'height="{height}" font-family="sans-serif" font-size="13" role="img">\n'
    "<title>{title}</title>\n"
    '<rect width="100%" height="100%" fill="#ffffff"/>\n'
)


class Side(NamedTuple):
    """How often an outlet reports support, opposition and neither for a topic."""

    support: int
    oppose: int
    neutral: int

    @property
    def lean(self) -> float:
        """From -1, all against, to 1, all for."""
        return (self.support - self.oppose) / (self.support + self.oppose + self.neutral)


def label_bars(counts: Sequence[tuple[str, str, int]]) -> str:
    """Draw how often each label is given; each item is label, colour and count."""
    left = _width(label for label, _, _ in counts)
    most = max((count for _, _, count in counts), default=0) or 1
    parts = []
    for number, (label, colour, count) in enumerate(counts):
        y = _MARGIN + number * _LINE
        long = round(count / most * _WIDE, 1)
        parts += [
            _text(left, y + 14, label, "end"),
            _bar(left + _GAP, y + 2, (long, _LINE - 6), colour),
            _text(left + 2 * _GAP + long, y + 14, str(count)),
        ]
    width = left + _WIDE + 80
    return _svg("Spans by label", width, 2 * _MARGIN + len(counts) * _LINE, parts)


def outlet_topics(triples: Iterable[Json]) -> dict[tuple[str, str], Side]:
    """Count positions by outlet and topic."""
    found: Counter[tuple[str, str, str]] = Counter(
        (row["outlet"] or "unknown", row["topic"], row["polarity"]) for row in triples
    )
    places = sorted({(outlet, topic) for outlet, topic, _ in found})
    return {
        place: Side(*(found[*place, polarity] for polarity in ("Support", "Oppose", "Neutral")))
        for place in places
    }


def heat_map(sides: Mapping[tuple[str, str], Side], topics: Sequence[str]) -> str:
    """Draw which side of each topic's positions every outlet reports: green for, red against."""
    outlets = sorted({outlet for outlet, _ in sides})
    left, cell = _width(outlets), 64
    top = _MARGIN + int(0.75 * _width(topics))
    parts = [
        f'<g transform="translate({left + _GAP + cell * number + cell // 2},{top - 6}) '
        f'rotate(-40)">{_text(0, 0, topic)}</g>'
        for number, topic in enumerate(topics)
    ]
    for row, outlet in enumerate(outlets):
        y = top + row * (_LINE + 6)
        parts.append(_text(left, y + 18, outlet, "end"))
        for number, topic in enumerate(topics):
            if side := sides.get((outlet, topic)):
                parts += _cell(left + _GAP + cell * number, y, cell - 2, side)
    width = left + cell * len(topics) + 60
    height = top + len(outlets) * (_LINE + 6) + _MARGIN
    return _svg("Positions for : against, by outlet and topic", width, height, parts)


def _cell(x: int, y: int, wide: int, side: Side) -> list[str]:
    strength = round(0.12 + 0.88 * abs(side.lean), 2) if side.lean else 0.12
    colour = PLAIN if side.lean == 0 else FOR if side.lean > 0 else AGAINST
    ink = "#ffffff" if strength > DARK else "#1a1a1a"
    return [
        _bar(x, y, (wide, _LINE + 4), colour, strength),
        _text(x + wide / 2, y + 18, f"{side.support} : {side.oppose}", "middle", ink),
    ]


def version_bars(versions: Sequence[tuple[str, int, int]]) -> str:
    """Draw how the dataset grew; each item is version, labelled chunks and articles."""
    most = max((chunks for _, chunks, _ in versions), default=0) or 1
    left = _width(version for version, _, _ in versions)
    parts = []
    for number, (version, chunks, articles) in enumerate(versions):
        y = _MARGIN + number * _LINE
        long = round(chunks / most * _WIDE, 1)
        parts += [
            _text(left, y + 14, version, "end"),
            _bar(left + _GAP, y + 2, (long, _LINE - 6), PLAIN),
            _text(left + 2 * _GAP + long, y + 14, f"{chunks} chunks, {articles} articles"),
        ]
    height = 2 * _MARGIN + len(versions) * _LINE
    return _svg("Labelled chunks by version", left + _WIDE + 220, height, parts)


def _width(words: Iterable[str]) -> int:
    return int(_MARGIN + _LETTER * max(map(len, words), default=0))


def _bar(x: float, y: float, size: tuple[float, float], colour: str, strength: float = 1) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{size[0]}" height="{size[1]}" fill="{escape(colour)}" '
        f'fill-opacity="{strength}"/>'
    )


def _text(x: float, y: float, words: str, anchor: str = "start", ink: str = "#1a1a1a") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{ink}">{escape(words)}</text>'


def _svg(title: str, width: int, height: int, parts: Sequence[str]) -> str:
    head = _HEAD.format(title=escape(title), width=width, height=height)
    return head + "\n".join(parts) + "\n</svg>\n"
