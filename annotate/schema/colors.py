"""Colours as people see them: contrast, and what is left of a difference in colour blindness."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

Triple = tuple[float, float, float]
Matrix = tuple[Triple, Triple, Triple]

HEX = re.compile(r"#[0-9a-fA-F]{6}")

# Severity 1.0, on linear RGB. Machado, Oliveira, Fernandes: A Physiologically-based Model for
# Simulation of Color Vision Deficiency, IEEE TVCG 15(6), 2009.
BLINDNESS: dict[str, Matrix] = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
_TO_XYZ: Matrix = (
    (0.4124, 0.3576, 0.1805),
    (0.2126, 0.7152, 0.0722),
    (0.0193, 0.1192, 0.9505),
)
_WHITE: Triple = (0.9505, 1.0, 1.089)
_SRGB_TOE = 0.04045


@dataclass(frozen=True)
class Paper:
    """What Label Studio draws labels on; `brightness` is our filter on names in its lists.

    `veil` is the opacity of the white that our sheet lays over a selected span.
    """

    name: str
    paper: str
    ink: str
    selected_ink: str
    brightness: float
    veil: float


class Reading(NamedTuple):
    """Something to read, its contrast, and whether a darker colour would raise it."""

    what: str
    contrast: float
    darker_helps: bool


PAPERS = (
    Paper(
        "light", "#fdfdfc", "#262522", "#000000", 1.0, 0.25
    ),  # our 0.85 there is for a tinted row
    Paper("dark", "#262522", "#f9f8f6", "#ffffff", 1.7, 0.0),
)
RESTING, SELECTED = 0.3, 0.8  # opacity of a span's colour, in Label Studio's code
DEPTH = 3  # a topic in a stance in a stance


def contrast(one: str, other: str) -> float:
    """Give the WCAG 2 contrast ratio of two `#rrggbb`, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def readings(color: str) -> Iterator[Reading]:
    """Give what is read in or over a label's colour on the labelling page."""
    for paper in PAPERS:
        on_dark = paper.name == "dark"
        name = brightened(color, paper.brightness)
        yield Reading(f"its name on {paper.name} paper", contrast(name, paper.paper), not on_dark)
        resting = laid([color] * DEPTH, paper)
        what = f"text in {DEPTH} of its spans on {paper.name} paper"
        yield Reading(what, contrast(paper.ink, resting), on_dark)
        selected = laid([color], paper, selected=0)
        what = f"text in a selected span of it on {paper.name} paper"
        yield Reading(what, contrast(paper.selected_ink, selected), on_dark)


def laid(colors: Iterable[str], paper: Paper, selected: int | None = None) -> str:
    """Lay the colours of spans over each other, the outermost first; one may be selected."""
    under = paper.paper
    for place, color in enumerate(colors):
        if place == selected:
            under = tint("#ffffff", paper.veil, tint(color, SELECTED, under))
        else:
            under = tint(color, RESTING, under)
    return under


def tint(color: str, opacity: float, paper: str) -> str:
    """Lay a colour over another one."""
    pairs = zip(_parts(color), _parts(paper), strict=True)
    return _hex(opacity * over + (1 - opacity) * under for over, under in pairs)


def brightened(color: str, factor: float) -> str:
    """Give what CSS makes of a colour with `brightness(factor)`."""
    return _hex(min(1.0, part * factor) for part in _parts(color))


def seen_difference(one: str, other: str, blindness: str) -> float:
    """Give the CIE76 distance of two colours under `blindness`; 2.3 is just noticeable."""
    matrix = BLINDNESS[blindness]
    first, second = (_lab(_apply(matrix, _linear(color))) for color in (one, other))
    return math.dist(first, second)


def _hex(parts: Iterable[float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _parts(color: str) -> Triple:
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _linear(color: str) -> Triple:
    red, green, blue = (
        part / 12.92 if part <= _SRGB_TOE else ((part + 0.055) / 1.055) ** 2.4
        for part in _parts(color)
    )
    return red, green, blue


def _luminance(color: str) -> float:
    return _apply(_TO_XYZ, _linear(color))[1]


def _apply(matrix: Matrix, vector: Triple) -> Triple:
    x, y, z = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return x, y, z


def _lab(rgb: Triple) -> Triple:
    red, green, blue = (min(1.0, max(0.0, part)) for part in rgb)
    xyz = _apply(_TO_XYZ, (red, green, blue))
    x, y, z = (_cube_root(part / white) for part, white in zip(xyz, _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _cube_root(ratio: float) -> float:
    return ratio ** (1 / 3) if ratio > 216 / 24389 else (24389 / 27 * ratio + 16) / 116
