"""Draw how the seconds of each way grow with the number of tasks: one panel a server, as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape

Points = Sequence[tuple[int, float]]
Curves = Mapping[str, Points]

WIDTH, HEIGHT = 360, 260
LEFT, TOP, RIGHT, BOTTOM = 50, 30, 24, 64
STYLES = (("#136dd2", ""), ("#8e7021", "6 3"), ("#c43a0f", ""), ("#218074", "2 3"))


class _Panel:
    """Two logarithmic axes, their decades whole."""

    def __init__(self, curves: Sequence[Curves], left: int) -> None:
        points = [point for panel in curves for curve in panel.values() for point in curve]
        self.sizes = sorted({size for size, _ in points})
        self.first = math.floor(math.log10(min(seconds for _, seconds in points)))
        self.last = math.ceil(math.log10(max(seconds for _, seconds in points)))
        self.left = left

    def x(self, size: float) -> float:
        low, high = math.log10(self.sizes[0]), math.log10(self.sizes[-1])
        share = (math.log10(size) - low) / (high - low or 1)
        return self.left + LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, seconds: float) -> float:
        share = (math.log10(seconds) - self.first) / (self.last - self.first or 1)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def draw(self, title: str, curves: Curves) -> Iterator[str]:
        yield _text(self.left + LEFT, TOP - 12, f"{title}: seconds by number of tasks")
        for power in range(self.first, self.last + 1):
            yield self._line(self.y(10.0**power))
            yield _text(self.left + LEFT - 5, self.y(10.0**power) + 4, f"{10.0**power:g}", "end")
        for size in self.sizes:
            yield _text(self.x(size), HEIGHT - BOTTOM + 15, f"{size:,}", "middle")
        for number, (name, points) in enumerate(curves.items()):
            yield from self._curve(number, name, points)

    def _line(self, y: float) -> str:
        right = self.left + WIDTH - RIGHT
        return f'<path d="M{self.left + LEFT} {y:.0f}H{right}" stroke="#ccc"/>'

    def _curve(self, number: int, name: str, points: Points) -> Iterator[str]:
        color, dashes = STYLES[number]
        places = " ".join(f"{self.x(size):.0f},{self.y(seconds):.0f}" for size, seconds in points)
        look = f'fill="none" stroke="{color}" stroke-width="2" stroke-dasharray="{dashes}"'
        yield f'<polyline points="{places}" {look}/>'
        x, y = self.left + LEFT + number % 2 * 150, HEIGHT - 26 + number // 2 * 16
        yield f'<path d="M{x} {y - 4}h20" {look}/>'
        yield _text(x + 25, y, name)


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(text)}</text>'


def draw(panels: Mapping[str, Curves]) -> str:
    """Draw a panel for each server, side by side, all on the same axes."""
    width = WIDTH * len(panels)
    size = f'viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for number, (title, curves) in enumerate(panels.items()):
        parts += _Panel(list(panels.values()), number * WIDTH).draw(title, curves)
    return "\n".join([*parts, "</svg>", ""])
